"""What other servers page through: outboxes, threads, replies, counts (federation.md 3, 7; T52)."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from instance.models import Actor, Announced, Moderator, Post, Thread
from instance.services import channels, posting
from tests.cast import Houses, new
from tests.clinic import ask
from tests.houses import House, Person
from tests.outsiders import Outsider


@pytest.fixture
async def channel(mercy: House) -> Actor:
    return await mercy.at(channels.create_channel, "rhythm", "Rhythm", "")


@pytest.fixture
async def thread(lee: Person, channel: Actor) -> Post:
    return await lee.speaks(posting.start_thread, channel, "A title", "A text")


async def get(house: House, uri: str) -> Any:
    answer = await house.asked(uri.removeprefix(house.origin))
    assert answer.status == 200, uri
    assert answer.header("content-type").startswith("application/activity+json")
    assert "Signature" in answer.header("vary")
    return answer.json


async def pages(house: House, uri: str) -> list[Any]:
    """All items, page by page."""
    found, page = [], (await get(house, uri))["first"]
    while page:
        read = await get(house, page)
        assert len(read["orderedItems"]) <= 50
        found += read["orderedItems"]
        page = read.get("next")
    return found


async def test_a_thread_lists_its_posts_in_pages_of_fifty(
    mercy: House, lee: Person, thread: Post, channel: Actor
) -> None:
    replies = [await lee.speaks(posting.reply, thread, f"Reply {n}") for n in range(51)]
    uri = f"{mercy.origin}/t/{thread.thread_id}"
    collection = await get(mercy, uri)
    assert (collection["id"], collection["totalItems"]) == (uri, 52)
    assert collection["attributedTo"] == channel.uri
    assert collection["contextHistory"] == f"{uri}/history"
    assert await pages(mercy, uri) == [thread.uri, *(reply.uri for reply in replies)]


_ids = count(1)  # several within a millisecond would be in any order


async def announced(house: House, group: Actor, number: int, **values: Any) -> Announced:
    inner = {"id": f"{group.uri}/x/{number}", "type": "Create"}
    document = {"id": f"{house.origin}/a/{number}", "type": "Announce", "object": inner}
    row = {"uri": document["id"], "object_uri": inner["id"], "document": document, **values}
    row["id"] = next(_ids)
    return await house.at(lambda: Announced.create(group=group, **row))


async def test_a_channels_outbox_is_what_it_announced_newest_first(
    mercy: House, channel: Actor
) -> None:
    await mercy.at(lambda: Announced.all().delete())
    for number in range(52):
        await announced(mercy, channel, number)
    found = await pages(mercy, f"{channel.uri}/outbox")
    assert [item["id"] for item in found] == [f"{mercy.origin}/a/{n}" for n in range(51, -1, -1)]
    assert await get(mercy, found[0]["id"]) == found[0]


async def test_the_history_of_a_thread_is_the_activities_its_channel_took(
    mercy: House, thread: Post, channel: Actor
) -> None:
    await mercy.at(lambda: Announced.all().delete())
    row = await announced(mercy, channel, 1, thread_id=thread.thread_id)
    await announced(mercy, channel, 2, thread_id=thread.thread_id, is_plain=True)
    found = await pages(mercy, f"{mercy.origin}/t/{thread.thread_id}/history")
    assert found == [row.document["object"]]


async def test_a_persons_outbox_is_their_public_posts_and_no_consult(
    houses: Houses, mercy: House, stlukes: House, lee: Person, thread: Post
) -> None:
    """T52."""
    reply = await lee.speaks(posting.reply, thread, "A reply")
    await ask(lee, stlukes)
    collection = await get(mercy, f"{lee.uri}/outbox")
    assert collection["totalItems"] == 2
    found = await pages(mercy, f"{lee.uri}/outbox")
    assert [item["object"]["id"] for item in found] == [reply.uri, thread.uri]
    assert [item["type"] for item in found] == ["Create", "Create"]
    assert await get(mercy, found[0]["id"]) == found[0]


async def test_an_activity_of_a_consult_is_at_no_address(
    houses: Houses, mercy: House, stlukes: House, lee: Person
) -> None:
    """T49."""
    await ask(lee, stlukes)
    await houses.settle()
    sent = [post.document["id"] for post in houses.opened[0].network.posts(stlukes.host)]
    for uri in sent:
        for key in (None, await stlukes.institution_key()):
            assert (await mercy.asked(uri.removeprefix(mercy.origin), key)).status == 404


async def test_a_root_of_a_consult_has_no_public_collections(
    mercy: House, stlukes: House, lee: Person, stranger: Outsider
) -> None:
    """T49, T52: not even for the institution that may read the root itself."""
    consult = await ask(lee, stlukes)
    for name in ("replies", "likes", "shares"):
        path = f"{consult.root_uri.removeprefix(mercy.origin)}/{name}"
        for key in (None, await stlukes.institution_key()):
            known, unknown = await mercy.asked(path, key), await mercy.asked(f"/o/7/{name}", key)
            assert (known.status, known.body) == (404, unknown.body)


async def test_replies_from_here_come_first(
    mercy: House, lee: Person, thread: Post, stranger: Outsider
) -> None:
    note = stranger.note(inReplyTo=thread.uri)
    assert (await stranger.sends(mercy, stranger.activity("Create", note))).status == 202
    own = [await lee.speaks(posting.reply, thread, f"Reply {n}") for n in range(50)]
    document = await get(mercy, thread.uri)
    assert document["likes"] == {
        "id": f"{thread.uri}/likes",
        "type": "OrderedCollection",
        "totalItems": 0,
    }
    assert await pages(mercy, document["replies"]) == [*(reply.uri for reply in own), note["id"]]


async def test_counts_name_nobody(mercy: House, lee: Person, thread: Post) -> None:
    await mercy.at(lambda: Post.filter(id=thread.id).update(likes_count=3, boosts_count=2))
    counted = {
        "followers": f"{lee.uri}/followers",
        "following": f"{lee.uri}/following",
        "likes": f"{thread.uri}/likes",
        "shares": f"{thread.uri}/shares",
    }
    assert (await get(mercy, f"{mercy.origin}/actor/outbox"))["totalItems"] == 0
    for name, uri in counted.items():
        found = await get(mercy, uri)
        assert set(found) == {"@context", "id", "type", "totalItems"}
        assert found["totalItems"] == {"likes": 3, "shares": 2}.get(name, 0)


async def test_moderators_and_pinned_threads_are_listed(
    mercy: House, lee: Person, channel: Actor, thread: Post
) -> None:
    await mercy.at(lambda: Moderator.create(group=channel, actor=lee.actor))
    now = datetime.now(UTC)
    await mercy.at(lambda: Thread.filter(id=thread.thread_id).update(featured_at=now))
    group = await get(mercy, channel.uri)
    assert (await get(mercy, group["moderators"]))["orderedItems"] == [lee.uri]
    assert (await get(mercy, group["featured"]))["orderedItems"] == [thread.uri]


async def test_a_hidden_member_has_no_collections(mercy: House, lee: Person) -> None:
    hidden = await mercy.person(new("hidden", "Dr H", "cardiology", is_public=False))
    for name in ("outbox", "followers", "following"):
        known = await mercy.asked(f"/u/{hidden.actor.id}/{name}")
        unknown = await mercy.asked(f"/u/{hidden.actor.id + 1}/{name}")
        assert (known.status, known.body) == (404, unknown.body)


async def test_a_thread_of_elsewhere_is_listed_there_alone(
    mercy: House, stranger: Outsider, lee: Person
) -> None:
    author = await mercy.at(
        lambda: Actor.create(uri=stranger.uri, kind="person", host="x", handle="m", inbox="i")
    )
    post = await mercy.at(posting.receive, stranger.note(), author, None, None)
    assert post is not None
    assert (await mercy.asked(f"/t/{post.thread_id}")).status == 404
    assert (await mercy.asked(f"/t/{post.thread_id}/history")).status == 404
    assert (await mercy.asked(f"/o/{post.id}/replies")).status == 404


async def test_pages_for_people_say_where_servers_read_the_same(
    mercy: House, lee: Person, thread: Post, channel: Actor
) -> None:
    shown = {
        f"/t/{thread.thread_id}": thread.uri,
        "/@lee": lee.uri,
        "/channels/rhythm": channel.uri,
    }
    for path, uri in shown.items():
        page = await mercy.visitor().get(path)
        assert page.header("link") == f'<{uri}>; rel="alternate"; type="application/activity+json"'
        assert f'<link rel="alternate" type="application/activity+json" href="{uri}">' in page.text
    for uri in (thread.uri, lee.uri, channel.uri):
        page = await mercy.visitor().get(uri.removeprefix(mercy.origin))
        assert (page.status, uri in page.header("link")) == (302, True)
        assert "Accept" in page.header("vary")
