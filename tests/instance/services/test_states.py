"""The state machine of domain.md 3.3, each row and each gap of it."""

from datetime import UTC, datetime, timedelta

import pytest

from instance.errors import Conflict, NotAllowed
from instance.models import Consult, Status
from instance.outbox.standing import Claims
from instance.services.consults import states
from instance.services.consults.states import Event

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
PHYSICIAN = Claims(3, "physician", "practising", ["cardiology"])
# Event: from which states, and into which.
LEGAL: dict[Event, dict[str, str]] = {
    Event.ANSWER: {"open": "answered", "needs_info": "answered", "answered": "answered"},
    Event.COMMENT: {state: state for state in ("open", "needs_info", "answered", "resolved")},
    Event.ASK_INFO: {"open": "needs_info", "answered": "needs_info"},
    Event.PROVIDE_INFO: {"needs_info": "open"},
    Event.ACCEPT: {"answered": "resolved"},
    Event.NOT_SOLVED: {"answered": "open", "resolved": "open"},
    Event.RECORD_OUTCOME: {"resolved": "closed"},
}
BY_THE_ASKER = {Event.PROVIDE_INFO, Event.ACCEPT, Event.NOT_SOLVED, Event.RECORD_OUTCOME}
BY_PHYSICIANS = {Event.ANSWER, Event.ASK_INFO}


def consult(status: str, **more: object) -> Consult:
    due_at = None if status == "needs_info" else NOW + timedelta(hours=72)
    values = {"status": Status(status), "due_at": due_at, "accepted": []} | more
    return Consult(target_hours=72, version=5, changed_at=NOW, **values)


def happen(event: Event, to: Consult, *, after: timedelta = timedelta(0)) -> bool:
    states.require(event, to, PHYSICIAN, is_asker=event in BY_THE_ASKER)
    return states.apply(event, to, NOW + after)


@pytest.mark.parametrize("event", list(Event))
def test_every_legal_step_leads_where_the_table_says(event: Event) -> None:
    for before, after in LEGAL[event].items():
        found = consult(before)
        has_moved = happen(event, found)
        assert (found.status, has_moved) == (after, before != after), (event, before)
        assert found.version == (6 if has_moved else 5)


@pytest.mark.parametrize("event", list(Event))
def test_every_other_step_is_a_conflict_and_changes_nothing(event: Event) -> None:
    for status in set(Status) - set(LEGAL[event]):
        found = consult(status)
        with pytest.raises(Conflict):
            happen(event, found)
        assert (found.status, found.version) == (status, 5)


@pytest.mark.parametrize("event", list(Event))
def test_nothing_happens_to_a_locked_consult(event: Event) -> None:
    for status in LEGAL[event]:
        with pytest.raises(Conflict):
            happen(event, consult(status, is_locked=True))


@pytest.mark.parametrize("event", sorted(BY_THE_ASKER))
def test_what_is_the_askers_is_nobody_elses(event: Event) -> None:
    for status in LEGAL[event]:
        with pytest.raises(NotAllowed):
            states.require(event, consult(status), PHYSICIAN, is_asker=False)


@pytest.mark.parametrize("event", sorted(BY_PHYSICIANS))
def test_the_asker_answers_not_themselves(event: Event) -> None:
    for status in LEGAL[event]:
        with pytest.raises(NotAllowed):
            states.require(event, consult(status), PHYSICIAN, is_asker=True)


@pytest.mark.parametrize(
    "claims",
    [
        Claims(2, "physician", "practising", []),
        Claims(3, "physician", "trainee", []),
        Claims(3, "physician", "student", []),
        Claims(2, "physician", "retired", []),  # at L3 their hospital vouches for a licence
        Claims(4, "nurse", "practising", []),
        Claims(4, "pharmacist", "practising", []),
    ],
)
def test_who_is_no_verified_physician_comments_and_does_not_answer(claims: Claims) -> None:
    states.require(Event.COMMENT, consult("open"), claims, is_asker=False)
    for event in BY_PHYSICIANS:
        with pytest.raises(NotAllowed):
            states.require(event, consult("open"), claims, is_asker=False)


def test_below_level_2_nobody_even_comments() -> None:
    for level in (0, 1):
        claims = Claims(level, "physician", "practising", [])
        with pytest.raises(NotAllowed):
            states.require(Event.COMMENT, consult("open"), claims, is_asker=False)


def test_the_wrong_person_learns_nothing_of_the_state() -> None:
    with pytest.raises(NotAllowed):
        states.require(Event.ACCEPT, consult("closed"), PHYSICIAN, is_asker=False)


def test_a_question_back_stops_the_clock_and_its_answer_starts_it_again() -> None:
    found = consult("open")
    happen(Event.ASK_INFO, found, after=timedelta(hours=20))
    assert (found.due_at, found.remaining_seconds) == (None, 52 * 3600)
    happen(Event.PROVIDE_INFO, found, after=timedelta(hours=30))
    assert found.due_at == NOW + timedelta(hours=82)


def test_information_leads_back_to_where_it_was_asked() -> None:
    for before in ("open", "answered"):
        found = consult(before)
        happen(Event.ASK_INFO, found)
        happen(Event.PROVIDE_INFO, found)
        assert found.status == before


def test_the_first_answer_keeps_its_time() -> None:
    found = consult("open")
    happen(Event.ANSWER, found, after=timedelta(hours=1))
    happen(Event.ANSWER, found, after=timedelta(hours=2))
    assert found.first_answer_at == NOW + timedelta(hours=1)


def test_what_was_not_solved_gets_a_new_clock_and_takes_the_accepted_back() -> None:
    found = consult("resolved", accepted=["https://b.example/o/1"])
    happen(Event.NOT_SOLVED, found, after=timedelta(hours=100))
    assert (found.accepted, found.due_at) == ([], NOW + timedelta(hours=172))
