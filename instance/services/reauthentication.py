"""Ask again who is there, before a change to their own account: a stolen session has no password.

Throttled as signing in is, apart from it (T65).
"""

from instance.errors import FormRefused
from instance.models import Member
from instance.services import passwords, second_factors, throttle
from instance.services.throttle import Door, Source

WRONG_PASSWORD = "This is not your password."  # noqa: S105
WRONG_CODE = "This code does not fit. A code works once; wait for the next one."


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
