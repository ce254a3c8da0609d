"""Asking and voting in a browser, within the clicks of ux.md 3, J13; and between two hospitals."""

import pytest

from tests.browser.conftest import Sits
from tests.browser.demo import Demo
from tests.browser.people import a_town, arrives

pytestmark = pytest.mark.xdist_group("demo")

ASK_CLICKS, VOTE_CLICKS = 4, 1
RHYTHM = "/channels/rhythm"


@pytest.mark.parametrize("width", [1280, 390])
def test_a_poll_of_verified_physicians_is_asked_and_voted_in_within_its_clicks(
    demo: Demo, sits: Sits, width: int
) -> None:
    title = f"Rate or rhythm first, {a_town()}?"
    quill = sits(demo.heart, "quill", width=width)
    okafor = sits(demo.stlukes, "okafor", width=width, scripts=False)
    quill.go(RHYTHM)
    quill.click("New thread", "link")
    quill.click("Poll", "link")
    for label, text in (("Question", title), ("Option 1", "Rate"), ("Option 2", "Rhythm")):
        quill.write(label, text)
    quill.pick("Verified physicians")
    quill.click("Post poll")
    assert quill.clicks <= ASK_CLICKS
    quill.page.get_by_text("Only verified physicians count.").wait_for()

    for _ in range(40):  # what a person without a script does: look again
        okafor.go("/")
        if okafor.page.get_by_role("link", name=title).count():
            break
        okafor.page.wait_for_timeout(250)
    okafor.page.get_by_role("link", name=title).click()
    okafor.page.get_by_text("Only verified physicians count.").wait_for()
    okafor.click("Rhythm")
    assert okafor.clicks <= VOTE_CLICKS
    okafor.page.get_by_text("The result is shown when the poll is closed.").wait_for()
    assert "Your vote:" in okafor.page.locator("main").inner_text()
    assert okafor.scrolls_sideways(320, 390) + quill.scrolls_sideways(320, 390) == []


def test_a_vote_in_a_poll_of_everybody_shows_the_result_at_once(demo: Demo, sits: Sits) -> None:
    title = f"Who hands over by phone, {a_town()}?"
    lee, bianchi = sits(demo.mercy, "lee"), sits(demo.mercy, "bianchi")
    lee.go("/channels/hospital_medicine")
    lee.click("New thread", "link")
    lee.click("Poll", "link")
    for label, text in (("Question", title), ("Option 1", "Always"), ("Option 2", "Never")):
        lee.write(label, text)
    lee.click("Post poll")
    lee.page.wait_for_url("**/t/*")
    bianchi.go(lee.page.url.removeprefix(demo.mercy.url))
    bianchi.click("Always")
    bianchi.page.get_by_text("1 person voted").wait_for()
    arrives(lee.page, "1 person voted")
    assert bianchi.clicks <= VOTE_CLICKS


def test_a_student_sees_why_there_is_no_vote(demo: Demo, sits: Sits) -> None:
    title = f"Which line first, {a_town()}?"
    lee, santos = sits(demo.mercy, "lee"), sits(demo.mercy, "santos")
    lee.go("/channels/hospital_medicine/new/poll")
    for label, text in (("Question", title), ("Option 1", "One"), ("Option 2", "Two")):
        lee.write(label, text)
    lee.pick("Verified physicians")
    lee.click("Post poll")
    lee.page.get_by_text("Only verified physicians count.").wait_for()
    santos.go(lee.page.url.removeprefix(demo.mercy.url))
    santos.page.get_by_text("You cannot vote in this poll").wait_for()
    assert santos.page.get_by_role("button", name="One").count() == 0
