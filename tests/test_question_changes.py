"""The asker changes the question while it is open: the same everywhere, and nobody is misled."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from instance.models import AuditEntry, Consult, Contribution, Status
from instance.services.consults import changing, questions, recalling
from instance.services.consults.states import Event
from tests.browsing import Answer, Browser
from tests.cast import Houses, new
from tests.clinic import (
    ANSWER,
    FACTS,
    accept,
    add_image,
    ask_with_images,
    seen_at,
    write,
)
from tests.forging import Writer, proven
from tests.houses import House, Person
from tests.test_consult_changes import all_words

pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)

OLDER = "written before the question was changed"
NEW = "Which dose of heparin until the INR is in range?"


@pytest.fixture
async def consult(houses: Houses, mercy: House, stlukes: House, lee: Person) -> Consult:
    consult = await ask_with_images(lee, stlukes, images=(await add_image(lee),))
    await houses.settle()
    return consult


async def form(browser: Browser, consult: Consult, **changes: str) -> dict[str, Any]:
    """What a browser sends from the form as it stands."""
    page = await browser.get(f"/k/{consult.id}/question")
    names = ("title", "question", "question_type", "age_band", "sex", "pregnant", "history")
    typed = {name: FACTS[name] for name in (*names, "tried")}
    (seen,) = re.findall(r'name="seen" value="([^"]*)"', page.text)
    return {**typed, "seen": seen, "attested": "yes", **changes}


async def change(browser: Browser, consult: Consult, **changes: str) -> Answer:
    address = f"/k/{consult.id}/question"
    return await browser.post_form(address, await form(browser, consult, **changes))


async def root(house: House, consult: Consult) -> Contribution:
    return await house.at(Contribution.get, uri=consult.root_uri)


async def test_an_answer_to_older_words_is_marked_where_the_clock_is_behind_that_of_the_asker(
    stlukes: House, consult: Consult
) -> None:
    row, now = await root(stlukes, consult), datetime.now(UTC)
    asked, changed = now + timedelta(seconds=40), now + timedelta(seconds=60)

    async def take() -> None:
        there = await Consult.get(uri=consult.uri).select_related("group")
        await questions.keep(there, {**row.body, "updated": changed.isoformat()}, now)

    await stlukes.at(take)
    row = await root(stlukes, consult)
    assert questions.is_older({questions.AS_OF: asked.isoformat()}, row)
    assert not questions.is_older({questions.AS_OF: changed.isoformat()}, row)


async def test_a_changed_question_is_the_same_everywhere_and_marks_the_answers_from_before(
    houses: Houses, mercy: House, stlukes: House, consult: Consult, okafor: Person
) -> None:
    await write(okafor, consult, Event.ANSWER)
    there = await seen_at(stlukes, consult)
    browser, other = await mercy.sign_in("lee"), await stlukes.sign_in("okafor")
    opened = (await other.get(f"/k/{there.id}")).text
    await houses.settle()
    assert (await change(browser, consult, question=NEW)).status == 302
    await write(okafor, consult, Event.ANSWER, recommendation="To the words of before.")
    await houses.settle()
    for house, reader, number in ((mercy, browser, consult.id), (stlukes, other, there.id)):
        page, row = await reader.get(f"/k/{number}"), await root(house, consult)
        assert NEW in page.text and FACTS["question"] not in page.text, house.name
        assert "Edited" in page.text and page.text.count(OLDER) == 2 and row.edited_at
        assert len(row.body["attachment"]) == 1 and "An X-ray of the chest" in page.text
        found = await seen_at(house, consult)
        assert (found.status, found.version, found.last_seq) == (Status.ANSWERED, 2, 5)
        assert found.facts == {**consult.facts, "question": NEW}
    notices = (await other.get("/notifications")).text
    assert notices.count("The question of a consult you answered was changed.") == 1
    assert NEW not in notices
    (told,) = re.findall(r'href="(/notifications/\d+)">The question of', notices)
    assert (await other.get(told)).header("location") == f"/k/{there.id}"
    assert "you answered was changed" not in (await browser.get("/notifications")).text
    (said,) = re.findall(r'name="question_as_of" value="([^"]+)"', opened)
    stale = {**ANSWER, "see_in_person": "no", "question_as_of": said}
    held_up = await other.post_form(f"/k/{there.id}/answer", stale)
    assert held_up.status == 422 and "changed while you wrote" in held_up.text
    assert ANSWER["rationale"] in held_up.text
    await write(okafor, consult, Event.ANSWER, recommendation="5000 units.")
    for mine in (await stlukes.at(lambda: Contribution.filter(kind="answer").order_by("id")))[:2]:
        await okafor.does(changing.edit, there.id, mine.id, ANSWER)  # looked at again
    await houses.settle()
    assert OLDER not in (await browser.get(f"/k/{consult.id}")).text


async def test_a_question_is_checked_again_changes_once_and_not_when_it_is_over(
    houses: Houses, mercy: House, stlukes: House, consult: Consult, lee: Person, okafor: Person
) -> None:
    browser = await mercy.sign_in("lee")
    stale = await form(browser, consult, question="From another tab?")
    bad = await change(browser, consult, history="MRN 00482913, lives in Harrogate.", tried=NEW)
    assert bad.status == 422 and NEW in bad.text and "MRN 00482913" in bad.text
    places = dict(re.findall(r'name="(fix|dismiss)" value="(history:[^"]+)"', bad.text))
    looked_at = await change(
        browser, consult, history="Lives in Harrogate.", dismiss="history:9:18"
    )
    assert set(places) == {"fix", "dismiss"} and 'name="dismiss"' not in looked_at.text
    assert (await change(browser, consult, history="Now.", attested="")).status == 422
    assert (await seen_at(mercy, consult)).facts == consult.facts
    for _ in range(2):  # a second click
        assert (await change(browser, consult, history="Lives in Harrogate.")).status == 302
    assert (await seen_at(mercy, consult)).last_seq == 2
    overtaken = await browser.post_form(f"/k/{consult.id}/question", stale)
    assert overtaken.status == 409 and "From another tab?" in overtaken.text
    (entry,) = await mercy.at(lambda: AuditEntry.filter(action="consult.edited"))
    assert set(entry.detail) == {"digest"} and len(entry.detail["digest"]) == 64
    await houses.settle()
    answer = await write(okafor, consult, Event.ANSWER)
    await houses.settle()
    await accept(lee, consult, answer)
    await write(lee, consult, Event.RECORD_OUTCOME, outcome="followed")
    late = await browser.post_form(f"/k/{consult.id}/question", {**stale, "seen": ""})
    assert late.status == 409 and "/question" not in (await browser.get(f"/k/{consult.id}")).text


async def test_a_recall_takes_the_words_from_before_a_change_too(
    houses: Houses, mercy: House, stlukes: House, consult: Consult, lee: Person
) -> None:
    await change(await mercy.sign_in("lee"), consult, question=NEW)
    await houses.settle()
    await lee.does(recalling.recall, consult.id, (recalling.WHOLE,), "phi")
    await houses.settle()
    for words in (NEW, FACTS["question"]):
        assert words not in await all_words(stlukes)


async def test_nobody_but_the_asker_changes_a_question(
    houses: Houses, mercy: House, stlukes: House, consult: Consult, okafor: Person
) -> None:
    there = await seen_at(stlukes, consult)
    other = await stlukes.sign_in("okafor")
    await mercy.person(new("colleague", "Dr Colleague", "cardiology"))
    colleague = await mercy.sign_in("colleague")
    assert (await colleague.get(f"/k/{consult.id}")).status == 200
    for browser, number in ((other, there.id), (colleague, consult.id)):
        asked = {"question": NEW, "attested": "yes"}
        assert (await browser.get(f"/k/{number}/question")).status == 404
        assert (await browser.post_form(f"/k/{number}/question", asked)).status == 404
    body = {**(await root(mercy, consult)).body, "content": NEW}
    writer, key = await Writer.of(mercy, consult), await okafor.key()
    document = writer.activity(stlukes, "Update", okafor.uri, body, **writer.address)
    assert (await mercy.receives(proven(document, key), key)).status == 403
    assert (await seen_at(mercy, consult)).facts == consult.facts
