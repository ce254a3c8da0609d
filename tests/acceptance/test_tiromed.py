"""Tiromed: students take part on their honour, and their word opens no consult."""

from datetime import timedelta

import pytest

from instance.errors import NotAllowed, NotFound
from instance.models import Actor, Attestation, Consult, Level
from instance.outbox.standing import SHOWN_WITHIN
from instance.services import standings, verification
from instance.services.consults.states import Event
from tests.browsing import Browser
from tests.clinic import ask, write
from tests.houses import House, Person
from tests.polling import ask_all, choose, standing
from tests.rosters import joined, level
from tests.verifying import now

STATEMENT = {"profession": "physician", "stage": "student", "name": "Alva Brennan"}


@pytest.fixture
async def alva(mercy: House) -> Person:
    """Who has an account here, and of whom nothing is known."""
    return await joined(mercy, "alva", level=Level.GUEST)


@pytest.fixture
async def signed(mercy: House, alva: Person) -> Browser:
    browser = await mercy.sign_in("alva")
    path = "/account/verification/statement"
    await browser.post_form(path, {**STATEMENT, "agrees": "yes"})
    return browser


async def test_a_student_signs_a_dated_statement_that_is_stored(
    mercy: House, alva: Person, signed: Browser
) -> None:
    [row] = await mercy.at(lambda: Attestation.all())
    assert row.text.startswith("I, Alva Brennan, state on my honour: my field is medicine, I am a")
    assert now() - row.signed_at < timedelta(minutes=1)
    assert (row.member_id, row.version) == (alva.member.id, 1)
    assert await level(alva) == 1


async def test_the_badge_says_that_it_is_their_own_word(mercy: House, signed: Browser) -> None:
    await mercy.at(standings.publish_due, now() + SHOWN_WITHIN)
    for path in ("/account/verification", "/@alva"):
        page = (await signed.get(path)).text
        main = page.partition("<main")[2].partition("</main>")[0]
        assert "Student, self-declared" in main and "Student, verified" not in main


async def test_a_student_on_their_honour_neither_asks_nor_answers_nor_reads_a_consult(
    mercy: House, alva: Person, signed: Browser, lee: Person
) -> None:
    consult: Consult = await ask(lee)
    with pytest.raises(NotAllowed):
        await ask(alva)
    with pytest.raises((NotAllowed, NotFound)):
        await write(alva, consult, Event.ANSWER)
    assert (await signed.get(f"/k/{consult.id}")).status == 404


async def test_a_student_on_their_honour_does_not_vote_in_a_poll_of_verified_physicians(
    mercy: House, alva: Person, signed: Browser, lee: Person, wards: Actor
) -> None:
    question = await ask_all(lee, wards, who_counts="physicians")
    page = (await signed.get(f"/t/{question.thread_id}")).text
    assert "Only verified physicians count." in page and "You cannot vote in this poll" in page
    assert 'name="choice"' not in page
    with pytest.raises(NotAllowed) as refused:
        await choose(alva, question, 0)
    assert "Students and trainees see its result." in refused.value.shown
    assert await standing(mercy, question.uri) == ([0, 0, 0], 0)


async def test_the_statement_is_to_be_signed_anew_after_a_year(
    mercy: House, alva: Person, signed: Browser
) -> None:
    await mercy.at(verification.expire, now() + timedelta(days=366))
    assert await level(alva) == 0
