"""Under which name a member writes in a consult: the page says so before anything is sent."""

import re

import pytest

from instance.models import Contribution
from instance.services.consults.states import Event
from tests.browsing import Answer
from tests.cast import Houses, new
from tests.clinic import ANSWER, ask, seen_at, write
from tests.houses import House, Person

SHADOW = new("realname", "Dr Real Name", "cardiology", pseudonym="shadow")
_CHOICES = re.compile(r'<input type="(radio|hidden)" name="identity" value="(\w+)"([^>]*)>')


@pytest.fixture
async def two_named(stlukes: House) -> Person:
    """A member of St. Luke's who has a pseudonym too."""
    return await stlukes.person(SHADOW)


def choices(page: Answer) -> set[tuple[str, str, bool]]:
    """What its forms offer: kind of field, identity, and whether it is chosen already."""
    found = _CHOICES.findall(page.text)
    return {(kind, name, kind == "hidden" or "checked" in rest) for kind, name, rest in found}


async def page_at(house: House, number: int, handle: str = "realname") -> Answer:
    return await (await house.sign_in(handle)).get(f"/k/{number}")


async def test_only_the_name_that_was_asked_can_answer(
    houses: Houses, mercy: House, stlukes: House, lee: Person, two_named: Person
) -> None:
    assert two_named.pseudonym is not None
    consult = await ask(lee, people=(two_named.pseudonym.address,))
    await houses.settle()
    there = await seen_at(stlukes, consult)
    browser = await stlukes.sign_in("realname")
    page = await browser.get(f"/k/{there.id}")
    assert choices(page) == {("hidden", "shadow", True)}
    assert "Signed as shadow (pseudonym)." in page.text

    await browser.post_form(f"/k/{there.id}/answer", ANSWER | {"identity": "shadow"})
    await houses.settle()
    [_, answer] = await mercy.at(
        lambda: Contribution.filter(consult_id=consult.id).order_by("seq").select_related("author")
    )
    assert answer.author.uri == two_named.pseudonym.uri


async def test_of_two_names_the_own_is_chosen_and_the_pseudonym_is_not(
    houses: Houses, stlukes: House, lee: Person, two_named: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    page = await page_at(stlukes, (await seen_at(stlukes, consult)).id)

    assert choices(page) == {("radio", "realname", True), ("radio", "shadow", False)}


async def test_the_name_that_spoke_is_the_one_that_goes_on(
    houses: Houses, stlukes: House, lee: Person, two_named: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    there = await seen_at(stlukes, consult)
    browser = await stlukes.sign_in("realname")
    sent = await browser.post_form(
        f"/k/{there.id}/comment", {"text": "A word.", "identity": "shadow"}
    )
    assert sent.status == 302

    assert choices(await browser.get(f"/k/{there.id}")) == {("hidden", "shadow", True)}


async def test_a_name_that_was_not_chosen_is_asked_for_at_its_field(
    houses: Houses, stlukes: House, lee: Person, two_named: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    there = await seen_at(stlukes, consult)
    browser = await stlukes.sign_in("realname")
    before = await stlukes.rows()
    answer = await browser.post_form(f"/k/{there.id}/comment", {"text": "A word."})

    assert answer.status == 422 and "A word." in answer.text
    assert 'href="#comment-identity"' in answer.text and 'id="comment-identity"' in answer.text
    assert await stlukes.rows() == before | {"ConsultReader": 1}  # it is shown once more


async def test_who_asked_under_a_pseudonym_goes_on_under_it(
    houses: Houses, mercy: House, okafor: Person
) -> None:
    asker = await mercy.person(SHADOW)
    browser = await mercy.sign_in("realname")
    assert asker.pseudonym is not None
    question = await browser.get("/consults/new")
    assert choices(question) == {("radio", "realname", True), ("radio", "shadow", False)}

    consult = await ask(asker)
    consult.asker_id = asker.pseudonym.id
    await mercy.at(consult.save)
    page = await page_at(mercy, consult.id)

    assert choices(page) == {("hidden", "shadow", True)}


async def test_the_page_names_the_only_name_there_is(mercy: House, lee: Person) -> None:
    consult = await ask(lee)
    await write(lee, consult, Event.COMMENT)
    page = await page_at(mercy, consult.id, "lee")

    assert choices(page) == {("hidden", "lee", True)}
    assert "Signed as Dr J. Lee." in page.text
