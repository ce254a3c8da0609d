"""A post is recalled: hidden at once, deleted everywhere, and every hospital proves it (6.4)."""

import re
from html import unescape

import pytest

from instance.models import Consult, Receipt, Status
from instance.services.consults import burying, recalling, releasing
from instance.services.consults.states import Event
from tests.cast import Houses
from tests.clinic import ask, seen_at, write, written
from tests.houses import House, Person

TITLE = "Warfarin or apixaban after a new mechanical valve"


@pytest.fixture
async def consult(
    houses: Houses, mercy: House, stlukes: House, heart: House, lee: Person, okafor: Person
) -> Consult:
    """Mercy's, with an answer of St. Luke's; the society reads along."""
    asked = await ask(lee, stlukes, heart)
    await houses.settle()
    await write(okafor, asked, Event.ANSWER)
    await houses.settle()
    return asked


async def receipts_of(house: House) -> dict[str, Receipt]:
    rows = await house.at(lambda: Receipt.all().order_by("id"))
    return {row.host: row for row in rows}


async def bodies(house: House, consult: Consult) -> int:
    there = await seen_at(house, consult)
    await house.at(there.fetch_related, "group")
    return await house.at(burying.left, there, [there.uri])


async def test_all_of_it_goes_everywhere_and_each_hospital_proves_it(
    houses: Houses, mercy: House, stlukes: House, heart: House, lee: Person, consult: Consult
) -> None:
    assert [await bodies(house, consult) for house in (mercy, stlukes, heart)] > [0, 0, 0]
    await lee.does(recalling.recall, consult.id, ["all"], "phi")
    assert await bodies(mercy, consult) == 0
    await houses.settle()
    rows = await receipts_of(mercy)
    assert set(rows) == {stlukes.host, heart.host}
    for row in rows.values():
        assert (row.remaining, row.asked) == (0, [consult.uri])
        assert row.purged_at is not None
    for house in (mercy, stlukes, heart):
        assert await bodies(house, consult) == 0
        there = await seen_at(house, consult)
        assert (there.status, there.version, there.facts) == (Status.HELD, 3, {})


async def test_released_it_is_as_it_was_but_for_what_others_wrote(
    houses: Houses, mercy: House, stlukes: House, heart: House, lee: Person, consult: Consult
) -> None:
    await lee.does(recalling.recall, consult.id, ["all"], "phi")
    await houses.settle()
    await lee.does(releasing.send_again, consult.id, {"history": "Without a name."})
    await houses.settle()
    for house in (mercy, stlukes, heart):
        there = await seen_at(house, consult)
        assert (there.status, there.version) == (Status.ANSWERED, 4)
        assert there.facts["history"] == "Without a name."
        assert there.facts["title"] == TITLE
        question, answer = await written(house, consult)
        assert question.body and not answer.body


async def page(house: House, consult: Consult, path: str = "", handle: str = "lee") -> str:
    there = await seen_at(house, consult)
    answer = await (await house.sign_in(handle)).get(f"/k/{there.id}{path}")
    assert answer.status == 200
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))


async def test_the_page_hides_it_and_shows_each_receipt(
    houses: Houses, mercy: House, stlukes: House, heart: House, consult: Consult
) -> None:
    browser = await mercy.sign_in("lee")
    assert 'href="/k/' in (await browser.get(f"/k/{consult.id}")).text
    assert "All of this consult" in await page(mercy, consult, "/recall")
    url = f"/k/{consult.id}/recall"
    assert (await browser.post_form(url, {"post": "all"})).status == 422
    assert (await browser.post_form(url, {"post": "all", "reason": "phi"})).status == 302
    assert "0 of 2 deleted" in await page(mercy, consult, "/recall")
    assert "Would you bridge" not in await page(mercy, consult)
    await houses.settle()
    said = await page(mercy, consult, "/recall")
    assert "2 of 2 deleted" in said and "Deleted there" in said
    word = "This post was recalled because it could identify a patient."
    assert word in await page(stlukes, consult, handle="okafor")
    assert "Would you bridge" in (await browser.get(f"{url}/question")).text
