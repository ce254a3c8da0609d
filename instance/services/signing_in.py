"""Signing in with a password, and the sessions that come of it."""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from tortoise.queryset import QuerySet

from instance.errors import SignInRequired, TooMany
from instance.models import Member, Session, SignInFailure
from instance.services import members

_WINDOW = timedelta(minutes=15)
_TRIES_FROM_HERE, _TRIES_OF_NETWORK = 5, 30
_SEEN_EVERY = timedelta(minutes=1)
# Two passwords are hashed at a time: more waiting than these would wait for longer than people do.
_AT_ONCE = 22
_BUSY_SECONDS = 10
_under_way = 0


async def sign_in(login: str, password: str, *, network: str, device: str, shared: bool) -> str:
    """Open a session and return its token, which is stored nowhere. `login`: e-mail or handle.

    Unknown address and wrong password give the same SignInRequired after the same work (T64).
    Raises TooMany after 5 wrong tries of one account from one network, or 30 from a network; and,
    for some seconds, while too many others wait for their password to be checked.
    """
    name = login.strip().lower().removeprefix("@")
    with _place():
        member = await members.by_login(name)
        # A person's e-mail and handle are one account: two would give twice the tries.
        account = _hash(f"member {member.id}" if member else f"name {name}")
        tried = await _reserve_try(account, _hash(network))
        fits = await members.has_password(member, password)
    if not fits or member is None or member.suspended_at is not None:
        raise SignInRequired(
            "That e-mail and password do not match. After 5 tries from here you wait 15 minutes."
        )
    await tried.delete()
    return await _open_session(member, device, shared)


async def session_of(token: str) -> tuple[Session, Member] | None:
    """The living session of a token and its member; None when it ended or never was."""
    return await _living(Session.filter(token_hash=_hash(token)))


async def session_by_id(session_id: int) -> tuple[Session, Member] | None:
    """The same for a stream, which asks again and again while it is open (T56)."""
    return await _living(Session.filter(id=session_id))


async def touch(session: Session) -> None:
    """Note that a person used the session; at most one write a minute."""
    now = datetime.now(UTC)
    if session.seen_at + _SEEN_EVERY <= now:
        await Session.filter(id=session.id).update(seen_at=now)


async def sessions(member: Member) -> list[Session]:
    return await Session.filter(member_id=member.id).order_by("-seen_at")


async def end_session(member: Member, session_id: int) -> None:
    await Session.filter(id=session_id, member_id=member.id).delete()


@contextmanager
def _place() -> Iterator[None]:
    """One of the sign-ins that may be under way in this process."""
    global _under_way
    if _under_way >= _AT_ONCE:
        raise TooMany(
            "Many people are signing in just now. Try again in a few seconds.",
            retry_after_seconds=_BUSY_SECONDS,
        )
    _under_way += 1
    try:
        yield
    finally:
        _under_way -= 1


async def _reserve_try(account: str, network: str) -> SignInFailure:
    """Count a try before its password is looked at; success takes it back.

    Counted afterwards, any number of tries sent at once would all be looked at (T65).
    """
    tried = await SignInFailure.create(account_hash=account, network_hash=network)
    since = datetime.now(UTC) - _WINDOW
    recent = SignInFailure.filter(network_hash=network, created_at__gt=since)
    of_network = await recent.count()
    from_here = await recent.filter(account_hash=account).count()
    if of_network > _TRIES_OF_NETWORK or from_here > _TRIES_FROM_HERE:
        await tried.delete()  # or asking again while locked would lock for ever
        raise TooMany
    return tried


async def _living(found: QuerySet[Session]) -> tuple[Session, Member] | None:
    now = datetime.now(UTC)
    session = await found.select_related("member").first()
    if session is None:
        return None
    idle = Session.IDLE_SHARED if session.is_shared_computer else Session.IDLE
    if session.expires_at <= now or session.seen_at + idle <= now:
        await session.delete()
        return None
    if session.member.suspended_at is not None:
        return None
    return session, session.member


async def _open_session(member: Member, device: str, shared: bool) -> str:
    token = secrets.token_urlsafe(32)
    now = datetime.now(UTC)
    await Session.create(
        token_hash=_hash(token),
        member=member,
        device=device[:120],
        is_shared_computer=shared,
        seen_at=now,
        expires_at=now + Session.ABSOLUTE,
    )
    return token


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
