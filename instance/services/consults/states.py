"""The state machine of domain.md 3.3, as one table. Only a consult's owner applies it.

A private one, between two people, has a table of its own: it is open or closed (federation.md 6.3).
What happens before a consult is open (submit, a draft that is held) is in `drafts` and `opening`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from instance.errors import Conflict, NotAllowed
from instance.models import Consult, Status
from instance.outbox.standing import Claims

# What the asker may record; the other two only time writes.
OUTCOMES = (
    *("followed", "followed_in_part", "not_followed", "referral_avoided", "referred"),
    *("patient_transferred", "unknown"),
)
NOT_REPORTED, NOT_ACCEPTED = "not_reported", "not_accepted"
REASONS = ("formal_consult", "emergency", "transfer")
ACCEPTED_MAX = 3
UNANSWERED_FOR = IDLE_FOR = timedelta(days=14)
OUTCOME_DUE = timedelta(days=14)
OUTCOME_FOR = REOPENED_WITHIN = timedelta(days=30)


class Event(StrEnum):
    """What may happen to a consult; the value is its `cs:kind` where it is a Note on the wire."""

    ANSWER = "answer"
    COMMENT = "comment"
    ASK_INFO = "ask_info"
    PROVIDE_INFO = "provide_info"
    ACCEPT = "accept"
    NOT_SOLVED = "not_solved"
    RECORD_OUTCOME = "record_outcome"
    ESCALATE = "escalate"
    REOPEN = "reopen"
    CLOSE = "close"
    WITHDRAW = "withdraw"
    CONSENT = "consent"
    EDIT = "edit"
    DELETE = "delete"
    LAPSE = "lapse"
    RECALL = "phi_recall"
    RELEASE = "release"


class Who(StrEnum):
    ASKER = "asker"
    ANSWERER = "answerer"  # L3+ physician, not the asker
    PARTICIPANT = "participant"  # L2+
    AUTHOR = "author"  # of what is changed
    ASKER_OR_STEWARD = "asker or steward"
    SYSTEM = "system"


@dataclass(frozen=True)
class Doer:
    """Who wants something to happen. `is_steward`: of the owner, or of a peer that may ask for a
    recall. Without claims it is time itself."""

    claims: Claims | None = None
    is_asker: bool = False
    is_author: bool = False
    is_steward: bool = False


@dataclass(frozen=True)
class Row:
    """From which states, by whom, and into which; `target` None: the state stays.

    `asked_in`: of needs_info, only where it was asked in this state. `back`: into the state before
    a recall. `unanswered`: only before the first answer. `within`: of the last change.
    """

    event: Event
    sources: tuple[Status, ...]
    who: Who
    target: Status | None
    asked_in: Status | None = None
    back: bool = False
    unanswered: bool = False
    within: timedelta | None = None

    def fits(self, consult: Consult, now: datetime) -> bool:
        return (
            consult.status in self.sources
            and (self.asked_in is None or self.asked_in is asked_in(consult))
            and not (self.unanswered and consult.first_answer_at is not None)
            and (self.within is None or now - consult.changed_at <= self.within)
        )


OPEN, NEEDS_INFO, ANSWERED = Status.OPEN, Status.NEEDS_INFO, Status.ANSWERED
RESOLVED, CLOSED, HELD = Status.RESOLVED, Status.CLOSED, Status.HELD
LIVE = (OPEN, NEEDS_INFO, ANSWERED, RESOLVED)
ENDED = (CLOSED, Status.ESCALATED, Status.EXPIRED, Status.WITHDRAWN)
CLONED = (Status.EXPIRED, Status.WITHDRAWN)  # may be asked again from a new draft
# Of `needs_info` the more precise row comes first.
TABLE = (
    Row(Event.ASK_INFO, (OPEN, ANSWERED), Who.ANSWERER, NEEDS_INFO),
    Row(Event.PROVIDE_INFO, (NEEDS_INFO,), Who.ASKER, OPEN, asked_in=OPEN),
    Row(Event.PROVIDE_INFO, (NEEDS_INFO,), Who.ASKER, ANSWERED, asked_in=ANSWERED),
    Row(Event.ANSWER, (OPEN, NEEDS_INFO), Who.ANSWERER, ANSWERED),
    Row(Event.ANSWER, (ANSWERED,), Who.ANSWERER, None),
    Row(Event.COMMENT, LIVE, Who.PARTICIPANT, None),
    Row(Event.EDIT, LIVE, Who.AUTHOR, None),
    Row(Event.DELETE, LIVE, Who.AUTHOR, None),
    Row(Event.NOT_SOLVED, (ANSWERED, RESOLVED), Who.ASKER, OPEN),
    Row(Event.ACCEPT, (ANSWERED,), Who.ASKER, RESOLVED),
    Row(Event.RECORD_OUTCOME, (RESOLVED,), Who.ASKER, CLOSED),
    Row(Event.LAPSE, (RESOLVED, ANSWERED), Who.SYSTEM, CLOSED),
    Row(Event.ESCALATE, (OPEN, NEEDS_INFO, ANSWERED), Who.ASKER_OR_STEWARD, Status.ESCALATED),
    Row(Event.LAPSE, (OPEN,), Who.SYSTEM, Status.EXPIRED),
    Row(Event.LAPSE, (NEEDS_INFO,), Who.SYSTEM, Status.EXPIRED, asked_in=OPEN),
    Row(Event.LAPSE, (NEEDS_INFO,), Who.SYSTEM, CLOSED, asked_in=ANSWERED),
    Row(Event.WITHDRAW, (OPEN, NEEDS_INFO, HELD), Who.ASKER, Status.WITHDRAWN, unanswered=True),
    Row(Event.REOPEN, (CLOSED,), Who.ASKER, OPEN, within=REOPENED_WITHIN),
    Row(Event.CONSENT, (CLOSED,), Who.ASKER, None),
    Row(Event.RECALL, tuple(set(Status) - {HELD}), Who.ASKER_OR_STEWARD, HELD),
    Row(Event.RELEASE, (HELD,), Who.ASKER_OR_STEWARD, None, back=True),
)
PRIVATE_STATES = (OPEN, CLOSED, HELD)  # held after a recall alone
# Either of the two closes it and opens it again; both need no words for it.
PRIVATE_TABLE = (
    Row(Event.COMMENT, (OPEN,), Who.PARTICIPANT, None),
    Row(Event.EDIT, (OPEN,), Who.AUTHOR, None),
    Row(Event.DELETE, (OPEN,), Who.AUTHOR, None),
    Row(Event.CLOSE, (OPEN,), Who.PARTICIPANT, CLOSED),
    Row(Event.REOPEN, (CLOSED,), Who.PARTICIPANT, OPEN),
    Row(Event.RECALL, (OPEN, CLOSED), Who.ASKER_OR_STEWARD, HELD),
    Row(Event.RELEASE, (HELD,), Who.ASKER_OR_STEWARD, None, back=True),
)


def _by_event(table: tuple[Row, ...]) -> dict[Event, tuple[Row, ...]]:
    return {event: tuple(row for row in table if row.event is event) for event in Event}


# Asked for each thing that a page offers.
_ROWS = {False: _by_event(TABLE), True: _by_event(PRIVATE_TABLE)}


def rows_of(event: Event, consult: Consult) -> tuple[Row, ...]:
    return _ROWS[consult.is_private][event]


def asked_in(consult: Consult) -> Status:
    return consult.status_before or OPEN


def who_may(event: Event, consult: Consult) -> Who | None:
    """None where a consult of this type knows no such event."""
    return next((row.who for row in rows_of(event, consult)), None)


def row_for(event: Event, consult: Consult, now: datetime) -> Row | None:
    """None where it cannot happen now. A lock stops everything but a recall."""
    if consult.is_locked and event is not Event.RECALL:
        return None
    return next((row for row in rows_of(event, consult) if row.fits(consult, now)), None)


def is_legal(event: Event, consult: Consult, now: datetime) -> bool:
    return row_for(event, consult, now) is not None


def is_entitled(event: Event, consult: Consult, doer: Doer) -> bool:
    who, claims = who_may(event, consult), doer.claims
    if claims is None or who is None:
        return who is Who.SYSTEM
    return {
        Who.ASKER: doer.is_asker,
        Who.ANSWERER: claims.may_answer and not doer.is_asker,
        Who.PARTICIPANT: claims.may_take_part,
        Who.AUTHOR: claims.may_take_part and doer.is_author,
        Who.ASKER_OR_STEWARD: doer.is_asker or doer.is_steward,
        Who.SYSTEM: False,
    }[who]


def require(event: Event, consult: Consult, doer: Doer, now: datetime) -> None:
    """Raises NotAllowed for the wrong person, Conflict in the wrong state."""
    if not is_entitled(event, consult, doer):
        raise NotAllowed(
            "Only verified physicians can answer. See your account for what is missing."
            if who_may(event, consult) is Who.ANSWERER
            else None
        )
    if not is_legal(event, consult, now):
        what = "conversation" if consult.is_private else "consult"
        raise Conflict(
            f"This {what} is {consult.status.value.replace('_', ' ')} since "
            f"{consult.changed_at:%H:%M} UTC."
        )


def apply(event: Event, consult: Consult, now: datetime) -> bool:
    """Move the consult and its clock; True when state members changed (version + 1)."""
    before, row = consult.status, row_for(event, consult, now)
    if row is None:
        raise Conflict
    target = (consult.held_before or OPEN) if row.back else row.target
    if event is Event.ANSWER and consult.first_answer_at is None:
        consult.first_answer_at = now
    if target is not None and target is not before:
        consult.status = target
        _move(event, consult, before, now)
        consult.version += 1
        consult.changed_at = now
    consult.lapses_at = lapse(event, consult, now)
    return consult.status is not before


def lapse(event: Event | None, consult: Consult, now: datetime) -> datetime | None:
    """When time alone ends the consult, if nothing happens after this event."""
    if consult.is_private:
        return None
    begins = event in (None, Event.NOT_SOLVED, Event.REOPEN, Event.RELEASE)
    is_idle = consult.status is ANSWERED
    is_idle = is_idle or (consult.status is NEEDS_INFO and asked_in(consult) is ANSWERED)
    if is_idle:
        return now + IDLE_FOR
    if consult.status is RESOLVED:
        return now + OUTCOME_FOR if begins or event is Event.ACCEPT else consult.lapses_at
    if consult.status in (OPEN, NEEDS_INFO):
        return now + UNANSWERED_FOR if begins else consult.lapses_at
    return None


def _move(event: Event, consult: Consult, before: Status, now: datetime) -> None:
    """What a change of state does besides."""
    if event is Event.RECALL:
        consult.held_before = before
    if consult.is_private:
        return  # it has no clock
    if event is Event.ASK_INFO:
        consult.status_before = before
    if before is OPEN and consult.due_at is not None and consult.status in (NEEDS_INFO, HELD):
        consult.remaining_seconds = max(0, int((consult.due_at - now).total_seconds()))
        consult.due_at = None
    elif consult.status is OPEN and event in (Event.PROVIDE_INFO, Event.RELEASE):
        consult.due_at = now + timedelta(seconds=consult.remaining_seconds or 0)
    if event in (Event.NOT_SOLVED, Event.REOPEN):
        consult.accepted, consult.outcome = [], None
        consult.due_at = now + timedelta(hours=consult.target_hours)
        consult.reopened += 1
    if event is Event.LAPSE and consult.status is CLOSED:
        consult.outcome = NOT_REPORTED if before is RESOLVED else NOT_ACCEPTED
