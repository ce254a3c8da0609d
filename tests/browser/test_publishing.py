"""J14 of ux.md: a closed consult becomes a teaching case, with a click of everybody in it."""

from secrets import randbelow

import pytest

from tests.browser.conftest import Sits
from tests.browser.demo import Demo
from tests.browser.people import Person, Question, Reply
from tests.browser.test_consult_journeys import comes_to_be, is_sound, waits_for
from tests.browser.test_every_way_of_asking import reload_until

pytestmark = pytest.mark.xdist_group("demo")

WITHOUT_SCRIPTS = 2  # clicks more that a journey may take then


def closed(lee: Person, okafor: Person, demo: Demo, title: str, scripts: bool) -> str:
    path = lee.ask(Question(title=title), demo.stlukes)
    row = waits_for(okafor, title, "Answer due in")
    okafor.click("Answer", "link", within=row)
    okafor.answer(Reply())
    row = waits_for(lee, title, "Read 1 answer")
    lee.click("Read 1 answer", "link", within=row)
    lee.click("Accept this answer of Dr A. Okafor")
    lee.click("Followed the advice")
    comes_to_be(lee, "Closed", scripts)
    return path


def signs(steward: Person, title: str, scripts: bool) -> None:
    """From Administration > To sign."""
    for _ in range(40):
        steward.go("/admin/to-sign")
        if steward.page.get_by_text(title).count():
            break
        steward.page.wait_for_timeout(250)
    steward.page.get_by_text(title).first.wait_for()
    is_sound(steward, scripts)
    steward.clicks = 0
    steward.click(f"Read and sign: {title}", "link")
    steward.page.get_by_role("heading", name="Read and sign", level=1).wait_for()
    is_sound(steward, scripts)
    steward.click(f"Sign for {steward.house.name}")
    steward.page.get_by_role("heading", name="To sign", level=1).wait_for()
    row = steward.page.get_by_role("listitem").filter(has_text=title)
    row.get_by_text(f"signed for {steward.house.name}").wait_for()
    is_sound(steward, scripts)
    assert steward.clicks <= 2 + (0 if scripts else WITHOUT_SCRIPTS)


@pytest.mark.parametrize(
    ("width", "scripts"), [(1280, True), (390, False)], ids=["wide", "phone without scripts"]
)
def test_a_closed_consult_is_published_within_its_clicks(
    demo: Demo, sits: Sits, width: int, scripts: bool
) -> None:
    more = 0 if scripts else WITHOUT_SCRIPTS
    lee = sits(demo.mercy, "lee", width=width, scripts=scripts)
    okafor = sits(demo.stlukes, "okafor", width=width, scripts=scripts)
    title = f"Apixaban at {40 + randbelow(6000) / 100:.2f} kg, hip fracture"
    path = closed(lee, okafor, demo, title, scripts)
    lee.clicks = 0
    lee.click("Publish as a teaching case", "link")
    is_sound(lee, scripts)
    lee.click("See what becomes public")
    is_sound(lee, scripts)
    lee.click("Send to everybody who wrote")
    lee.page.get_by_role("heading", name="Who is waited for").wait_for()
    assert lee.clicks <= 3 + more
    is_sound(lee, scripts)
    assert "Dr A. Okafor" in lee.page.inner_text("main")
    for _ in range(40):
        okafor.page.reload()
        asked = okafor.page.get_by_role("link", name="Read it and answer")
        if asked.count():
            break
        okafor.page.wait_for_timeout(250)
    asked.click()
    okafor.clicks = 0
    is_sound(okafor, scripts)
    okafor.click("Publish mine")
    okafor.page.get_by_text("You agreed.").wait_for()
    assert okafor.clicks <= 1 + more
    for house, handle in ((demo.mercy, "ruiz"), (demo.stlukes, "varga")):
        signs(sits(house, handle, width=width, scripts=scripts), title, scripts)
    reload_until(lee, "It is published as a teaching case.")
    lee.click("Read the teaching case", "link")
    lee.page.get_by_role("heading", name=title, level=1).wait_for()
    visitor = sits(demo.mercy)
    visitor.page.goto(lee.page.url)
    shown = visitor.page.inner_text("main")
    assert "Answer: Verified physician, Cardiology" in shown and "Okafor" not in shown
    assert path not in visitor.page.content()
