"""What is stored of a server is not shown while it is blocked here (T56, T84)."""

import asyncio
import re

import pytest
from tortoise.transactions import in_transaction

from instance.models import Actor, Follow, FollowState, Peer, PeerLevel, Thread
from instance.outbox import remote, sight
from instance.services import follows, mentions
from tests.board import created
from tests.browsing import Browser
from tests.houses import House, Person
from tests.outsiders import Outsider


@pytest.fixture
async def busy(mercy: House, lee: Person, wards: Actor, stranger: Outsider) -> list[str]:
    """A stranger began a thread in our channel, answered, named Lee, and is followed by her;
    returns where that is seen."""
    await lee.speaks(follows.follow, wards)
    await lee.speaks(follows.follow_address, stranger.uri)
    accepted = {"state": FollowState.ACCEPTED}
    await mercy.at(lambda: Follow.all().update(**accepted))
    tag = [{"type": "Mention", "href": lee.uri, "name": "@lee"}]
    title, text = "Strange title", "<p>Strange words</p>"
    create = created(stranger, wards, name=title, content=text, tag=tag)
    assert (await stranger.sends(mercy, create)).status == 202
    thread = await mercy.at(Thread.get)
    await mercy.at(lambda: Thread.all().update(featured_at=thread.created_at))
    return [
        "/",
        "/channels/wards",
        f"/t/{thread.id}",
        f"/@{stranger.name}@{stranger.host}",
        "/notifications",
    ]


async def seen(browser: Browser, paths: list[str]) -> list[bool]:
    found = []
    for path in paths:
        answer = await browser.get(path)
        assert answer.status in (200, 404), path
        said = re.search(r"Strange|An outsider|mallory", answer.text)
        found.append(answer.status == 200 and said is not None)
    return found


async def test_pages_show_nothing_of_a_blocked_server(
    mercy: House, stranger: Outsider, busy: list[str]
) -> None:
    lee = await mercy.sign_in("lee")
    assert await seen(lee, busy) == [True] * 5
    await mercy.block(stranger.host)
    assert await seen(lee, busy) == [False] * 5
    assert (await lee.get("/notifications")).text.count("mallory") == 0
    featured = await mercy.asked(f"/c/{(await mercy.at(Thread.get)).group_id}/featured")
    assert featured.json["orderedItems"] == []
    await mercy.at(unblock, stranger.host)
    assert await seen(lee, busy) == [True] * 5


async def test_nobody_of_a_blocked_server_asks_to_follow(
    mercy: House, wards: Actor, stranger: Outsider, busy: list[str]
) -> None:
    async def ask() -> None:
        actor = await Actor.get(uri=stranger.uri)
        state = FollowState.PENDING
        await Follow.create(uri=f"{actor.uri}/1", follower=actor, target=wards, state=state)

    await mercy.at(ask)
    assert len(await mercy.at(follows.requests, wards)) == 1
    await mercy.block(stranger.host)
    assert await mercy.at(follows.requests, wards) == []


async def test_who_is_stored_while_their_server_is_blocked_is_hidden(
    mercy: House, stranger: Outsider
) -> None:
    blocking: list[asyncio.Task[None]] = []

    async def store() -> None:
        await remote.directory().fetch(stranger.uri)
        async with in_transaction():
            await remote.directory().store(stranger.uri)
            blocking.append(asyncio.create_task(mercy.block(stranger.host)))
            await asyncio.wait(blocking, timeout=0.5)
        await blocking[0]

    await mercy.at(store)
    assert (await mercy.at(lambda: Actor.get(uri=stranger.uri))).is_blocked


async def unblock(host: str) -> None:
    async with in_transaction():
        await Peer.filter(host=host).update(level=PeerLevel.PUBLIC)
        await sight.refresh([host])


async def test_nobody_of_a_blocked_server_is_named_or_acted_upon(
    mercy: House, lee: Person, stranger: Outsider, busy: list[str]
) -> None:
    address = f"@{stranger.name}@{stranger.host}"
    named = await mercy.at(mentions.read, f"Hello {address}")
    assert [actor.uri for actor in named.actors] == [stranger.uri]
    await mercy.block(stranger.host)
    assert (await mercy.at(mentions.read, f"Hello {address}")).actors == ()
    browser = await mercy.sign_in("lee")
    assert (await browser.post_form(f"{busy[2]}/replies", {"text": "An answer"})).status == 404


async def test_a_channel_of_a_blocked_server_is_gone(
    mercy: House, lee: Person, heart: House
) -> None:
    channel = Actor(kind="channel", handle="rhythm", host="forum.example", name="Rhythm")
    channel.uri = channel.inbox = "https://forum.example/c/1"
    await mercy.at(channel.save)
    await mercy.at(
        lambda: Follow.create(
            uri=lee.uri, follower=lee.actor, target=channel, state=FollowState.ACCEPTED
        )
    )
    browser = await mercy.sign_in("lee")
    assert "rhythm@forum.example" in (await browser.get("/channels")).text
    assert (await browser.get("/channels/rhythm@forum.example")).status == 200
    await mercy.block("forum.example")
    assert "rhythm@forum.example" not in (await browser.get("/channels")).text
    assert (await browser.get("/channels/rhythm@forum.example")).status == 404
