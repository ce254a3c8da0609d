"""A roster is evidence of a stage of career: its word counts when it is new, and undoes nothing
that they or officers said since (domain.md 4.5)."""

from datetime import UTC, datetime

import pytest

from instance.models import Level, Member, Role, Stage
from instance.services import lifecycle
from tests.cast import new
from tests.houses import House, Person
from tests.rosters import joined, line, table, take

EMAIL = "lee@hospital.example"


@pytest.fixture
async def officer(mercy: House) -> Person:
    return await mercy.person(new("officer", "Dr O. Fficer", role=Role.OFFICER))


def file(stage: str, surname: str = "Lee") -> bytes:
    return table(line("7", EMAIL, "Jo", surname, "Physician", stage, "Nephrology"))


async def stage(person: Person) -> Stage:
    return (await person.home.at(Member.get, id=person.member.id)).stage


async def test_the_same_word_again_does_not_undo_a_retirement_and_no_new_one_does(
    mercy: House, officer: Person
) -> None:
    lee = await joined(mercy, "lee")
    await take(officer, file("Practising"))
    assert await lee.does(lifecycle.say_stage, Stage.RETIRED, datetime.now(UTC))
    await take(officer, file("Practising", "Lee-Moss"))  # another surname: the row changed
    member = await mercy.at(Member.get, id=lee.member.id)
    assert (member.stage, member.legal_name) == (Stage.RETIRED, "Jo Lee-Moss")
    assert member.level is Level.CHECKED  # no licence is shown
    for said in ("Trainee", "Practising"):
        await take(officer, file(said))
        assert await stage(lee) is Stage.RETIRED


async def test_a_new_word_counts_and_the_same_one_does_not_undo_what_officers_decided(
    mercy: House, officer: Person
) -> None:
    lee = await joined(mercy, "lee")
    await take(officer, file("Trainee"))
    assert await stage(lee) is Stage.TRAINEE
    why = "Finished training, diploma seen."
    now = datetime.now(UTC)
    await officer.does(lifecycle.move_on, "lee", Stage.PRACTISING, "diploma", why, now)
    await take(officer, file("Trainee", "Lee-Moss"))
    assert await stage(lee) is Stage.PRACTISING
    await take(officer, file("Practising"))
    await take(officer, file("Trainee"))  # a second training
    assert await stage(lee) is Stage.TRAINEE


async def test_whom_the_roster_retired_it_brings_back(mercy: House, officer: Person) -> None:
    lee = await joined(mercy, "lee")
    for said, counts in (("Retired", Stage.RETIRED), ("Practising", Stage.PRACTISING)):
        await take(officer, file(said))
        assert await stage(lee) is counts


async def test_a_retirement_that_was_stated_before_the_roster_knew_them_holds(
    mercy: House, officer: Person
) -> None:
    lee = await joined(mercy, "lee")
    await lee.does(lifecycle.say_stage, Stage.RETIRED, datetime.now(UTC))
    await take(officer, file("Practising"))
    assert await stage(lee) is Stage.RETIRED
