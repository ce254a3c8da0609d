"""J4: what could identify a patient is found and mended before a consult is sent."""

from dataclasses import replace

import pytest

from tests.browser.conftest import Sits
from tests.browser.demo import Demo
from tests.browser.keyboard import Keyboard
from tests.browser.people import ARRIVES_WITHIN_MS, Person, a_town
from tests.browser.test_a_consult_travels import a_question

pytestmark = pytest.mark.xdist_group("demo")

HISTORY = "97 yo, fell on 12 March 2026. Lives in {town}."
MENDED = "90+, fell on day 0. Lives in {town}."


def mend(person: Person, button: str) -> None:
    Keyboard(person.page).press_on(button)
    person.page.get_by_role("button", name=button).wait_for(state="detached")
    person.page.wait_for_load_state()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scripts", [True, False])
def test_identifiers_are_mended_with_the_keyboard_alone_before_a_consult_is_sent(
    demo: Demo, sits: Sits, scripts: bool, width: int
) -> None:
    town = a_town()
    lee = sits(demo.mercy, "lee", scripts=scripts, width=width)
    question = replace(a_question(), history=HISTORY.format(town=town))
    lee.go("/consults/new")
    lee.fill_question(question, demo.stlukes)
    if scripts:  # nobody pressed anything
        found = lee.page.get_by_role("button", name="Change to “90+”: “97 yo”")
        found.wait_for(timeout=ARRIVES_WITHIN_MS)
    else:
        lee.click("Send consult")
        assert lee.page.get_by_role("alert").is_visible()
    mend(lee, "Change to “90+”: “97 yo”")
    mend(lee, "Change to “day 0”: “12 March 2026”")
    mend(lee, f"Not an identifier: “{town}”")
    lee.page.get_by_text("No identifiers found.").wait_for()

    assert lee.page.get_by_label("History").input_value() == MENDED.format(town=town)
    assert lee.page.get_by_label("Age band").input_value() == "90+"
    assert lee.scrolls_sideways(320, 390) == []
    keys = Keyboard(lee.page)
    keys.tick("I have removed what could identify")
    keys.press_on("Send consult")
    lee.page.get_by_role("heading", name=question.title, level=1).wait_for()
