"""The state machine of domain.md 3.3, as one table. Only a consult's owner applies it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from instance.errors import Conflict, NotAllowed
from instance.models import Consult, Status
from instance.outbox.standing import Claims

OUTCOMES = (
    *("followed", "followed_in_part", "not_followed", "referral_avoided", "referred"),
    *("patient_transferred", "unknown", "not_reported"),
)
ACCEPTED_MAX = 3


class Event(StrEnum):
    """What may happen to an open consult; the value is its `cs:kind` on the wire."""

    ANSWER = "answer"
    COMMENT = "comment"
    ASK_INFO = "ask_info"
    PROVIDE_INFO = "provide_info"
    ACCEPT = "accept"
    NOT_SOLVED = "not_solved"
    RECORD_OUTCOME = "record_outcome"
    RECALL = "phi_recall"
    RELEASE = "release"


class Who(StrEnum):
    ASKER = "asker"
    ANSWERER = "answerer"  # L3+ physician, not the asker
    PARTICIPANT = "participant"  # L2+
    KEEPER = "keeper"  # the asker or a steward, by the ways of `recalling` and `releasing` alone


@dataclass(frozen=True)
class Row:
    """From which states, by whom, and into which; `target` None: the state stays."""

    sources: frozenset[Status]
    who: Who
    target: Status | None


def _row(who: Who, target: Status | None, *sources: Status) -> Row:
    return Row(frozenset(sources), who, target)


_LIVE = (Status.OPEN, Status.NEEDS_INFO, Status.ANSWERED, Status.RESOLVED)
# provide_info leads back to `status_before`, a release to the state before the recall; a further
# answer leaves `answered` as it is.
TABLE = {
    Event.ANSWER: _row(Who.ANSWERER, Status.ANSWERED, *_LIVE[:3]),
    Event.COMMENT: _row(Who.PARTICIPANT, None, *_LIVE),
    Event.ASK_INFO: _row(Who.ANSWERER, Status.NEEDS_INFO, Status.OPEN, Status.ANSWERED),
    Event.PROVIDE_INFO: _row(Who.ASKER, None, Status.NEEDS_INFO),
    Event.ACCEPT: _row(Who.ASKER, Status.RESOLVED, Status.ANSWERED),
    Event.NOT_SOLVED: _row(Who.ASKER, Status.OPEN, Status.ANSWERED, Status.RESOLVED),
    Event.RECORD_OUTCOME: _row(Who.ASKER, Status.CLOSED, Status.RESOLVED),
    Event.RECALL: _row(Who.KEEPER, Status.HELD, *Status),
    Event.RELEASE: _row(Who.KEEPER, None, Status.HELD),
}


def is_legal(event: Event, status: Status) -> bool:
    return status in TABLE[event].sources


def is_entitled(event: Event, claims: Claims, *, is_asker: bool) -> bool:
    who = TABLE[event].who
    if who is Who.KEEPER:
        return False
    if who is Who.ASKER:
        return is_asker
    if who is Who.ANSWERER:
        return claims.may_answer and not is_asker
    return claims.may_take_part


def require(event: Event, consult: Consult, claims: Claims, *, is_asker: bool) -> None:
    """Raises NotAllowed for the wrong person, Conflict in the wrong state."""
    if not is_entitled(event, claims, is_asker=is_asker):
        raise NotAllowed(
            "Only verified physicians can answer. See your account for what is missing."
            if TABLE[event].who is Who.ANSWERER
            else None
        )
    if consult.is_locked or not is_legal(event, consult.status):
        raise Conflict(
            f"This consult is {consult.status.value.replace('_', ' ')} since "
            f"{consult.changed_at:%H:%M} UTC."
        )


def apply(event: Event, consult: Consult, now: datetime) -> bool:
    """Move the consult and its clock; True when state members changed (version + 1)."""
    before = consult.status
    target = TABLE[event].target
    if event is Event.ASK_INFO:
        consult.status_before = before
        if consult.due_at is not None:
            consult.remaining_seconds = max(0, int((consult.due_at - now).total_seconds()))
            consult.due_at = None
    if event is Event.PROVIDE_INFO:
        target = consult.status_before or Status.OPEN
        consult.due_at = now + timedelta(seconds=consult.remaining_seconds or 0)
    if event is Event.ANSWER and consult.first_answer_at is None:
        consult.first_answer_at = now
    if event is Event.NOT_SOLVED:
        consult.accepted = []
        consult.due_at = now + timedelta(hours=consult.target_hours)
    if target is None or target is before:
        return False
    consult.status = target
    consult.version += 1
    consult.changed_at = now
    return True
