"""Who waits for a verification officer: cases are opened here, by whatever brings one about."""

from datetime import datetime

from instance.models import CaseAct, CaseKind, CaseStep, Member, VerificationCase


async def open_case(member: Member, kind: CaseKind, now: datetime) -> VerificationCase:
    """In the caller's transaction. Where one of this kind is open, that one."""
    values = {"member_id": member.id, "kind": kind, "opened_at": now, "waits_since": now}
    key = f"{member.id} {kind}"
    case, is_new = await VerificationCase.get_or_create(defaults=values, key=key)
    if is_new:
        await CaseStep.create(case=case, act=CaseAct.OPENED, at=now)
    return case
