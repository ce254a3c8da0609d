"""A consult from Mercy General to St. Luke's and back, with clicks, on three real servers."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from secrets import randbelow
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import Sits
from tests.browser.demo import ACTIVITY, Demo, Fetched, fetch
from tests.browser.people import (
    ARRIVES_WITHIN_MS,
    Person,
    Question,
    Reply,
    arrives,
    note_sending,
    note_when,
    sent_at,
    shown_at,
)

pytestmark = pytest.mark.xdist_group("demo")

Record = Callable[[str, object], None]
HALF_TYPED = "Thank you. I would also ask whether"


def a_question() -> Question:
    """A title that no other consult of a demonstration that has run for days will have."""
    return Question(
        title=f"Apixaban at eGFR 24 and {40 + randbelow(600) / 10:.1f} kg, hip fracture"
    )


@dataclass(frozen=True)
class Consult:
    """One that Dr Lee asked at Mercy and Dr Okafor has on her screen at St. Luke's."""

    title: str
    lee: Person
    okafor: Person
    at_mercy: str
    at_stlukes: str


@pytest.fixture
def consult(demo: Demo, sits: Sits) -> Consult:
    lee, okafor = sits(demo.mercy, "lee"), sits(demo.stlukes, "okafor")
    question = a_question()
    at_mercy = lee.ask(question, demo.stlukes)
    at_stlukes = open_from_home(okafor, question.title)
    return Consult(question.title, lee, okafor, at_mercy, at_stlukes)


def open_from_home(person: Person, title: str) -> str:
    """Wait on Home until it is there, and open it with its button. Returns its path."""
    row = person.page.get_by_role("listitem").filter(has_text=title)
    row.wait_for(timeout=ARRIVES_WITHIN_MS)
    person.click("Answer", "link", within=row)
    person.page.get_by_role("heading", name=title, level=1).wait_for()
    return urlsplit(person.page.url).path


def test_a_question_arrives_by_itself_on_open_pages_of_the_chosen_hospital(
    demo: Demo, sits: Sits, record_property: Record
) -> None:
    lee, okafor = sits(demo.mercy, "lee"), sits(demo.stlukes, "okafor")
    question, folder = a_question(), okafor.tab("/consults?box=open")
    for page in (okafor.page, folder):
        note_when(page, question.title)
    lee.click("Ask a consult", "link")
    lee.fill_question(question, demo.stlukes)
    said = lee.page.locator("form .audience").inner_text()
    note_sending(lee.page)
    lee.click("Send consult")
    for page in (okafor.page, folder):
        arrives(page, question.title)

    waiting = okafor.page.get_by_role("main").locator(".count").inner_text()
    beside = okafor.page.get_by_role("link", name="Needs you").locator(".count").inner_text()
    assert beside.split()[0] == waiting

    assert "will be able to read this: Mercy General, St. Luke's. Never public" in said
    line = lee.page.locator("main > .audience").inner_text()
    assert "2 hospitals can read this: Mercy General (yours), St. Luke's. Not public." in line
    for name, page in (("Home", okafor.page), ("Open to me", folder)):
        took = shown_at(page) - sent_at(lee.page)
        record_property(f"P12, a consult sent, until {name} elsewhere shows it", f"{took} ms")


def test_answer_and_acceptance_show_by_themselves_on_both_sides(
    consult: Consult, record_property: Record
) -> None:
    lee, okafor, reply = consult.lee, consult.okafor, Reply()
    note_when(lee.page, reply.recommendation)
    note_sending(okafor.page)
    okafor.answer(reply)
    arrives(lee.page, reply.recommendation)
    took = shown_at(lee.page) - sent_at(okafor.page)
    record_property("an answer sent, until the asker's page shows it", f"{took} ms")
    assert lee.page.locator("#state").inner_text() == "Answered"

    home = lee.tab("/")
    note_when(okafor.page, "Resolved")
    note_sending(lee.page)
    lee.click("Accept this answer of Dr A. Okafor")
    arrives(okafor.page, "Accepted answer")
    took = shown_at(okafor.page) - sent_at(lee.page)
    record_property("an acceptance sent, until the answerer's page shows it", f"{took} ms")
    for person in (lee, okafor):
        assert person.page.locator("#state").inner_text() == "Resolved"
        assert person.page.title().startswith("Resolved consult in Cardiology · ")
    waiting = home.get_by_role("listitem").filter(has_text=consult.title)
    waiting.get_by_text("Outcome due").wait_for(timeout=ARRIVES_WITHIN_MS)

    lee.click("Followed the advice")
    okafor.page.locator("#state", has_text="Closed").wait_for(timeout=ARRIVES_WITHIN_MS)
    for person in (lee, okafor):
        done = person.page.locator(".steps li.done").all_inner_texts()
        assert [step.split()[0] for step in done] == ["Asked", "First", "Accepted", "Outcome"]


def test_a_half_typed_comment_keeps_its_text_and_focus_when_the_page_changes(
    consult: Consult,
) -> None:
    lee, okafor = consult.lee, consult.okafor
    okafor.answer(Reply())
    okafor.page.get_by_text("Add a comment").click()
    okafor.page.get_by_label("Comment", exact=True).click()
    okafor.page.keyboard.type(HALF_TYPED)
    okafor.page.keyboard.press("Home")
    arrives(lee.page, Reply().recommendation)
    lee.click("Accept this answer of Dr A. Okafor")
    arrives(okafor.page, "Accepted answer")

    assert okafor.page.get_by_label("Comment", exact=True).input_value() == HALF_TYPED
    where = "() => [document.activeElement.id, document.activeElement.selectionStart]"
    assert okafor.page.evaluate(where) == ["comment-text", 0]
    okafor.page.keyboard.press("Control+Enter")
    arrives(lee.page, HALF_TYPED)


def test_nobody_else_finds_a_consult(demo: Demo, sits: Sits, consult: Consult) -> None:
    castellanos = sits(demo.heart, "castellanos")
    doors = [demo.mercy.url + consult.at_mercy, demo.stlukes.url + consult.at_stlukes]
    doors += [demo.heart.url + path for path in (consult.at_mercy, consult.at_stlukes)]
    doors += [door + "/stream" for door in doors]

    for door in doors:
        for accept in ("text/html", ACTIVITY, "application/ld+json"):
            assert fetch(door, accept) == as_if_nothing_was_there(door, accept)
            assert fetch(door, accept).status == 404
    for path in (consult.at_mercy, consult.at_stlukes):
        castellanos.go(path)
        assert castellanos.page.inner_text("h1") == "Nothing here"
        assert consult.title not in castellanos.page.content()
    for box in ("needs-you", "open", "closed"):
        castellanos.go(f"/consults?box={box}")
        assert consult.title not in castellanos.page.content()
    for house in demo.houses:
        for page in ("/", "/channels", "/@lee", "/@okafor"):
            assert consult.title.encode() not in fetch(house.url + page).body


def as_if_nothing_was_there(door: str, accept: str) -> Fetched:
    """What the same server says of an id that nobody ever used."""
    number = door.rpartition("/k/")[2].partition("/")[0]
    return fetch(door.replace(number, str(int(number) ^ 0xFFFF)), accept)


def test_a_channel_is_open_to_everybody_by_address_page_and_wire(demo: Demo, sits: Sits) -> None:
    visitor = sits(demo.heart)
    visitor.go("/")
    visitor.click("Rhythm", "link")
    assert "Anyone" in visitor.page.inner_text("main") or "anyone" in visitor.page.inner_text(
        "main"
    )
    first = visitor.page.locator("table a").first
    title = first.inner_text()
    first.click()
    assert visitor.page.inner_text("h1") == title

    address = f"acct:rhythm@{demo.heart.host}"
    jrd = fetch(f"{demo.heart.url}/.well-known/webfinger?resource={address}", "*/*")
    links = {link["rel"]: link for link in json.loads(jrd.body)["links"]}
    group = json.loads(fetch(links["self"]["href"], ACTIVITY).body)
    assert (group["type"], group["preferredUsername"]) == ("Group", "rhythm")
    thread = fetch(visitor.page.url, ACTIVITY)
    assert thread.kind.startswith(ACTIVITY) and json.loads(thread.body)["type"].endswith(
        "Collection"
    )


def test_a_member_of_mercy_follows_a_channel_by_address_and_its_posts_arrive(
    demo: Demo, sits: Sits, record_property: Record
) -> None:
    holt, castellanos = sits(demo.mercy, "holt"), sits(demo.heart, "castellanos")
    follow(holt, f"@rhythm@{demo.heart.host}")
    holt.go("/")
    title = f"Pacemaker follow-up at {randbelow(10_000)} remote sites"
    note_when(holt.page, "1 new post")
    castellanos.click("Rhythm", "link", within=castellanos.page.get_by_role("navigation"))
    castellanos.click("New thread", "link")
    castellanos.write("Title", title)
    castellanos.write("Text", "Who reads the alerts at the weekend where you work?")
    note_sending(castellanos.page)
    castellanos.click("Post thread")
    castellanos.page.get_by_role("heading", name=title, level=1).wait_for()
    arrives(holt.page, "1 new post")
    took = shown_at(holt.page) - sent_at(castellanos.page)
    record_property("a post to a channel, until a follower's Home elsewhere says so", f"{took} ms")

    holt.page.get_by_role("link", name="1 new post. Show it").click()
    holt.click(title, "link")
    assert holt.page.inner_text("h1") == title
    assert "Dr V. Castellanos" in holt.page.inner_text("article")


def follow(person: Person, address: str) -> None:
    """Through the form; a demonstration that was used before is put back first."""
    person.go("/channels")
    following = person.page.get_by_role("button", name="Following Rhythm. Stop following")
    if following.count():
        following.click()
        person.go("/channels")
    person.write("Address", address)
    person.click("Follow")
    for _ in range(100):
        if person.page.get_by_role("button", name="Following Rhythm. Stop following").count():
            return
        person.page.wait_for_timeout(100)
        person.page.reload()
    raise AssertionError("the channel never answered the request to follow")
