"""From cases to the pages of verification officers."""

from collections.abc import Mapping
from datetime import datetime

from instance.models import (
    CaseAct,
    CaseDocument,
    CaseState,
    Member,
    MemberNumber,
    Method,
    VerificationCase,
)
from instance.services import (
    case_decisions,
    case_documents,
    cases,
    members,
    verification,
    vouching,
)
from instance.services.case_decisions import Choice
from instance.services.cases import Near, Waiting
from instance.services.registry import numbers
from instance.web import views
from instance.web.presenting import people
from instance.web.presenting.pages import Surroundings
from instance.web.views.cases import (
    CaseBox,
    CaseEvent,
    CaseFile,
    CaseNumber,
    CasePage,
    CaseProof,
    CaseRow,
    CasesPage,
    CaseVoucher,
    NearRow,
)

URL = "/admin/verification"
_PROPOSED = {
    Method.DOCUMENT: Choice.DOCUMENT,
    Method.ROSTER: Choice.ROSTER,
    Method.REGISTRY: Choice.REGISTRY,
    Method.VOUCH: Choice.KNOWN,
}


async def queue_page(around: Surroundings, reader: Member, box: str, done: str = "") -> CasesPage:
    found, counted = await cases.queue(reader, box), await cases.counts()
    names = await members.names([one.case.member_id for one in found])
    now = around.page.now
    rows = tuple(_row(one, names, reader, now) for one in found)
    return CasesPage(
        page=around.page,
        box=box,
        boxes=tuple(
            CaseBox(name=name, url=_box_url(name), count=counted.get(name, 0))
            for name in cases.BOXES
        ),
        rows=rows,
        late=sum(row.late for row in rows),
        median=await cases.median_wait(now),
        done=done,
    )


async def case_page(
    around: Surroundings,
    reader: Member,
    case_id: int,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    refusal: str = "",
    done: str = "",
) -> CasePage:
    typed = typed or {}
    found = await cases.by_id(reader, case_id)
    case, member = found.case, found.case.member
    near, files, history = await _seen_of(reader, case)
    names = await members.names([member.id, case.proposed_by_id, reader.id])
    waiting = [row.id for row in await cases.to_decide(reader).order_by("waits_since", "id")]
    following = await cases.next_after(reader, case)
    may = case_decisions.choices(reader, case, len(files), len(near))
    is_second = case.state is CaseState.SECOND
    return CasePage(
        page=around.page,
        url=url(case),
        knows=str(await cases.last_step(case)),
        row=_row(found, names, reader, around.page.now),
        standing=people.of_member(member),
        email=member.email,
        mailbox="mailbox" in found.evidence,
        jurisdiction=member.jurisdiction,
        specialties=tuple(member.specialties),
        joined_at=member.created_at,
        claims_stage=case.stage.value if case.stage else "",
        proofs=tuple(
            CaseProof(method=one.method.value, since=one.given_at, until=one.valid_until)
            for one in await verification.living(member, around.page.now).order_by("method")
        ),
        numbers=tuple(_number(one) for one in await numbers.of(member)),
        vouchers=await _vouchers(member, around.page.now),
        near=near,
        files=files,
        events=history,
        choices=tuple(choice.value for choice in may),
        why_not=_why_not(reader, case),
        proposed=_PROPOSED.get(case.method, Choice.STAGE).value if is_second else "",
        proposed_entry=case.entry.name if is_second and case.entry is not None else "",
        proposed_by=names.get(case.proposed_by_id, "") if is_second else "",
        until=case.until if is_second else None,
        position=waiting.index(case.id) + 1 if case.id in waiting else 0,
        of=len(waiting),
        next_url=url(following) if following is not None else "",
        done=done,
        typed_choice=typed.get("choice", ""),
        typed_reason=typed.get("reason", ""),
        typed_until=typed.get("until", ""),
        typed_entry=typed.get("entry", ""),
        refusal=refusal,
        errors=views.FieldError.all_of(errors or {}),
    )


async def _vouchers(member: Member, now: datetime) -> tuple[CaseVoucher, ...]:
    rows = [row for row in await vouching.for_member(member, now) if row.given_at is not None]
    names = await members.names([row.voucher_id for row in rows])
    return tuple(CaseVoucher(name=names.get(row.voucher_id, ""), how=row.how) for row in rows)


def url(case: VerificationCase) -> str:
    return f"{URL}/{case.id}"


def _box_url(name: str) -> str:
    return URL if name == "waiting" else f"{URL}?box={name}"


def _why_not(reader: Member, case: VerificationCase) -> str:
    if case.state not in cases.OPEN:
        return "over"
    if case.member_id == reader.id:
        return "own"
    is_mine = case.state is CaseState.SECOND and case.proposed_by_id == reader.id
    return "proposed" if is_mine else ""


def _row(found: Waiting, names: Mapping[int | None, str], reader: Member, now: datetime) -> CaseRow:
    case, member = found.case, found.case.member
    due_at = cases.due_at(case)
    is_turn = case.state in (CaseState.WAITING, CaseState.SECOND)
    return CaseRow(
        url=url(case),
        name=names.get(member.id, member.legal_name),
        kind=case.kind.value,
        state=case.state.value,
        since=case.waits_since if case.decided_at is None else case.decided_at,
        waited=now - case.waits_since,
        due_at=due_at,
        late=is_turn and due_at < now,
        mine=member.id == reader.id,
        profession=member.profession.value,
        stage=member.stage.value,
        specialty=member.specialties[0] if member.specialties else "",
        evidence=found.evidence,
    )


async def _seen_of(
    reader: Member, case: VerificationCase
) -> tuple[tuple[NearRow, ...], tuple[CaseFile, ...], tuple[CaseEvent, ...]]:
    """Rows of the roster, documents and history."""
    history = await cases.steps(case)
    seen = {s.text for s in history if s.act is CaseAct.SEEN and s.by_id == reader.id}
    names = await members.names([step.by_id for step in history])
    is_open = case.state in cases.OPEN
    near = await cases.nearest(case.member) if is_open and case.member_id != reader.id else []
    events = tuple(
        CaseEvent(
            act=step.act.value,
            by=names.get(step.by_id, ""),
            at=step.at,
            text=step.text if step.act not in (CaseAct.SEEN, CaseAct.SENT) else "",
        )
        for step in history
    )
    files = tuple(_file(case, row, seen) for row in await cases.documents(case))
    return tuple(_near(one, case) for one in near), files, events


def _file(case: VerificationCase, row: CaseDocument, seen: set[str]) -> CaseFile:
    return CaseFile(
        url=f"{url(case)}/documents/{row.id}",
        kind=case_documents.SUFFIXES[row.media_type],
        kilobytes=max(1, row.size // 1024),
        sent_at=row.sent_at,
        gone_at=row.sent_at + case_documents.KEPT,
        seen=str(row.id) in seen,
    )


def _number(given: MemberNumber) -> CaseNumber:
    is_free = given.held is not None
    return CaseNumber(
        kind=given.kind.value,
        typed=given.typed,
        finding=given.outcome.value if is_free else "taken",
        jurisdiction=given.jurisdiction,
    )


def _near(found: Near, case: VerificationCase) -> NearRow:
    entry = found.entry
    return NearRow(
        id=str(entry.id),
        name=entry.name,
        email=entry.email,
        department=entry.department,
        profession=entry.profession.value,
        stage=entry.stage.value,
        licence=entry.licence or entry.npi,
        licence_until=entry.licence_until.isoformat() if entry.licence_until else "",
        same_email=found.same_email,
        same_name=found.same_name,
        taken=entry.member_id not in (None, case.member_id),
    )
