"""T13: what was received takes effect once, however often and however late it comes."""

import asyncio
from datetime import UTC, datetime, timedelta

from instance.models import Consult, Fetch, Follow
from instance.services import posting
from instance.services.consults.states import Event
from tests.cast import Houses
from tests.clinic import ask, seen_at, write, written
from tests.forging import Writer, said
from tests.houses import House, Person, posted
from tests.network import Network
from tests.outsiders import Outsider

INBOX = "https://mercy.example/inbox"


async def test_a_replayed_request_has_no_effect(
    mercy: House, lee: Person, stranger: Outsider
) -> None:
    sent = posted(INBOX, stranger.activity("Follow", lee.uri), stranger.rsa, "cavage")
    assert (await mercy.request(sent)).status == 202
    before = await mercy.rows()
    assert (await mercy.request(sent)).status == 202
    assert await mercy.rows() == before


async def test_what_somebody_handed_on_is_asked_for_once(
    mercy: House, lee: Person, stranger: Outsider, network: Network
) -> None:
    """Its own id is not remembered, because only its author may use that up; its signature is."""
    post = await lee.speaks(posting.start_thread, None, "A title", "Words.")
    good = Outsider("good.example", "alice", network)
    create = good.activity("Create", good.note(inReplyTo=post.uri))
    sent = posted(INBOX, create, stranger.rsa, "cavage")
    for waiting in (1, 0):
        assert (await mercy.request(sent)).status == 202
        assert await mercy.at(lambda: Fetch.all().count()) == waiting
        await mercy.at(lambda: Fetch.all().delete())


async def test_a_replay_to_another_inbox_is_refused_or_without_effect(
    mercy: House, lee: Person, stranger: Outsider
) -> None:
    sent = posted(INBOX, stranger.activity("Follow", lee.uri), stranger.rsa, "cavage")
    await mercy.request(sent)
    before = await mercy.rows()
    moved = type(sent)(sent.method, f"{lee.uri}/inbox", sent.headers, sent.body)
    assert (await mercy.request(moved)).status == 401
    assert await mercy.rows() == before


async def test_a_follow_that_was_undone_does_not_come_back(
    mercy: House, lee: Person, stranger: Outsider
) -> None:
    activity = stranger.activity("Follow", lee.uri)
    await stranger.sends(mercy, activity)
    await stranger.sends(mercy, stranger.activity("Undo", activity))
    later = datetime.now(UTC) + timedelta(seconds=2)
    answer = await mercy.receives(activity, stranger.rsa, "cavage", at=later)
    assert answer.status == 202
    assert await mercy.at(lambda: Follow.all().count()) == 0


async def test_a_contribution_that_is_sent_again_counts_once(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    consult = await ask(lee, stlukes)
    writer = await Writer.of(mercy, consult)
    document = await said(writer, okafor, "answer")
    for seconds in range(3):
        then = datetime.now(UTC) + timedelta(seconds=seconds)
        answer = await mercy.receives(document, await okafor.key(), at=then)
        assert answer.status == 202
    assert [row.kind for row in await written(mercy, consult)] == ["question", "answer"]
    assert (await seen_at(mercy, consult)).last_seq == 3  # the root, the answer, the new state


async def test_what_was_refused_is_not_remembered_as_done(
    mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    """The same answer is taken once the reason is gone."""
    consult: Consult = await ask(lee, stlukes)
    writer = await Writer.of(mercy, consult)
    document = await said(writer, okafor, "answer")
    await mercy.at(lambda: Consult.filter(id=consult.id).update(is_locked=True))
    assert (await mercy.receives(document, await okafor.key())).status == 403
    await mercy.at(lambda: Consult.filter(id=consult.id).update(is_locked=False))
    later = datetime.now(UTC) + timedelta(seconds=2)
    assert (await mercy.receives(document, await okafor.key(), at=later)).status == 202
    assert len(await written(mercy, consult)) == 2  # the question is one


async def test_two_answers_at_once_get_two_numbers(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    writer = await Writer.of(mercy, consult)
    key = await okafor.key()
    documents = [await said(writer, okafor, "answer") for _ in range(4)]
    answers = await asyncio.gather(*[mercy.receives(document, key) for document in documents])
    assert [answer.status for answer in answers] == [202] * 4
    await write(lee, consult, Event.COMMENT)
    assert [row.seq for row in await written(mercy, consult)] == [1, 2, 4, 5, 6, 7]
