"""A thread of the society's channel that its authors, at two hospitals, change and take back."""

import pytest

from instance.models import Actor, Post
from instance.services import channels, editing, follows, posting, reactions
from tests.cast import Houses
from tests.houses import House, Person
from tests.network import Network
from tests.outsiders import Outsider


@pytest.fixture
async def rhythm(heart: House) -> Actor:
    return await heart.at(channels.create_channel, "rhythm", "Rhythm", "Arrhythmia in adults.")


@pytest.fixture
async def readers(houses: Houses, rhythm: Actor, lee: Person, okafor: Person) -> list[House]:
    """Everybody who has the channel: it is followed from both hospitals."""
    for person in (lee, okafor):
        await person.speaks(follows.follow_address, "@rhythm@heart.example")
    await houses.settle()
    return houses.opened


async def there(house: House, uri: str) -> Post:
    found = await house.at(Post.get, uri=uri)
    return await house.at(posting.by_id, found.id)


async def start(houses: Houses, person: Person, rhythm: Actor) -> str:
    channel = await person.home.at(Actor.get, uri=rhythm.uri)
    post = await person.speaks(posting.start_thread, channel, "A title", "First words.")
    await houses.settle()
    return post.uri


async def answer(houses: Houses, person: Person, uri: str) -> str:
    post = await person.speaks(posting.reply, await there(person.home, uri), "An answer.")
    await houses.settle()
    return post.uri


async def test_an_edit_reaches_every_reader_through_the_channel(
    houses: Houses, readers: list[House], rhythm: Actor, lee: Person, okafor: Person
) -> None:
    first = await start(houses, lee, rhythm)
    second = await answer(houses, okafor, first)
    for person, uri in ((lee, first), (okafor, second)):
        post = await there(person.home, uri)
        await person.speaks(editing.edit_post, post, "Another title", "Changed.")
    await houses.settle()
    for house in readers:
        found = [await there(house, uri) for uri in (first, second)]
        assert [post.content.strip() for post in found] == ["<p>Changed.</p>"] * 2
        assert found[0].thread.title == "Another title" and all(p.updated_at for p in found)


async def test_a_deletion_reaches_every_reader_and_leaves_the_thread(
    houses: Houses, readers: list[House], rhythm: Actor, lee: Person, okafor: Person
) -> None:
    first = await start(houses, lee, rhythm)
    second = await answer(houses, okafor, first)
    await okafor.speaks(editing.delete_post, await there(okafor.home, second))
    await houses.settle()
    for house in readers:
        gone, left = await there(house, second), await there(house, first)
        assert gone.deleted_at and not gone.content and not gone.document
        assert left.deleted_at is None and left.thread.replies_count == 0
    served = await okafor.home.asked(second.removeprefix(okafor.home.origin))
    assert served.status == 410 and served.json["type"] == "Tombstone"


async def test_likes_are_counted_everywhere_and_boosts_by_whom_they_concern(
    houses: Houses, readers: list[House], rhythm: Actor, lee: Person, okafor: Person
) -> None:
    uri = await start(houses, lee, rhythm)
    for act in (reactions.like, reactions.boost):
        await okafor.speaks(act, await there(okafor.home, uri))
    await houses.settle()
    assert [(await there(house, uri)).likes_count for house in readers] == [1, 1, 1]
    assert (await there(lee.home, uri)).boosts_count == 1
    await okafor.speaks(reactions.unlike, await there(okafor.home, uri))
    await okafor.speaks(reactions.unboost, await there(okafor.home, uri))
    await houses.settle()
    counted = [await there(house, uri) for house in readers]
    assert [(post.likes_count, post.boosts_count) for post in counted] == [(0, 0)] * 3


async def test_who_was_away_gets_the_last_words_or_none_at_all(
    houses: Houses,
    network: Network,
    readers: list[House],
    rhythm: Actor,
    lee: Person,
    okafor: Person,
) -> None:
    kept, taken_back = await start(houses, lee, rhythm), await start(houses, lee, rhythm)
    network.down.add(okafor.home.host)
    await lee.speaks(editing.edit_post, await there(lee.home, kept), "A title", "Changed.")
    await lee.speaks(editing.delete_post, await there(lee.home, taken_back))
    await houses.settle()
    network.down.clear()
    await answer(houses, okafor, kept)  # a sign of life
    assert (await there(okafor.home, kept)).content.strip() == "<p>Changed.</p>"
    assert (await there(okafor.home, taken_back)).deleted_at is not None


async def test_a_stranger_elsewhere_sees_what_became_of_it(
    houses: Houses, network: Network, mercy: House, lee: Person
) -> None:
    """Mastodon, say: a follower of the author."""
    reader = Outsider("reader.example", "rita", network)
    await reader.sends(mercy, reader.activity("Follow", lee.uri))
    await mercy.deliver()
    post = await lee.speaks(posting.start_thread, None, "A title", "First words.")
    await mercy.deliver()
    await lee.speaks(editing.edit_post, await there(mercy, post.uri), "A title", "Changed.")
    await mercy.deliver()
    await lee.speaks(editing.delete_post, await there(mercy, post.uri))
    await mercy.deliver()
    sent = [one.document for one in reader.received]
    assert [one["type"] for one in sent] == ["Accept", "Create", "Update", "Delete"]
    assert {one["object"]["id"] for one in sent[1:]} == {post.uri}
    assert len({one["id"] for one in sent}) == 4
