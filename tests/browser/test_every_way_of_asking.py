"""Asking and answering without a script, without a mouse, and on a phone; and how few clicks."""

from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import Sits
from tests.browser.demo import Demo
from tests.browser.keyboard import Keyboard
from tests.browser.people import ARRIVES_WITHIN_MS, Person, Reply, arrives
from tests.browser.test_a_consult_travels import a_question, open_from_home

pytestmark = pytest.mark.xdist_group("demo")

# ux.md 3: clicks that are not the text itself. Choosing in a list counts as one.
ASK_CLICKS, ANSWER_CLICKS, ACCEPT_CLICKS, OUTCOME_CLICKS = 10, 4, 1, 1


def reload_until(person: Person, words: str) -> None:
    """What a person without a script does: look again."""
    for _ in range(ARRIVES_WITHIN_MS // 250):
        if person.page.get_by_text(words).count():
            return
        person.page.wait_for_timeout(250)
        person.page.reload()
    raise AssertionError(f"never there at {person.house.name}")


@pytest.mark.parametrize("width", [1280, 390])
def test_a_consult_is_asked_and_answered_without_a_script(
    demo: Demo, sits: Sits, width: int
) -> None:
    lee = sits(demo.mercy, "lee", scripts=False, width=width)
    okafor = sits(demo.stlukes, "okafor", scripts=False, width=width)
    question, reply = a_question(), Reply()
    lee.ask(question, demo.stlukes)
    reload_until(okafor, question.title)
    open_from_home(okafor, question.title)
    okafor.answer(reply)
    reload_until(lee, reply.recommendation)
    lee.click("Accept this answer of Dr A. Okafor")
    reload_until(okafor, "Accepted answer")

    assert lee.page.locator("#state").inner_text() == "Resolved"
    assert okafor.page.locator("#state").inner_text() == "Resolved"
    assert lee.scrolls_sideways(320, 390) + okafor.scrolls_sideways(320, 390) == []


def test_asking_and_answering_need_no_more_clicks_than_their_budgets(
    demo: Demo, sits: Sits
) -> None:
    lee, okafor = sits(demo.mercy, "lee"), sits(demo.stlukes, "okafor")
    question, reply = a_question(), Reply()
    lee.ask(question, demo.stlukes)
    assert lee.clicks <= ASK_CLICKS

    open_from_home(okafor, question.title)
    okafor.answer(reply)
    assert okafor.clicks <= ANSWER_CLICKS

    arrives(lee.page, reply.recommendation)
    lee.clicks = 0
    lee.click("Accept this answer of Dr A. Okafor")
    assert lee.clicks <= ACCEPT_CLICKS
    lee.page.locator("#state", has_text="Resolved").wait_for()
    lee.click("Followed the advice")
    lee.page.locator("#state", has_text="Closed").wait_for()
    assert lee.clicks <= ACCEPT_CLICKS + OUTCOME_CLICKS


def test_a_consult_is_asked_with_the_keyboard_alone(demo: Demo, sits: Sits) -> None:
    lee, question = sits(demo.mercy, "lee"), a_question()
    keys = Keyboard(lee.page)
    keys.press_on("Ask a consult")
    lee.page.get_by_role("heading", name="Ask a consult", level=1).wait_for()
    keys.write("Title", question.title)
    keys.write("One focused question", question.question)
    keys.write("Kind of question", question.kind)
    keys.write("Specialty 1 of 3", question.specialty)
    keys.tick(question.urgency)
    keys.write("Age band", question.age)
    keys.tick(question.sex)
    keys.write("History", question.history)
    keys.write("Already tried, and what happened", question.tried)
    keys.tick("Mercy General and hospitals I choose")
    keys.tick("St. Luke's")
    keys.tick("I have removed what could identify")
    keys.press_on("Send consult")
    lee.page.get_by_role("heading", name=question.title, level=1).wait_for()

    facts = lee.page.locator("#question").inner_text()
    assert "80 to 89" in facts and "Female" in facts and "Soon, 24 h" in facts
    assert "Mercy General (yours), St. Luke's" in lee.page.locator("main > .audience").inner_text()


def test_a_consult_is_answered_and_accepted_with_the_keyboard_alone(demo: Demo, sits: Sits) -> None:
    lee, okafor = sits(demo.mercy, "lee"), sits(demo.stlukes, "okafor")
    question, reply = a_question(), Reply()
    lee.ask(question, demo.stlukes)
    arrives(okafor.page, question.title)
    keys = Keyboard(okafor.page)
    keys.press_on(question.title)
    okafor.page.get_by_role("heading", name=question.title, level=1).wait_for()
    keys.write("Recommendation", reply.recommendation)
    keys.write("Why", reply.why)
    keys.write("What would change my mind (optional)", reply.changes)
    keys.tick(reply.confidence)
    keys.press_on("Send answer")
    arrives(lee.page, reply.recommendation)
    Keyboard(lee.page).press_on("Accept this answer of Dr A. Okafor")
    lee.page.locator("#state", has_text="Resolved").wait_for()

    assert urlsplit(lee.page.url).path.startswith("/k/")
    assert "Confidence: High" in lee.page.locator(".answer.accepted").inner_text()


def test_a_phone_does_the_same_and_nothing_scrolls_sideways(demo: Demo, sits: Sits) -> None:
    lee = sits(demo.mercy, "lee", width=390)
    okafor = sits(demo.stlukes, "okafor", width=390)
    question, reply, wide = a_question(), Reply(), []
    lee.click("Ask", "link")
    wide += lee.scrolls_sideways(320, 390)
    lee.fill_question(question, demo.stlukes)
    wide += lee.scrolls_sideways(320, 390)
    lee.click("Send consult")
    lee.page.get_by_role("heading", name=question.title, level=1).wait_for()
    open_from_home(okafor, question.title)
    wide += okafor.scrolls_sideways(320, 390)
    okafor.answer(reply)
    arrives(lee.page, reply.recommendation)
    lee.click("Accept this answer of Dr A. Okafor")
    lee.page.locator("#state", has_text="Resolved").wait_for()
    wide += lee.scrolls_sideways(320, 390)

    assert not wide
