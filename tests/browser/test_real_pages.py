"""Every page of the running demonstration: accessible, within the screen, without an error.

That no script fails and no policy is broken is asked of every person of every test (`sits`).
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.axe import EVERY_LOOK, comes_with_every_page, problems
from tests.browser.conftest import Sits
from tests.browser.demo import Demo
from tests.browser.people import Person

pytestmark = pytest.mark.xdist_group("demo")

BOXES = ("needs-you", "mine", "answering", "open", "drafts", "closed")

IS_READ = "window.isRead || !(window.isRead = true)"  # whether this document was looked at before


def every_page(person: Person, consults: list[str]) -> Iterator[str]:
    """Open each kind of page in turn, and say which it is. The person works at Mercy."""
    following = "/follow?address=@rhythm@heart.example"
    fixed = ("/", "/consults/new", "/channels", "/people", "/account", "/help", "/nothing")
    for path in (*fixed, following, *consults):
        person.go(path)
        yield path
    for box in BOXES:
        person.go(f"/consults?box={box}")
        yield box
    person.go("/consults/new")
    person.click("Send consult")
    yield "a consult with errors"
    main = person.page.get_by_role("main")
    person.go("/channels")
    main.get_by_role("link", name="Hospital medicine").click()
    yield "a board"
    main.get_by_role("link", name="Delirium").first.click()
    yield "a thread with replies"
    main.get_by_role("link", name="Reply to").first.click()
    yield "a reply to a reply"
    person.go("/channels/hospital_medicine/new")
    person.click("Post thread")
    yield "a thread with errors"
    person.go("/channels")
    person.click("Follow")
    yield "an address with errors"
    person.go("/people")
    main.get_by_role("link", name="Dr C. Ruiz").click()
    yield "a profile"


def every_public_page(visitor: Person) -> Iterator[str]:
    fixed = ("/", "/channels", "/about", "/about/privacy", "/help", "/nothing")
    for path in (*fixed, "/@lee", "/follow?address=@rhythm@heart.example"):
        visitor.go(path)
        yield f"signed out, {path}"
    visitor.go("/channels/hospital_medicine")
    yield "signed out, a board"
    visitor.write("Or name your own server", "https://mastodon.example/")
    visitor.click("Go to my server")
    yield "a server refused"
    visitor.write("Or name your own server", "mastodon.example")
    visitor.click("Go to my server")
    yield "leaving for a server"
    visitor.go("/channels/hospital_medicine")
    visitor.page.get_by_role("main").locator("table a").first.click()
    yield "signed out, a thread"
    visitor.go("/sign-in")
    yield "signed out, /sign-in"
    visitor.write("Hospital e-mail or handle", "nobody")
    visitor.write("Password", "not the password")
    visitor.click("Sign in")
    yield "sign-in refused"


@pytest.fixture(scope="module")
def consults(browser: Any, demo: Demo) -> list[str]:
    """Paths at Mercy of consults in every state that the demonstration has."""
    lee = Person(browser, demo.mercy)
    lee.sign_in("lee")
    found: dict[str, str] = {}
    for box in ("mine", "open", "closed"):
        lee.go(f"/consults?box={box}")
        for row in lee.page.locator(".rows > li").all():
            state = row.locator(".badge").first.inner_text()
            found.setdefault(state, str(row.locator("h2 a").get_attribute("href")))
    lee.context.close()
    assert {"Open", "More information asked", "Answered", "Resolved", "Closed"} <= found.keys()
    return list(found.values())


def test_every_page_is_accessible_and_within_the_screen(
    demo: Demo, sits: Sits, consults: list[str]
) -> None:
    found = []
    lee, visitor = sits(demo.mercy, "lee"), sits(demo.mercy)
    for person, pages in ((lee, every_page(lee, consults)), (visitor, every_public_page(visitor))):
        comes_with_every_page(person.page)
        for name in pages:
            found += [f"{name}: {one}" for one in problems(person.page, *EVERY_LOOK)]
            assert not person.page.evaluate(IS_READ), f"{name}: still the page before"
            found += [f"{name}: {wide}" for wide in person.scrolls_sideways(320)]

    assert not found


def test_one_browser_is_signed_in_at_all_three_at_once(demo: Demo, sits: Sits) -> None:
    who = tuple(zip(demo.houses, ("lee", "okafor", "castellanos"), strict=True))
    person = sits(demo.mercy)
    for house, handle in who:
        person.house = house
        person.sign_in(handle)
    for house, handle in who:
        person.house = house
        person.go("/account")
        assert f"@{handle}@{house.host}" in person.page.inner_text("main")
    person.click("Sign out", within=person.page.locator(".page-head"))
    person.house = demo.mercy
    person.go("/account")
    assert f"@lee@{demo.mercy.host}" in person.page.inner_text("main")
