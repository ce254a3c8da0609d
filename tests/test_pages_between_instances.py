"""The same journey by hand: forms and pages of two hospitals, as their members see them."""

from instance.models import Status
from instance.services.consults.states import Event
from tests.browsing import Browser
from tests.cast import Houses
from tests.clinic import ANSWER, FACTS, ask, seen_at, write, written
from tests.houses import House, Person

FORM = FACTS | {"audience": "chosen", "attested": "yes"}


async def asked_by_form(browser: Browser, *readers: House) -> str:
    """The path of a new consult."""
    hosts = [house.host for house in readers]
    answer = await browser.post_form("/consults/new", FORM | {"hospitals": hosts})
    assert answer.status == 302, answer.text
    return answer.header("location")


async def test_the_asker_sees_which_institutions_can_read_it(
    mercy: House, stlukes: House, heart: House, lee: Person
) -> None:
    browser = await mercy.sign_in("lee")
    page = await browser.get(await asked_by_form(browser, stlukes))
    assert FACTS["question"] in page.text and FACTS["history"] in page.text
    assert "St. Luke&#39;s" in page.text and "Mercy General" in page.text
    assert "National Heart Society" not in page.text


async def test_a_cardiologist_elsewhere_finds_it_and_answers_by_form(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    browser = await stlukes.sign_in("okafor")
    there = await seen_at(stlukes, consult)
    assert FACTS["title"] in (await browser.get("/consults?box=needs-you")).text
    sent = await browser.post_form(f"/k/{there.id}/answer", ANSWER)
    assert (sent.status, sent.header("location")) == (302, f"/k/{there.id}")
    await houses.settle()
    page = await (await mercy.sign_in("lee")).get(f"/k/{consult.id}")
    assert ANSWER["recommendation"] in page.text and "Dr A. Okafor" in page.text


async def test_the_asker_accepts_by_form_and_both_pages_say_so(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    await write(okafor, consult, Event.ANSWER)
    await houses.settle()
    [_, answer] = await written(mercy, consult)
    browser = await mercy.sign_in("lee")
    sent = await browser.post_form(f"/k/{consult.id}/accept", {"answer": str(answer.id)})
    assert sent.status == 302
    await houses.settle()
    there = await seen_at(stlukes, consult)
    assert there.status is Status.RESOLVED
    theirs = await (await stlukes.sign_in("okafor")).get(f"/k/{there.id}")
    for page in (await browser.get(f"/k/{consult.id}"), theirs):
        assert "Accepted" in page.text


async def test_an_answer_that_comes_too_late_is_given_back(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    there = await seen_at(stlukes, consult)
    there.status = Status.CLOSED
    await stlukes.at(there.save)
    browser = await stlukes.sign_in("okafor")
    before = await stlukes.rows()
    sent = await browser.post_form(f"/k/{there.id}/answer", ANSWER)
    assert sent.status == 409 and ANSWER["recommendation"] in sent.text
    assert await stlukes.rows() == before


async def test_a_form_with_mistakes_keeps_what_was_typed(
    mercy: House, stlukes: House, lee: Person
) -> None:
    browser = await mercy.sign_in("lee")
    before = await mercy.rows()
    typed = FORM | {"hospitals": [stlukes.host], "question": "x" * 501, "tried": ""}
    sent = await browser.post_form("/consults/new", typed)
    assert sent.status == 422
    assert FACTS["history"] in sent.text and "x" * 501 in sent.text
    assert "Shorten this to 500 characters. It has 501." in sent.text
    assert "Say what was tried, or write: nothing yet." in sent.text
    assert await mercy.rows() == before | {"Draft": 1}
