"""Ask again who is there, before a change to their own account: a stolen session has no password.

Throttled as signing in is, apart from it (T65).
"""

from datetime import UTC, datetime, timedelta

from instance.errors import FormRefused
from instance.models import Member, Session
from instance.services import passwords, second_factors, throttle
from instance.services.throttle import Door, Source

WRONG_PASSWORD = "This is not your password."  # noqa: S105
WRONG_CODE = "This code does not fit. A code works once; wait for the next one."


# Who has just joined chose it on the page before: nothing is asked twice in one go (ux.md 10).
_JUST = timedelta(minutes=15)


def has_just_joined(session: Session) -> bool:
    """Whether the member joined in this session a moment ago and has no second step yet."""
    since, member = datetime.now(UTC) - _JUST, session.member
    return min(member.created_at, session.created_at) > since and not member.has_second_factor


async def require_password(member: Member, password: str, source: Source) -> None:
    """Raises FormRefused for the field `password`, and TooMany."""
    tried = await throttle.reserve(Door.OWN, str(member.id), source, member)
    if not await passwords.fits(member, password):
        raise FormRefused({"password": WRONG_PASSWORD})
    await tried.delete()


async def require_both(member: Member, password: str, code: str, source: Source) -> None:
    """A code of the app or a recovery code as well: field `code`. It is used up."""
    await require_password(member, password, source)
    tried = await throttle.reserve(Door.OWN, str(member.id), source, member)
    if not await second_factors.accept(member, code):
        raise FormRefused({"code": WRONG_CODE})
    await tried.delete()
