"""Likes and boosts by our members: counted once, sent to whom they concern."""

from typing import Any

import pytest

from instance.errors import NotAllowed, NotFound
from instance.models import Actor, Moderator, Post, Reaction
from instance.services import bans, channels, editing, members, posting, reactions
from tests.cast import OKAFOR, RUIZ, SANTOS
from tests.houses import House, Person
from tests.network import Network
from tests.outsiders import PUBLIC, Outsider


@pytest.fixture
async def post(mercy: House, wards: Actor, stranger: Outsider) -> Post:
    """The stranger's, in our channel."""
    note = stranger.note(audience=wards.uri, to=[PUBLIC, wards.uri], name="A title")
    await stranger.sends(mercy, stranger.activity("Create", note, to=note["to"]))
    return await there(mercy, note["id"])


async def there(house: House, uri: str) -> Post:
    found = await house.at(Post.get, uri=uri)
    return await house.at(posting.by_id, found.id)


async def counts(house: House, post: Post) -> tuple[int, int]:
    found = await house.at(Post.get, id=post.id)
    return found.likes_count, found.boosts_count


async def test_twice_is_once_and_back_again_is_none(mercy: House, lee: Person, post: Post) -> None:
    for _ in range(2):
        await lee.speaks(reactions.like, post)
        await lee.speaks(reactions.boost, post)
    assert await counts(mercy, post) == (1, 1)
    for _ in range(2):
        await lee.speaks(reactions.unlike, post)
        await lee.speaks(reactions.unboost, post)
    assert await counts(mercy, post) == (0, 0)


async def test_the_author_is_told_and_told_again_when_it_is_taken_back(
    mercy: House, lee: Person, post: Post, stranger: Outsider
) -> None:
    for act in (reactions.like, reactions.boost, reactions.unlike, reactions.unboost):
        await lee.speaks(act, post)
        await mercy.deliver()
    sent: list[Any] = [one.document for one in stranger.received]
    assert [one["type"] for one in sent] == ["Like", "Announce", "Undo", "Undo"]
    assert [one["object"] for one in sent[:2]] == [post.uri, post.uri]
    assert [one["object"]["id"] for one in sent[2:]] == [sent[0]["id"], sent[1]["id"]]
    assert all(PUBLIC in one["to"] and one["actor"] == lee.uri for one in sent)


async def test_our_channel_tells_its_readers_of_likes_and_followers_hear_of_boosts(
    mercy: House, lee: Person, wards: Actor, post: Post, network: Network
) -> None:
    reader = Outsider("reader.example", "rita", network)
    fan = Outsider("fan.example", "finn", network)
    await reader.sends(mercy, reader.activity("Follow", wards.uri))
    await fan.sends(mercy, fan.activity("Follow", lee.uri))
    await mercy.deliver()
    for act in (reactions.like, reactions.boost, reactions.unlike):
        await lee.speaks(act, post)
    await mercy.deliver()
    wrapped = [sent.document["object"]["type"] for sent in reader.received[1:]]
    assert wrapped == ["Like", "Undo"]
    assert [sent.document["type"] for sent in fan.received] == ["Accept", "Announce"]


async def test_who_is_hidden_or_what_is_deleted_gets_no_like(
    mercy: House, lee: Person, post: Post, stranger: Outsider
) -> None:
    hidden = await mercy.person(OKAFOR)
    await hidden.speaks(members.set_public, False)
    unseen = await mercy.at(Actor.get, id=hidden.actor.id)
    with pytest.raises(NotAllowed):
        await mercy.at(reactions.like, unseen, post)
    await stranger.sends(mercy, stranger.activity("Delete", post.uri))
    with pytest.raises(NotFound):
        await lee.speaks(reactions.boost, await there(mercy, post.uri))
    assert (await mercy.rows())["Reaction"] == 0


async def test_the_likes_of_a_post_go_with_it(mercy: House, lee: Person, wards: Actor) -> None:
    own = await lee.speaks(posting.start_thread, wards, "A title", "Words.")
    await lee.speaks(reactions.like, await there(mercy, own.uri))
    await lee.speaks(editing.delete_post, await there(mercy, own.uri))
    assert await counts(mercy, own) == (0, 0) and (await mercy.rows())["Reaction"] == 0


async def test_who_is_banned_likes_and_boosts_nothing_in_the_channel(
    mercy: House, lee: Person
) -> None:
    """As from elsewhere: nothing of theirs counts there, and nothing is announced."""
    santos, ruiz = await mercy.person(SANTOS), await mercy.person(RUIZ)
    wards = await mercy.at(channels.create_channel, "wards", "Wards", "Better wards.")
    await mercy.at(Moderator.create, group_id=wards.id, actor_id=ruiz.actor.id)
    post = await lee.speaks(posting.start_thread, wards, "A title", "Words.")
    await mercy.at(bans.ban, ruiz.actor, wards, santos.actor, "rule 1", None)
    for act in (reactions.like, reactions.boost):
        with pytest.raises(NotAllowed):
            await santos.speaks(act, await mercy.at(posting.by_id, post.id))
    assert await mercy.at(lambda: Reaction.all().count()) == 0
