"""Sermo, the part of pseudonyms: colleagues see a pseudonym and its level, and no name."""

import json
from dataclasses import replace

import pytest

from instance.models import Level
from instance.services import posting
from instance.services.consults import contributing
from instance.services.consults.states import Event
from tests.cast import Houses, new
from tests.clinic import ANSWER, ask, seen_at
from tests.houses import House, Person

MOYO = new(
    "moyo", "Dr S. Moyo", "cardiology", pseudonym="graniteheart", legal_name="Sarah Moyo-Winter"
)
NAMED_BY = ("moyo", "winter", "sarah")


@pytest.fixture
async def granite(mercy: House) -> Person:
    """One of 5 cardiologists: of fewer, neither specialty nor stage would be told."""
    for number in range(4):
        await mercy.person(new(f"heart{number}", f"Dr H. Eart{number}", "cardiology"))
    return await mercy.person(replace(MOYO, email="s.winter@mercy.example", level=Level.VERIFIED))


def is_named(text: str) -> list[str]:
    return [word for word in NAMED_BY if word in text.lower()]


async def test_a_pseudonyms_profile_shows_level_and_no_legal_name_to_anybody(
    mercy: House, lee: Person, granite: Person, wards: object
) -> None:
    assert granite.pseudonym is not None
    for browser in (mercy.visitor(), await mercy.sign_in("lee")):
        page = (await browser.get("/@graniteheart")).text
        assert "Verified physician" in page and "Cardiology" in page
        assert is_named(page) == []


async def test_a_pseudonyms_documents_say_no_legal_name(
    mercy: House, stlukes: House, granite: Person
) -> None:
    assert granite.pseudonym is not None
    path = granite.pseudonym.uri.removeprefix(mercy.origin)
    key = await stlukes.institution_key()
    for answer in (await mercy.asked(path), await mercy.asked(path, key)):
        assert answer.status == 200 and is_named(json.dumps(answer.json)) == []


async def test_an_answer_under_a_pseudonym_stays_one_at_every_hospital(
    houses: Houses, mercy: House, stlukes: House, okafor: Person, granite: Person
) -> None:
    consult = await ask(okafor, mercy)
    await houses.settle()
    here = await seen_at(mercy, consult)
    await granite.does(contributing.contribute, here.id, Event.ANSWER, ANSWER, "graniteheart")
    await houses.settle()
    there = await seen_at(stlukes, consult)
    page = (await (await stlukes.sign_in("okafor")).get(f"/k/{there.id}")).text
    assert "graniteheart" in page and "Verified physician" in page
    assert is_named(page) == []


async def test_a_public_thread_of_a_pseudonym_names_nobody(
    mercy: House, granite: Person, lee: Person
) -> None:
    assert granite.pseudonym is not None
    post = await mercy.at(posting.start_thread, granite.pseudonym, None, "Nights", "Long ones.")
    for path in (f"/t/{post.thread_id}", f"/o/{post.id}"):
        assert is_named((await mercy.visitor().get(path)).text) == []
    assert is_named(json.dumps((await mercy.asked(f"/o/{post.id}")).json)) == []
