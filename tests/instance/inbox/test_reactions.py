"""Likes, reactions and boosts from elsewhere, and what takes them back (5.4, T22, T51)."""

from typing import Any

import pytest

from instance.models import Actor, Ban, Gone, Post, Reaction, Thread
from instance.services import posting
from tests.board import created, neighbour, post_of
from tests.forging import refused
from tests.houses import House, Person
from tests.network import Network
from tests.outsiders import PUBLIC, Outsider


@pytest.fixture
async def post(mercy: House, wards: Actor, lee: Person) -> Post:
    return await lee.speaks(posting.start_thread, wards, "A title", "Words.")


async def counts(house: House, post: Post) -> tuple[int, int]:
    found = await house.at(Post.get, id=post.id)
    return found.likes_count, found.boosts_count


async def made(house: House) -> list[tuple[str, str]]:
    rows = await house.at(lambda: Reaction.all().order_by("id"))
    return [(row.kind.value, row.content) for row in rows]


def like(by: Outsider, post: Post, number: int = 1, **more: Any) -> dict[str, Any]:
    return by.activity("Like", post.uri, number) | more


async def test_one_of_a_kind_counts_however_often_it_is_sent(
    mercy: House, post: Post, stranger: Outsider
) -> None:
    for number in (1, 2):
        for kind in ("Like", "Announce", "Dislike"):
            sent = stranger.activity(kind, post.uri, number)
            assert (await stranger.sends(mercy, sent)).status == 202
    assert await counts(mercy, post) == (1, 1)
    assert [kind for kind, _ in await made(mercy)] == ["Like", "Announce", "Dislike"]


async def test_two_people_are_two(
    mercy: House, post: Post, stranger: Outsider, network: Network
) -> None:
    other = Outsider("far.example", "fay", network)
    for by in (stranger, other):
        await by.sends(mercy, like(by, post))
    assert await counts(mercy, post) == (2, 0)


FAMILY = "\U0001f468\U0001f3fd\u200d\U0001f469\U0001f3fd\u200d\U0001f467"


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        ("\U0001f44c", "\U0001f44c"),
        ("\u2764\ufe0f", "\u2764\ufe0f"),
        (FAMILY, FAMILY),
        ("\U0001f1e9\U0001f1f0", "\U0001f1e9\U0001f1f0"),
        (":pudding:", ":pudding:"),
        ("two words", ""),
        ("\U0001f44c\U0001f44c", ""),
        (":a b:", ""),
        ("<b>", ""),
        ("\u202e", ""),
        (" ", ""),
        (["\U0001f44c"], ""),
        (5, ""),
    ],
)
async def test_a_like_carries_one_sign(
    mercy: House, post: Post, stranger: Outsider, content: Any, kept: str
) -> None:
    sent = like(stranger, post, content=content)
    assert (await stranger.sends(mercy, sent)).status == 202
    assert await made(mercy) == [("Like", kept)]
    react = stranger.activity("EmojiReact", post.uri, 2) | {"content": content}
    assert (await stranger.sends(mercy, react)).status == 202
    assert len(await made(mercy)) == (2 if kept else 1)


async def test_only_who_did_it_takes_it_back(
    mercy: House, post: Post, stranger: Outsider, network: Network
) -> None:
    """T22: by its id; what the copy inside says is not believed."""
    sent = like(stranger, post)
    boost = stranger.activity("Announce", post.uri)
    await stranger.sends(mercy, sent)
    await stranger.sends(mercy, boost)
    for by in (neighbour(stranger, "bob", network), Outsider("far.example", "fay", network)):
        for done in (sent, boost):
            forged = by.activity("Undo", {**done, "actor": by.uri}, hash(done["id"]) % 1000)
            assert (await by.sends(mercy, forged)).status == 403
    assert await counts(mercy, post) == (1, 1)
    for number, done in enumerate((sent, boost)):
        named = done["id"] if number else done
        undo = stranger.activity("Undo", named, number)
        assert (await stranger.sends(mercy, undo)).status == 202
    assert await counts(mercy, post) == (0, 0)


async def test_an_undo_that_overtakes_its_like_keeps_it_away(
    mercy: House, post: Post, stranger: Outsider
) -> None:
    """T80."""
    sent = like(stranger, post)
    await stranger.sends(mercy, stranger.activity("Undo", sent))
    assert (await stranger.sends(mercy, sent)).status == 202
    assert await counts(mercy, post) == (0, 0)
    await stranger.sends(mercy, like(stranger, post, 2))
    assert await counts(mercy, post) == (1, 0)


async def test_an_undo_of_an_undo_or_of_what_is_elsewhere_does_nothing(
    mercy: House, post: Post, stranger: Outsider
) -> None:
    undo = stranger.activity("Undo", like(stranger, post))
    for number, named in enumerate((undo, "https://far.example/1", f"{mercy.origin}/a/1")):
        sent = stranger.activity("Undo", named, 10 + number)
        assert (await stranger.sends(mercy, sent)).status == 202
    assert await mercy.at(lambda: Gone.all().count()) == 0
    await stranger.sends(mercy, like(stranger, post))
    await stranger.sends(mercy, undo)
    await stranger.sends(mercy, stranger.activity("Undo", undo, 20))
    assert await counts(mercy, post) == (0, 0)


async def test_an_undo_that_overtakes_its_follow_keeps_it_away(
    mercy: House, wards: Actor, stranger: Outsider
) -> None:
    follow = stranger.activity("Follow", wards.uri)
    await stranger.sends(mercy, stranger.activity("Undo", follow))
    await stranger.sends(mercy, follow)
    assert (await mercy.rows())["Follow"] == 0


async def test_what_is_unknown_or_deleted_is_not_reacted_to(
    mercy: House, wards: Actor, stranger: Outsider
) -> None:
    create = created(stranger, wards)
    await stranger.sends(mercy, create)
    await stranger.sends(mercy, stranger.activity("Delete", create["object"]["id"]))
    for number, uri in enumerate((create["object"]["id"], "https://far.example/1")):
        for kind in ("Like", "Announce", "EmojiReact"):
            sent = stranger.activity(kind, uri, number) | {"content": ":x:"}
            assert (await stranger.sends(mercy, sent)).status == 202
    assert await made(mercy) == []


async def test_a_boost_that_is_not_public_does_not_count(
    mercy: House, post: Post, stranger: Outsider
) -> None:
    async with refused(mercy, "5.4 boost") as answers:
        sent = stranger.activity("Announce", post.uri, to=[f"{stranger.uri}/followers"])
        answers.append(await stranger.sends(mercy, sent))


async def test_a_group_does_not_boost(mercy: House, post: Post, network: Network) -> None:
    """Its Announce means that the post is on its board, which is no like of anybody."""
    group = Outsider("forum.example", "board", network)
    group.documents[group.uri]["type"] = "Group"
    assert (await group.sends(mercy, group.activity("Announce", post.uri))).status == 202
    assert await counts(mercy, post) == (0, 0)


async def test_who_is_banned_from_a_channel_does_not_like_in_it(
    mercy: House, wards: Actor, post: Post, stranger: Outsider
) -> None:
    await stranger.sends(mercy, like(stranger, post))
    actor = await mercy.at(Actor.get, uri=stranger.uri)
    ban = {"uri": f"{mercy.origin}/a/7", "group_id": wards.id, "actor_id": actor.id}
    await mercy.at(lambda: Ban.create(**ban))
    async with refused(mercy, "5.3 banned") as answers:
        for kind in ("Dislike", "Announce"):
            answers.append(await stranger.sends(mercy, stranger.activity(kind, post.uri, 2)))


async def test_our_channel_passes_likes_and_their_undoing_on(
    mercy: House, wards: Actor, post: Post, stranger: Outsider, network: Network
) -> None:
    reader = Outsider("reader.example", "rita", network)
    await reader.sends(mercy, reader.activity("Follow", wards.uri))
    sent = like(stranger, post)
    undo = stranger.activity("Undo", sent)
    private = like(stranger, post, 9, to=[post.uri])
    for document in (sent, undo, private):
        await stranger.sends(mercy, document)
    await mercy.deliver()
    announced = network.posts(reader.host, "Announce")
    assert [found.document["object"] for found in announced[-2:]] == [sent, undo]


async def test_a_reaction_in_a_closed_thread_is_refused(
    mercy: House, post: Post, stranger: Outsider
) -> None:
    await mercy.at(lambda: Thread.filter(id=post.thread_id).update(locked_at=post.published_at))
    async with refused(mercy, "5.4 locked") as answers:
        answers.append(await stranger.sends(mercy, like(stranger, post)))


async def test_the_likes_of_a_deleted_post_go_with_it(
    mercy: House, wards: Actor, stranger: Outsider
) -> None:
    create = created(stranger, wards)
    await stranger.sends(mercy, create)
    post = await post_of(mercy, create)
    await stranger.sends(mercy, like(stranger, post))
    await stranger.sends(mercy, stranger.activity("Delete", post.uri, to=[PUBLIC]))
    assert await made(mercy) == [] and await counts(mercy, post) == (0, 0)


async def test_a_channel_takes_back_only_what_it_announced(
    mercy: House, wards: Actor, post: Post, stranger: Outsider, network: Network
) -> None:
    """A boost is nothing that a channel passes on, and so is its Undo (5.3)."""
    reader = Outsider("reader.example", "rita", network)
    await reader.sends(mercy, reader.activity("Follow", wards.uri))
    for number, kind in enumerate(("Announce", "EmojiReact", "Like")):
        done = stranger.activity(kind, post.uri, number) | {"content": "\U0001f44c"}
        await stranger.sends(mercy, done)
        await stranger.sends(mercy, stranger.activity("Undo", done, number))
    await mercy.deliver()
    wrapped = [sent.document["object"] for sent in network.posts(reader.host, "Announce")]
    assert [(inner["type"], inner["object"]) for inner in wrapped if inner["type"] != "Create"] == [
        ("Like", post.uri),
        ("Undo", done),
    ]
