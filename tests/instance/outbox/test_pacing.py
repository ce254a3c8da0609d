"""What one author makes us send is bounded, and all that was accepted arrives (T76)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from instance.models import Actor, Delivery, Post
from instance.outbox import enqueue, pacing
from instance.services import editing, posting
from tests.board import created, deleted, updated
from tests.houses import House, Person
from tests.network import Network
from tests.outsiders import Outsider


@pytest.fixture
async def reader(mercy: House, wards: Actor, network: Network) -> Outsider:
    """Follows the channel from elsewhere."""
    found = Outsider("reader.example", "rita", network)
    await found.sends(mercy, found.activity("Follow", wards.uri))
    await mercy.deliver()
    found.received.clear()
    return found


@pytest.fixture
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each author may cause four deliveries at once, then one every minute."""
    monkeypatch.setattr(pacing, "DELIVERIES_AT_ONCE", 4)
    monkeypatch.setattr(pacing, "DELIVERIES_PER_HOUR", 60)


def words(of: Outsider) -> list[str]:
    """What the channel announced, and the words of it."""
    found = [sent.document["object"] for sent in of.received]
    wrapped = [inner for inner in found if isinstance(inner, dict) and "object" in inner]
    return [f"{inner['type']} {content(inner['object'])}" for inner in wrapped]


def content(note: Any) -> str:
    return str(note.get("content", "")) if isinstance(note, dict) else ""


async def storm(house: House, author: Outsider, create: dict[str, Any], count: int) -> None:
    for number in range(1, count + 1):
        sent = updated(author, create, number, seconds=number, content=f"v{number}")
        assert (await author.sends(house, sent)).status == 202
        await house.deliver()


async def test_of_one_post_a_channel_passes_on_one_update_a_minute_and_the_last_arrives(
    mercy: House, wards: Actor, reader: Outsider, stranger: Outsider
) -> None:
    create = created(stranger, wards)
    await stranger.sends(mercy, create)
    await storm(mercy, stranger, create, 6)
    assert words(reader) == ["Create <p>hello</p>", "Update v1"]
    [waiting] = await mercy.at(lambda: Delivery.filter(due_at__not_isnull=True))
    assert timedelta(seconds=30) < waiting.created_at - datetime.now(UTC) <= pacing.UPDATE_EVERY
    await mercy.deliver_later()
    assert words(reader)[2:] == ["Update v6"]


async def test_a_storm_of_edits_holds_up_nobody_else_in_the_thread(
    mercy: House, lee: Person, wards: Actor, reader: Outsider, stranger: Outsider
) -> None:
    create = created(stranger, wards)
    await stranger.sends(mercy, create)
    await storm(mercy, stranger, create, 3)
    parent = await mercy.at(Post.get, uri=create["object"]["id"])
    await lee.speaks(posting.reply, parent, "An answer.")
    await mercy.deliver()
    assert [said.partition(" ")[0] for said in words(reader)] == ["Create", "Update", "Create"]


async def test_a_reply_is_handed_on_in_its_last_words_once_a_minute(
    mercy: House, lee: Person, network: Network, stranger: Outsider
) -> None:
    reader = Outsider("reader.example", "rita", network)
    await reader.sends(mercy, reader.activity("Follow", lee.uri))
    post = await lee.speaks(posting.start_thread, None, "A title", "A text")
    await mercy.deliver()
    cc = [f"{lee.uri}/followers"]
    note = stranger.note(inReplyTo=post.uri, cc=cc)
    create = stranger.activity("Create", note, cc=cc)
    await stranger.sends(mercy, create)
    for number in range(1, 5):
        sent = updated(stranger, create, number, seconds=number, content=f"v{number}")
        await stranger.sends(mercy, sent | {"cc": cc})
        await mercy.deliver()
    await mercy.deliver_later()
    updates = [sent.document for sent in reader.received if sent.document["type"] == "Update"]
    assert [content(update["object"]) for update in updates] == ["v1", "v4"]


async def test_an_update_waits_behind_its_post_where_that_is_still_to_arrive(
    mercy: House, lee: Person, wards: Actor, reader: Outsider, network: Network
) -> None:
    post = await lee.speaks(posting.start_thread, wards, "A title", "v0")
    network.down.add(reader.host)
    await mercy.deliver()
    for number in (1, 2):
        fresh = await mercy.at(posting.by_id, post.id)
        await lee.speaks(editing.edit_post, fresh, "A title", f"v{number}")
    network.down.clear()
    for _ in range(4):
        await mercy.at(enqueue.wake_host, reader.host)
        await mercy.deliver_later()
    said = [one.split()[0] + " " + one.split("v")[1][0] for one in words(reader)]
    assert said == ["Create 0", "Update 2"]


@pytest.mark.usefixtures("little")
async def test_who_says_too_much_waits_and_nobody_else_does(
    mercy: House, lee: Person, wards: Actor, reader: Outsider, stranger: Outsider
) -> None:
    """Two threads, of two deliveries each, at once; the third waits, and is not lost."""
    for number in range(1, 4):
        sent = created(stranger, wards, number, content=f"s{number}")
        assert (await stranger.sends(mercy, sent)).status == 202
    await lee.speaks(posting.start_thread, wards, "A title", "Words.")
    await mercy.deliver()
    before = words(reader)
    assert [said[7:9] for said in before] == ["s1", "s2", "<p"]
    await mercy.deliver_later()
    assert words(reader)[len(before) :] == ["Create s3"]


@pytest.mark.usefixtures("little")
async def test_what_would_wait_for_hours_is_not_accepted_but_may_be_taken_back(
    mercy: House, wards: Actor, reader: Outsider, stranger: Outsider, monkeypatch: Any
) -> None:
    monkeypatch.setattr(pacing, "_WAITS_MOST", timedelta(minutes=3))
    sent = [created(stranger, wards, number) for number in range(1, 6)]
    statuses = [(await stranger.sends(mercy, one)).status for one in sent]
    assert statuses == [202, 202, 202, 429, 429]
    assert await mercy.at(lambda: Post.all().count()) == 3
    assert (await stranger.sends(mercy, deleted(stranger, sent[2]))).status == 202
    await mercy.deliver_later()
    assert [said.partition(" ")[0] for said in words(reader)] == ["Create", "Create", "Delete"]


@pytest.mark.usefixtures("little")
async def test_a_host_that_can_be_reached_again_is_not_sent_what_waits_for_its_turn(
    mercy: House, wards: Actor, reader: Outsider, stranger: Outsider
) -> None:
    for number in range(1, 4):
        await stranger.sends(mercy, created(stranger, wards, number))
    await mercy.deliver()
    await mercy.at(enqueue.wake_host, reader.host)
    await mercy.deliver()
    assert len(words(reader)) == 2
