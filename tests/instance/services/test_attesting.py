"""A statement on one's honour: kept word for word, good for a year and for the lowest standing."""

from datetime import timedelta

import pytest

from instance.errors import FormRefused, NotAllowed
from instance.models import Attestation, Level, Member, Profession, Stage
from instance.services import attesting, verification
from tests.houses import House, Person
from tests.rosters import joined, level
from tests.verifying import now

STUDENT = (Profession.PHYSICIAN, Stage.STUDENT)


@pytest.fixture
async def guest(mercy: House) -> Person:
    return await joined(mercy, "guest", level=Level.GUEST)


async def signs(
    person: Person, work: tuple[Profession, Stage] = STUDENT, *, agrees: bool = True
) -> Attestation:
    return await person.does(attesting.sign, "Alva  Brennan", *work, now(), agrees=agrees)


async def test_what_was_signed_is_kept_word_for_word(mercy: House, guest: Person) -> None:
    made = await signs(guest)
    kept = await mercy.at(Attestation.get, id=made.id)
    assert kept.text.startswith("I, Alva Brennan, state on my honour: my field is medicine, I am a")
    assert (kept.version, kept.name, kept.stage) == (1, "Alva Brennan", Stage.STUDENT)
    assert await level(guest) == 1
    assert (await mercy.at(Member.get, id=guest.member.id)).stage is Stage.STUDENT


async def test_it_counts_for_a_year(mercy: House, guest: Person) -> None:
    await signs(guest)
    await mercy.at(verification.expire, now() + timedelta(days=364))
    assert await level(guest) == 1
    await mercy.at(verification.expire, now() + timedelta(days=366))
    assert await level(guest) == 0
    await signs(guest)
    assert await level(guest) == 1


async def test_nobody_signs_without_a_name_and_a_tick(guest: Person) -> None:
    with pytest.raises(FormRefused):
        await signs(guest, agrees=False)
    with pytest.raises(FormRefused):
        await guest.does(attesting.sign, "  ", *STUDENT, now(), agrees=True)
    assert await level(guest) == 0


async def test_ones_own_word_changes_nothing_that_was_checked(mercy: House, lee: Person) -> None:
    with pytest.raises(NotAllowed):
        await signs(lee)
    assert (await mercy.at(Member.get, id=lee.member.id)).stage is Stage.PRACTISING
