"""The pictures of the README. Drawn on request: `CURBSIDE_PICTURES=1 pytest tests/browser`.

From a demonstration that is new, so that they look alike each time.
"""

import os
from pathlib import Path

import pytest

from tests.browser.conftest import Sits
from tests.browser.demo import Demo
from tests.browser.people import Person, Question, Reply, arrives
from tests.browser.test_a_consult_travels import open_from_home

pytestmark = [
    pytest.mark.xdist_group("demo"),
    pytest.mark.skipif(
        "CURBSIDE_PICTURES" not in os.environ,
        reason="pictures are drawn on request: CURBSIDE_PICTURES=1",
    ),
]

PICTURES = Path(__file__).parent / "pictures"
LARGEST_BYTES = 300_000
QUESTION = Question(
    title="Apixaban dose with eGFR 24 and new atrial fibrillation, hip fracture",
    question="Which apixaban dose, and would you wait longer?",
    history="Right hip hemiarthroplasty on D+3. New atrial fibrillation on D+5, rate 96.",
)
LABS = (
    ("Creatinine", "168", "\u00b5mol/L", "45-84", "D+3"),
    ("Creatinine", "176", "\u00b5mol/L", "45-84", "D+5"),
    ("Haemoglobin", "98", "g/L", "120-155", "D+5"),
)


def test_the_pictures_of_the_readme_are_drawn(demo: Demo, sits: Sits) -> None:
    lee, okafor = sits(demo.mercy, "lee"), sits(demo.stlukes, "okafor")
    castellanos = sits(demo.heart, "castellanos")
    ask_with_results(lee, demo)
    draw(okafor, "home-1280", 1280, 1000)
    for answerer in (okafor, castellanos):
        open_from_home(answerer, QUESTION.title)
    okafor.page.get_by_text("Ask for information").click()
    okafor.write("One question to the asker", "What does she weigh?")
    okafor.click("Ask")
    arrives(lee.page, "What does she weigh?")
    lee.write("Your reply", "58 kg.")
    lee.click("Send reply")
    arrives(okafor.page, "58 kg.")
    okafor.page.reload()
    okafor.answer(Reply())
    castellanos.answer(
        Reply(
            recommendation="Agree with the reduced dose. Repeat creatinine before she goes home.",
            why="Kidney function is likely to move after surgery.",
            changes="",
            confidence="Medium",
        )
    )
    arrives(lee.page, "Agree with the reduced dose.")
    lee.click("Accept this answer of Dr A. Okafor")
    lee.page.locator("#state", has_text="Resolved").wait_for()
    draw(lee, "consult-1280", 1280, 1290)
    draw(lee, "consult-390", 390, 2200)


def ask_with_results(lee: Person, demo: Demo) -> None:
    lee.click("Ask a consult", "link")
    lee.fill_question(QUESTION, demo.stlukes, demo.heart)
    for row, result in enumerate(LABS, start=1):
        for part, text in zip(("Test", "Value", "Unit", "Usual range", "Day"), result, strict=True):
            lee.write(f"Result {row}, {part}", text)
    lee.click("Send consult")
    lee.page.get_by_role("heading", name=QUESTION.title, level=1).wait_for()


def draw(person: Person, name: str, width: int, height: int) -> None:
    """The page from its top, as far as this height."""
    person.page.set_viewport_size({"width": width, "height": height})
    person.page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
    arrives(person.page, QUESTION.title)
    person.page.wait_for_timeout(500)
    picture = person.page.screenshot(animations="disabled")
    assert len(picture) < LARGEST_BYTES
    (PICTURES / f"{name}.png").write_bytes(picture)
