"""What a member says to an officer: an answer, or that they are in another stage now."""

from datetime import datetime

from tortoise.transactions import in_transaction

from instance.errors import Conflict, FormRefused
from instance.models import (
    CaseAct,
    CaseKind,
    CaseState,
    CaseStep,
    Member,
    Stage,
    VerificationCase,
)
from instance.services import cases

SAYS_MOST = 2_000
ONCE = "This was answered already, or is decided."


async def answer(member: Member, case_id: int, text: str, now: datetime) -> None:
    """Raises FormRefused, Conflict where nothing is asked."""
    said = _said(text, "answer")
    async with in_transaction():
        own = VerificationCase.filter(id=case_id, member_id=member.id, state=CaseState.ASKED)
        case = await own.select_for_update().first()
        if case is None:
            raise Conflict(ONCE)
        case.state, case.waits_since = CaseState.WAITING, now
        await case.save(update_fields=["state", "waits_since"])
        await CaseStep.create(case=case, by=member, act=CaseAct.ANSWERED, text=said, at=now)


async def claim(member: Member, stage: Stage, now: datetime) -> None:
    """They say that they are in another stage now; in the caller's transaction. What officers
    looked at before is not this."""
    case = await cases.open_case(member, CaseKind.STAGE, now)
    cases.drop_proposal(case)
    case.stage, case.state = stage, CaseState.WAITING
    await case.save()
    await CaseStep.create(case=case, by=member, act=CaseAct.ANSWERED, at=now)


def _said(text: str, field: str) -> str:
    said = text.strip().replace("\r\n", "\n")
    if not said or len(said) > SAYS_MOST:
        raise FormRefused({field: f"Write 1 to {SAYS_MOST:,} characters."})
    return said
