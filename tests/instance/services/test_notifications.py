"""What members are told: once, not by themselves, never in words, each of their names apart."""

from datetime import UTC, datetime
from typing import Any

import pytest

from instance.models import (
    Actor,
    Block,
    FollowState,
    Moderator,
    Notification,
    NotificationKind,
    Post,
    ReactionKind,
)
from instance.services import follows, notifications, polls, posting, votes
from instance.services.consults.states import Event
from instance.workers import polls as polls_worker
from tests.cast import OKAFOR, new
from tests.clinic import ask, write
from tests.houses import House, Person
from tests.making import make
from tests.outsiders import PUBLIC, Outsider
from tests.polling import ask_all, ask_elsewhere, end


@pytest.fixture
async def post(lee: Person, wards: Actor) -> Post:
    return await lee.speaks(posting.start_thread, wards, "A title", "Some words.")


async def told(house: House) -> list[tuple[str, str, str]]:
    """Kind, the handle of whom it concerns, and of who caused it; oldest first."""
    rows = await house.at(
        lambda: Notification.all().order_by("id").select_related("identity", "by")
    )
    return [(row.kind.value, row.identity.handle, row.by.handle) for row in rows]


async def replies(outsider: Outsider, house: House, to: str, number: int = 1, **more: Any) -> None:
    note = outsider.note(number, inReplyTo=to, **more)
    sent = outsider.activity("Create", note, number)
    assert (await outsider.sends(house, sent)).status == 202


def mention(*uris: str) -> list[dict[str, str]]:
    return [{"type": "Mention", "href": uri, "name": "@x"} for uri in uris]


async def test_a_reply_is_told_to_whom_it_answers_once(
    mercy: House, lee: Person, post: Post, stranger: Outsider
) -> None:
    """However often it comes, and though it names them as Mastodon does."""
    for _ in range(2):
        await replies(stranger, mercy, post.uri, tag=mention(lee.uri))
    assert await told(mercy) == [("reply", "lee", "mallory")]


async def test_who_is_named_is_told(
    mercy: House, lee: Person, post: Post, stranger: Outsider
) -> None:
    colleague = await mercy.person(OKAFOR)
    elsewhere = "https://other.example/users/x"
    tags = mention(colleague.uri, elsewhere, stranger.uri, colleague.uri)
    await replies(stranger, mercy, post.uri, tag=tags)
    assert await told(mercy) == [("reply", "lee", "mallory"), ("mention", "okafor", "mallory")]


async def test_a_member_tells_members(mercy: House, lee: Person, post: Post) -> None:
    colleague = await mercy.person(OKAFOR)
    answer = await colleague.speaks(posting.reply, post, "Thank you, @lee.")
    await lee.speaks(posting.reply, answer, "And you, @okafor.")
    assert await told(mercy) == [("reply", "lee", "okafor"), ("reply", "okafor", "lee")]


async def test_nobody_is_told_what_they_did_themselves_under_any_name(
    mercy: House, wards: Actor
) -> None:
    both = await mercy.person(new("twice", "Dr T. Wice", pseudonym="graniteheart"))
    own = await both.speaks(posting.start_thread, wards, "A title", "By @twice and @graniteheart.")
    assert both.pseudonym is not None
    await mercy.at(posting.reply, both.pseudonym, own, "So says @twice.")
    await mercy.at(follows.follow, both.pseudonym, both.actor)
    assert await told(mercy) == []


async def test_each_name_of_a_member_is_told_on_its_own(
    mercy: House, lee: Person, post: Post
) -> None:
    both = await mercy.person(new("twice", "Dr T. Wice", pseudonym="graniteheart"))
    await lee.speaks(posting.reply, post, "As @graniteheart and @twice said.")
    expected = [("mention", "graniteheart", "lee"), ("mention", "twice", "lee")]
    assert sorted(await told(mercy)) == expected
    rows = await mercy.at(notifications.page, both.member)
    assert {row.identity_id for row in rows} == {both.actor.id, getattr(both.pseudonym, "id", 0)}


@pytest.mark.parametrize(
    "tags",
    [
        "Mention",
        {"type": "Mention", "href": 7},
        [{"type": "Mention"}, {"type": "Mention", "href": ["x"]}, 3, None],
        [{"type": ["Mention"], "href": "https://mercy.example/u/1"}],
        [{"type": "Hashtag", "href": "https://mercy.example/u/1"}],
    ],
)
async def test_odd_tags_tell_nobody(
    mercy: House, lee: Person, post: Post, stranger: Outsider, tags: Any
) -> None:
    """T33."""
    await replies(stranger, mercy, post.uri, tag=tags)
    assert await told(mercy) == [("reply", "lee", "mallory")]


async def test_who_names_everybody_tells_few(
    mercy: House, lee: Person, post: Post, stranger: Outsider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T32."""
    monkeypatch.setattr(notifications, "MENTIONS_MOST", 2)
    colleague = await mercy.person(OKAFOR)
    many = mention(*(f"https://other.example/u/{n}" for n in range(2)), colleague.uri)
    await replies(stranger, mercy, post.uri, tag=many)
    assert await told(mercy) == [("reply", "lee", "mallory")]


async def test_a_follow_is_told_once_and_a_channel_tells_nobody(
    mercy: House, lee: Person, wards: Actor, stranger: Outsider
) -> None:
    colleague = await mercy.person(OKAFOR)
    await colleague.speaks(follows.follow, lee.actor)
    await colleague.speaks(follows.follow, lee.actor)
    for number, target in enumerate((lee.uri, lee.uri, wards.uri)):
        await stranger.sends(mercy, stranger.activity("Follow", target, number))
    assert await told(mercy) == [("follow", "lee", "okafor"), ("follow", "lee", "mallory")]


async def test_who_keeps_a_channel_is_told_who_asks_to_follow_it(
    mercy: House, lee: Person, wards: Actor
) -> None:
    colleague = await mercy.person(OKAFOR)
    await mercy.at(lambda: Moderator.create(group_id=wards.id, actor_id=lee.actor.id))
    await mercy.at(notifications.of_follow, colleague.actor, wards, FollowState.PENDING)
    await mercy.at(notifications.of_follow, colleague.actor, wards, FollowState.ACCEPTED)
    assert await told(mercy) == [("follow_request", "lee", "okafor")]


async def test_reactions_are_told_once_and_dislikes_are_not(
    mercy: House, lee: Person, post: Post
) -> None:
    colleague = await mercy.person(OKAFOR)
    found = await mercy.at(posting.by_id, post.id)
    for kind in (ReactionKind.DISLIKE, ReactionKind.LIKE, ReactionKind.EMOJI, ReactionKind.BOOST):
        await mercy.at(notifications.of_reaction, kind, found, colleague.actor)
        await mercy.at(notifications.of_reaction, kind, found, lee.actor)
    assert await told(mercy) == [("like", "lee", "okafor"), ("boost", "lee", "okafor")]


async def test_who_is_blocked_by_a_member_tells_them_nothing(
    mercy: House, lee: Person, post: Post, stranger: Outsider
) -> None:
    await replies(stranger, mercy, post.uri)
    who = await mercy.at(lambda: Actor.get(uri=stranger.uri))
    await mercy.at(lambda: Block.create(uri="urn:1", actor_id=lee.actor.id, target_id=who.id))
    await replies(stranger, mercy, post.uri, 2, tag=mention(lee.uri))
    assert len(await told(mercy)) == 1


async def test_the_end_of_a_poll_is_told_to_who_made_it_and_who_voted(
    mercy: House, lee: Person, wards: Actor, stranger: Outsider
) -> None:
    colleague = await mercy.person(OKAFOR)
    for question in (await ask_all(lee, wards), await ask_elsewhere(stranger, mercy, wards)):
        found = await mercy.at(posting.by_id, question.id)
        await colleague.speaks(votes.vote, found, [0])
        await end(mercy, question.uri)
        for _ in range(2):
            await mercy.at(polls_worker.step, datetime.now(UTC))
    assert sorted(await told(mercy)) == [  # those of one poll are told in one moment
        ("poll", "lee", "lee"),
        ("poll", "okafor", "lee"),
        ("poll", "okafor", "mallory"),
    ]


async def test_the_owners_word_that_a_poll_is_closed_is_told_once(
    mercy: House, lee: Person, wards: Actor, stranger: Outsider
) -> None:
    question = await ask_elsewhere(stranger, mercy, wards)
    found = await mercy.at(posting.by_id, question.id)
    await lee.speaks(votes.vote, found, [0])
    closed = {**question.document, "closed": "2026-01-01T00:00:00Z"}
    for _ in range(2):
        await mercy.at(polls.receive_results, found, closed)
    await mercy.at(polls_worker.step, datetime.now(UTC))
    assert await told(mercy) == [("poll", "lee", "mallory")]


async def test_who_is_named_in_a_consult_is_not_told(mercy: House, lee: Person) -> None:
    """T54: nothing but that there is an answer, and that to its asker."""
    colleague = await mercy.person(OKAFOR)
    consult = await ask(lee)
    await write(colleague, consult, Event.ANSWER)
    await write(lee, consult, Event.COMMENT, text="Thank you, @okafor.")
    assert [(kind, whom) for kind, whom, _ in await told(mercy)] == [("answered", "lee")]


async def test_what_is_kept_holds_no_word_of_a_post(
    mercy: House, lee: Person, post: Post, stranger: Outsider
) -> None:
    """T54."""
    await replies(stranger, mercy, post.uri, content="<p>canary</p>", tag=mention(lee.uri))
    [row] = await mercy.at(lambda: Notification.all().values())
    assert "canary" not in str(row) and "A title" not in str(row)


async def test_a_post_that_is_not_kept_tells_nobody(
    mercy: House, lee: Person, post: Post, stranger: Outsider
) -> None:
    """Told in the transaction of its cause: a refused one leaves no trace."""
    consult = await ask(lee)
    note = stranger.note(inReplyTo=post.uri, context=consult.uri, to=[PUBLIC])
    await stranger.sends(mercy, stranger.activity("Create", note))
    private = stranger.note(2, inReplyTo=post.uri, to=[lee.uri], tag=mention(lee.uri))
    await stranger.sends(mercy, stranger.activity("Create", private, 2, to=[lee.uri]))
    assert await told(mercy) == []


async def test_nobody_counts_further_than_a_hundred_but_a_recall_is_told_among_any_number(
    mercy: House, lee: Person
) -> None:
    def notify(kind: NotificationKind) -> Any:
        whose = {"member_id": lee.member.id, "identity_id": lee.actor.id}
        return mercy.at(lambda: make(Notification, **whose, by=lee.actor, kind=kind, read_at=None))

    for _ in range(99):
        await notify(NotificationKind.FOLLOW)
    browser = await mercy.sign_in("lee")
    assert "99 new notifications" in (await browser.get("/people")).text
    await notify(NotificationKind.RECALLED)
    await notify(NotificationKind.FOLLOW)
    assert "99+ new notifications" in (await browser.get("/people")).text
    assert await lee.does(notifications.count_unread) == notifications.COUNTED_MOST
    assert await lee.does(notifications.count_recalled) == 1
