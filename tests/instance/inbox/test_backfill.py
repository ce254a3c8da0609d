"""A thread that began before anybody here read along is completed, within bounds (7, T27, T28)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from instance.inbox import backfill
from instance.models import Actor, Fetch, Post, Thread
from instance.services import channels, follows, posting
from tests.cast import LEE, OKAFOR, Houses
from tests.houses import House, Person
from tests.network import Network
from tests.outsiders import Outsider

CONTEXT = "https://www.w3.org/ns/activitystreams"


@pytest.fixture
async def author(mercy: House, lee: Person, stranger: Outsider) -> Outsider:
    """Somebody elsewhere whom Lee follows, and whose first post is known here."""
    await mercy.at(follows.follow_address, lee.actor, stranger.uri)
    await mercy.deliver()
    starter = served(stranger, 1, context=f"{stranger.origin}/contexts/1")
    await stranger.sends(mercy, stranger.activity("Create", starter))
    assert await known(mercy) == [starter["id"]]
    return stranger


def served(server: Outsider, number: int, **more: Any) -> dict[str, Any]:
    uri = f"{server.origin}/notes/{number}"
    note = server.note(number, replies=f"{uri}/replies", **more)
    server.documents[uri] = {"@context": CONTEXT, **note}
    return note


def lists(server: Outsider, path: str, items: list[Any], **more: Any) -> str:
    uri = server.origin + path
    built = {"@context": CONTEXT, "id": uri, "type": "OrderedCollection", "orderedItems": items}
    server.documents[uri] = built | more
    return uri


async def known(house: House) -> list[str]:
    return [post.uri for post in await house.at(lambda: Post.all().order_by("id"))]


async def completes(house: House) -> None:
    thread = await house.at(lambda: Thread.all().select_related("group", "author").get())
    await house.at(backfill.ask_for, thread)
    await house.deliver()


def asked(network: Network, part: str) -> list[str]:
    return [sent.url for sent in network.sent if part in sent.url and sent.method == "GET"]


async def test_a_channel_followed_late_brings_the_whole_thread(
    houses: Houses, mercy: House, stlukes: House, network: Network
) -> None:
    lee, okafor = await mercy.person(LEE), await stlukes.person(OKAFOR)
    rhythm = await stlukes.at(channels.create_channel, "rhythm", "Rhythm", "")
    starter = await okafor.speaks(posting.start_thread, rhythm, "A title", "A text")
    replies = [await okafor.speaks(posting.reply, starter, f"Reply {n}") for n in range(3)]
    await mercy.at(follows.follow_address, lee.actor, rhythm.uri)
    await houses.settle()
    assert await known(mercy) == []
    last = await okafor.speaks(posting.reply, replies[0], "A late one")
    await houses.settle()
    found = await known(mercy)
    assert sorted(found) == sorted([starter.uri, *(post.uri for post in replies), last.uri])
    assert len(await mercy.at(lambda: Thread.all())) == 1
    order = [url.partition("/t/")[2].partition("/")[2] for url in asked(network, "/t/")]
    assert order[:2] == ["", "history"]


async def test_the_context_of_a_post_is_read_and_what_answers_each(
    mercy: House, author: Outsider, network: Network
) -> None:
    starter = f"{author.origin}/notes/1"
    second = served(author, 2, inReplyTo=starter)
    other = Outsider("other.example", "olga", network)
    third = served(other, 3, inReplyTo=second["id"])
    lists(author, "/contexts/1", [starter, second["id"]])
    lists(author, "/notes/2/replies", [third["id"]])
    await completes(mercy)
    assert await known(mercy) == [starter, second["id"], third["id"]]


async def test_an_hour_passes_between_two_readings(
    mercy: House, author: Outsider, network: Network
) -> None:
    lists(author, "/contexts/1", [])
    await completes(mercy)
    before = len(network.sent)
    await completes(mercy)
    assert len(network.sent) == before
    long_ago = datetime.now(UTC) - timedelta(minutes=61)
    await mercy.at(lambda: Thread.all().update(backfilled_at=long_ago))
    await completes(mercy)
    assert len(network.sent) > before


async def test_pages_without_end_cost_ten_requests_and_what_was_read_is_kept(
    mercy: House, author: Outsider, network: Network
) -> None:
    """T27."""
    second = served(author, 2, inReplyTo=f"{author.origin}/notes/1")
    for number in range(50):
        uri = f"{author.origin}/pages/{number}"
        author.documents[uri] = {
            "@context": CONTEXT,
            "id": uri,
            "type": "OrderedCollectionPage",
            "orderedItems": [second["id"]],
            "next": f"{author.origin}/pages/{number + 1}",
        }
    lists(author, "/contexts/1", [], first=f"{author.origin}/pages/0")
    await completes(mercy)
    assert len(asked(network, "/pages/") + asked(network, "/contexts/")) <= 10
    assert second["id"] in await known(mercy)


async def test_no_more_than_250_posts_are_looked_at(
    mercy: House, author: Outsider, network: Network
) -> None:
    missing = [f"{author.origin}/notes/{number}" for number in range(1000, 2000)]
    lists(author, "/contexts/1", missing)
    await completes(mercy)
    assert len(asked(network, "/notes/1")) <= 251


async def test_a_list_sends_us_to_no_victim_without_end(
    mercy: House, author: Outsider, network: Network
) -> None:
    """T40."""
    victim = Outsider("victim.example", "vic", network)
    missing = [f"https://s{n}.victim.example/notes/{n}" for n in range(100)]
    network.servers |= {f"s{n}.victim.example": victim for n in range(100)}
    lists(author, "/contexts/1", [*missing, *(f"{victim.origin}/notes/{n}" for n in range(100))])
    await completes(mercy)
    assert 0 < len(asked(network, "victim.example")) <= 60


async def test_answers_in_a_circle_end(mercy: House, author: Outsider, network: Network) -> None:
    """T28."""
    starter = f"{author.origin}/notes/1"
    second = served(author, 2, inReplyTo=starter)
    lists(author, "/notes/1/replies", [second["id"]])
    lists(author, "/notes/2/replies", [starter, second["id"]])
    await completes(mercy)
    assert await known(mercy) == [starter, second["id"]]
    assert len(asked(network, "/notes/2")) == 2  # the post, its replies


async def test_what_a_list_embeds_is_read_where_it_lives(
    mercy: House, author: Outsider, okafor: Person, stlukes: House, network: Network
) -> None:
    """T04."""
    other = Outsider("other.example", "olga", network)
    real = served(other, 3, inReplyTo=f"{author.origin}/notes/1", content="<p>real</p>")
    forged = real | {"content": "<p>forged</p>"}
    invented = other.note(4, inReplyTo=f"{author.origin}/notes/1")
    lists(author, "/contexts/1", [forged, invented])
    await completes(mercy)
    posts = await mercy.at(lambda: Post.filter(uri__startswith=other.origin))
    assert [post.content for post in posts] == ["<p>real</p>"]


async def test_a_history_speaks_for_nobody_of_elsewhere(
    houses: Houses, mercy: House, stlukes: House, okafor: Person, network: Network
) -> None:
    """A channel's own server is believed about its own members; others by proof or origin."""
    lee = await mercy.person(LEE)
    group, forger = await a_channel_of(network, mercy, lee)
    victim = Outsider("victim.example", "vic", network)
    starter = f"{group.origin}/notes/1"
    put = victim.activity("Create", victim.note(5, inReplyTo=starter, audience=group.uri))
    own = forger.activity("Create", forger.note(6, inReplyTo=starter, audience=group.uri))
    real = victim.activity("Create", victim.note(7, inReplyTo=starter, audience=group.uri), 7)
    victim.documents[real["id"]] = real
    forged = real | {"object": real["object"] | {"content": "<p>forged</p>"}}
    lists(group, "/contexts/1/history", [put, own, forged])
    lists(group, "/contexts/1", [], contextHistory=f"{group.origin}/contexts/1/history")
    await completes(mercy)
    assert await known(mercy) == [starter, own["object"]["id"], real["object"]["id"]]
    assert (await mercy.at(Post.get, uri=real["object"]["id"])).content == "<p>hello</p>"


async def a_channel_of(network: Network, house: House, lee: Person) -> tuple[Outsider, Outsider]:
    """A channel elsewhere that Lee follows, with a thread; and a member of its server."""
    group = Outsider("group.example", "board", network)
    group.documents[group.uri]["type"] = "Group"
    member = Outsider("group.example", "gus", network)
    network.servers[group.host] = group
    group.documents |= member.documents
    await house.at(follows.follow_address, lee.actor, group.uri)
    note = served(member, 1, audience=group.uri, context=f"{group.origin}/contexts/1")
    group.documents |= member.documents
    inner = member.activity("Create", note)
    await group.sends(house, group.activity("Announce", inner))
    await house.deliver()
    assert await known(house) == [note["id"]]
    return group, member


async def test_a_thread_of_ours_is_asked_of_nobody(mercy: House, lee: Person) -> None:
    await lee.speaks(posting.start_thread, None, "A title", "A text")
    await completes(mercy)
    assert await mercy.at(lambda: Fetch.all().count()) == 0
    assert (await mercy.at(Actor.get, id=lee.actor.id)).is_local


async def test_a_member_asks_for_what_is_missing_once_an_hour(
    mercy: House, author: Outsider, network: Network
) -> None:
    second = served(author, 2, inReplyTo=f"{author.origin}/notes/1")
    lists(author, "/contexts/1", [second["id"]])
    thread = await mercy.at(lambda: Thread.all().get())
    browser = await mercy.sign_in("lee")
    path = f"/t/{thread.id}"
    assert f'action="{path}/missing"' in (await browser.get(path)).text
    assert f"{path}/missing" not in (await mercy.visitor().get(path)).text
    assert (await browser.post_form(f"{path}/missing", {})).status == 302
    await mercy.deliver()
    assert second["id"] in await known(mercy)
    page = await browser.get(path)
    assert f"{path}/missing" not in page.text and "an hour later" in page.text
    assert (await mercy.visitor().post_form(f"{path}/missing", {})).status == 404
