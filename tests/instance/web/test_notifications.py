"""The bell, and the page behind it."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from instance.models import Actor, FollowState, Notification, Post
from instance.services import notifications, posting
from tests.cast import OKAFOR
from tests.houses import House, Person
from tests.instance.web.test_streams import opened
from tests.outsiders import Outsider


@pytest.fixture
async def post(lee: Person, wards: Actor) -> Post:
    return await lee.speaks(posting.start_thread, wards, "A title", "Some words.")


@pytest.fixture
async def answers(mercy: House, post: Post) -> list[Post]:
    colleague = await mercy.person(OKAFOR)
    return [await colleague.speaks(posting.reply, post, text) for text in ("One.", "Two.")]


def bell(page: str) -> str:
    found = re.search(r'id="bell".*?</a>', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", found[0]).split()) if found else ""


async def test_the_bell_says_how_much_is_new(mercy: House, post: Post, answers: list[Post]) -> None:
    browser = await mercy.sign_in("lee")
    assert bell((await browser.get("/")).text).endswith("2 2 new notifications")
    assert bell((await mercy.visitor().get("/channels")).text) == ""


async def test_opening_one_leads_there_and_marks_it_read(
    mercy: House, post: Post, answers: list[Post]
) -> None:
    browser = await mercy.sign_in("lee")
    page = (await browser.get("/notifications")).text
    assert page.count("Dr A. Okafor replied to you") == 2 and "Today" in page
    newest = re.findall(r'href="(/notifications/\d+)"', page)[0]
    opened_one = await browser.get(newest)
    assert opened_one.header("location") == f"/t/{post.thread_id}#p-{answers[1].id}"
    assert bell((await browser.get("/")).text).endswith("1 1 new notification")


async def test_all_are_marked_read_at_once(mercy: House, post: Post, answers: list[Post]) -> None:
    browser = await mercy.sign_in("lee")
    assert (await browser.post_form("/notifications/read", {})).status == 302
    page = (await browser.get("/notifications")).text
    assert bell(page).endswith("Notifications") and "Nothing new since" in page
    assert "Mark all read" not in page and "replied to you" in page


async def test_nothing_new_says_since_when(mercy: House, lee: Person) -> None:
    browser = await mercy.sign_in("lee")
    assert "Nothing yet." in (await browser.get("/notifications")).text
    at = datetime.now(UTC) - timedelta(days=3)
    follower = await mercy.person(OKAFOR)
    await mercy.at(notifications.of_follow, follower.actor, lee.actor, FollowState.ACCEPTED)
    await mercy.at(lambda: Notification.all().update(created_at=at, read_at=at))
    page = (await browser.get("/notifications")).text
    assert f">{at:%A}</time>." in page


async def test_a_deleted_post_takes_its_notification_along(
    mercy: House, post: Post, answers: list[Post]
) -> None:
    now = datetime.now(UTC)
    await mercy.at(lambda: Post.filter(id=answers[0].id).update(deleted_at=now))
    browser = await mercy.sign_in("lee")
    page = (await browser.get("/notifications")).text
    assert page.count("replied to you") == 1 and bell(page).endswith("1 1 new notification")


async def test_the_notifications_of_others_are_not_there(
    mercy: House, post: Post, answers: list[Post]
) -> None:
    row = await mercy.at(lambda: Notification.all().first())
    browser = await mercy.sign_in("okafor")
    assert row is not None
    assert (await browser.get(f"/notifications/{row.id}")).status == 404
    await browser.post_form("/notifications/read", {})
    assert await mercy.at(lambda: Notification.filter(read_at=None).count()) == 2
    assert "replied to you" not in (await browser.get("/notifications")).text
    for path in ("/notifications", f"/notifications/{row.id}"):
        assert (await mercy.visitor().get(path)).status == 404


async def test_a_follow_leads_to_who_follows(mercy: House, lee: Person, stranger: Outsider) -> None:
    await stranger.sends(mercy, stranger.activity("Follow", lee.uri))
    browser = await mercy.sign_in("lee")
    page = (await browser.get("/notifications")).text
    assert "An outsider follows you" in page and "Not verified" in page
    link = re.findall(r'href="(/notifications/\d+)"', page)[0]
    assert (await browser.get(link)).header("location") == "/@mallory@stranger.example"


async def test_older_ones_are_on_the_next_page(
    mercy: House, post: Post, answers: list[Post], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifications, "PAGE", 1)
    browser = await mercy.sign_in("lee")
    page = (await browser.get("/notifications")).text
    older = re.findall(r'href="(/notifications\?before=\d+)"', page)
    assert page.count("replied to you") == 1 and len(older) == 1
    assert (await browser.get(older[0])).text.count("replied to you") == 1


async def test_the_bell_of_an_open_home_follows(
    mercy: House, lee: Person, post: Post, stranger: Outsider
) -> None:
    browser = await mercy.sign_in("lee")
    async with opened(browser, mercy, "/stream") as stream:
        assert "new notification" not in await stream.next()
        await stranger.sends(mercy, stranger.activity("Follow", lee.uri))
        news = await stream.next()
    assert 'hx-target="#bell"' in news and "1 new notification" in news
