"""A newer register: whoever gave a number is looked at again, one by one."""

from datetime import UTC, datetime

from tortoise.transactions import in_transaction

from instance.models import CaseKind, Member, MemberNumber, Method, RegistryImport, RegistryState
from instance.services import cases, verification
from instance.services.registry import matching
from instance.services.roster.pace import Pace


async def finish() -> None:
    """For each register that counts since: everybody, from where it was left off."""
    for found in await RegistryImport.filter(state=RegistryState.FOLLOWING).order_by("id"):
        pace = Pace()
        while member := await _next(found.followed_to):
            async with in_transaction():
                await _follow(member, datetime.now(UTC))
                await RegistryImport.filter(id=found.id).update(followed_to=member.id)
            found.followed_to = member.id
            await pace.rest()
        still = RegistryImport.filter(id=found.id, state=RegistryState.FOLLOWING)
        await still.update(state=RegistryState.DONE)


async def _follow(member: Member, now: datetime) -> None:
    """Whose evidence ends waits for an officer at once."""
    own = verification.living(member, now).filter(method=Method.REGISTRY)
    had_any = await own.exists()
    if await matching.judge(member, now, is_anew=True):
        await cases.close(member, CaseKind.NUMBER, now)
    elif had_any and not await own.exists():
        await cases.open_case(member, CaseKind.NUMBER, now)


async def _next(after: int) -> Member | None:
    row = await MemberNumber.filter(member_id__gt=after).order_by("member_id").first()
    return await Member.get(id=row.member_id) if row is not None else None
