"""A licence and a photo ID, for two officers to look at (domain.md 4.1, method 4).

Kept sealed, shown to officers alone and each time written down, gone with the decision and after
30 days in any case.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tortoise.expressions import Subquery
from tortoise.transactions import in_transaction

from instance.errors import FormRefused, NotAllowed, NotFound
from instance.models import (
    CaseAct,
    CaseDocument,
    CaseKind,
    CaseState,
    CaseStep,
    Member,
    VerificationCase,
)
from instance.services import case_decisions, case_notes, cases, duties
from instance.services.duties import Duty

FILES_MOST, FILE_MOST = 4, 10 * 1024 * 1024
KEPT = timedelta(days=30)
_BEGINS = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
}
SUFFIXES = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


async def send(member: Member, files: Sequence[bytes], now: datetime) -> VerificationCase:
    """Bring files to the oldest open case of theirs, or to a new one. Raises FormRefused."""
    types = [_type_of(content) for content in files]
    if not files:
        raise FormRefused({"documents": "Choose a file."})
    if None in types:
        raise FormRefused({"documents": "A file is no PDF, JPEG or PNG. Choose another one."})
    if any(len(content) > FILE_MOST for content in files):
        raise FormRefused({"documents": "A file is larger than 10 MB. Take a smaller picture."})
    async with in_transaction():
        await Member.filter(id=member.id).select_for_update().first()  # twice at once
        case = await _case_of(member, now)
        if await CaseDocument.filter(case_id=case.id).count() + len(files) > FILES_MOST:
            raise FormRefused({"documents": "These are too many. Send 4 files at most."})
        for content, media_type in zip(files, types, strict=True):
            await CaseDocument.create(
                case=case, media_type=media_type, size=len(content), content=content, sent_at=now
            )
        if case.state is not CaseState.WAITING:
            cases.drop_proposal(case)
            case.state, case.waits_since = CaseState.WAITING, now
            await case.save()
        await CaseStep.create(case=case, by=member, act=CaseAct.SENT, text=str(len(files)), at=now)
    return case


async def count(member: Member) -> int:
    """How many of theirs are here."""
    return await CaseDocument.filter(case__member_id=member.id).count()


async def take_back(member: Member) -> None:
    """The member deletes all they sent."""
    own = VerificationCase.filter(member_id=member.id)
    async with in_transaction():
        await cases.erase(CaseDocument.filter(case_id__in=Subquery(own.values("id"))))


async def read(by: Member, case_id: int, document_id: int, now: datetime) -> CaseDocument:
    """For an officer who may decide the case; written down. Raises NotFound, NotAllowed."""
    duties.require(by, Duty.VERIFICATION)
    async with in_transaction():
        found = CaseDocument.filter(id=document_id, case_id=case_id, case__key__not_isnull=True)
        document = await found.select_related("case__member").first()
        if document is None:
            raise NotFound
        if document.case.member_id == by.id:
            raise NotAllowed(case_decisions.OWN)
        await case_notes.note(by, document.case, CaseAct.SEEN, str(document_id), now)
    return document


async def _case_of(member: Member, now: datetime) -> VerificationCase:
    own = VerificationCase.filter(member_id=member.id, key__not_isnull=True)
    case = await own.order_by("id").first()
    return case or await cases.open_case(member, CaseKind.DOCUMENT, now)


def _type_of(content: bytes) -> str | None:
    """By how it begins: what its sender calls it says nothing."""
    return next((kind for begins, kind in _BEGINS.items() if content.startswith(begins)), None)
