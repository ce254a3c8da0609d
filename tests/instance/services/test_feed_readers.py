"""Asked the other way round, timelines hold the same."""

from dataclasses import dataclass

from instance.models import Actor, Follow, List, ListEntry, Mute, Post, Reaction
from instance.services import (
    channels,
    feed_readers,
    follow_feeds,
    follows,
    posting,
    reactions,
    tags,
)
from instance.services.feed_sources import Bounds
from tests.cast import LEE, OKAFOR, RUIZ, SANTOS
from tests.houses import House, Person

CAST = (LEE, OKAFOR, RUIZ, SANTOS)


@dataclass(frozen=True)
class World:
    people: list[Person]
    posts: list[Post]
    boosts: list[Reaction]


async def some_world(mercy: House) -> World:
    """Who follows people, channels, or both, or blocked somebody; and what each of them posts."""
    people = [await mercy.person(new) for new in CAST]
    groups = [await mercy.at(channels.create_channel, name, name, "") for name in ("one", "two")]
    first, second, third, fourth = people
    for reader, targets in (
        (first, [groups[0], second.actor]),
        (second, [first.actor, third.actor, fourth.actor]),
        (third, [*groups, second.actor]),
    ):
        for target in targets:
            await reader.speaks(follows.follow, target)
    await third.speaks(follows.follow, first.actor)
    await mercy.at(lambda: Mute.create(actor_id=third.actor.id, target_id=first.actor.id))
    await mercy.at(_keep_apart, second.actor, fourth.actor)
    await mercy.at(lambda: Follow.filter(follower_id=third.actor.id).update(shows_boosts=False))
    for reader in (first, third):
        await reader.speaks(tags.follow, "sepsis")
    posts = []
    for person in people:
        for group in (*groups, None):
            post = await person.speaks(posting.start_thread, group, "A title", "On #sepsis.")
            posts.append(await mercy.at(posting.by_id, post.id))
    for person, post in ((second, posts[0]), (first, posts[-1]), (fourth, posts[1])):
        await person.speaks(reactions.boost, post)
    return World(people, posts, await mercy.at(lambda: Reaction.all().select_related("post")))


async def _keep_apart(owner: Actor, target: Actor) -> None:
    row = await List.create(actor_id=owner.id, title="Apart", is_exclusive=True)
    await ListEntry.create(list_id=row.id, target_id=target.id)


async def test_who_has_a_post_at_home_is_who_reads_it_there(mercy: House) -> None:
    world = await some_world(mercy)
    actors = [person.actor for person in world.people]

    told = await mercy.at(_told, world, [actor.id for actor in actors])

    for actor in actors:
        home = await mercy.at(follow_feeds.home, actor, Bounds(limit=40))
        assert told[actor.id] == {entry.id for entry in home} and home, actor.handle


async def _told(world: World, among: list[int]) -> dict[int, set[int]]:
    """The ids of the entries that each of them gets."""
    found: dict[int, set[int]] = {actor_id: set() for actor_id in among}
    for post in world.posts:
        readers = await feed_readers.of_post(post, among, ())
        for actor_id in among:
            by_channel = readers.at_home(actor_id)
            if by_channel is not None:
                found[actor_id].add(post.thread_id if by_channel else post.id)
    for boost in world.boosts:
        readers = await feed_readers.of_boost(boost.actor_id, boost.post.author_id, among, ())
        for actor_id in among:
            if readers.at_home(actor_id) is not None:
                found[actor_id].add(boost.id)
    return found


async def test_a_post_shows_something_of_their_own_to_who_did_something_to_it(mercy: House) -> None:
    lee, okafor, ruiz = [await mercy.person(new) for new in CAST[:3]]
    post = await lee.speaks(posting.start_thread, None, "A title", "Some words.")
    await okafor.speaks(reactions.like, await mercy.at(posting.by_id, post.id))
    among: list[Actor] = [one.actor for one in (lee, okafor, ruiz)]

    marked = await mercy.at(feed_readers.marked, post, [actor.id for actor in among])

    assert marked == {lee.actor.id, okafor.actor.id}
