"""What a verification officer decides about a case, with a reason; never about their own (T72).

What rests on somebody's word needs two officers (T71): documents, a row of the roster whose address
the member has not confirmed, somebody who is known in person, another stage. One alone may say that
the public register agrees with a number the member gave.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from tortoise.transactions import in_transaction

from instance.errors import Conflict, FormRefused, NotAllowed, NotFound
from instance.models import (
    CaseAct,
    CaseDocument,
    CaseKind,
    CaseState,
    CaseStep,
    Member,
    Method,
    RosterEntry,
    VerificationCase,
)
from instance.services import case_notes, cases, duties, verification
from instance.services.duties import Duty
from instance.services.roster import matching

REASON_LEAST, REASON_MOST = 10, 300
OWN = "This is about yourself. Another officer decides."
PROPOSED = "You proposed this. Another officer has to agree."
OVER = "This case is decided already."
CHANGED = "This case has changed since you opened it. Look at it again."


class Choice(StrEnum):
    """What an officer can do; the first five grant something."""

    DOCUMENT = "document"
    ROSTER = "roster"
    REGISTRY = "registry"
    KNOWN = "known"
    STAGE = "stage"
    AGREE = "agree"
    ASK = "ask"
    REFUSE = "refuse"


_METHODS: Mapping[Choice, Method | None] = {
    Choice.DOCUMENT: Method.DOCUMENT,
    Choice.ROSTER: Method.ROSTER,
    Choice.REGISTRY: Method.REGISTRY,
    Choice.KNOWN: Method.VOUCH,
    Choice.STAGE: None,
}


@dataclass(frozen=True)
class Decision:
    """`until`: the last day on which it counts, where that is before its usual end. `entry_id`:
    which row of the roster. `knows`: the last step that the officer saw (`cases.last_step`)."""

    choice: Choice
    reason: str
    knows: int
    until: date | None = None
    entry_id: int | None = None


def choices(by: Member, case: VerificationCase, documents: int, near: int) -> list[Choice]:
    """What this officer may do now; nothing where it is not theirs."""
    if case.state not in cases.OPEN or case.member_id == by.id:
        return []
    rest = [Choice.ASK, Choice.REFUSE]
    if case.state is CaseState.SECOND:
        return [Choice.AGREE, *rest] if case.proposed_by_id != by.id else []
    grants = [Choice.STAGE] if case.stage is not None else []
    grants += [Choice.DOCUMENT] if documents else []
    grants += [Choice.ROSTER] if near else []
    return [*grants, Choice.REGISTRY, Choice.KNOWN, *rest]


def takes_two(case: VerificationCase, choice: Choice) -> bool:
    return choice is not Choice.REGISTRY or case.kind is not CaseKind.NUMBER


async def decide(by: Member, case_id: int, decision: Decision, now: datetime) -> VerificationCase:
    """Carry it out, or leave it to a second officer.

    Raises FormRefused, NotAllowed for one's own case or proposal, Conflict for what is over.
    """
    duties.require(by, Duty.VERIFICATION)
    reason = " ".join(decision.reason.split())
    async with in_transaction():
        case = await _locked(by, case_id)
        entry = await _checked(by, case, decision, reason, now)
        if decision.choice is Choice.ASK:
            await _ask(by, case, reason, now)
        elif decision.choice is Choice.REFUSE:
            await _close(by, case, CaseState.REFUSED, reason, now)
        elif decision.choice is Choice.AGREE:
            await _grant(by, case, reason, now)
        else:
            granted = {"method": _METHODS[decision.choice], "until": _end_of(decision.until)}
            case.update_from_dict({**granted, "entry": entry})
            if takes_two(case, decision.choice):
                await _propose(by, case, reason, now)
            else:
                await _grant(by, case, reason, now)
    return case


async def _locked(by: Member, case_id: int) -> VerificationCase:
    """Nobody else decides it meanwhile."""
    case = await VerificationCase.filter(id=case_id).select_for_update().first()
    if case is None:
        raise NotFound
    if case.member_id == by.id:
        raise NotAllowed(OWN)
    if case.state not in cases.OPEN:
        raise Conflict(OVER)
    if case.state is CaseState.SECOND and case.proposed_by_id == by.id:
        raise NotAllowed(PROPOSED)
    await case.fetch_related("member", "entry")
    return case


async def _checked(
    by: Member, case: VerificationCase, decision: Decision, reason: str, now: datetime
) -> RosterEntry | None:
    """The row of the roster, where it is about one. Raises FormRefused, Conflict."""
    problems = {}
    if not REASON_LEAST <= len(reason) <= REASON_MOST:
        problems["reason"] = f"Say why in {REASON_LEAST} to {REASON_MOST} characters."
    sent = await CaseDocument.filter(case_id=case.id).values_list("id", flat=True)
    is_known = decision.knows == await cases.last_step(case)
    if not is_known or decision.choice not in choices(by, case, len(sent), 1):
        raise Conflict(CHANGED)
    is_about_files = decision.choice is Choice.DOCUMENT or (
        decision.choice is Choice.AGREE and case.method is Method.DOCUMENT
    )
    if is_about_files and not await _has_seen(by, case, [int(str(one)) for one in sent]):
        problems["choice"] = "Open each document first. You vouch for what is in them."
    if decision.until is not None and decision.until <= now.date():
        problems["until"] = "Choose a day after today."
    entry = None
    if decision.choice is Choice.ROSTER:
        entry = await RosterEntry.get_or_none(id=decision.entry_id or 0, left_at=None)
        if entry is None:
            problems["entry"] = "Choose a row of the roster."
        elif entry.member_id not in (None, case.member_id):
            problems["entry"] = "This row belongs to another member here."
    if problems:
        raise FormRefused(problems)
    return entry


async def _has_seen(by: Member, case: VerificationCase, document_ids: list[int]) -> bool:
    seen = CaseStep.filter(case_id=case.id, by_id=by.id, act=CaseAct.SEEN)
    return bool(document_ids) and {str(one) for one in document_ids} <= {
        step.text for step in await seen
    }


async def _ask(by: Member, case: VerificationCase, question: str, now: datetime) -> None:
    """What somebody proposed before is not carried out."""
    case.state, case.waits_since = CaseState.ASKED, now
    cases.drop_proposal(case)
    await case.save()
    await _note(by, case, CaseAct.ASKED, question, now)
    await case_notes.tell(case.member)


async def _propose(by: Member, case: VerificationCase, reason: str, now: datetime) -> None:
    case.state, case.proposed_by_id, case.waits_since = CaseState.SECOND, by.id, now
    await case.save()
    await _note(by, case, CaseAct.PROPOSED, reason, now)
    await case_notes.call_second(by, case)


async def _grant(by: Member, case: VerificationCase, reason: str, now: datetime) -> None:
    """The case is over before its effect, which settles others."""
    member = case.member
    await _close(by, case, CaseState.GRANTED, reason, now)
    if case.method is None:
        await verification.enter(member, case.stage, now)
    elif case.method is Method.ROSTER:
        if case.entry is None or case.entry.left_at is not None:
            raise Conflict(CHANGED)
        await matching.link(case.entry, member, now, by)
    else:
        await verification.give(member, case.method, now, until=case.until, by=by)


async def _close(
    by: Member, case: VerificationCase, state: CaseState, reason: str, now: datetime
) -> None:
    await case.save()
    await cases.end(case, state, now)
    act = CaseAct.GRANTED if state is CaseState.GRANTED else CaseAct.REFUSED
    await _note(by, case, act, reason, now)
    await case_notes.tell(case.member)


async def _note(by: Member, case: VerificationCase, act: CaseAct, text: str, now: datetime) -> None:
    what = {"method": case.method.value} if case.method is not None else {}
    await case_notes.note(by, case, act, text, now, **what)


def _end_of(day: date | None) -> datetime | None:
    return datetime.combine(day + timedelta(days=1), time(), UTC) if day is not None else None
