"""Home: what the channels and people one follows posted, page after page, each post once."""

from datetime import UTC, datetime, timedelta

import pytest

from instance.models import Actor, Post, Thread
from instance.services import channels, follows, posting, timelines
from tests.houses import House, Person

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.fixture
async def wards(mercy: House, lee: Person) -> Actor:
    """A channel of Mercy that Dr Lee follows."""
    channel = await mercy.at(channels.create_channel, "wards", "Wards", "Better wards.")
    await lee.speaks(follows.follow, channel)
    return channel


async def pages(person: Person) -> list[list[int]]:
    found: list[list[int]] = []
    before: int | None = None
    while len(found) < 10:
        rows = await person.home.at(timelines.home, [person.actor], before=before)
        if not rows:
            break
        found.append(rows)
        before = rows[-1]
    return found


async def is_of(post: Post, at: datetime) -> None:
    await Post.filter(id=post.id).update(published_at=at)
    await Thread.filter(id=post.thread_id).update(created_at=at)


async def test_every_post_stands_on_one_page_though_many_share_a_second(
    lee: Person, wards: Actor
) -> None:
    """Other servers tell seconds: a burst of posts shares one."""
    for number in range(90):
        post = await lee.speaks(posting.start_thread, wards, "A title", f"Number {number}.")
        at = NOW + timedelta(seconds=number // 60)
        await lee.home.at(is_of, post, at)
    found = await pages(lee)
    assert [len(page) for page in found] == [40, 40, 10]
    assert len({number for page in found for number in page}) == 90


async def test_replies_and_what_is_not_followed_stay_away(
    mercy: House, lee: Person, wards: Actor
) -> None:
    other = await mercy.at(channels.create_channel, "other", "Other", "Not followed.")
    shown = await lee.speaks(posting.start_thread, wards, "A title", "Shown.")
    await lee.speaks(posting.start_thread, other, "A title", "Not shown.")
    await lee.speaks(posting.reply, shown, "A reply.")
    assert await pages(lee) == [[shown.id]]


async def test_a_deleted_post_is_gone(mercy: House, lee: Person, wards: Actor) -> None:
    shown = await lee.speaks(posting.start_thread, wards, "A title", "Shown.")
    await mercy.at(lambda: Post.filter(id=shown.id).update(deleted_at=NOW))
    assert await pages(lee) == []
