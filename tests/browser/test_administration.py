"""The journeys of those who look after a hospital's server: by keyboard alone, wide with scripts
and narrow without, and within their budgets (ux.md 3).
"""

import re
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.axe import comes_with_every_page, problems
from tests.browser.conftest import Sits
from tests.browser.demo import Demo
from tests.browser.keyboard import Keyboard
from tests.browser.people import Person
from tests.browser.test_a_consult_travels import a_question

if TYPE_CHECKING:
    from playwright.sync_api import Locator

pytestmark = pytest.mark.xdist_group("demo")

HEALTH_CLICKS = 1
REPORT_CLICKS, REPORT_KEYS, REPORT_SECONDS = 4, 20, 40
WAYS = pytest.mark.parametrize(("width", "scripts"), [(1280, True), (390, False)])
_numbers = count(1)


def heading(person: Person, name: "str | re.Pattern[str]") -> None:
    person.page.get_by_role("heading", name=name, level=1).wait_for()


def words_of(found: "Locator") -> str:
    return re.sub(r"\s+", " ", found.first.inner_text()).strip()


_LETTERS = str.maketrans("0123456789", "abcdefghij")


def fresh(person: Person, words: str) -> str:
    """Another one in every run, also against a demonstration that ran before."""
    number = f"{next(_numbers)}{person.page.evaluate('Date.now()')}"
    # In letters: so many digits might be the number of a patient.
    return f"{words} {number.translate(_LETTERS)}"


def report_a_post(demo: Demo, sits: Sits) -> str:
    """Somebody at Mercy writes something, and somebody else reports it. Returns its title."""
    holt, lee = sits(demo.mercy, "holt", scripts=False), sits(demo.mercy, "lee", scripts=False)
    title = fresh(holt, "A loud opinion")
    holt.go("/channels/hospital_medicine/new")
    holt.write("Title", title)
    holt.write("Text", "Everybody else is wrong.")
    holt.click("Post thread")
    heading(holt, title)
    lee.page.goto(holt.page.url)
    lee.click("Report the post of Dr B. Holt", "link")
    lee.write("What is wrong with it", "This is rude.")
    lee.click("Send report")
    lee.page.get_by_text("Sent. A moderator will read it.").wait_for()
    return title


@WAYS
def test_a_report_is_decided_within_its_budget(
    demo: Demo,
    sits: Sits,
    width: int,
    scripts: bool,
    record_property: Callable[[str, object], None],
) -> None:
    """J11, from the line that says that reports wait to the list of those that are left."""
    title = report_a_post(demo, sits)
    bianchi = sits(demo.mercy, "bianchi", width=width, scripts=scripts)
    bianchi.go("/admin")
    line = bianchi.page.get_by_role("link", name=re.compile(r"reports? waits?\.$"))
    keys = Keyboard(bianchi.page)
    keys.skip()
    keys.press_on(words_of(line))
    heading(bianchi, re.compile("^Report about"))
    shown = bianchi.page.locator("main").inner_text()
    assert title in shown and "This is rude." in shown and "Everybody else is wrong." in shown

    keys.skip()
    keys.tick("Remove the posts")
    keys.write("Reason", "Stay kind to colleagues.")
    keys.press_on("Decide and open the next")
    bianchi.page.get_by_role("heading", name="Reports", exact=True).wait_for()
    seconds = keys.seconds(pages=2)
    record_property(f"J11 at {width} px", f"{keys.acts} acts, {keys.keys} keys, {seconds:.1f} s")
    assert keys.acts <= REPORT_CLICKS and keys.keys <= REPORT_KEYS and seconds <= REPORT_SECONDS
    assert title not in words_of(bianchi.page.locator("section[aria-labelledby=rw]"))
    assert bianchi.scrolls_sideways(width, 320) == []


@WAYS
def test_how_it_goes_with_other_hospitals_is_one_click_away(
    demo: Demo, sits: Sits, width: int, scripts: bool
) -> None:
    """J10: the first sentence says whether anything is wrong."""
    ruiz = sits(demo.mercy, "ruiz", width=width, scripts=scripts)
    ruiz.go("/admin")
    keys = Keyboard(ruiz.page)
    keys.press_on("Hospitals and servers")
    heading(ruiz, "Hospitals and servers")
    first = words_of(ruiz.page.locator("main .notice"))
    assert keys.acts <= HEALTH_CLICKS and re.match("Nothing is wrong|.* has not taken", first)
    assert ruiz.scrolls_sideways(width, 320) == []


@WAYS
def test_a_role_is_given_and_a_consult_is_read_for_patient_safety(
    demo: Demo, sits: Sits, width: int, scripts: bool
) -> None:
    look = {"width": width, "scripts": scripts}
    ruiz, lee = sits(demo.mercy, "ruiz", **look), sits(demo.mercy, "lee", scripts=False)
    address = ask_one_person(lee, f"@holt@{demo.mercy.host}")
    give(ruiz, "Steward (patient safety)")
    try:
        whitlock = sits(demo.mercy, "whitlock", **look)
        whitlock.go("/admin/consults")
        reason = fresh(whitlock, "A near miss on the ward")
        keys = Keyboard(whitlock.page)
        keys.write("Address of the consult", address)
        keys.write("Why", reason)
        keys.press_on("Ask to read it")
        whitlock.page.get_by_text(reason).wait_for()
        assert "Somebody else decides." in whitlock.page.locator("main").inner_text()

        ruiz.go("/admin")
        line = ruiz.page.get_by_role("link", name=re.compile("to read a consult"))
        Keyboard(ruiz.page).press_on(words_of(line))
        heading(ruiz, "Reading a consult")
        while ruiz.page.get_by_text(reason).count():  # what an earlier run left comes first
            with ruiz.page.expect_navigation():
                Keyboard(ruiz.page).press_on("Open it to them: Dr E. Whitlock")

        whitlock.go("/admin/consults")
        Keyboard(whitlock.page).press_on("Read")
        whitlock.page.locator("#question").wait_for()
        assert whitlock.scrolls_sideways(width, 320) == []
    finally:
        give(ruiz, "Member")


def ask_one_person(person: Person, named: str) -> str:
    """A consult that nobody else reads; its address."""
    question = a_question()
    person.go("/consults/new")
    person.fill_question(question)
    person.pick("Only people I name")
    person.write("People I name", named)
    person.click("Send consult")
    heading(person, question.title)
    return person.page.url


def give(owner: Person, role: str) -> None:
    """The owner gives Whitlock a role, by keyboard."""
    owner.go("/admin/people")
    keys = Keyboard(owner.page)
    keys.write("Handle or e-mail", "@whitlock")
    keys.write("Role", role)
    keys.press_on("Give the role")
    row = owner.page.locator("tr", has_text="@whitlock")
    row.first.wait_for(state="detached" if role == "Member" else "attached")


@WAYS
def test_settings_are_refused_in_words_and_saved(
    demo: Demo, sits: Sits, width: int, scripts: bool
) -> None:
    ruiz = sits(demo.mercy, "ruiz", width=width, scripts=scripts)
    ruiz.go("/admin/settings")
    before = ruiz.page.get_by_label("Help of your own").input_value()
    words = fresh(ruiz, "Ask the desk on level 2.")
    ruiz.write("Help of your own (optional)", words)
    ruiz.write("Days to keep notifications", "6")
    Keyboard(ruiz.page).press_on("Save settings")
    ruiz.page.get_by_role("heading", name="There is a problem").wait_for()
    assert ruiz.page.get_by_label("Help of your own").input_value() == words
    Keyboard(ruiz.page).press_on("Enter a number of days from 7 to 365.")
    ruiz.write("Days to keep notifications", "90")
    Keyboard(ruiz.page).press_on("Save settings")
    ruiz.page.get_by_text("Saved. It counts from now on.").wait_for()
    assert ruiz.scrolls_sideways(width, 320) == []
    ruiz.go("/help")
    assert words in ruiz.page.locator("main").inner_text()
    ruiz.go("/admin/settings")
    ruiz.write("Help of your own (optional)", before)
    ruiz.click("Save settings")
    ruiz.page.get_by_text("Saved. It counts from now on.").wait_for()


@WAYS
def test_a_channel_is_opened_kept_and_closed(
    demo: Demo, sits: Sits, width: int, scripts: bool
) -> None:
    bianchi = sits(demo.mercy, "bianchi", width=width, scripts=scripts)
    bianchi.go("/admin/channels")
    name = fresh(bianchi, "Journal club")
    keys = Keyboard(bianchi.page)
    keys.write("Name", name)
    keys.write("Address", f"club_{name.split()[-1]}")
    keys.press_on("Open channel")
    heading(bianchi, name)
    keys.write("Add a moderator", "@nobody")
    keys.press_on("Add moderator")
    bianchi.page.get_by_role("heading", name="There is a problem").wait_for()
    bianchi.write("Add a moderator", "@lee")
    Keyboard(bianchi.page).press_on("Add moderator")
    bianchi.page.get_by_role("button", name="Remove Dr J. Lee").wait_for()
    Keyboard(bianchi.page).press_on("Close the channel")
    bianchi.page.get_by_role("button", name="Open the channel again").wait_for()
    assert bianchi.scrolls_sideways(width, 320) == []
    bianchi.click("Read the channel", "link")
    assert "This channel is closed." in bianchi.page.locator("main").inner_text()


@WAYS
def test_a_list_of_servers_is_looked_at_and_cancelled(
    demo: Demo, sits: Sits, width: int, scripts: bool, tmp_path: Path
) -> None:
    ruiz = sits(demo.mercy, "ruiz", width=width, scripts=scripts)
    ruiz.go("/admin/hospitals/lists")
    listed = f"domain\nbad.example\n{demo.mercy.host}\nnot a name\n"
    file = tmp_path / "blocks.csv"
    file.write_text(listed)
    ruiz.page.get_by_label("File").set_input_files(file)
    Keyboard(ruiz.page).press_on("Look at it")
    for _ in range(100):
        if ruiz.page.get_by_text("to block").count():
            break
        ruiz.page.wait_for_timeout(200)
        ruiz.page.reload()
    shown = ruiz.page.locator("main").inner_text()
    assert "bad.example" in shown and "Not taken" in shown
    assert ruiz.scrolls_sideways(width, 320) == []
    Keyboard(ruiz.page).press_on("Cancel")
    ruiz.page.get_by_text("Cancelled. Nothing was done.").wait_for()


@WAYS
def test_the_record_is_searched_and_checked(
    demo: Demo, sits: Sits, width: int, scripts: bool
) -> None:
    ruiz = sits(demo.mercy, "ruiz", width=width, scripts=scripts)
    ruiz.go("/admin/audit")
    keys = Keyboard(ruiz.page)
    keys.write("Who, or which server", "@ruiz")
    keys.press_on("Show")
    ruiz.page.get_by_role("link", name="Show everything").wait_for()
    with ruiz.page.expect_navigation():
        Keyboard(ruiz.page).press_on("Check the record")
    for _ in range(100):
        if ruiz.page.get_by_text("The record is whole.").count():
            break
        ruiz.page.wait_for_timeout(200)
        ruiz.go("/admin/audit")
    ruiz.page.get_by_text("The record is whole.").wait_for()
    assert ruiz.scrolls_sideways(width, 320) == []


def every_page(owner: Person, demo: Demo) -> Iterator[str]:
    """Each kind of page of Administration in turn, as an owner sees it."""
    hospital = f"/admin/hospitals/{demo.stlukes.host}"
    for path in (
        *("/admin", "/admin/hospitals", hospital, f"{hospital}/access", "/admin/hospitals/lists"),
        *("/admin/deliveries", "/admin/reports", "/admin/channels", "/admin/people"),
        *("/admin/channels/hospital_medicine", "/channels/hospital_medicine/moderation"),
        *("/admin/consults", "/admin/audit", "/admin/settings"),
    ):
        owner.go(path)
        assert owner.page.locator("h1").count() == 1, path
        yield path
    owner.go("/admin/hospitals")
    owner.write("Name of their server", "heart example")
    owner.click("Look it up")
    yield "a hospital refused"
    owner.go("/admin/channels")
    owner.click("Open channel")
    yield "a channel refused"
    owner.go("/admin/reports")
    decided = owner.page.get_by_role("link", name=re.compile("^About ")).first
    if decided.count():
        decided.click()
        yield "a report"


def test_every_page_of_administration_is_accessible_and_within_the_screen(
    demo: Demo, sits: Sits
) -> None:
    ruiz, found = sits(demo.mercy, "ruiz"), []
    comes_with_every_page(ruiz.page)
    for name in every_page(ruiz, demo):
        looks = ((1280, "dark"), (390, "light"))
        found += [f"{name}: {problem}" for problem in problems(ruiz.page, *looks)]
        found += [f"{name}: {wide}" for wide in ruiz.scrolls_sideways(320)]

    assert not found
