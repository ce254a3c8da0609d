"""What the demonstration sends is what the forms of the product take."""

import pytest

from instance.demo.content import Answer, ConsultThread, Escalate, Note, Outcome, Step, load
from instance.demo.people import PEOPLE
from instance.services.consults import facts, notes
from instance.services.consults.states import Event
from instance.specialties import SPECIALTIES

CONSULTS = [thread for thread in load() if isinstance(thread, ConsultThread)]


def note_problems(step: Step) -> dict[str, str]:
    match step:
        case Answer():
            return notes.problems(Event.ANSWER, vars(step))
        case Note():
            return notes.problems(Event(step.kind), {"text": step.text})
        case Outcome():
            fields = {"outcome": step.code, "text": step.note}
            return notes.problems(Event.RECORD_OUTCOME, fields)
        case Escalate():
            return notes.problems(Event.ESCALATE, vars(step))
    return {}


@pytest.mark.parametrize("consult", CONSULTS, ids=lambda consult: f"thread {consult.order}")
def test_the_forms_find_nothing_wrong(consult: ConsultThread) -> None:
    assert facts.problems(consult.facts) == {}
    assert [note_problems(step) for step in consult.steps] == [{}] * len(consult.steps)


def test_every_member_has_a_specialty_of_the_vocabulary() -> None:
    assert all(person.specialties for person in PEOPLE)
    assert {slug for person in PEOPLE for slug in person.specialties} <= SPECIALTIES.keys()
