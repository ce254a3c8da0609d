"""An image goes along with what is written to one person: at both widths, without a script, and by
keyboard alone."""

from typing import TYPE_CHECKING

import pytest

from tests import pictures
from tests.browser.axe import violations
from tests.browser.conftest import Sits
from tests.browser.demo import Demo
from tests.browser.keyboard import Keyboard
from tests.browser.people import Person

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload

pytestmark = pytest.mark.xdist_group("demo")
WORDS = "What do you make of this strip?"
FILE: "FilePayload" = {"name": "scan.png", "mimeType": "image/png", "buffer": pictures.of()}
BASIS = "Nothing in it makes the patient recognisable: no face, tattoo, mark or name"
LOOKED = "I looked at all four corners. Nothing in this image identifies the patient."


def adds_an_image(lee: Person) -> None:
    """To what Dr Lee writes to Dr Santos, up to the form that sends it."""
    lee.go("/@santos/write?images=yes")
    lee.write("Your message", WORDS)
    lee.click("Add images")
    lee.page.get_by_label("Images", exact=True).set_input_files([FILE])
    lee.click("Add")
    lee.click("Look, cover or crop: image 1", "link")
    lee.pick(BASIS)
    lee.pick(LOOKED, "checkbox")
    lee.click("Keep")
    lee.click("Back to what you write", "link")


def sends_an_image(lee: Person) -> None:
    adds_an_image(lee)
    lee.click("Send message")
    lee.page.get_by_role("main").locator("ul.pictures img").wait_for()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("width", [1280, 390])
def test_an_image_is_sent_privately(demo: Demo, sits: Sits, width: int, scripts: bool) -> None:
    lee = sits(demo.mercy, "lee", width=width, scripts=scripts)
    adds_an_image(lee)
    assert lee.page.get_by_label("Your message", exact=True).input_value() == WORDS
    wide = lee.scrolls_sideways(320, 390)
    if scripts:
        assert violations(lee.page) == []
    lee.click("Send message")
    shown = lee.page.get_by_role("main").locator("ul.pictures img")
    shown.wait_for()
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    assert wide + lee.scrolls_sideways(320, 390) == []
    if scripts:
        assert violations(lee.page) == []


def test_an_image_is_sent_privately_by_keyboard(demo: Demo, sits: Sits) -> None:
    """But for the choice of a file, which is the browser's own."""
    lee = sits(demo.mercy, "lee")
    lee.go("/@santos/write?images=yes")
    keys = Keyboard(lee.page)
    keys.write("Your message", WORDS)
    keys.press_on("Add images")
    lee.page.get_by_label("Images", exact=True).set_input_files([FILE])
    keys.press_on("Add")
    lee.page.get_by_role("link", name="Look, cover or crop: image 1").wait_for()
    keys.press_on("Look, cover or crop: image 1")
    lee.page.get_by_role("heading", name="Cover and describe an image").wait_for()
    keys.tick(BASIS)
    keys.tick(LOOKED)
    keys.press_on("Keep")
    lee.page.get_by_role("link", name="Back to what you write").wait_for()
    keys.press_on("Back to what you write")
    lee.page.get_by_role("heading", name="Write privately").wait_for()
    keys.press_on("Send message")
    lee.page.get_by_role("main").locator("ul.pictures img").wait_for()
