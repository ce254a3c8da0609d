"""A public channel of the society, followed and written to from the hospitals."""

import pytest

from instance.models import Actor, Follow, FollowState, Post, Thread
from instance.services import channels, follows, posting
from tests.cast import LEE, OKAFOR, Houses
from tests.houses import House, Person
from tests.network import Network

ADDRESS = "@rhythm@heart.example"


@pytest.fixture
async def rhythm(heart: House) -> Actor:
    return await heart.at(channels.create_channel, "rhythm", "Rhythm", "Arrhythmia in adults.")


async def follow(person: Person, houses: Houses, address: str = ADDRESS) -> Actor:
    """The channel as the follower's institution knows it."""
    row = await person.speaks(follows.follow_address, address)
    await houses.settle()
    return await person.home.at(Actor.get, id=row.target_id)


async def start(person: Person, channel: Actor, text: str = "Some **evidence**.") -> Post:
    return await person.speaks(posting.start_thread, channel, "A title", text)


async def reply(person: Person, uri: str, text: str) -> Post:
    parent = await person.home.at(Post.get, uri=uri)
    return await person.speaks(posting.reply, parent, text)


async def texts(house: House) -> list[str]:
    rows = await house.at(lambda: Post.all().order_by("id"))
    return [row.content.strip() for row in rows]


async def test_a_follow_counts_after_the_channel_accepted_it(
    houses: Houses, mercy: House, heart: House, rhythm: Actor, lee: Person
) -> None:
    row = await lee.speaks(follows.follow_address, ADDRESS)
    assert row.state is FollowState.PENDING
    await houses.settle()
    for house in (mercy, heart):
        [known] = await house.at(lambda: Follow.all().select_related("follower", "target"))
        assert (known.follower.uri, known.target.uri) == (lee.uri, rhythm.uri)
        assert known.state is FollowState.ACCEPTED


async def test_a_post_in_the_channel_arrives_where_it_is_followed(
    houses: Houses, mercy: House, stlukes: House, rhythm: Actor, lee: Person, quill: Person
) -> None:
    await follow(lee, houses)
    post = await start(quill, rhythm)
    await houses.settle()
    known = await mercy.at(Post.get, uri=post.uri)
    assert known.content.strip() == "<p>Some <strong>evidence</strong>.</p>"
    thread = await mercy.at(lambda: Thread.get(id=known.thread_id).select_related("group"))
    assert (thread.title, thread.group and thread.group.uri) == ("A title", rhythm.uri)
    assert await texts(stlukes) == []


async def test_replies_travel_both_ways_and_to_the_third(
    houses: Houses, mercy: House, stlukes: House, heart: House, rhythm: Actor, quill: Person
) -> None:
    lee, okafor = await everybody_follows(houses, mercy, stlukes)
    post = await start(quill, rhythm, "First.")
    await houses.settle()
    answer = await reply(lee, post.uri, "Second.")
    await houses.settle()
    await reply(okafor, answer.uri, "Third.")
    await houses.settle()
    for house in (mercy, stlukes, heart):
        assert await texts(house) == ["<p>First.</p>", "<p>Second.</p>", "<p>Third.</p>"]
        [thread] = await house.at(lambda: Thread.all())
        assert thread.replies_count == 2


async def test_a_thread_started_elsewhere_reaches_every_follower_once(
    houses: Houses, mercy: House, stlukes: House, heart: House, rhythm: Actor
) -> None:
    lee, _ = await everybody_follows(houses, mercy, stlukes)
    channel = await mercy.at(Actor.get, uri=rhythm.uri)
    await start(lee, channel, "From Mercy.")
    await houses.settle()
    for house in (mercy, stlukes, heart):
        assert await texts(house) == ["<p>From Mercy.</p>"]


async def test_after_an_undo_nothing_more_arrives(
    houses: Houses, network: Network, mercy: House, rhythm: Actor, lee: Person, quill: Person
) -> None:
    channel = await follow(lee, houses)
    await lee.speaks(follows.unfollow, channel)
    await houses.settle()
    network.sent.clear()
    await start(quill, rhythm)
    await houses.settle()
    assert network.posts(mercy.host) == []
    assert await texts(mercy) == []


async def test_an_announce_received_twice_is_one_post(
    houses: Houses, network: Network, mercy: House, rhythm: Actor, lee: Person, quill: Person
) -> None:
    await follow(lee, houses)
    await start(quill, rhythm)
    await houses.settle()
    before = await mercy.rows()
    for sent in network.posts(mercy.host, "Announce"):
        assert (await mercy.request(sent)).status == 202
    await houses.settle()
    assert await mercy.rows() == before


async def test_a_channel_of_a_peer_that_was_down_comes_later_complete(
    houses: Houses, network: Network, mercy: House, heart: House, rhythm: Actor, quill: Person
) -> None:
    lee = await followed_by_lee(houses, mercy)
    network.down.add(mercy.host)
    post = await start(quill, rhythm, "While it was down.")
    await houses.settle()
    network.down.clear()
    await start(lee, await mercy.at(Actor.get, uri=rhythm.uri), "Back again.")
    await houses.settle()
    for house in (mercy, heart):
        assert sorted(await texts(house)) == ["<p>Back again.</p>", "<p>While it was down.</p>"]
    assert await mercy.at(lambda: Post.filter(uri=post.uri).count()) == 1


async def everybody_follows(houses: Houses, *homes: House) -> tuple[Person, Person]:
    people = [await home.person(new) for home, new in zip(homes, (LEE, OKAFOR), strict=True)]
    for person in people:
        await follow(person, houses)
    return people[0], people[1]


async def followed_by_lee(houses: Houses, mercy: House) -> Person:
    lee = await mercy.person(LEE)
    await follow(lee, houses)
    return lee


async def test_a_post_that_overtakes_the_accept_of_a_follow_is_kept(
    houses: Houses, mercy: House, rhythm: Actor, lee: Person, quill: Person, network: Network
) -> None:
    """They go to two inboxes, and nothing keeps them in order."""
    network.lose(lambda sent: sent.document.get("type") == "Accept")
    await follow(lee, houses)
    [row] = await mercy.at(Follow.all)
    assert row.state is FollowState.PENDING
    post = await start(quill, rhythm)
    await houses.settle()
    assert await mercy.at(lambda: Post.filter(uri=post.uri).exists())
