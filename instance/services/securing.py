"""A member changes how they sign in: every change asks for the password again.

Each ends the member's other sessions and every sign-in that is half done (T67), and is told in the
app and by mail. A passkey or a code app may be the last one only for who need not have one (T66).
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from instance import sealed
from instance.errors import Conflict, FormRefused, NotAllowed, NotFound
from instance.models import AlertKind, CodeApp, Member, Passkey, Session
from instance.services import (
    account_news,
    passkeys,
    passwords,
    reauthentication,
    second_factors,
    settings,
    signing_in,
    throttle,
)
from instance.services.throttle import Source

LAST_ONE = (
    "Who may read consults needs a second step at sign-in. Set up another one before you remove "
    "this one."
)


@dataclass(frozen=True)
class Draft:
    """A code app that is not set up yet. `sealed` brings the secret back with the form."""

    secret: str
    address: str
    sealed: str


async def draft_app(member: Member, brought: str = "") -> Draft:
    """A new one, or that of the form that `brought` it. Raises Conflict for another's."""
    secret = second_factors.new_secret()
    if brought:
        secret = _opened(member, brought)
    address = second_factors.address_of(secret, member.email, (await settings.read()).name)
    return Draft(secret, address, sealed.current().token(_purpose(member), secret))


async def add_app(
    session: Session, brought: str, password: str, code: str, source: Source
) -> list[str]:
    """Set up the code app, or another one in its place, once a code of it fits.

    Returns new recovery codes where this is the first factor. Raises FormRefused, TooMany.
    """
    member = session.member
    secret = _opened(member, brought)
    await _require_password(session, password, source)
    step = second_factors.step_of(secret, "".join(code.split()), datetime.now(UTC))
    if step is None:
        raise FormRefused({"code": "This code does not fit. Is the time of your phone right?"})
    async with _changing(session, AlertKind.FACTOR):
        await CodeApp.filter(member_id=member.id).delete()
        await CodeApp.create(member_id=member.id, secret=secret.encode(), last_step=step)
        return await _first_codes(member)


async def add_passkey(
    session: Session, name: str, answer: str, binding: str, password: str, source: Source
) -> list[str]:
    """Returns new recovery codes where this is the first factor. Raises FormRefused, TooMany."""
    member = session.member
    await _require_password(session, password, source)
    passkey = await passkeys.made(member, name, answer, binding)
    try:
        async with _changing(session, AlertKind.PASSKEY):
            await passkey.save(force_create=True)
            return await _first_codes(member)
    except IntegrityError as error:
        raise FormRefused({"passkey": "This passkey is known already."}) from error


async def remove_app(session: Session, password: str, code: str, source: Source) -> None:
    """Raises NotAllowed for the last factor that is demanded, FormRefused, TooMany."""
    await _remove(session, None, password, code, source)


async def remove_passkey(
    session: Session, passkey_id: int, password: str, code: str, source: Source
) -> None:
    """Raises NotFound for another's, and as `remove_app`."""
    await _remove(session, passkey_id, password, code, source)


async def renew_recovery_codes(session: Session, password: str, source: Source) -> list[str]:
    """New ones for those that are left. Raises NotAllowed without a second factor."""
    member = session.member
    if not member.has_second_factor:
        raise NotAllowed("Recovery codes come with a code app or a passkey.")
    await reauthentication.require_password(member, password, source)
    async with _changing(session, AlertKind.CODES):
        return await second_factors.new_recovery_codes(member)


async def change_password(session: Session, current: str, new: str, source: Source) -> None:
    """Raises FormRefused for `password` (the present one) or `new`, and TooMany."""
    member = session.member
    await reauthentication.require_password(member, current, source)
    if weakness := await passwords.problem(new, member):
        raise FormRefused({"new": weakness})
    hashed = await passwords.hashed(new)
    async with in_transaction():
        await Member.filter(id=member.id).update(password_hash=hashed)
        await signing_in.end_others(session)
        await throttle.forget(member)
        await account_news.tell(member, AlertKind.PASSWORD)


async def factor(member: Member, passkey_id: int | None) -> Passkey | CodeApp:
    """The one to remove: a passkey, or the code app. Raises NotFound, NotAllowed."""
    found = await second_factors.of(member)
    chosen = next((key for key in found.passkeys if key.id == passkey_id), None)
    wanted = found.app if passkey_id is None else chosen
    if wanted is None:
        raise NotFound
    is_last = len(found.passkeys) + (found.app is not None) == 1
    if is_last and second_factors.is_demanded(member):
        raise NotAllowed(LAST_ONE)
    return wanted


async def _remove(
    session: Session, passkey_id: int | None, password: str, code: str, source: Source
) -> None:
    member = session.member
    await factor(member, passkey_id)
    await reauthentication.require_both(member, password, code, source)
    kind = AlertKind.FACTOR if passkey_id is None else AlertKind.PASSKEY
    async with _changing(session, kind):
        # Asked again: of two that are removed at once, the later is the last one.
        await (await factor(member, passkey_id)).delete()


async def _require_password(session: Session, password: str, source: Source) -> None:
    if not reauthentication.has_just_joined(session):
        await reauthentication.require_password(session.member, password, source)


@asynccontextmanager
async def _changing(session: Session, kind: AlertKind) -> AsyncIterator[None]:
    """One change of a member's factors after the other, and what each of them entails."""
    member = session.member
    async with in_transaction():
        await Member.filter(id=member.id).select_for_update().first()
        yield
        await second_factors.note(member)
        await signing_in.end_others(session)
        await account_news.tell(member, kind)


async def _first_codes(member: Member) -> list[str]:
    has_some = (await second_factors.of(member)).codes_left
    return [] if has_some else await second_factors.new_recovery_codes(member)


def _opened(member: Member, brought: str) -> str:
    """The secret that a page of this member carried. Raises Conflict for any other."""
    secret = sealed.current().of_token(_purpose(member), brought)
    if secret is None:
        raise Conflict("This page is too old. Open it anew.")
    return secret


def _purpose(member: Member) -> str:
    return f"code app of {member.id}"
