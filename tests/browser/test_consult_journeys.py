"""Asking, asking back, answering and closing (ux.md 3, J4 to J7), within their budgets of clicks:
at both widths, with scripts and without; and a draft that outlives tabs, lines and sessions."""

from secrets import randbelow
from typing import TYPE_CHECKING

import pytest

from tests.browser.axe import violations
from tests.browser.conftest import Sits
from tests.browser.demo import Demo
from tests.browser.devices import clicks_on_message, receives
from tests.browser.people import ARRIVES_WITHIN_MS, Person, Question, Reply, a_town

if TYPE_CHECKING:
    from playwright.sync_api import Locator

pytestmark = pytest.mark.xdist_group("demo")

WITHOUT_SCRIPTS = 2  # clicks more that a journey may take then
NOTE = (
    "History: hip fracture\nMeds: enoxaparin\nLabs:\nCreatinine 176 µmol/L D+5\nTried: nothing yet"
)


def waits_for(person: Person, title: str, words: str) -> "Locator":
    """The row of a consult in what Home says waits for a person, with these words in it."""
    for _ in range(ARRIVES_WITHIN_MS // 250):
        person.go("/")
        row = person.page.get_by_role("listitem").filter(has_text=title).filter(has_text=words)
        if row.count():
            return row.first
        person.page.wait_for_timeout(250)
    raise AssertionError(f"nothing came: {words}")


def is_open_to(person: Person, title: str) -> "Locator":
    """The link to a consult among those that this person may read."""
    for _ in range(ARRIVES_WITHIN_MS // 250):
        person.go("/consults?box=open")
        link = person.page.get_by_role("link", name=title)
        if link.count():
            return link.first
        person.page.wait_for_timeout(250)
    raise AssertionError(f"it never came: {title}")


def comes_to_be(person: Person, state: str, scripts: bool) -> None:
    """The state of the open consult; without scripts the page is loaded again to see it."""
    shown = person.page.locator("#state", has_text=state)
    for _ in range(0 if scripts else ARRIVES_WITHIN_MS // 250):
        if shown.count():
            break
        person.page.wait_for_timeout(250)
        person.page.reload()
    shown.wait_for()


def is_sound(person: Person, scripts: bool) -> None:
    if scripts:  # what looks at the page is one
        assert violations(person.page) == []
    assert person.scrolls_sideways(320) == []


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("width", [1280, 390])
def test_a_consult_is_asked_answered_and_closed_within_its_clicks(
    demo: Demo, sits: Sits, width: int, scripts: bool
) -> None:
    more = 0 if scripts else WITHOUT_SCRIPTS
    lee = sits(demo.mercy, "lee", width=width, scripts=scripts)
    okafor = sits(demo.stlukes, "okafor", width=width, scripts=scripts)
    question = Question(title=f"Apixaban at {40 + randbelow(6000) / 100:.2f} kg, hip fracture")

    path = lee.ask(question, demo.stlukes)
    assert lee.clicks <= 10 + more  # J4
    is_sound(lee, scripts)

    row = waits_for(okafor, question.title, "Answer due in")
    okafor.click("Answer", "link", within=row)
    okafor.clicks = 0
    okafor.page.get_by_text("Ask for information", exact=True).click()
    okafor.write("One question to the asker", "What does she weigh?")
    okafor.click("Ask", within=okafor.page.locator("#ask-info"))
    comes_to_be(okafor, "More information asked", scripts)
    assert okafor.clicks + 1 <= 2 + more  # J6, who asks

    row = waits_for(lee, question.title, "What does she weigh?")
    lee.clicks = 0
    lee.click("Reply", "link", within=row)
    is_sound(lee, scripts)
    lee.write("Your reply", "58 kg.")
    lee.click("Send reply")
    comes_to_be(lee, "Open", scripts)
    assert lee.clicks <= 2 + more  # J6, who replies

    okafor.go("/consults?box=answering")
    okafor.clicks = 0
    okafor.page.get_by_role("link", name=question.title).click()
    okafor.write("Reference (optional)", "doi:10.1056/NEJMoa1107039")
    okafor.write("Its title (optional)", "Apixaban in atrial fibrillation")
    okafor.answer(Reply())
    assert okafor.clicks + 1 <= 4 + more  # J5
    is_sound(okafor, scripts)

    row = waits_for(lee, question.title, "Read 1 answer")
    lee.click("Read 1 answer", "link", within=row)
    card = lee.page.locator(".cite")
    assert card.get_by_role("link").get_attribute("href") == (
        "https://doi.org/10.1056/NEJMoa1107039"
    )
    assert "Apixaban in atrial fibrillation" in card.inner_text()
    lee.clicks = 0
    lee.click("Accept this answer of Dr A. Okafor")
    lee.click("Followed the advice")
    comes_to_be(lee, "Closed", scripts)
    assert lee.clicks <= 2 + more  # J7
    is_sound(lee, scripts)
    lee.write("What is still open", "It bled.")
    lee.click("Reopen")
    comes_to_be(lee, "Open", scripts)
    assert path in lee.page.url and "Answer due in" in lee.page.inner_text("main")


def test_a_draft_outlives_the_tab_the_line_and_the_session(demo: Demo, sits: Sits) -> None:
    lee, title = sits(demo.mercy, "lee"), f"A draft of {randbelow(10**6)} words"
    saved, unsaved = lee.page.locator("#saved"), lee.page.get_by_text("Not saved: the server")
    lee.go("/consults/new")
    lee.write("Title", title)
    lee.page.keyboard.press("Tab")
    saved.get_by_text("Draft saved").wait_for()

    lee.context.set_offline(True)
    lee.write("One focused question", "Typed with the line down?")
    lee.page.keyboard.press("Tab")
    unsaved.first.wait_for()
    lee.context.set_offline(False)
    saved.get_by_text("Draft saved").wait_for(timeout=15_000)
    lee.problems[:] = [said for said in lee.problems if "ERR_INTERNET_DISCONNECTED" not in said]

    lee.go("/consults?box=drafts")
    is_sound(lee, True)
    lee.click(f"Go on writing: {title}", "link")
    assert lee.page.get_by_label("One focused question", exact=True).input_value() == (
        "Typed with the line down?"
    )
    other = lee.tab(lee.page.url.removeprefix(demo.mercy.url))
    other.get_by_label("History", exact=True).fill("Written in the other tab.")
    other.keyboard.press("Tab")
    other.locator("#saved input[name=version][value='3']").wait_for(state="attached")
    lee.write("Already tried, and what happened", "Written here.")
    lee.page.keyboard.press("Tab")
    saved.get_by_text("Changed in another tab").wait_for()
    other.close()

    lee.context.clear_cookies()
    lee.write("Medicines (optional)", "Written after the session ended.")
    lee.page.keyboard.press("Tab")
    unsaved.first.wait_for()
    assert (
        lee.page.get_by_label("Medicines (optional)").input_value()
        == "Written after the session ended."
    )
    lee.sign_in("lee")
    lee.go("/consults?box=drafts")
    assert lee.page.get_by_role("link", name=title, exact=True).count() == 2


def test_a_pasted_note_is_sorted_into_the_fields_at_once(demo: Demo, sits: Sits) -> None:
    lee = sits(demo.mercy, "lee", width=390)
    lee.go("/consults/new")
    history = lee.page.get_by_label("History", exact=True)
    history.evaluate(
        """(field, text) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text", text);
          field.value = text;
          field.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true}));
        }""",
        NOTE,
    )
    lee.page.get_by_text("Sorted into the fields").wait_for()
    assert history.input_value() == "hip fracture"
    assert lee.page.get_by_label("Medicines (optional)").input_value() == "enoxaparin"
    assert lee.page.get_by_label("Result 1, Test").input_value() == "Creatinine"
    is_sound(lee, True)


def test_a_click_on_a_message_opens_the_page_that_it_is_about(demo: Demo, sits: Sits) -> None:
    lee = sits(demo.mercy, "lee")
    lee.context.grant_permissions(["notifications"], origin=demo.mercy.url)
    receives(lee.page, "answered", "asked")
    for kind, folder in (("answered", "Asked by me"), ("asked", "Needs you")):
        address = clicks_on_message(lee.page, kind)
        opened = lee.tab(address.removeprefix(demo.mercy.url))
        here = opened.locator("nav.tabs [aria-current=page]")
        assert here.inner_text().startswith(folder) and address.startswith(demo.mercy.url)
        opened.close()
    left = "navigator.serviceWorker.ready.then(here => here.getNotifications())"
    assert lee.page.evaluate(f"{left}.then(all => all.length)") == 0


def test_several_answers_are_accepted_at_once_and_a_folder_shows_only_some(
    demo: Demo, sits: Sits
) -> None:
    lee, title = sits(demo.mercy, "lee", width=390), f"Two answers of {randbelow(10**6)}"
    path = lee.ask(Question(title=title), demo.stlukes, demo.heart)
    for house, handle in ((demo.stlukes, "okafor"), (demo.heart, "castellanos")):
        who = sits(house, handle)
        is_open_to(who, title).click()
        who.answer(Reply(recommendation=f"As {handle} would do it."))
        who.context.close()
    lee.go(path)
    lee.page.get_by_text("As castellanos would do it.").first.wait_for()
    lee.page.get_by_text("Accept more than one answer", exact=True).click()
    for words in ("As okafor", "As castellanos"):
        lee.page.locator("#actions label", has_text=words).click()
    lee.click("Accept the chosen")
    comes_to_be(lee, "Resolved", True)
    assert lee.page.get_by_text("Accepted answer", exact=True).count() == 2
    is_sound(lee, True)

    lee.go("/consults?box=mine")
    row = lee.page.get_by_role("link", name=title)
    for state, specialty, is_there in (
        ("Resolved", "Cardiology", True),
        ("Resolved", "Dermatology", False),
        ("Open", "Cardiology", False),
    ):
        if not lee.page.get_by_label("State", exact=True).is_visible():
            lee.page.get_by_text("Show only some", exact=True).click()
        lee.choose("State", state)
        lee.choose("Specialty", specialty)
        lee.click("Show these")
        lee.page.wait_for_load_state()
        assert (row.count() > 0) is is_there, (state, specialty)
    lee.page.get_by_role("link", name="Show all", exact=True).first.click()
    row.first.wait_for()


def test_a_question_is_changed_by_its_asker_and_its_findings_by_a_click(
    demo: Demo, sits: Sits
) -> None:
    lee, title = sits(demo.mercy, "lee", width=390), f"To be changed {randbelow(10**6)}"
    lee.ask(Question(title=title))
    lee.click("Change the question", "link")
    is_sound(lee, True)
    town = a_town()
    lee.write("One focused question", f"He lives in {town}. Which dose now?")
    lee.page.keyboard.press("Tab")
    lee.page.get_by_role("button", name=f"Not an identifier: “{town}”").wait_for()
    lee.click(f"Remove it: “{town}”")
    field = lee.page.get_by_label("One focused question", exact=True)
    assert field.input_value() == "He lives in . Which dose now?"
    lee.write("One focused question", "Which dose now?")
    lee.page.get_by_role("checkbox", name="I have removed what could identify").check()
    lee.click("Send the change")
    lee.page.locator("#question", has_text="Which dose now?").get_by_text("Edited").wait_for()
    is_sound(lee, True)
