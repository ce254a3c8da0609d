"""What officers corrected the same word of the next file does not undo, and another one does."""

from datetime import UTC, datetime

import pytest

from instance.models import Level, Member, Profession, Role
from instance.services import lifecycle
from instance.services.lifecycle import Facts
from tests.cast import new
from tests.houses import House, Person
from tests.rosters import joined, line, table, take

EMAIL = "lee@hospital.example"
HEART, KIDNEYS, LUNGS = ["cardiology"], ["nephrology"], ["pulmonology"]


@pytest.fixture
async def officer(mercy: House) -> Person:
    return await mercy.person(new("officer", "Dr O. Fficer", role=Role.OFFICER))


def file(profession: str, specialty: str, surname: str = "Lee") -> bytes:
    return table(line("7", EMAIL, "Jo", surname, profession, "Practising", specialty))


async def corrects(officer: Person, profession: Profession, specialties: list[str]) -> None:
    facts = Facts(profession, specialties, "US")
    await officer.does(lifecycle.correct, "lee", facts, "Seen in their file.", datetime.now(UTC))


async def said(person: Person) -> tuple[Profession, list[str]]:
    member = await person.home.at(Member.get, id=person.member.id)
    return member.profession, member.specialties


async def test_the_word_that_officers_corrected_does_not_come_back_and_another_one_counts(
    mercy: House, officer: Person
) -> None:
    lee = await joined(mercy, "lee")
    await take(officer, file("Nurse", "Cardiology"))
    assert await said(lee) == (Profession.NURSE, HEART)
    await corrects(officer, Profession.PHYSICIAN, KIDNEYS)
    await corrects(officer, Profession.ASSISTANT, KIDNEYS)
    await take(officer, file("Nurse", "Cardiology", "Lee-Moss"))  # another surname: it changed
    assert await said(lee) == (Profession.ASSISTANT, KIDNEYS)
    await take(officer, file("Nurse", "Pulmonology"))  # of one column, another word
    assert await said(lee) == (Profession.ASSISTANT, LUNGS)
    await take(officer, file("Pharmacist", "Cardiology"))
    assert await said(lee) == (Profession.PHARMACIST, HEART)
    await take(officer, file("Nurse", "Cardiology"))  # and what was corrected once is news again
    assert await said(lee) == (Profession.NURSE, HEART)


async def test_what_officers_corrected_before_the_roster_knew_somebody_holds_against_that(
    mercy: House, officer: Person
) -> None:
    facts = {"level": Level.ATTESTED, "has_mailbox": True}
    lee = await mercy.person(new("lee", "Dr J. Lee", *HEART, **facts))
    await corrects(officer, Profession.NURSE, KIDNEYS)
    await take(officer, file("Physician", "Cardiology"))
    assert await said(lee) == (Profession.NURSE, KIDNEYS)
    await take(officer, file("Pharmacist", "Cardiology"))
    assert await said(lee) == (Profession.PHARMACIST, KIDNEYS)
