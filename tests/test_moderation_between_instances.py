"""What moderators of the society's channel do, seen at the hospitals that follow it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from instance.errors import NotAllowed
from instance.models import Actor, Ban, Moderator, Post
from instance.outbox import posts, remote
from instance.services import accepting, bans, editing, moderation, posting
from tests.cast import OKAFOR, Houses
from tests.clinic import audited
from tests.houses import House, Person
from tests.moderating import Board, make_moderator, open_board, post_at, reply, thread_at
from tests.network import Network


@pytest.fixture
async def board(houses: Houses, mercy: House, heart: House, lee: Person, quill: Person) -> Board:
    return await open_board(houses, heart, quill, lee)


async def test_a_closed_thread_is_closed_where_the_channel_is_followed(
    houses: Houses, mercy: House, heart: House, board: Board, lee: Person
) -> None:
    await board.does(moderation.lock)
    await houses.settle()
    for house in (mercy, heart):
        assert (await board.thread(house)).locked_at is not None
    with pytest.raises(NotAllowed):
        await reply(lee, board.post.uri, "Too late.")
    await board.does(moderation.unlock)
    await houses.settle()
    for house in (mercy, heart):
        assert (await board.thread(house)).locked_at is None
    await reply(lee, board.post.uri, "In time.")


async def test_a_reply_that_crosses_a_lock_is_not_passed_on(
    houses: Houses, mercy: House, heart: House, board: Board, lee: Person, network: Network
) -> None:
    late = await reply(lee, board.post.uri, "On its way.")
    await board.does(moderation.lock)
    announced = len(network.posts(mercy.host, "Announce"))
    await mercy.deliver()
    assert not await heart.at(lambda: Post.filter(uri=late.uri).exists())
    await houses.settle()
    sent = network.posts(mercy.host, "Announce")[announced:]
    assert [one.document["object"]["type"] for one in sent] == ["Lock"]


async def test_another_moderator_opens_what_one_closed(
    houses: Houses, mercy: House, heart: House, board: Board
) -> None:
    second = await heart.person(OKAFOR)
    await make_moderator(heart, board.group, second.actor)
    await board.does(moderation.lock)
    await second.speaks(moderation.unlock, await board.thread())
    await houses.settle()
    for house in (mercy, heart):
        assert (await board.thread(house)).locked_at is None


async def test_a_pinned_thread_is_pinned_everywhere(
    houses: Houses, mercy: House, heart: House, board: Board
) -> None:
    await board.does(moderation.pin)
    await houses.settle()
    for house in (mercy, heart):
        assert (await board.thread(house)).featured_at is not None
    listed = (await heart.asked(f"/c/{board.group.id}/featured")).json
    assert listed["orderedItems"] == [board.post.uri]
    await board.does(moderation.unpin)
    await houses.settle()
    for house in (mercy, heart):
        assert (await board.thread(house)).featured_at is None


async def test_a_removed_post_keeps_no_word_and_says_why(
    houses: Houses, mercy: House, heart: House, board: Board, lee: Person
) -> None:
    bad = await reply(lee, board.post.uri, "Something rude.")
    await houses.settle()
    await board.by.speaks(moderation.remove, await post_at(heart, bad.uri), "rule 2")
    row = await post_at(heart, bad.uri)
    assert row.content == "" and row.source is None and row.removal == "rule 2"
    assert "rude" not in str(row.document) and row.deleted_at is not None
    await houses.settle()
    assert (await post_at(mercy, bad.uri)).removal == "rule 2"


async def test_who_is_banned_writes_nothing_until_the_end(
    houses: Houses, mercy: House, heart: House, board: Board, lee: Person
) -> None:
    author = await heart.at(Actor.get, uri=lee.uri)
    ends_at = datetime.now(UTC) + timedelta(days=7)
    await board.by.speaks(bans.ban, board.group, author, "rule 1", ends_at)
    await houses.settle()
    post = await reply(lee, board.post.uri, "Still here.")
    await houses.settle()
    assert not await heart.at(lambda: Post.filter(uri=post.uri).exists())
    assert await mercy.at(lambda: Ban.filter(actor__uri=lee.uri).count()) == 1
    await heart.at(lambda: Ban.all().update(ends_at=datetime.now(UTC)))
    post = await reply(lee, board.post.uri, "Back.")
    await houses.settle()
    assert await heart.at(lambda: Post.filter(uri=post.uri).exists())


async def test_a_lifted_ban_is_lifted_everywhere(
    houses: Houses, mercy: House, heart: House, board: Board, lee: Person
) -> None:
    author = await heart.at(Actor.get, uri=lee.uri)
    await board.by.speaks(bans.ban, board.group, author, "rule 1", None)
    await houses.settle()
    await board.by.speaks(bans.lift, board.group, author)
    await houses.settle()
    for house in (mercy, heart):
        assert await house.at(lambda: Ban.all().count()) == 0


async def test_a_moderator_at_another_hospital_does_the_same(
    houses: Houses, mercy: House, heart: House, board: Board, lee: Person
) -> None:
    await make_moderator(heart, board.group, await heart.at(Actor.get, uri=lee.uri))
    await houses.settle()
    assert await mercy.at(lambda: Moderator.filter(actor_id=lee.actor.id).exists())
    await lee.speaks(moderation.lock, await board.thread(mercy))
    await lee.speaks(moderation.pin, await board.thread(mercy))
    await houses.settle()
    for house in (mercy, heart):
        thread = await board.thread(house)
        assert thread.locked_at is not None and thread.featured_at is not None
    await lee.speaks(moderation.unlock, await board.thread(mercy))
    await lee.speaks(moderation.remove, await post_at(mercy, board.post.uri), "rule 3")
    await houses.settle()
    for house in (mercy, heart):
        assert (await board.thread(house)).locked_at is None
        assert (await post_at(house, board.post.uri)).removal == "rule 3"


async def test_who_is_no_moderator_changes_nothing(
    houses: Houses, heart: House, board: Board, lee: Person, mercy: House
) -> None:
    okafor = await heart.person(OKAFOR)
    for person, house in ((okafor, heart), (lee, mercy)):
        thread = await board.thread(house)
        for work in (moderation.lock, moderation.pin, moderation.unlock):
            with pytest.raises(NotAllowed):
                await person.speaks(work, thread)
    assert (await board.thread()).locked_at is None


async def test_the_asker_takes_an_answer_and_gives_it_back(
    houses: Houses, mercy: House, heart: House, board: Board, lee: Person
) -> None:
    channel = await mercy.at(Actor.get, uri=board.group.uri)
    asked = await lee.speaks(posting.start_thread, channel, "A question", "What now?")
    await houses.settle()
    answer = await reply(board.by, asked.uri, "This.")
    await houses.settle()
    there = await post_at(mercy, answer.uri)
    await lee.speaks(accepting.accept, await thread_at(mercy, asked.uri), there)
    await houses.settle()
    for house in (mercy, heart):
        assert (await thread_at(house, asked.uri)).accepted_uri == answer.uri
        starter = await post_at(house, asked.uri)
        assert starter.document["cs:acceptedAnswer"] == answer.uri
        assert starter.updated_at is None, "nobody edited a word"
    await lee.speaks(accepting.withdraw, await thread_at(mercy, asked.uri))
    for house in (mercy, heart, mercy):  # the second Update of a post within a minute waits
        await house.deliver_later()
    for house in (mercy, heart):
        assert (await thread_at(house, asked.uri)).accepted_uri is None
        assert "cs:acceptedAnswer" not in (await post_at(house, asked.uri)).document


async def test_a_question_says_which_answer_was_taken_and_decides_nothing_by_it(
    houses: Houses, mercy: House, heart: House, board: Board, lee: Person
) -> None:
    """5.4: the Update is proven and passed on; the Add decides."""
    channel = await mercy.at(Actor.get, uri=board.group.uri)
    asked = await lee.speaks(posting.start_thread, channel, "A question", "What now?")
    await houses.settle()
    question = await post_at(mercy, asked.uri)
    now = datetime.now(UTC) + timedelta(minutes=1)
    note = posts.answered(question.document, board.post.uri, now)
    update = await mercy.at(posts.update, lee.actor, note, now)
    assert "proof" in update
    assert (await heart.receives(update, await lee.key())).status == 202
    assert (await post_at(heart, asked.uri)).document["cs:acceptedAnswer"] == board.post.uri
    assert (await thread_at(heart, asked.uri)).accepted_uri is None


async def test_an_edit_after_the_answer_was_taken_still_names_it(
    houses: Houses, mercy: House, heart: House, board: Board, lee: Person
) -> None:
    channel = await mercy.at(Actor.get, uri=board.group.uri)
    asked = await lee.speaks(posting.start_thread, channel, "A question", "What now?")
    answer = await reply(lee, asked.uri, "Found it.")
    await houses.settle()
    own = await post_at(mercy, answer.uri)
    await lee.speaks(accepting.accept, await thread_at(mercy, asked.uri), own)
    await lee.speaks(editing.edit_post, await post_at(mercy, asked.uri), "A question", "Which?")
    await houses.settle()
    there = await post_at(heart, asked.uri)
    assert "Which?" in there.content
    assert there.document["cs:acceptedAnswer"] == answer.uri


async def test_who_follows_a_channel_learns_how_it_is_kept(
    houses: Houses, mercy: House, heart: House, board: Board
) -> None:
    async def told() -> Any:
        return (await remote.directory().fetch(board.group.uri)).document

    assert (await mercy.at(told))["manuallyApprovesFollowers"] is False
    settings = {"rules": "", "approves_followers": True, "only_moderators_post": True}
    await board.by.speaks(moderation.set_rules, board.group, **settings)
    await houses.settle()
    document = await mercy.at(told)
    assert document["manuallyApprovesFollowers"] and document["postingRestrictedToMods"]


async def test_every_act_of_a_moderator_is_on_record(
    houses: Houses, heart: House, board: Board, lee: Person
) -> None:
    author = await heart.at(Actor.get, uri=lee.uri)
    for work in (moderation.lock, moderation.unlock, moderation.pin, moderation.unpin):
        await board.does(work)
    await board.by.speaks(bans.ban, board.group, author, "rule 1", None)
    await board.by.speaks(bans.lift, board.group, author)
    await board.by.speaks(moderation.remove, await post_at(heart, board.post.uri), "rule 2")
    acts = ["moderator.added", "thread.locked", "thread.unlocked", "thread.pinned"]
    acts += ["thread.unpinned", "member.banned", "member.unbanned", "post.removed"]
    assert [act for act in await audited(heart) if "." in act and act in acts] == acts
