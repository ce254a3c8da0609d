"""From what a member's standing rests on to their own pages about it."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

from instance.models import (
    CaseAct,
    CaseState,
    Ending,
    Level,
    Member,
    Profession,
    Stage,
    Verification,
    VerificationCase,
)
from instance.outbox import standing
from instance.services import (
    attesting,
    case_documents,
    cases,
    renewals,
    verification,
    verification_ways,
)
from instance.web import views
from instance.web.presenting import people
from instance.web.presenting.pages import surroundings
from instance.web.views.verification import (
    EndedProof,
    OwnCase,
    Proof,
    SendDocumentsPage,
    StatementPage,
    VerificationPage,
    WayRow,
)

T = TypeVar("T", Profession, Stage)
URL = "/account/verification"
_DECIDED_MOST, _ENDED_MOST = 5, 5
_TELLS = {CaseState.ASKED: CaseAct.ASKED, CaseState.REFUSED: CaseAct.REFUSED}


async def verification_page(
    member: Member,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    refusal: str = "",
    done: str = "",
) -> VerificationPage:
    typed = typed or {}
    around = await surroundings(member, nav="account", here=URL)
    now = around.page.now
    own = [await _own(case) for case in await cases.of_member(member)]
    waiting = tuple(one for one in own if one.state in cases.OPEN)
    living = await verification.living(member, now).order_by("-level", "id")
    claims = standing.claims_of(member)
    return VerificationPage(
        page=around.page,
        standing=people.of_member(member),
        proofs=tuple(_proof(row, now) for row in living),
        ended=await _ended(member, living),
        waiting=waiting,
        decided=tuple(one for one in own if one.state not in cases.OPEN)[:_DECIDED_MOST],
        ways=tuple(
            WayRow(kind=way.kind, url=way.path) for way in verification_ways.open_to(member)
        ),
        files=sum(one.files for one in waiting),
        may_ask=claims.may_take_part,
        may_answer=claims.may_answer,
        done=done,
        answered=typed.get("case", ""),
        typed_answer=typed.get("answer", ""),
        refusal=refusal,
        errors=views.FieldError.all_of(errors or {}),
    )


async def documents_page(
    member: Member, errors: Mapping[str, str] | None = None
) -> SendDocumentsPage:
    around = await surroundings(member, nav="account", here=URL)
    return SendDocumentsPage(
        page=around.page,
        sent=await case_documents.count(member),
        most=case_documents.FILES_MOST,
        errors=views.FieldError.all_of(errors or {}),
    )


async def statement_page(
    member: Member,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    refusal: str = "",
) -> StatementPage:
    typed = typed or {}
    around = await surroundings(member, nav="account", here=URL)
    signed = await attesting.last(member)
    profession = _one(Profession, typed.get("profession"), member.profession)
    stage = _one(Stage, typed.get("stage"), member.stage)
    name = typed.get("name", "")
    return StatementPage(
        page=around.page,
        text=attesting.text_of(name or member.legal_name, profession, stage),
        name=name,
        profession=profession.value,
        stage=stage.value,
        is_fixed=member.level > Level.ATTESTED,
        signed=signed.text if signed is not None else "",
        signed_at=signed.signed_at if signed is not None else None,
        refusal=refusal,
        errors=views.FieldError.all_of(errors or {}),
    )


def _one(kind: type[T], typed: str | None, present: T) -> T:
    return next((value for value in kind if value.value == typed), present)


def _proof(row: Verification, now: datetime) -> Proof:
    before = renewals.BEFORE.get(row.method)
    ends = row.valid_until
    is_soon = before is not None and ends is not None and ends <= now + before
    return Proof(method=row.method.value, since=row.given_at, until=ends, soon=is_soon)


async def _ended(member: Member, living: list[Verification]) -> tuple[EndedProof, ...]:
    """The last of each method that counts no more."""
    there = {row.method for row in living}
    rows = Verification.filter(member_id=member.id, ended_at__not_isnull=True)
    found: dict[str, EndedProof] = {}
    for row in await rows.exclude(ending=Ending.REPLACED).order_by("-ended_at", "-id").limit(50):
        if row.method not in there and row.ended_at is not None and row.ending is not None:
            one = EndedProof(method=row.method.value, at=row.ended_at, why=row.ending.value)
            found.setdefault(row.method.value, one)
    return tuple(found.values())[:_ENDED_MOST]


async def _own(case: VerificationCase) -> OwnCase:
    act = _TELLS.get(case.state)
    said = [step.text for step in await cases.steps(case) if step.act is act] if act else []
    return OwnCase(
        id=str(case.id),
        kind=case.kind.value,
        state=case.state.value,
        at=case.decided_at or case.waits_since,
        text=said[-1] if said else "",
        files=len(await cases.documents(case)) if case.state in cases.OPEN else 0,
    )
