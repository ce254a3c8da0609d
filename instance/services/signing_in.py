"""Signing in with a password, a passkey or by whom somebody is known, the second step, and the
sessions that come of it."""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from instance import outages, raw_sql
from instance.errors import SignInRequired, TooMany
from instance.models import Member, PushSubscription, Session, SignInStep
from instance.services import members, passkeys, passwords, second_factors, throttle, tokens
from instance.services.throttle import Door, Source, hashed

log = logging.getLogger(__name__)

_SEEN_EVERY = timedelta(minutes=1)
# Two passwords are hashed at a time: more waiting than these would wait for longer than people do.
_AT_ONCE = 22
_BUSY_SECONDS = 10
_under_way = 0

REFUSED = "That e-mail and password do not match. After 5 tries from here you wait 15 minutes."
STEP_REFUSED = "That code does not fit. A code works once; wait for the next one."


@dataclass(frozen=True)
class Entry:
    """Which browser signs in. `device`: its kind, in words; `shared`: by others as well.

    `by_provider`: the hospital's own sign-in let it in; `saw_second_step`: and one there.
    """

    source: Source
    device: str
    shared: bool
    by_provider: bool = False
    saw_second_step: bool = False


@dataclass(frozen=True)
class Opened:
    """What signing in came to; the tokens are stored nowhere.

    `session` is "" while the second step is owed: then `step` is the token for it. `browser`: by
    which this browser is known from now on, "" for a shared computer.
    """

    session: str = ""
    step: str = ""
    browser: str = ""


async def sign_in(login: str, password: str, entry: Entry) -> Opened:
    """Open a session, or ask for the second step. `login`: e-mail or handle.

    Unknown address and wrong password give the same SignInRequired after the same work (T64).
    Raises TooMany as `throttle` says; and, for some seconds, while too many others wait for their
    password to be checked.
    """
    name = login.strip().lower().removeprefix("@")
    with _place():
        member = await members.by_login(name)
        # A person's e-mail and handle are one account: two would give twice the tries.
        account = f"member {member.id}" if member else f"name {name}"
        tried = await throttle.reserve(Door.PASSWORD, account, entry.source, member)
        fits = await passwords.fits(member, password)
    if not fits or member is None or member.suspended_at is not None:
        raise SignInRequired(REFUSED)
    await tried.delete()
    return await let_in(member, entry)


async def let_in(member: Member, entry: Entry) -> Opened:
    """Somebody who is known by one factor; the second step is owed where they have one."""
    if member.has_second_factor and not entry.saw_second_step:
        return Opened(step=await _open_step(member, entry))
    return await enter(member, entry)


async def owed(token: str) -> SignInStep | None:
    """The second step that a browser owes, with its member; None when it is too late for it."""
    now = datetime.now(UTC)
    found = SignInStep.filter(token_hash=hashed(token), expires_at__gt=now)
    step = await found.select_related("member").first() if token else None
    return step if step is not None and step.member.suspended_at is None else None


async def finish(token: str, code: str, source: Source) -> Opened:
    """The second step: a code of the app, or a recovery code.

    Raises SignInRequired for a code that does not fit, NotAllowed never; TooMany as for passwords.
    """
    step = await owed(token)
    if step is None:
        raise SignInRequired("Sign in again: the second step took too long.")
    member = step.member
    tried = await throttle.reserve(Door.CODE, str(member.id), source, member)
    if not await second_factors.accept(member, code):
        raise SignInRequired(STEP_REFUSED)
    await tried.delete()
    if not await SignInStep.filter(id=step.id).delete():
        raise SignInRequired  # in two tabs at once, or the password was changed meanwhile
    by_provider = step.is_single_sign_on
    return await enter(member, Entry(source, step.device, step.is_shared_computer, by_provider))


async def sign_in_with_passkey(answer: str, binding: str, entry: Entry) -> Opened:
    """With what a passkey signed, and nothing else: it is two factors by itself.

    `binding`: what the page of the challenge was made for. Raises SignInRequired, TooMany.
    """
    account = passkeys.credential_hash(answer)
    tried = await throttle.reserve(Door.PASSKEY, account, entry.source)
    member = await passkeys.signed_in(answer, binding)
    if member is None or member.suspended_at is not None:
        raise SignInRequired
    await tried.delete()
    return await enter(member, entry)


async def enter(member: Member, entry: Entry) -> Opened:
    """A session for who has shown all that it takes."""
    token = secrets.token_urlsafe(32)
    now = datetime.now(UTC)
    async with in_transaction():
        await _require_unchanged(member)
        await Session.create(
            token_hash=hashed(token),
            member=member,
            device=entry.device[:120],
            is_shared_computer=entry.shared,
            is_single_sign_on=entry.by_provider,
            has_second_step=entry.saw_second_step,
            seen_at=now,
            expires_at=now + Session.ABSOLUTE,
        )
    browser = "" if entry.shared else entry.source.browser or secrets.token_urlsafe(32)
    await throttle.remember(member, Source(entry.source.network, browser))
    return Opened(session=token, browser=browser)


async def session_of(token: str) -> tuple[Session, Member] | None:
    """The living session of a token and its member; None when it ended or never was."""
    found = await raw_sql.with_led_to(Session, "token_hash", hashed(token), "member")
    return await _living(found)


async def session_by_id(session_id: int) -> tuple[Session, Member] | None:
    """The same for a stream, which asks again and again while it is open (T56)."""
    return await _living(await raw_sql.with_led_to(Session, "id", session_id, "member"))


async def touch(session: Session) -> None:
    """Note that a person used the session; at most one write a minute. Where nothing can be
    stored, pages are still read."""
    now = datetime.now(UTC)
    if session.seen_at + _SEEN_EVERY <= now:
        try:
            await Session.filter(id=session.id).update(seen_at=now)
        except Exception as error:
            if outages.of(error) is None:
                raise
            log.error("the use of a session is not noted", exc_info=error)


async def sessions(member: Member) -> list[Session]:
    return await Session.filter(member_id=member.id).order_by("-seen_at")


async def end_session(member: Member, session_id: int) -> None:
    """And what was sent to that device (`services.push`)."""
    await PushSubscription.filter(session_id=session_id, member_id=member.id).delete()
    await Session.filter(id=session_id, member_id=member.id).delete()


async def end_others(session: Session) -> None:
    """All of this member's but this one, and what applications may do for them; and no browser that
    owes the second step gets in."""
    others = PushSubscription.filter(member_id=session.member_id)
    await others.filter(Q(session_id=None) | ~Q(session_id=session.id)).delete()
    await Session.filter(member_id=session.member_id).exclude(id=session.id).delete()
    await SignInStep.filter(member_id=session.member_id).delete()
    await tokens.end_all([session.member_id])


async def end_all(member: Member) -> None:
    """Everywhere, applications too. Open streams end within 5 seconds (T67)."""
    await PushSubscription.filter(member_id=member.id).delete()
    await Session.filter(member_id=member.id).delete()
    await SignInStep.filter(member_id=member.id).delete()
    await tokens.end_all([member.id])


async def renew(session: Session) -> str:
    """The same session under a new token, after what it may do has changed (T67)."""
    token = secrets.token_urlsafe(32)
    await Session.filter(id=session.id).update(token_hash=hashed(token))
    return token


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


async def _living(session: Session | None) -> tuple[Session, Member] | None:
    if session is None:
        return None
    now = datetime.now(UTC)
    idle = Session.IDLE_SHARED if session.is_shared_computer else Session.IDLE
    if session.expires_at <= now or session.seen_at + idle <= now:
        await session.delete()
        return None
    member: Member | None = session.member
    if member is None or member.suspended_at is not None:
        return None
    member.has_shown_second_step = session.has_second_step
    return session, member


async def _open_step(member: Member, entry: Entry) -> str:
    token = secrets.token_urlsafe(32)
    async with in_transaction():
        await _require_unchanged(member)
        await SignInStep.create(
            token_hash=hashed(token),
            member=member,
            device=entry.device[:120],
            is_shared_computer=entry.shared,
            is_single_sign_on=entry.by_provider,
            expires_at=datetime.now(UTC) + SignInStep.LIVES,
        )
    return token


async def _require_unchanged(member: Member) -> None:
    """Who changes a password or suspends somebody ends what is there: a browser that was past its
    check then, and stores its session after that, must not get in (T67). Locks the member."""
    now = await Member.filter(id=member.id).select_for_update().first()
    is_same = now is not None and now.password_hash == member.password_hash
    if now is None or not is_same or now.suspended_at is not None:
        raise SignInRequired(REFUSED)
