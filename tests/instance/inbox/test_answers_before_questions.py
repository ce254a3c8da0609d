"""What answers something unknown is neither lost nor passed on before it (T28, T80)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from instance.inbox import objects
from instance.models import Actor, Fetch, Post, Thread
from instance.services import bans
from tests.houses import House
from tests.network import Network
from tests.outsiders import PUBLIC, Outsider


@pytest.fixture
async def reader(mercy: House, wards: Actor, network: Network) -> Outsider:
    """Follows the channel from elsewhere."""
    found = Outsider("reader.example", "rita", network)
    await found.sends(mercy, found.activity("Follow", wards.uri))
    await mercy.deliver()
    return found


def created(author: Outsider, wards: Actor, number: int, **note: Any) -> dict[str, Any]:
    to = [PUBLIC, wards.uri]
    built = author.note(number, audience=wards.uri, to=to, **note)
    author.documents[built["id"]] = built
    return author.activity("Create", built, number, to=to)


async def threads(house: House) -> list[list[str]]:
    """The posts of each thread by the last part of their ids."""
    found = []
    posts = await house.at(lambda: Post.all().order_by("id"))
    for thread in await house.at(lambda: Thread.all().order_by("id")):
        mine = [post for post in posts if post.thread_id == thread.id]
        found.append([post.uri.rpartition("/")[2] for post in mine])
    return found


def announced(network: Network, reader: Outsider) -> list[str]:
    wrapped = [sent.document["object"] for sent in network.posts(reader.host, "Announce")]
    return [inner["id"].rpartition("/")[2] for inner in wrapped if isinstance(inner, dict)]


async def test_an_answer_that_overtakes_its_question_is_taken_and_passed_on(
    mercy: House, wards: Actor, stranger: Outsider, reader: Outsider, network: Network
) -> None:
    starter = created(stranger, wards, 1)
    answer = created(stranger, wards, 2, inReplyTo=starter["object"]["id"])
    assert (await stranger.sends(mercy, answer)).status == 202
    assert (await stranger.sends(mercy, starter)).status == 202
    await mercy.deliver()
    assert await threads(mercy) == [["1", "2"]]
    assert sorted(announced(network, reader)) == ["1", "2"]


async def test_an_answer_brings_the_question_that_was_lost_on_the_way(
    mercy: House, wards: Actor, stranger: Outsider, reader: Outsider
) -> None:
    starter = created(stranger, wards, 1)
    second = created(stranger, wards, 2, inReplyTo=starter["object"]["id"])
    third = created(stranger, wards, 3, inReplyTo=second["object"]["id"])
    await stranger.sends(mercy, third)
    await mercy.deliver()
    assert await threads(mercy) == [["1", "2", "3"]]


async def test_an_answer_to_what_nobody_serves_begins_a_thread(
    mercy: House, wards: Actor, stranger: Outsider, reader: Outsider, network: Network
) -> None:
    answer = created(stranger, wards, 2, inReplyTo="https://stranger.example/notes/deleted")
    await stranger.sends(mercy, answer)
    await mercy.deliver()
    assert await threads(mercy) == [["2"]] and announced(network, reader) == ["2"]


async def test_an_answer_waits_while_the_server_of_its_question_is_down(
    mercy: House, wards: Actor, stranger: Outsider, reader: Outsider, network: Network
) -> None:
    far = Outsider("far.example", "fay", network)
    starter = created(far, wards, 1)
    network.down.add(far.host)
    await stranger.sends(mercy, created(stranger, wards, 2, inReplyTo=starter["object"]["id"]))
    await mercy.deliver()
    assert await threads(mercy) == []
    network.down.clear()
    await far.sends(mercy, starter)
    await mercy.deliver()
    assert await threads(mercy) == [["1", "2"]]


async def test_a_chain_of_answers_is_followed_for_64_steps(
    mercy: House,
    wards: Actor,
    stranger: Outsider,
    network: Network,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert objects.PARENTS_MAX == 64
    monkeypatch.setattr(objects, "_OF_A_DOMAIN", 1_000)
    for number in range(1, 101):
        created(stranger, wards, number, inReplyTo=f"https://stranger.example/notes/{number - 1}")
    last = created(stranger, wards, 101, inReplyTo="https://stranger.example/notes/100")
    network.sent.clear()
    await stranger.sends(mercy, last)
    await mercy.deliver()
    asked = [sent for sent in network.sent if "/notes/" in sent.url]
    assert len(asked) == objects.PARENTS_MAX


async def test_answers_in_a_circle_end(
    mercy: House, wards: Actor, stranger: Outsider, network: Network
) -> None:
    created(stranger, wards, 1, inReplyTo="https://stranger.example/notes/2")
    created(stranger, wards, 2, inReplyTo="https://stranger.example/notes/1")
    await stranger.sends(
        mercy, created(stranger, wards, 3, inReplyTo="https://stranger.example/notes/1")
    )
    await mercy.deliver()
    assert await mercy.at(lambda: Fetch.all().count()) == 0
    assert sum(len(thread) for thread in await threads(mercy)) == 3


async def test_parents_on_names_under_one_domain_share_what_they_make_us_ask(
    mercy: House,
    wards: Actor,
    stranger: Outsider,
    network: Network,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """T28: each parent names the next one on a new name."""
    monkeypatch.setattr(objects, "_OF_A_DOMAIN", 3)
    for number in range(8):
        one = Outsider(f"s{number}.evil.example", "u", network)
        created(one, wards, 1, inReplyTo=f"https://s{number + 1}.evil.example/notes/1")
    last = created(stranger, wards, 2, inReplyTo="https://s0.evil.example/notes/1")
    await stranger.sends(mercy, last)
    await mercy.deliver()
    assert len([sent for sent in network.sent if "evil.example/notes/" in sent.url]) == 3


async def test_an_answer_is_not_lost_where_the_channel_refuses_its_question(
    mercy: House, wards: Actor, stranger: Outsider, network: Network
) -> None:
    banned = Outsider("far.example", "fay", network)
    starter = created(banned, wards, 1)
    await banned.sends(mercy, banned.activity("Follow", wards.uri))
    author = await mercy.at(Actor.get, uri=banned.uri)
    await mercy.at(bans.ban, wards, wards, author, "Adverts.", None)
    answer = created(stranger, wards, 2, inReplyTo=starter["object"]["id"])
    assert (await stranger.sends(mercy, answer)).status == 202
    await mercy.deliver()
    assert await threads(mercy) == [["2"]]
    assert await mercy.at(lambda: Fetch.all().count()) == 0


async def test_an_answer_that_may_not_be_taken_any_more_is_not_tried_for_ever(
    mercy: House, wards: Actor, stranger: Outsider, network: Network
) -> None:
    """Its author was banned while the server of the question was down for a week."""
    network.down.add("far.example")
    far = "https://far.example/notes/1"
    await stranger.sends(mercy, created(stranger, wards, 2, inReplyTo=far))
    author = await mercy.at(Actor.get, uri=stranger.uri)
    await mercy.at(bans.ban, wards, wards, author, "Adverts.", None)
    long_ago = datetime.now(UTC) - timedelta(days=8)
    await mercy.at(lambda: Fetch.all().update(created_at=long_ago))
    await mercy.deliver()
    assert await threads(mercy) == []
    assert await mercy.at(lambda: Fetch.all().count()) == 0
