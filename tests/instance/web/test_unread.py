"""What is marked as new on a board and in a thread, and when it no longer is."""

import re

import pytest

from instance.models import Actor, Post, Seen
from instance.services import editing, follows, posting, unread
from tests.browsing import Browser
from tests.cast import SANTOS
from tests.houses import House, Person


@pytest.fixture
async def santos(mercy: House) -> Person:
    return await mercy.person(SANTOS)


@pytest.fixture
async def reader(mercy: House, lee: Person, wards: Actor) -> Browser:
    """Dr Lee, who follows the channel, in a browser."""
    await lee.speaks(follows.follow, wards)
    return await mercy.sign_in("lee")


@pytest.fixture
async def post(santos: Person, wards: Actor, reader: Browser) -> Post:
    return await santos.speaks(posting.start_thread, wards, "A title", "Some words.")


async def marks(browser: Browser) -> list[str]:
    """What the rows of the board are marked with."""
    text = (await browser.get("/channels/wards")).text
    return re.findall(r'<span class="badge info">([^<]+)</span>', text)


async def test_a_thread_is_new_until_it_is_read_and_then_counts_its_new_replies(
    santos: Person, reader: Browser, post: Post
) -> None:
    assert await marks(reader) == ["New"]
    assert ">New<" in (await reader.get(f"/t/{post.thread_id}")).text
    assert await marks(reader) == []
    for number in (1, 2):
        await santos.speaks(posting.reply, post, f"Reply {number}.")
    assert await marks(reader) == ["2 new"]
    text = (await reader.get(f"/t/{post.thread_id}")).text
    first = await santos.home.at(Post.get, content__contains="Reply 1.")
    assert f'<a href="#p-{first.id}">Go to the first of 2 new replies</a>' in text
    assert await marks(reader) == []
    assert "new repl" not in (await reader.get(f"/t/{post.thread_id}")).text


async def test_what_one_writes_is_not_new_to_oneself(
    lee: Person, santos: Person, wards: Actor, reader: Browser, post: Post
) -> None:
    await lee.speaks(posting.start_thread, wards, "Mine", "Some words.")
    await reader.get(f"/t/{post.thread_id}")
    await lee.speaks(posting.reply, post, "My reply.")
    assert await marks(reader) == []


async def test_what_was_there_before_one_followed_is_not_new(
    mercy: House, santos: Person, wards: Actor, post: Post
) -> None:
    browser = await mercy.sign_in("santos")
    await santos.speaks(posting.reply, post, "A reply.")
    await santos.speaks(follows.follow, wards)
    assert await marks(browser) == []


async def test_nothing_is_marked_where_one_does_not_follow_nor_for_visitors(
    mercy: House, lee: Person, wards: Actor, post: Post
) -> None:
    await lee.speaks(follows.unfollow, wards)
    browser = await mercy.sign_in("lee")
    assert await marks(browser) == [] and await marks(mercy.visitor()) == []
    await browser.get(f"/t/{post.thread_id}")
    assert not await mercy.at(Seen.exists), "what nobody is told of is not recorded"


async def test_reading_is_of_one_member_alone(
    mercy: House, santos: Person, wards: Actor, reader: Browser, lee: Person
) -> None:
    await santos.speaks(follows.follow, wards)
    post = await lee.speaks(posting.start_thread, wards, "Mine", "Some words.")
    other = await mercy.sign_in("santos")
    await santos.speaks(posting.reply, post, "A reply.")
    assert await marks(reader) == ["1 new"] and await marks(other) == ["New"]
    await other.get(f"/t/{post.thread_id}")
    assert await marks(reader) == ["1 new"] and await marks(other) == []


async def test_what_was_deleted_is_not_new(santos: Person, reader: Browser, post: Post) -> None:
    await reader.get(f"/t/{post.thread_id}")
    reply = await santos.speaks(posting.reply, post, "A reply.")
    await santos.speaks(editing.delete_post, reply)
    assert await marks(reader) == []


async def test_an_old_page_takes_nothing_back(
    mercy: House, lee: Person, reader: Browser, post: Post
) -> None:
    member = lee.member
    await mercy.at(unread.see, member, post.thread_id, post.id + 2**20)
    await mercy.at(unread.see, member, post.thread_id, post.id)
    assert (await mercy.at(Seen.get)).post_id == post.id + 2**20
