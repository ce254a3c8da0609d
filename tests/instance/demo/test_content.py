"""What is said in the demonstration obeys the rules of the product, and identifies nobody."""

import re
from collections import Counter
from typing import get_args

import pytest

from instance.demo.content import (
    Accept,
    Answer,
    Confidence,
    ConsultThread,
    Escalate,
    Lapse,
    Note,
    Outcome,
    PublicThread,
    QuestionType,
    Urgency,
    Withdraw,
    load,
)
from instance.demo.people import BY_HANDLE, CHANNELS, FOLLOWS, INSTITUTIONS

THREADS = load()
PUBLIC = [thread for thread in THREADS if isinstance(thread, PublicThread)]
CONSULTS = [thread for thread in THREADS if isinstance(thread, ConsultThread)]
HOSPITALS_AND_SOCIETY = {institution.key for institution in INSTITUTIONS}

# Source: domain.md 3.2 and 3.4; an answer's parts and a note take what the longest field takes.
LIMITS = {"title": 120, "question": 500, "history": 4000, "meds": 2000, "allergies": 500}
LIMITS |= {"exam": 2000, "tried": 2000}
REPLY_LIMIT = 4000
AGE_BANDS = set("<1m 1-11m 1-4 5-12 13-17 18-29 30-39 40-49 50-59 60-69 70-79 80-89 90+".split())
OUTCOMES = set(
    "followed followed_in_part not_followed referral_avoided referred patient_transferred".split()
)
HOURS = {"routine": (25, 168), "soon": (5, 24), "today": (1, 6)}


def named(thread: PublicThread | ConsultThread) -> str:
    return f"thread {thread.order}"


each_public = pytest.mark.parametrize("thread", PUBLIC, ids=named)
each_consult = pytest.mark.parametrize("consult", CONSULTS, ids=named)


def test_there_is_enough_to_read() -> None:
    assert len(THREADS) >= 44
    assert len(PUBLIC) >= 24
    assert len(CONSULTS) >= 22


def test_every_order_is_used_once() -> None:
    assert len({thread.order for thread in THREADS}) == len(THREADS)


def test_every_channel_has_several_threads() -> None:
    count = Counter(thread.channel for thread in PUBLIC)

    assert count.keys() == {channel.handle for channel in CHANNELS}
    assert min(count.values()) >= 4


@each_public
def test_who_writes_in_a_channel_belongs_to_it_or_follows_it(thread: PublicThread) -> None:
    home = next(channel.institution for channel in CHANNELS if channel.handle == thread.channel)
    readers = {follow.follower for follow in FOLLOWS if follow.target == thread.channel}

    for writer in [thread.author, *(reply.author for reply in thread.replies)]:
        assert writer in readers or BY_HANDLE[writer].institution == home, writer


@each_public
def test_a_public_thread_has_a_title_a_text_and_replies_to_what_came_before(
    thread: PublicThread,
) -> None:
    assert 1 <= len(thread.title) <= 120
    assert 200 <= len(thread.text) <= 4000
    assert thread.replies
    for place, reply in enumerate(thread.replies, start=1):
        assert reply.text.strip()
        assert 0 <= reply.to < place


def test_most_public_threads_join_several_institutions() -> None:
    def institutions(thread: PublicThread) -> set[str]:
        writers = [thread.author, *(reply.author for reply in thread.replies)]
        return {BY_HANDLE[writer].institution for writer in writers}

    assert sum(len(institutions(thread)) >= 2 for thread in PUBLIC) >= 20
    assert sum(len(institutions(thread)) == 3 for thread in PUBLIC) >= 6


@each_consult
def test_a_consult_keeps_within_the_fields_of_the_form(consult: ConsultThread) -> None:
    for field, limit in LIMITS.items():
        assert len(getattr(consult, field)) <= limit, field
    assert all(getattr(consult, needed).strip() for needed in ("title", "question", "history"))
    assert consult.tried.strip()
    assert consult.question_type in get_args(QuestionType)
    assert 1 <= len(consult.specialties) <= 3
    assert consult.age_band in AGE_BANDS
    assert consult.sex in {"female", "male", "other", "not_stated"}
    assert consult.pregnant in {"yes", "no", "na"}
    assert consult.region is None or re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", consult.region)


@each_consult
def test_a_consult_has_an_urgency_and_a_target_that_fit(consult: ConsultThread) -> None:
    assert consult.urgency in get_args(Urgency)
    assert 1 <= consult.target_hours <= 168
    low, high = HOURS[consult.urgency]
    assert low <= consult.target_hours <= high


@each_consult
def test_laboratory_rows_have_relative_days(consult: ConsultThread) -> None:
    for row in consult.labs:
        assert row.name
        assert row.value
        assert re.fullmatch(r"D0|D[+-]\d{1,3}", row.day), row.day


@each_consult
def test_everyone_in_a_consult_is_in_its_audience_and_checked(consult: ConsultThread) -> None:
    spoken = [step.author for step in consult.steps if isinstance(step, Answer | Note)]

    assert set(consult.audience) <= HOSPITALS_AND_SOCIETY
    assert len(consult.audience) == len(set(consult.audience))
    for handle in [consult.asker, *spoken]:
        person = BY_HANDLE[handle]
        assert person.institution in consult.audience, handle
        assert person.level in {"L2", "L3", "L4"}, handle


@each_consult
def test_only_verified_physicians_answer_and_never_their_own_question(
    consult: ConsultThread,
) -> None:
    for answer in consult.answers:
        assert BY_HANDLE[answer.author].may_answer, answer.author
        assert answer.author != consult.asker


@each_consult
def test_an_answer_has_all_its_parts(consult: ConsultThread) -> None:
    for answer in consult.answers:
        for part in (answer.recommendation, answer.rationale, answer.would_change):
            assert 1 <= len(part.strip()) <= REPLY_LIMIT
        assert answer.confidence in get_args(Confidence)
        for citation in answer.citations:
            assert citation.title
            assert re.fullmatch(r"10\.\d{4,9}/\S+", citation.doi)


def state_after(consult: ConsultThread) -> str:
    """Walk domain.md 3.3; an illegal step fails the test that asked."""
    state, before, given = "open", "", 0
    for step in consult.steps:
        match step:
            case Answer():
                assert state in {"open", "needs_info", "answered"}
                state, given = "answered", given + 1
            case Note(kind="ask_info"):
                assert state in {"open", "answered"}
                assert BY_HANDLE[step.author].may_answer
                assert step.author != consult.asker
                state, before = "needs_info", state
            case Note(kind="provide_info"):
                assert state == "needs_info"
                assert step.author == consult.asker
                state = before
            case Accept():
                assert state == "answered"
                assert 1 <= len(step.answers) <= 3
                assert set(step.answers) <= set(range(1, given + 1))
                state = "resolved"
            case Outcome():
                assert state == "resolved"
                assert step.code in OUTCOMES
                state = "closed"
            case Escalate():
                assert state in {"open", "needs_info", "answered"}
                state = "escalated"
            case Withdraw():
                assert state in {"open", "needs_info"}
                assert not given
                state = "withdrawn"
            case Lapse():
                assert state == "open"
                state = "expired"
            case Note():
                assert state in {"open", "needs_info", "answered", "resolved"}
    return state


@each_consult
def test_what_happens_in_a_consult_is_legal(consult: ConsultThread) -> None:
    assert state_after(consult)


def test_notes_and_outcomes_are_short_texts() -> None:
    for consult in CONSULTS:
        for step in consult.steps:
            if isinstance(step, Note | Escalate):
                assert 1 <= len(step.text.strip()) <= REPLY_LIMIT
            if isinstance(step, Outcome):
                assert 1 <= len(step.note.strip()) <= 500


def test_the_consults_are_of_many_kinds() -> None:
    states = Counter(state_after(consult) for consult in CONSULTS)

    assert len({slug for consult in CONSULTS for slug in consult.specialties}) >= 14
    assert {consult.question_type for consult in CONSULTS} == set(get_args(QuestionType))
    assert {consult.urgency for consult in CONSULTS} == set(get_args(Urgency))
    assert len({frozenset(consult.audience) for consult in CONSULTS}) >= 6
    assert min(states[state] for state in ("open", "needs_info", "resolved", "closed")) >= 2
    assert states.keys() >= {"answered", "escalated", "withdrawn", "expired"}
    assert {consult.asker for consult in CONSULTS} >= {"lee", "okafor", "castellanos"}


@pytest.mark.parametrize("handle", ["lee", "okafor"])
def test_enough_waits_for_the_people_of_the_walk_through(handle: str) -> None:
    person = BY_HANDLE[handle]
    to_answer = [
        consult
        for consult in CONSULTS
        if state_after(consult) == "open"
        and person.institution in consult.audience
        and set(person.specialties) & set(consult.specialties)
        and consult.asker != handle
    ]
    asked = {state_after(consult) for consult in CONSULTS if consult.asker == handle}

    assert len(to_answer) >= 3
    assert {"needs_info", "answered"} <= asked
