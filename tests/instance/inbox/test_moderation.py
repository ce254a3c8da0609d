"""What strangers try in our channels: nothing of it changes anything (T06, T17, T21, T22, T25)."""

from typing import Any

import pytest

from instance.models import Actor, Ban, Block, Delivery, Follow, Moderator, Post, Thread
from instance.services import bans, follows, moderation, posting, reactions
from tests.cast import Houses, new
from tests.houses import House, Person
from tests.moderating import Board, make_moderator, open_board, reply, thread_at
from tests.network import Network
from tests.outsiders import PUBLIC, Outsider


@pytest.fixture
async def board(houses: Houses, heart: House, quill: Person) -> Board:
    return await open_board(houses, heart, quill)


@pytest.fixture
async def known(board: Board, heart: House, stranger: Outsider) -> Actor:
    """The stranger, whom the channel's home knows."""
    note = stranger.note(inReplyTo=board.post.uri, to=[PUBLIC], cc=[board.group.uri])
    await stranger.sends(heart, stranger.activity("Create", note))
    return await heart.at(Actor.get, uri=stranger.uri)


def acts(board: Board, of: Outsider, victim: str) -> list[dict[str, Any]]:
    """One of everything a moderator may do."""
    group, starter = board.group.uri, board.post.uri
    return [
        of.activity("Lock", starter, audience=group),
        of.activity("Add", starter, 1, target=f"{group}/featured", audience=group),
        of.activity("Remove", starter, 2, target=f"{group}/featured", audience=group),
        of.activity("Add", victim, 3, target=f"{group}/moderators", audience=group),
        of.activity("Remove", victim, 4, target=f"{group}/moderators", audience=group),
        of.activity("Block", victim, target=group, audience=group),
        of.activity("Delete", starter, summary="Mine now."),
    ]


async def state(house: House) -> Any:
    async def read() -> Any:
        threads = await Thread.all().values("locked_at", "featured_at", "accepted_uri", "lock_uri")
        posts = await Post.all().values("deleted_at", "content")
        return threads, posts, await Moderator.all().count(), await Ban.all().count()

    return await house.at(read)


async def test_who_is_no_moderator_is_refused_and_nothing_changes(
    heart: House, board: Board, known: Actor, stranger: Outsider, network: Network
) -> None:
    before, sent = await state(heart), await heart.at(lambda: Delivery.all().count())
    for act in acts(board, stranger, board.by.uri):
        assert (await stranger.sends(heart, act)).status == 403, act["type"]
    assert await state(heart) == before
    assert await heart.at(lambda: Delivery.all().count()) == sent


async def test_a_moderator_elsewhere_is_obeyed(
    heart: House, board: Board, known: Actor, stranger: Outsider
) -> None:
    await make_moderator(heart, board.group, known)
    for act in acts(board, stranger, stranger.uri)[:2]:
        assert (await stranger.sends(heart, act)).status == 202
    thread = await board.thread()
    assert thread.locked_at is not None and thread.featured_at is not None
    await heart.at(moderation.remove_moderator, board.group, board.group, known)
    undo = stranger.activity("Undo", stranger.activity("Lock", board.post.uri))
    assert (await stranger.sends(heart, undo)).status == 403
    assert (await board.thread()).locked_at is not None


async def test_an_undo_that_overtakes_its_act_ends_it(
    heart: House, board: Board, known: Actor, stranger: Outsider
) -> None:
    """T80."""
    await make_moderator(heart, board.group, known)
    group = board.group.uri
    lock = stranger.activity("Lock", board.post.uri, audience=group)
    ban = stranger.activity("Block", board.by.uri, target=group, audience=group)
    for number, act in enumerate((lock, ban)):
        await stranger.sends(heart, stranger.activity("Undo", act, number))
        assert (await stranger.sends(heart, act)).status == 202
    assert (await board.thread()).locked_at is None
    assert await heart.at(lambda: Ban.all().count()) == 0


async def test_a_lock_is_taken_back_by_its_author_alone(
    heart: House, board: Board, known: Actor, stranger: Outsider
) -> None:
    """T22: looked up by id, whatever the embedded copy says; even a moderator's own word."""
    await make_moderator(heart, board.group, known)
    await board.does(moderation.lock)
    thread = await board.thread()
    forged = stranger.activity("Lock", board.post.uri) | {"id": thread.lock_uri}
    undo = stranger.activity("Undo", forged)
    assert (await stranger.sends(heart, undo)).status == 403
    assert (await board.thread()).locked_at is not None


async def test_a_neighbour_of_a_moderator_is_nobody(
    houses: Houses, heart: House, board: Board, known: Actor, network: Network
) -> None:
    """T06: the same server is not the same person."""
    await make_moderator(heart, board.group, known)
    neighbour = Outsider("stranger.example", "neighbour", network)
    lock = neighbour.activity("Lock", board.post.uri, audience=board.group.uri)
    assert (await neighbour.sends(heart, lock)).status == 403
    assert (await board.thread()).locked_at is None


async def test_a_channel_elsewhere_is_moderated_by_what_it_announces(
    houses: Houses, mercy: House, board: Board, lee: Person, stranger: Outsider
) -> None:
    """Even its moderator's own signature, sent around the channel, changes nothing (T21)."""
    await lee.speaks(follows.follow_address, board.group.address)
    await houses.settle()
    post = await board.by.speaks(posting.start_thread, board.group, "Later", "More.")
    await houses.settle()
    group = board.group.uri
    for number, kind in enumerate(("Lock", "Add", "Block")):
        target = {"Add": f"{group}/featured", "Block": group}.get(kind)
        content = lee.uri if kind == "Block" else post.uri
        act = stranger.activity(kind, content, number, **({"target": target} if target else {}))
        assert (await stranger.sends(mercy, act)).status == 403
    thread = await thread_at(mercy, post.uri)
    assert thread.locked_at is None and thread.featured_at is None
    lock = stranger.activity("Lock", post.uri, 9)
    values = {"lock_uri": lock["id"], "locked_by_uri": stranger.uri}
    await mercy.at(lambda: Thread.filter(id=thread.id).update(**values))
    assert (await stranger.sends(mercy, stranger.activity("Undo", lock))).status == 403
    assert await mercy.at(lambda: Ban.all().count()) == 0


async def test_another_channel_does_not_speak_for_ours(
    heart: House, board: Board, known: Actor, stranger: Outsider, network: Network
) -> None:
    """Not even in the name of a moderator who is its neighbour."""
    await make_moderator(heart, board.group, known)
    crowd = Outsider("stranger.example", "crowd", network)
    crowd.documents |= {**stranger.documents, crowd.uri: crowd.actor() | {"type": "Group"}}
    await board.by.speaks(follows.follow_address, crowd.uri)
    announce = crowd.activity("Announce", stranger.activity("Lock", board.post.uri))
    assert (await crowd.sends(heart, announce)).status == 403
    assert (await board.thread()).locked_at is None


async def test_who_is_banned_is_refused_with_posts_and_follows(
    houses: Houses, heart: House, board: Board, known: Actor, stranger: Outsider
) -> None:
    await board.by.speaks(bans.ban, board.group, known, "rule 1", None)
    note = stranger.note(7, inReplyTo=board.post.uri, cc=[board.group.uri])
    assert (await stranger.sends(heart, stranger.activity("Create", note, 7))).status == 403
    assert (await stranger.sends(heart, stranger.activity("Follow", board.group.uri))).status == 202
    await houses.settle()
    assert [one.document["type"] for one in stranger.received] == ["Reject"]
    assert await heart.at(lambda: Follow.filter(follower_id=known.id).count()) == 0


async def test_who_blocks_a_member_gets_nothing_of_them(
    houses: Houses, heart: House, board: Board, stranger: Outsider, quill: Person
) -> None:
    await stranger.sends(heart, stranger.activity("Follow", quill.uri))
    block = stranger.activity("Block", quill.uri)
    assert (await stranger.sends(heart, block)).status == 202
    await houses.settle()
    stranger.received.clear()
    await quill.speaks(posting.start_thread, None, "A title", "To my followers.")
    await houses.settle()
    note = stranger.note(9, inReplyTo=board.post.uri, cc=[board.group.uri])
    await stranger.sends(heart, stranger.activity("Create", note, 9))
    await reply(quill, note["id"], "I answer all the same.")
    await houses.settle()
    assert stranger.received == []
    assert (await stranger.sends(heart, stranger.activity("Undo", block))).status == 202
    assert await heart.at(lambda: Block.all().count()) == 0


async def test_who_blocks_a_member_hears_of_no_like_of_theirs(
    houses: Houses, heart: House, board: Board, stranger: Outsider, quill: Person
) -> None:
    """T25: the member sees their like as any other."""
    note = stranger.note(9, inReplyTo=board.post.uri, cc=[board.group.uri])
    await stranger.sends(heart, stranger.activity("Create", note, 9))
    await stranger.sends(heart, stranger.activity("Block", quill.uri))
    post = await heart.at(lambda: Post.get(uri=note["id"]).select_related("author"))
    await quill.speaks(reactions.like, post)
    await houses.settle()
    assert stranger.received == []
    assert (await heart.at(lambda: Post.get(id=post.id))).likes_count == 1


async def test_nobody_takes_back_the_block_of_another(
    heart: House, quill: Person, stranger: Outsider, network: Network
) -> None:
    """T22."""
    block = stranger.activity("Block", quill.uri)
    await stranger.sends(heart, block)
    neighbour = Outsider(stranger.host, "neighbour", network)
    forged = neighbour.activity("Undo", {**block, "actor": neighbour.uri})
    assert (await neighbour.sends(heart, forged)).status == 403
    assert await heart.at(lambda: Block.all().count()) == 1


async def test_a_block_of_somebody_hidden_answers_as_of_nobody(
    heart: House, board: Board, stranger: Outsider
) -> None:
    """T25, T64."""
    hidden = await heart.person(new("hidden", "Dr H. Idden", is_public=False))
    for number, uri in enumerate((hidden.uri, f"{heart.origin}/u/1")):
        block = stranger.activity("Block", uri, number)
        assert (await stranger.sends(heart, block)).status == 202
    assert await heart.at(lambda: Block.all().count()) == 0
