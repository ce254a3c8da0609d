"""What others hear of a poll of ours, and what we believe of theirs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from federation import proofs
from instance.errors import FormRefused
from instance.models import Actor, Poll, Post, Vote
from instance.outbox import polls as documents
from instance.services import polls, votes
from instance.workers import polls as polls_worker
from tests.cast import OKAFOR
from tests.houses import House, Person
from tests.network import Network
from tests.outsiders import Outsider
from tests.polling import NAMES, ask_all, ask_elsewhere, ballot, end, standing
from tests.polling import votes as cast_votes


@pytest.fixture
async def question(mercy: House, lee: Person, wards: Actor, stranger: Outsider) -> Post:
    """Asked in a channel that the stranger follows."""
    await stranger.sends(mercy, stranger.activity("Follow", wards.uri))
    post = await ask_all(lee, wards)
    await mercy.deliver()
    stranger.received.clear()
    return post


async def told(house: House, outsider: Outsider, after: timedelta = timedelta(0)) -> list[Any]:
    """The results that come to an outsider when the worker looks so much later."""
    outsider.received.clear()
    now = datetime.now(UTC) + after
    await house.at(polls_worker.step, now)
    await house.deliver_later()
    return [sent.document["object"] for sent in outsider.received]


async def test_results_are_told_by_an_update_that_the_channel_passes_on(
    mercy: House, lee: Person, question: Post, stranger: Outsider
) -> None:
    await stranger.sends(mercy, ballot(stranger, question, NAMES[1]))
    [update] = await told(mercy, stranger)
    proofs.check_proof(update, (await lee.key()).public, datetime.now(UTC))
    note = update["object"]
    assert (update["type"], note["id"], note["votersCount"]) == ("Update", question.uri, 1)
    assert [option["replies"]["totalItems"] for option in note["oneOf"]] == [0, 1, 0]
    assert (update["to"], update["cc"]) == (note["to"], note["cc"])
    assert "closed" not in note and "updated" not in note
    assert (await mercy.asked(f"/o/{question.id}")).json["votersCount"] == 1


async def test_results_are_told_every_three_minutes_at_most_and_only_new_ones(
    mercy: House, network: Network, question: Post, stranger: Outsider
) -> None:
    other = Outsider("other.example", "olga", network)
    assert await told(mercy, stranger) == []
    await stranger.sends(mercy, ballot(stranger, question, NAMES[1]))
    assert len(await told(mercy, stranger)) == 1
    await other.sends(mercy, ballot(other, question, NAMES[1]))
    assert await told(mercy, stranger, timedelta(seconds=170)) == []
    assert len(await told(mercy, stranger, timedelta(seconds=190))) == 1
    assert await told(mercy, stranger, timedelta(seconds=400)) == []


async def test_at_its_end_a_poll_is_closed_and_told_once_more(
    mercy: House, question: Post, stranger: Outsider
) -> None:
    await stranger.sends(mercy, ballot(stranger, question, NAMES[1]))
    await told(mercy, stranger)
    await end(mercy, question.uri)
    straight, announced = await told(mercy, stranger)
    assert straight == announced["object"] and straight["closed"] == straight["endTime"]
    assert await told(mercy, stranger, timedelta(hours=1)) == []


async def test_the_last_results_go_to_who_voted_and_name_nobody(
    mercy: House, network: Network, question: Post
) -> None:
    voter = Outsider("voter.example", "vera", network)
    await voter.sends(mercy, ballot(voter, question, NAMES[1]))
    assert await told(mercy, voter) == []
    await end(mercy, question.uri)
    [update] = await told(mercy, voter)
    assert update["id"] == question.uri and update["votersCount"] == 1
    assert voter.uri not in str(voter.received[0].document)


async def test_a_vote_that_comes_while_results_are_told_is_told_next(
    mercy: House, question: Post, stranger: Outsider, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stranger.sends(mercy, ballot(stranger, question, NAMES[1]))
    real = documents.update

    async def slow(*args: Any) -> dict[str, Any]:
        colleague = await mercy.person(OKAFOR)
        found = await mercy.at(lambda: Post.get(id=question.id).select_related("author"))
        await colleague.speaks(votes.vote, found, [0])
        return dict(await real(*args))

    with monkeypatch.context() as patched:
        patched.setattr(documents, "update", slow)
        assert await told(mercy, stranger) == []
    [update] = await told(mercy, stranger)
    assert update["object"]["votersCount"] == 2


async def test_a_deleted_poll_is_told_no_more(
    mercy: House, question: Post, stranger: Outsider
) -> None:
    await stranger.sends(mercy, ballot(stranger, question, NAMES[1]))
    await mercy.at(lambda: Post.filter(id=question.id).update(deleted_at=datetime.now(UTC)))
    await end(mercy, question.uri)
    assert await told(mercy, stranger) == []


def results(question: Post, counts: tuple[int, ...], **members: Any) -> dict[str, Any]:
    options = [
        {"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": count}}
        for name, count in zip(members.pop("names", NAMES), counts, strict=True)
    ]
    return {**question.document, "oneOf": options, **members}


async def receive(house: House, question: Post, note: dict[str, Any]) -> None:
    found = await house.at(lambda: Post.get(id=question.id).select_related("author"))
    await house.at(polls.receive_results, found, note)


async def test_the_owner_of_a_poll_says_how_it_stands(
    mercy: House, wards: Actor, lee: Person, stranger: Outsider
) -> None:
    question = await ask_elsewhere(stranger, mercy, wards)
    found = await mercy.at(lambda: Post.get(id=question.id).select_related("author"))
    await lee.speaks(votes.vote, found, [1])
    await receive(mercy, question, results(question, (6, 9, 1), votersCount=16))
    assert await standing(mercy, question.uri) == ([6, 9, 1], 16)
    assert await cast_votes(mercy) == 1


async def test_other_options_than_before_void_what_was_counted_and_chosen(
    mercy: House, wards: Actor, lee: Person, stranger: Outsider
) -> None:
    question = await ask_elsewhere(stranger, mercy, wards)
    found = await mercy.at(lambda: Post.get(id=question.id).select_related("author"))
    await lee.speaks(votes.vote, found, [1])
    renamed = ("Continue", "Reduce slowly", "Stop")
    await receive(mercy, question, results(question, (0, 0, 0), names=renamed, votersCount=0))
    assert await standing(mercy, question.uri) == ([0, 0, 0], 0)
    assert await cast_votes(mercy) == 0
    await lee.speaks(votes.vote, found, [1])


async def test_results_from_before_the_last_ones_change_nothing(
    mercy: House, wards: Actor, stranger: Outsider
) -> None:
    question = await ask_elsewhere(stranger, mercy, wards)
    last = results(question, (6, 9, 1), votersCount=16, closed="2026-01-01T00:00:00Z")
    await receive(mercy, question, last)
    await receive(mercy, question, results(question, (5, 8, 1), votersCount=14))
    assert await standing(mercy, question.uri) == ([6, 9, 1], 16)
    poll = await mercy.at(lambda: Poll.get(post_id=question.id))
    assert poll.closed_at is not None


async def test_nobody_tells_us_of_a_poll_of_ours(
    mercy: House, question: Post, stranger: Outsider
) -> None:
    """T26: an Update by somebody else, whatever way it came."""
    await receive(mercy, question, results(question, (90, 0, 0), votersCount=90))
    assert await standing(mercy, question.uri) == ([0, 0, 0], 0)
    forged = results(question, (90, 0, 0), votersCount=90)
    await stranger.sends(mercy, stranger.activity("Update", forged, 3))
    assert await standing(mercy, question.uri) == ([0, 0, 0], 0)


async def test_a_closed_poll_of_elsewhere_takes_no_votes(
    mercy: House, wards: Actor, lee: Person, stranger: Outsider
) -> None:
    question = await ask_elsewhere(stranger, mercy, wards, closed="2026-01-01T00:00:00Z")
    found = await mercy.at(lambda: Post.get(id=question.id).select_related("author"))
    with pytest.raises(FormRefused):
        await lee.speaks(votes.vote, found, [1])
    assert await mercy.at(lambda: Vote.all().count()) == 0
