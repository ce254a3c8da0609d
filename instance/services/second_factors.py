"""What a member shows besides the password (T66): what there is, and whether a code fits."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

import pyotp
from tortoise.transactions import in_transaction

from instance import config, sealed
from instance.models import AlertKind, CodeApp, Member, Passkey, RecoveryCode
from instance.outbox import standing
from instance.services import account_news, duties
from instance.services.duties import Duty

STEP_SECONDS = 30
RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is read as another
_GROUPS, _GROUP = 3, 4  # 59 bits: kept as a keyed hash, and tried 5 times in 15 minutes


@dataclass(frozen=True)
class Factors:
    """All of a member's. `codes_left`: recovery codes that were not used."""

    app: CodeApp | None
    passkeys: list[Passkey]
    codes_left: int


async def of(member: Member) -> Factors:
    return Factors(
        await CodeApp.get_or_none(member_id=member.id),
        await Passkey.filter(member_id=member.id).order_by("id"),
        await RecoveryCode.filter(member_id=member.id).count(),
    )


def is_demanded(member: Member) -> bool:
    """Whether this member cannot do without: who may read consults (federation.md 14: but in the
    demonstration)."""
    reads = standing.claims_of(member).may_take_part or duties.may(member, Duty.SAFETY)
    return reads and not config.current().is_development


def is_missing(member: Member) -> bool:
    """Whether no consult opens before they set one up, or show one at the hospital's sign-in."""
    has_one = member.has_second_factor or member.has_shown_second_step
    return is_demanded(member) and not has_one


def new_secret() -> str:
    """Base32, for a code app that is not set up yet."""
    return pyotp.random_base32()


def address_of(secret: str, account: str, institution: str) -> str:
    """What a code app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=institution)


async def accept(member: Member, typed: str) -> bool:
    """Whether a code of the app or a recovery code fits. Either works once.

    Count the try before (`throttle`). The member is told of a recovery code.
    """
    code = "".join(typed.split()).replace("-", "").lower()[:40]
    if code.isascii() and code.isdigit():
        return await _accept_of_app(member, code)
    async with in_transaction():
        fits = RecoveryCode.filter(member_id=member.id, code_hash=_hash(code))
        is_used = bool(await fits.delete())
        if is_used:
            await account_news.tell(member, AlertKind.RECOVERED)
    return is_used


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Which time step this code is of: the present one, one before or one after; else None."""
    app = pyotp.TOTP(secret, interval=STEP_SECONDS)
    present = int(now.timestamp()) // STEP_SECONDS
    for step in (present - 1, present, present + 1):
        if hmac.compare_digest(app.at(step * STEP_SECONDS).encode(), code.encode()):
            return step
    return None


async def new_recovery_codes(member: Member) -> list[str]:
    """The old ones end. In the caller's transaction; they are shown now and never again."""
    codes = [_new_code() for _ in range(RECOVERY_CODES)]
    await RecoveryCode.filter(member_id=member.id).delete()
    for code in codes:
        row = {"member_id": member.id, "code_hash": _hash(code.replace("-", ""))}
        await RecoveryCode.create(**row)
    return codes


async def note(member: Member) -> None:
    """Write down with the member whether there is one, after a change, in its transaction."""
    has_app = await CodeApp.filter(member_id=member.id).exists()
    member.has_second_factor = has_app or await Passkey.filter(member_id=member.id).exists()
    await member.save(update_fields=["has_second_factor"])
    if not member.has_second_factor:
        await RecoveryCode.filter(member_id=member.id).delete()


async def drop_all(member: Member) -> None:
    """In the caller's transaction."""
    await CodeApp.filter(member_id=member.id).delete()
    await Passkey.filter(member_id=member.id).delete()
    await note(member)


async def _accept_of_app(member: Member, code: str) -> bool:
    app = await CodeApp.get_or_none(member_id=member.id)
    step = step_of(app.secret.decode(), code, datetime.now(UTC)) if app is not None else None
    if app is None or step is None:
        return False
    unused = CodeApp.filter(id=app.id, last_step__lt=step)
    return bool(await unused.update(last_step=step))


def _new_code() -> str:
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def _hash(code: str) -> str:
    return sealed.current().digest("recovery code", code)
