"""Votes from elsewhere in polls of ours: no way of cheating counts, or shows, anything (T26)."""

from typing import Any

import pytest

from instance.models import Actor, Ban, Block, Post
from tests.houses import House, Person
from tests.network import Network
from tests.outsiders import PUBLIC, Outsider
from tests.polling import NAMES, ask_all, ballot, end, standing


@pytest.fixture
async def question(lee: Person, wards: Actor) -> Post:
    return await ask_all(lee, wards)


async def unchanged(house: House, question: Post, voter: Outsider, *sent: Any) -> None:
    """Each is answered 202 or refused; no vote, no post, no reply comes of it."""
    before, stands = await house.rows(), await standing(house, question.uri)
    for document in sent:
        assert (await voter.sends(house, document)).status in (202, 403)
    after = await house.rows()
    for table in ("Vote", "Post", "Thread", "Announced", "Notification"):
        assert after[table] == before[table], table
    assert await standing(house, question.uri) == stands


async def test_a_vote_of_a_stranger_counts_once_and_is_no_reply(
    mercy: House, question: Post, stranger: Outsider
) -> None:
    posts = (await mercy.rows())["Post"]
    assert (await stranger.sends(mercy, ballot(stranger, question, NAMES[1]))).status == 202
    assert await standing(mercy, question.uri) == ([0, 1, 0], 1)
    assert (await mercy.rows())["Post"] == posts


async def test_a_second_vote_of_the_same_voter_does_not_count(
    mercy: House, question: Post, stranger: Outsider
) -> None:
    await stranger.sends(mercy, ballot(stranger, question, NAMES[0]))
    again = [ballot(stranger, question, name, n) for n, name in enumerate(NAMES, start=2)]
    await unchanged(mercy, question, stranger, *again)


async def test_with_several_choices_each_option_counts_once_and_the_voter_once(
    mercy: House, lee: Person, wards: Actor, stranger: Outsider
) -> None:
    question = await ask_all(lee, wards, multiple=True)
    for number, name in enumerate((NAMES[0], NAMES[2], NAMES[0]), start=1):
        await stranger.sends(mercy, ballot(stranger, question, name, number))
    assert await standing(mercy, question.uri) == ([1, 0, 1], 1)


async def test_a_vote_with_words_is_neither_vote_nor_reply(
    mercy: House, question: Post, stranger: Outsider
) -> None:
    words = {"content": "<p>me too</p>"}
    private = ballot(stranger, question, NAMES[0], 1, **words)
    shown = ballot(
        stranger, question, NAMES[0], 2, to=[PUBLIC, question.document["attributedTo"]], **words
    )
    mapped = ballot(stranger, question, NAMES[0], 3, contentMap={"en": "me too"})
    await unchanged(mercy, question, stranger, private, shown, mapped)


async def test_a_vote_that_others_can_read_is_neither_vote_nor_reply(
    mercy: House, question: Post, stranger: Outsider, wards: Actor
) -> None:
    author = question.document["attributedTo"]
    lists = ([PUBLIC], [author, PUBLIC], [author, wards.uri], [author, f"{stranger.uri}/followers"])
    sent = [ballot(stranger, question, NAMES[0], n, to=to) for n, to in enumerate(lists)]
    outside = ballot(stranger, question, NAMES[0], 9) | {"cc": [PUBLIC]}
    await unchanged(mercy, question, stranger, *sent, outside)


async def test_a_vote_after_the_end_does_not_count(
    mercy: House, question: Post, stranger: Outsider
) -> None:
    await end(mercy, question.uri)
    await unchanged(mercy, question, stranger, ballot(stranger, question, NAMES[0]))


async def test_a_vote_for_what_is_not_asked_does_not_count(
    mercy: House, question: Post, stranger: Outsider
) -> None:
    names = ("Perhaps", NAMES[0].lower(), NAMES[0] + " ", "", "x" * 1_000_000)
    sent = [ballot(stranger, question, name, n) for n, name in enumerate(names)]
    await unchanged(mercy, question, stranger, *sent[:4])
    assert (await stranger.sends(mercy, sent[4])).status == 413
    typed = [ballot(stranger, question, NAMES[0], 10 + n) for n in range(3)]
    for document, name in zip(typed, (None, 1, [NAMES[0]]), strict=True):
        document["object"]["name"] = name
    await unchanged(mercy, question, stranger, *typed)


async def test_who_is_banned_from_the_channel_or_blocked_by_the_author_does_not_count(
    mercy: House, lee: Person, wards: Actor, question: Post, stranger: Outsider
) -> None:
    await stranger.sends(mercy, stranger.activity("Follow", wards.uri))
    who = await mercy.at(lambda: Actor.get(uri=stranger.uri))
    row = await mercy.at(lambda: Ban.create(uri="urn:1", group_id=wards.id, actor_id=who.id))
    await unchanged(mercy, question, stranger, ballot(stranger, question, NAMES[0]))
    await mercy.at(row.delete)
    await mercy.at(lambda: Block.create(uri="urn:2", actor_id=lee.actor.id, target_id=who.id))
    await unchanged(mercy, question, stranger, ballot(stranger, question, NAMES[0], 2))


async def test_a_vote_for_another_does_not_count(
    mercy: House, question: Post, stranger: Outsider
) -> None:
    sent = ballot(stranger, question, NAMES[0])
    sent["object"]["attributedTo"] = "https://stranger.example/users/somebody"
    await unchanged(mercy, question, stranger, sent)


async def test_in_a_poll_of_elsewhere_its_own_server_counts(
    mercy: House, wards: Actor, stranger: Outsider
) -> None:
    document = stranger.note(
        type="Question",
        oneOf=[{"type": "Note", "name": name} for name in NAMES],
        to=[PUBLIC, wards.uri],
    )
    await stranger.sends(mercy, stranger.activity("Create", document, to=[PUBLIC, wards.uri]))
    question = await mercy.at(lambda: Post.get(uri=document["id"]).select_related("author"))
    await unchanged(mercy, question, stranger, ballot(stranger, question, NAMES[0], 2))


async def test_a_vote_that_a_channel_announces_does_not_count(
    mercy: House, question: Post, stranger: Outsider
) -> None:
    """A vote is never announced (5.3): neither a stranger's nor a channel's word makes it one."""
    sent = ballot(stranger, question, NAMES[0])
    wrapped = stranger.activity("Announce", sent, 7)
    await unchanged(mercy, question, stranger, wrapped)


async def test_a_vote_is_passed_on_to_nobody(
    mercy: House, network: Network, question: Post, stranger: Outsider, wards: Actor
) -> None:
    other = Outsider("other.example", "olga", network)
    await other.sends(mercy, other.activity("Follow", wards.uri))
    await mercy.deliver()
    other.received.clear()
    await stranger.sends(mercy, ballot(stranger, question, NAMES[0]))
    await mercy.deliver()
    assert other.received == []


async def test_a_reply_with_a_title_to_a_poll_is_a_reply(
    mercy: House, question: Post, stranger: Outsider
) -> None:
    """As Discourse writes them."""
    note = stranger.note(inReplyTo=question.uri, name="My view")
    await stranger.sends(mercy, stranger.activity("Create", note))
    assert await mercy.at(lambda: Post.filter(in_reply_to_uri=question.uri).count()) == 1
