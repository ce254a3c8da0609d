"""Verification cases in tests: opened, decided by officers, with documents."""

from datetime import UTC, date, datetime

from tortoise.transactions import in_transaction

from instance.models import (
    CaseDocument,
    CaseKind,
    CaseStep,
    Member,
    RosterEntry,
    VerificationCase,
)
from instance.services import case_decisions, case_documents, cases
from instance.services.case_decisions import Choice, Decision
from tests.houses import House, Person

WHY = "I have looked at it and it agrees."
PNG = b"\x89PNG\r\n\x1a\n" + b"licence-zebrafinch" * 400
PDF = b"%PDF-1.7 " + b"identity-zebrafinch" * 400


def now() -> datetime:
    return datetime.now(UTC)


async def opens(
    person: Person, kind: CaseKind = CaseKind.JOINED, at: datetime | None = None
) -> VerificationCase:
    async def work() -> VerificationCase:
        async with in_transaction():
            member = await Member.get(id=person.member.id)
            return await cases.open_case(member, kind, at or now())

    return await person.home.at(work)


async def decides(
    by: Person,
    case: VerificationCase,
    choice: Choice,
    *,
    reason: str = WHY,
    until: date | None = None,
    entry: RosterEntry | None = None,
) -> VerificationCase:
    """As a page does it that was opened just now."""
    knows = await by.home.at(cases.last_step, case)
    wanted = Decision(choice, reason, knows, until, entry.id if entry is not None else None)
    return await by.does(case_decisions.decide, case.id, wanted, now())


async def sends(person: Person, *files: bytes) -> VerificationCase:
    return await person.does(case_documents.send, list(files or (PNG, PDF)), now())


async def looks(by: Person, case: VerificationCase) -> None:
    """Opens every document."""
    for row in await by.home.at(cases.documents, case):
        await by.does(case_documents.read, case.id, row.id, now())


async def again(case: VerificationCase, house: House) -> VerificationCase:
    return await house.at(VerificationCase.get, id=case.id)


async def left(house: House) -> int:
    return await house.at(lambda: CaseDocument.all().count())


async def acts(house: House, case: VerificationCase) -> list[str]:
    rows = await house.at(lambda: CaseStep.filter(case_id=case.id).order_by("id"))
    return [row.act.value for row in rows]
