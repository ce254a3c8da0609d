"""The state machine of domain.md 3.3: each row as written there, and each gap between."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from instance.errors import Conflict, NotAllowed
from instance.models import Consult, Status
from instance.outbox.standing import Claims
from instance.services.consults import states
from instance.services.consults.states import Doer, Event

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)
PHYSICIAN = Claims(3, "physician", "practising", ["cardiology"])
TRAINEE = Claims(2, "physician", "trainee", [])
STRANGER = Claims(1, "physician", "practising", [])
WHO = {
    "asker": Doer(PHYSICIAN, is_asker=True),
    "author": Doer(TRAINEE, is_author=True),
    "physician": Doer(PHYSICIAN),
    "trainee": Doer(TRAINEE),
    "steward": Doer(TRAINEE, is_steward=True),
    "stranger": Doer(STRANGER),
    "time": Doer(),
}
ANYBODY = ("asker", "author", "physician", "trainee", "steward")
# The table again, written from the document: event, from, to, who. "needs_info/x": asked in x.
ROWS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("ask_info", "open", "needs_info", ("physician",)),
    ("ask_info", "answered", "needs_info", ("physician",)),
    ("provide_info", "needs_info/open", "open", ("asker",)),
    ("provide_info", "needs_info/answered", "answered", ("asker",)),
    ("answer", "open", "answered", ("physician",)),
    ("answer", "needs_info/open", "answered", ("physician",)),
    ("answer", "needs_info/answered", "answered", ("physician",)),
    ("answer", "answered", "answered", ("physician",)),
    *(
        ("comment", state, state, ANYBODY)
        for state in ("open", "needs_info/open", "needs_info/answered", "answered", "resolved")
    ),
    *(
        (event, state, state, ("author",))
        for event in ("edit", "delete")
        for state in ("open", "needs_info/open", "needs_info/answered", "answered", "resolved")
    ),
    ("not_solved", "answered", "open", ("asker",)),
    ("not_solved", "resolved", "open", ("asker",)),
    ("accept", "answered", "resolved", ("asker",)),
    ("record_outcome", "resolved", "closed", ("asker",)),
    ("lapse", "resolved", "closed", ("time",)),
    ("escalate", "open", "escalated", ("asker", "steward")),
    ("escalate", "needs_info/open", "escalated", ("asker", "steward")),
    ("escalate", "needs_info/answered", "escalated", ("asker", "steward")),
    ("escalate", "answered", "escalated", ("asker", "steward")),
    ("lapse", "open", "expired", ("time",)),
    ("lapse", "needs_info/open", "expired", ("time",)),
    ("lapse", "answered", "closed", ("time",)),
    ("lapse", "needs_info/answered", "closed", ("time",)),
    ("withdraw", "open", "withdrawn", ("asker",)),
    ("withdraw", "needs_info/open", "withdrawn", ("asker",)),
    ("withdraw", "held", "withdrawn", ("asker",)),
    ("reopen", "closed", "open", ("asker",)),
    ("consent", "closed", "closed", ("asker",)),
    *(
        ("phi_recall", state, "held", ("asker", "steward"))
        for state in (
            *("open", "needs_info/open", "needs_info/answered", "answered", "resolved"),
            *("closed", "escalated", "expired", "withdrawn"),
        )
    ),
    ("release", "held", "resolved", ("asker", "steward")),
)
STATES = (
    *("open", "needs_info/open", "needs_info/answered", "answered", "resolved", "closed"),
    *("escalated", "expired", "withdrawn", "held"),
)


def consult(state: str, **more: object) -> Consult:
    status, _, asked_in = state.partition("/")
    was_answered = status in ("answered", "resolved", "closed") or asked_in == "answered"
    values: dict[str, object] = {
        "status": Status(status),
        "status_before": Status(asked_in) if asked_in else None,
        "held_before": Status.RESOLVED,
        "first_answer_at": NOW if was_answered else None,
        "due_at": None if status == "needs_info" else NOW + 3 * DAY,
        "lapses_at": NOW + 5 * DAY,
        "accepted": [],
    }
    return Consult(target_hours=72, version=5, changed_at=NOW, **values | more)


def happen(event: Event, to: Consult, who: str, after: timedelta = timedelta(0)) -> bool:
    states.require(event, to, WHO[who], NOW + after)
    return states.apply(event, to, NOW + after)


def where(found: Consult) -> str:
    return found.status.value


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[1]}")
def test_every_row_leads_where_it_says_and_only_for_whom_it_says(
    row: tuple[str, str, str, tuple[str, ...]],
) -> None:
    event, state, target, doers = row
    for who in WHO:
        found = consult(state)
        before = where(found)
        if who not in doers:
            with pytest.raises(NotAllowed):
                happen(Event(event), found, who)
            assert (where(found), found.version) == (before, 5)
            continue
        expected = target.partition("/")[0]
        assert happen(Event(event), found, who) is (expected != before)
        assert where(found) == expected
        assert found.version == (5 if expected == before else 6)


def test_everything_that_is_no_row_is_a_conflict_and_changes_nothing() -> None:
    rows = {(event, state): doers for event, state, _, doers in ROWS}
    gaps = [gap for gap in product([e.value for e in Event], STATES) if gap not in rows]
    assert len(gaps) == len(Event) * len(STATES) - len(rows)
    for event, state in gaps:
        entitled = {who for (name, _), doers in rows.items() if name == event for who in doers}
        for who in WHO:
            found = consult(state)
            expected = Conflict if who in entitled else NotAllowed
            with pytest.raises(expected):
                happen(Event(event), found, who)
            assert (where(found), found.version) == (state.partition("/")[0], 5)


def test_what_is_private_is_open_or_closed_and_either_of_the_two_decides_which() -> None:
    """Every event, in every state, by everybody: what is no row changes nothing."""
    everybody = ("asker", "author", "physician", "trainee", "steward")
    rows = {
        ("comment", "open"): ("open", everybody),
        ("edit", "open"): ("open", ("author",)),
        ("delete", "open"): ("open", ("author",)),
        ("close", "open"): ("closed", everybody),
        ("reopen", "closed"): ("open", everybody),
        ("phi_recall", "open"): ("held", ("asker", "steward")),
        ("phi_recall", "closed"): ("held", ("asker", "steward")),
        ("release", "held"): ("closed", ("asker", "steward")),
    }
    nothing = {"due_at": None, "lapses_at": None, "held_before": Status.CLOSED, "is_private": True}
    for event, state, who in product(Event, ("open", "closed", "held"), WHO):
        found = consult(state, **nothing)
        target, doers = rows.get((event.value, state), ("", ()))
        if who not in doers:
            with pytest.raises((NotAllowed, Conflict)):
                happen(event, found, who, timedelta(days=400))
            assert (where(found), found.version) == (state, 5), (event, state, who)
            continue
        assert happen(event, found, who, timedelta(days=400)) is (target != state)
        assert where(found) == target, (event, state, who)
        assert (found.due_at, found.lapses_at, found.reopened) == (None, None, 0)


def test_nothing_but_a_recall_happens_to_a_locked_consult() -> None:
    for event, state, _, doers in ROWS:
        if event == "phi_recall":
            assert happen(Event(event), consult(state, is_locked=True), doers[0])
            continue
        with pytest.raises(Conflict):
            happen(Event(event), consult(state, is_locked=True), doers[0])


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
    states.require(Event.COMMENT, consult("open"), Doer(claims), NOW)
    for event in (Event.ANSWER, Event.ASK_INFO):
        with pytest.raises(NotAllowed):
            states.require(event, consult("open"), Doer(claims), NOW)


def test_the_wrong_person_learns_nothing_of_the_state() -> None:
    with pytest.raises(NotAllowed):
        states.require(Event.ACCEPT, consult("closed"), WHO["physician"], NOW)


def test_a_question_back_stops_the_clock_and_its_answer_starts_it_again() -> None:
    found = consult("open")
    happen(Event.ASK_INFO, found, "physician", timedelta(hours=20))
    assert (found.due_at, found.remaining_seconds) == (None, 52 * 3600)
    happen(Event.PROVIDE_INFO, found, "asker", timedelta(hours=30))
    assert found.due_at == NOW + timedelta(hours=82)


def test_a_question_back_after_an_answer_leaves_the_clock_alone() -> None:
    found = consult("answered")
    happen(Event.ASK_INFO, found, "physician", DAY)
    happen(Event.PROVIDE_INFO, found, "asker", 2 * DAY)
    assert found.due_at == NOW + 3 * DAY


def test_the_first_answer_keeps_its_time() -> None:
    found = consult("open")
    happen(Event.ANSWER, found, "physician", timedelta(hours=1))
    happen(Event.ANSWER, found, "physician", timedelta(hours=2))
    assert found.first_answer_at == NOW + timedelta(hours=1)


def test_what_was_not_solved_gets_a_new_clock_and_takes_the_accepted_back() -> None:
    found = consult("resolved", accepted=["https://b.example/o/1"])
    happen(Event.NOT_SOLVED, found, "asker", timedelta(hours=80))
    assert (found.accepted, found.reopened) == ([], 1)
    assert found.due_at == NOW + timedelta(hours=152)


def test_what_was_closed_is_reopened_within_30_days_with_a_new_clock() -> None:
    found = consult("closed", outcome="followed", accepted=["https://b.example/o/1"])
    happen(Event.REOPEN, found, "asker", 30 * DAY)
    assert (found.outcome, found.accepted, found.due_at) == (None, [], NOW + 33 * DAY)
    with pytest.raises(Conflict):
        happen(Event.REOPEN, consult("closed"), "asker", 30 * DAY + timedelta(seconds=1))


def test_what_was_ever_answered_is_not_withdrawn() -> None:
    for state in ("open", "needs_info/open", "held"):
        with pytest.raises(Conflict):
            happen(Event.WITHDRAW, consult(state, first_answer_at=NOW), "asker")


def test_a_recall_leads_back_to_where_it_was_and_the_clock_goes_on() -> None:
    found = consult("open", held_before=None)
    happen(Event.RECALL, found, "steward", DAY)
    assert (found.due_at, found.lapses_at) == (None, None)
    happen(Event.RELEASE, found, "steward", 5 * DAY)
    assert (where(found), found.due_at) == ("open", NOW + 7 * DAY)


def test_time_is_counted_from_what_the_table_says() -> None:
    found = consult("open")
    for event, who, day, left in (
        (Event.COMMENT, "trainee", 1, 5),  # since it was last opened
        (Event.ASK_INFO, "physician", 2, 5),
        (Event.PROVIDE_INFO, "asker", 3, 5),
        (Event.ANSWER, "physician", 4, 18),  # since something was last said
        (Event.COMMENT, "trainee", 6, 20),
        (Event.ASK_INFO, "physician", 7, 21),
        (Event.PROVIDE_INFO, "asker", 8, 22),
        (Event.ACCEPT, "asker", 9, 39),  # since it was accepted
        (Event.COMMENT, "trainee", 10, 39),
        (Event.NOT_SOLVED, "asker", 11, 25),
    ):
        happen(event, found, who, day * DAY)
        assert found.lapses_at == NOW + left * DAY, event
    happen(Event.ESCALATE, found, "asker", 12 * DAY)
    assert found.lapses_at is None


def test_what_time_ends_says_so_as_its_outcome() -> None:
    for state, outcome in (
        ("resolved", "not_reported"),
        ("answered", "not_accepted"),
        ("needs_info/answered", "not_accepted"),
        ("open", None),
    ):
        found = consult(state)
        happen(Event.LAPSE, found, "time", 40 * DAY)
        assert found.outcome == outcome
