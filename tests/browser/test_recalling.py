"""J8 of ux.md: an identifier slipped in. Three clicks, by keyboard, without a script, on phones."""

from urllib.parse import urlsplit

import pytest

from tests.browser.axe import violations
from tests.browser.conftest import Sits
from tests.browser.demo import Demo
from tests.browser.keyboard import Keyboard
from tests.browser.people import arrives
from tests.browser.test_a_consult_travels import a_question
from tests.browser.test_every_way_of_asking import reload_until
from tests.browser.test_images_in_private import WORDS, sends_an_image

pytestmark = pytest.mark.xdist_group("demo")

RECALL_CLICKS = 3
WHY = "It could identify a patient"


def test_a_consult_is_recalled_with_the_keyboard_in_three_acts(demo: Demo, sits: Sits) -> None:
    lee, okafor = sits(demo.mercy, "lee"), sits(demo.stlukes, "okafor")
    question = a_question()
    at_mercy = lee.ask(question, demo.stlukes)
    arrives(okafor.page, question.title)
    lee.go(f"{at_mercy}#answers")
    keys = Keyboard(lee.page)
    recall = lee.page.locator("aside").get_by_role("link", name="Recall", exact=True)
    recall.focus()
    keys.press_on("Recall")
    lee.page.get_by_role("heading", name="Recall and receipts", level=1).wait_for()
    keys.tick(WHY)
    keys.press_on("Recall it")
    arrives(lee.page, "1 of 1 deleted")
    assert keys.acts <= RECALL_CLICKS
    lee.go(at_mercy)
    assert question.title not in lee.page.content()
    assert "because it could identify a patient" in lee.page.locator("#question").inner_text()
    okafor.page.reload()
    assert question.title not in okafor.page.content()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_consult_is_recalled_without_a_script(demo: Demo, sits: Sits, width: int) -> None:
    lee = sits(demo.mercy, "lee", scripts=False, width=width)
    question = a_question()
    at_mercy = lee.ask(question, demo.stlukes)
    lee.clicks = 0
    lee.click("Recall", "link", within=lee.page.locator("aside"))
    wide = lee.scrolls_sideways(320, 390)
    lee.pick(WHY)
    lee.click("Recall it")
    assert urlsplit(lee.page.url).path == f"{at_mercy}/recall"
    assert lee.clicks <= RECALL_CLICKS
    reload_until(lee, "1 of 1 deleted")
    wide += lee.scrolls_sideways(320, 390)
    lee.go(at_mercy)
    assert question.title not in lee.page.content()
    assert wide + lee.scrolls_sideways(320, 390) == []


@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (390, False)])
def test_an_image_is_recalled_alone(demo: Demo, sits: Sits, width: int, scripts: bool) -> None:
    lee = sits(demo.mercy, "lee", width=width, scripts=scripts)
    sends_an_image(lee)
    at_mercy, lee.clicks = urlsplit(lee.page.url).path, 0
    lee.click("Recall image 1", "link")
    assert lee.page.get_by_label("Image 1 alone").is_checked()
    wide = lee.scrolls_sideways(320, 390)
    if scripts:
        assert violations(lee.page) == []
    lee.pick(WHY)
    lee.click("Recall it")
    assert lee.clicks <= RECALL_CLICKS
    assert "recalled 1 image" in lee.page.locator("#receipts").inner_text()
    lee.go(at_mercy)
    shown = lee.page.get_by_role("main")
    assert WORDS in shown.inner_text() and "This image was recalled." in shown.inner_text()
    assert shown.locator("ul.pictures img").count() == 0
    assert wide + lee.scrolls_sideways(320, 390) == []
    if scripts:
        assert violations(lee.page) == []


def test_a_withdrawn_consult_shows_who_deleted_it(demo: Demo, sits: Sits) -> None:
    lee, okafor = sits(demo.mercy, "lee"), sits(demo.stlukes, "okafor")
    question = a_question()
    at_mercy = lee.ask(question, demo.stlukes)
    arrives(okafor.page, question.title)
    lee.go(at_mercy)
    lee.page.get_by_text("Withdraw this consult").click()
    lee.click("Withdraw")
    lee.click("Recall and receipts", "link", within=lee.page.locator("aside"))
    arrives(lee.page, "1 of 1 deleted")
    assert "You withdrew it" in lee.page.locator("#receipts").inner_text()
    okafor.page.reload()
    assert question.title not in okafor.page.content()
