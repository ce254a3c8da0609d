"""Which public posts are taken, by whom they may come, and what we fetch for others (5.3, T40)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from instance.inbox import fetches
from instance.models import Actor, Fetch, Notification, NotificationKind, Post, ReceivedActivity
from instance.services import channels, follows, members, posting
from tests.cast import Houses
from tests.forging import proven
from tests.houses import House, Person
from tests.network import Network
from tests.outsiders import PUBLIC, Outsider


@pytest.fixture
async def wards(mercy: House) -> Actor:
    """A channel of Mercy's."""
    return await mercy.at(channels.create_channel, "wards", "Wards", "")


@pytest.fixture
async def rhythm(houses: Houses, mercy: House, heart: House, lee: Person) -> Actor:
    """A channel of the society that Dr Lee follows, as the society knows it."""
    channel = await heart.at(channels.create_channel, "rhythm", "Rhythm", "")
    await lee.speaks(follows.follow_address, "@rhythm@heart.example")
    await houses.settle()
    return channel


@pytest.fixture
def good(network: Network) -> Outsider:
    """Who wrote what the stranger hands on."""
    return Outsider("good.example", "alice", network)


def created(author: Outsider, number: int = 1, **members: Any) -> dict[str, Any]:
    """A Create of a note that the author's server serves."""
    note = author.note(number, **members)
    author.documents[note["id"]] = {"@context": "https://www.w3.org/ns/activitystreams", **note}
    return author.activity("Create", note, number, to=note["to"], cc=note["cc"])


async def uris(house: House) -> set[str]:
    return {post.uri for post in await house.at(Post.all)}


async def waiting(house: House) -> list[str]:
    return [row.uri for row in await house.at(Fetch.all)]


async def test_a_forwarded_post_that_nobody_wants_is_not_fetched(
    mercy: House, wards: Actor, good: Outsider, stranger: Outsider
) -> None:
    assert (await stranger.sends(mercy, created(good))).status == 202
    elsewhere = created(good, 2, inReplyTo="https://elsewhere.example/1", audience=stranger.uri)
    assert (await stranger.sends(mercy, elsewhere)).status == 202
    assert await waiting(mercy) == []


async def test_a_forwarded_post_for_a_channel_of_ours_is_fetched_from_its_author(
    mercy: House, wards: Actor, good: Outsider, stranger: Outsider
) -> None:
    sent = created(good, to=[PUBLIC, wards.uri])
    sent["object"] = {**sent["object"], "content": "Not what she wrote."}
    await stranger.sends(mercy, sent)
    await mercy.deliver()
    [post] = await mercy.at(Post.all)
    assert (post.uri, post.content.strip()) == (sent["object"]["id"], "<p>hello</p>")


async def test_a_forwarded_answer_to_a_known_post_is_fetched(
    mercy: House, lee: Person, good: Outsider, stranger: Outsider
) -> None:
    post = await lee.speaks(posting.start_thread, None, "A title", "Words.")
    sent = created(good, inReplyTo=post.uri)
    await stranger.sends(mercy, sent)
    await mercy.deliver()
    assert await uris(mercy) == {post.uri, sent["object"]["id"]}


async def test_a_forwarded_post_of_somebody_followed_here_is_fetched(
    houses: Houses, mercy: House, lee: Person, good: Outsider, stranger: Outsider
) -> None:
    row = await lee.speaks(follows.follow_address, good.uri)
    await good.sends(mercy, good.activity("Accept", row.uri))
    sent = created(good, 2)
    await stranger.sends(mercy, sent)
    assert await waiting(mercy) == [sent["object"]["id"]]


async def test_one_server_makes_us_fetch_no_more_than_its_part(
    mercy: House, wards: Actor, stranger: Outsider, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert fetches._PER_MINUTE == 60
    monkeypatch.setattr(fetches, "_PER_MINUTE", 3)
    statuses = []
    for number in range(5):
        host = f"https://victim{number}.example"
        note = stranger.note(id=f"{host}/o", attributedTo=f"{host}/u", to=[PUBLIC, wards.uri])
        sent = stranger.activity("Create", note) | {"id": f"{host}/a", "actor": f"{host}/u"}
        statuses.append((await stranger.sends(mercy, sent)).status)
    assert statuses == [202, 202, 202, 429, 429]
    assert len(await waiting(mercy)) == 3


async def test_handing_on_an_id_keeps_nobody_from_using_it(
    mercy: House, wards: Actor, good: Outsider, stranger: Outsider
) -> None:
    """T34: a stranger sends other words under the id first, and the author comes after."""
    real = created(good, to=[PUBLIC, wards.uri])
    await stranger.sends(mercy, real | {"object": good.note(99)})
    assert await mercy.at(lambda: ReceivedActivity.all().count()) == 0
    await good.sends(mercy, real)
    assert await uris(mercy) == {real["object"]["id"]}


async def test_the_board_of_a_channel_elsewhere_is_not_written_past_it(
    houses: Houses, mercy: House, heart: House, rhythm: Actor, quill: Person, stranger: Outsider
) -> None:
    post = await quill.speaks(posting.start_thread, rhythm, "A title", "Words.")
    await houses.settle()
    answer = created(stranger, 1, inReplyTo=post.uri)
    starter = created(stranger, 2, audience=rhythm.uri, name="A title")
    addressed = created(stranger, 3, to=[PUBLIC, rhythm.uri], name="A title")
    for sent in (answer, starter, addressed):
        assert (await stranger.sends(mercy, sent)).status == 202
    await mercy.deliver()
    assert await uris(mercy) == {post.uri}


async def test_forwarding_does_not_lead_past_the_channel_either(
    houses: Houses, mercy: House, rhythm: Actor, quill: Person, good: Outsider, stranger: Outsider
) -> None:
    post = await quill.speaks(posting.start_thread, rhythm, "A title", "Words.")
    await houses.settle()
    await stranger.sends(mercy, created(good, 1, inReplyTo=post.uri))
    await stranger.sends(mercy, created(good, 2, audience=rhythm.uri))
    await mercy.deliver()
    assert await uris(mercy) == {post.uri}


async def test_a_followed_author_writes_in_a_channel_through_the_channel(
    houses: Houses, mercy: House, heart: House, rhythm: Actor, lee: Person, good: Outsider
) -> None:
    row = await lee.speaks(follows.follow_address, good.uri)
    await good.sends(mercy, good.activity("Accept", row.uri))
    posted = created(good, 2, audience=rhythm.uri, to=[PUBLIC, rhythm.uri])
    own = created(good, 3)
    await good.sends(mercy, posted)
    await good.sends(mercy, own)
    assert await uris(mercy) == {own["object"]["id"]}
    await good.sends(heart, posted)
    await houses.settle()
    assert await uris(mercy) == {own["object"]["id"], posted["object"]["id"]}


async def test_one_channel_does_not_announce_onto_the_board_of_another(
    houses: Houses, mercy: House, rhythm: Actor, lee: Person, quill: Person, network: Network
) -> None:
    evil = Outsider("evil.example", "board", network)
    evil.documents[evil.uri]["type"] = "Group"
    row = await lee.speaks(follows.follow_address, evil.uri)
    await evil.sends(mercy, evil.activity("Accept", row.uri))
    post = await quill.speaks(posting.start_thread, rhythm, "A title", "Words.")
    await houses.settle()
    answer = created(evil, 2, inReplyTo=post.uri)
    starter = created(evil, 3, audience=rhythm.uri, name="A title")
    own = created(evil, 4, name="A title")
    for number, sent in enumerate((answer, starter, own), 5):
        await evil.sends(mercy, evil.activity("Announce", sent, number))
        await evil.sends(mercy, evil.activity("Announce", sent["object"]["id"], 10 + number))
    await mercy.deliver()
    assert await uris(mercy) == {post.uri, own["object"]["id"]}


async def test_what_a_channel_wraps_is_read_where_its_author_lives(
    houses: Houses, mercy: House, wards: Actor, lee: Person, good: Outsider, network: Network
) -> None:
    """T04: neither a post nor an actor of another server is what a channel says it is."""
    evil = Outsider("evil.example", "board", network)
    evil.documents[evil.uri]["type"] = "Group"
    row = await lee.speaks(follows.follow_address, evil.uri)
    await evil.sends(mercy, evil.activity("Accept", row.uri))
    await good.sends(mercy, good.activity("Follow", wards.uri))
    wrapped = created(good, 2, name="A title", to=[PUBLIC, evil.uri])
    forged = {**wrapped, "object": {**wrapped["object"], "content": "Not what she wrote."}}
    posing = good.activity("Update", {**good.actor(), "name": "Mallory"}, 3)
    for number, inner in enumerate((forged, posing)):
        announce = evil.activity("Announce", inner, number)
        assert (await evil.sends(mercy, announce)).status == 202
    await mercy.deliver()
    post = await mercy.at(Post.get, uri=wrapped["object"]["id"])
    author = await mercy.at(Actor.get, uri=good.uri)
    assert (post.content.strip(), author.name) == ("<p>hello</p>", "An outsider")


async def test_a_post_is_read_under_its_own_id_alone(
    mercy: House, wards: Actor, good: Outsider, stranger: Outsider
) -> None:
    """T03: what is served under another id of the same server is not that post."""
    sent = created(good, to=[PUBLIC, wards.uri])
    uri = sent["object"]["id"]
    other = f"{uri}-other"
    good.documents[other] = good.documents[uri] | {"id": other}
    good.documents[uri] = good.documents[other]
    await stranger.sends(mercy, sent)
    await mercy.deliver()
    assert await uris(mercy) == set()
    assert await waiting(mercy) == []


async def test_an_answer_to_our_channels_thread_is_passed_on_by_it(
    houses: Houses, mercy: House, wards: Actor, lee: Person, stranger: Outsider, network: Network
) -> None:
    """It need not name the channel: the thread does (5.3)."""
    post = await lee.speaks(posting.start_thread, wards, "A title", "Words.")
    await stranger.sends(mercy, stranger.activity("Follow", wards.uri))
    await mercy.deliver()
    network.sent.clear()
    sent = created(stranger, 2, inReplyTo=post.uri)
    await stranger.sends(mercy, sent)
    await mercy.deliver()
    [announced] = network.posts(stranger.host, "Announce")
    assert announced.document["object"]["id"] == sent["id"]


async def test_a_post_that_names_a_member_of_ours_is_kept_and_they_are_told(
    mercy: House, lee: Person, stranger: Outsider
) -> None:
    tag = {"type": "Mention", "href": lee.uri, "name": lee.address}
    note = stranger.note(1, to=[PUBLIC], cc=[lee.uri], tag=[tag])
    await stranger.sends(mercy, stranger.activity("Create", note, 1, cc=[lee.uri]))
    assert await uris(mercy) == {note["id"]}
    [told] = await mercy.at(Notification.all)
    assert (told.kind, told.identity_id) == (NotificationKind.MENTION, lee.actor.id)


async def test_a_post_that_names_somebody_hidden_is_not_kept(
    mercy: House, lee: Person, stranger: Outsider
) -> None:
    """T64: as if there were nobody."""
    await mercy.at(members.set_public, lee.actor, False)
    note = stranger.note(1, to=[PUBLIC], cc=[lee.uri])
    await stranger.sends(mercy, stranger.activity("Create", note, 1, cc=[lee.uri]))
    assert await uris(mercy) == set()


@pytest.fixture
async def evil(mercy: House, lee: Person, network: Network) -> Outsider:
    """A channel elsewhere that Dr Lee follows, and that announces whatever it likes."""
    found = Outsider("evil.example", "board", network)
    found.documents[found.uri]["type"] = "Group"
    row = await lee.speaks(follows.follow_address, found.uri)
    await found.sends(mercy, found.activity("Accept", row.uri))
    return found


def announced(by: Outsider, author: Outsider, sent: dict[str, Any], form: str) -> dict[str, Any]:
    """The bare id of a post; its Create, which has to be fetched; or that with its proof."""
    what = {"id": sent["object"]["id"], "Create": sent, "proven": proven(sent, author.ed25519)}
    return by.activity("Announce", what[form], list(what).index(form))


FORMS = pytest.mark.parametrize("form", ["id", "Create", "proven"])


@FORMS
async def test_a_channel_brings_nothing_that_does_not_name_it(
    mercy: House, good: Outsider, evil: Outsider, form: str
) -> None:
    """What it lays hands on that way nobody here asked for, and it would say what is removed."""
    await evil.sends(mercy, announced(evil, good, created(good), form))
    await mercy.deliver()
    assert await uris(mercy) == set()


@FORMS
async def test_a_channel_does_not_remove_the_post_of_somebody_followed_by_announcing_it(
    mercy: House, lee: Person, good: Outsider, evil: Outsider, form: str
) -> None:
    row = await lee.speaks(follows.follow_address, good.uri)
    await good.sends(mercy, good.activity("Accept", row.uri))
    sent = created(good, 2)
    await evil.sends(mercy, announced(evil, good, sent, form))
    await mercy.deliver()
    removal = evil.activity("Delete", sent["object"]["id"], summary="Mine now.")
    await evil.sends(mercy, evil.activity("Announce", removal, 77))
    await mercy.deliver()
    [post] = await mercy.at(lambda: Post.all().select_related("thread"))
    assert (post.uri, post.thread.group_id, post.deleted_at) == (sent["object"]["id"], None, None)


@FORMS
@pytest.mark.parametrize("by", ["audience", "to", "cc", "tag"])
async def test_a_post_that_names_the_channel_in_any_place_is_on_its_board(
    mercy: House, good: Outsider, evil: Outsider, by: str, form: str
) -> None:
    named: dict[str, Any] = {
        "audience": evil.uri,
        "to": [PUBLIC, evil.uri],
        "cc": [evil.uri],
        "tag": {"type": "Mention", "href": evil.uri},
    }
    sent = created(good, 2, **{by: named[by]})
    await evil.sends(mercy, announced(evil, good, sent, form))
    await mercy.deliver()
    [post] = await mercy.at(lambda: Post.all().select_related("thread__group"))
    assert post.thread.group is not None and post.thread.group.uri == evil.uri


async def test_an_answer_in_a_thread_of_a_channel_need_not_name_it(
    mercy: House, good: Outsider, evil: Outsider
) -> None:
    starter = created(evil, 1, name="A title")
    answer = created(good, 2, inReplyTo=starter["object"]["id"])
    await evil.sends(mercy, evil.activity("Announce", answer["object"]["id"], 5))
    await mercy.deliver()
    posts = await mercy.at(lambda: Post.all().order_by("id").select_related("thread__group"))
    assert [post.uri for post in posts] == [starter["object"]["id"], answer["object"]["id"]]
    assert len({post.thread_id for post in posts}) == 1


async def test_an_answer_that_waits_for_its_parent_goes_on_when_the_channel_has_a_new_post(
    mercy: House, wards: Actor, good: Outsider, stranger: Outsider
) -> None:
    """And what waits in another channel goes on waiting."""
    later = datetime.now(UTC) + timedelta(hours=1)
    other = await mercy.at(channels.create_channel, "offices", "Offices", "")
    for number, channel in enumerate((wards, other), 1):
        answer = created(good, number, inReplyTo="https://elsewhere.example/1", cc=[channel.uri])
        assert (await good.sends(mercy, answer)).status == 202
    await mercy.at(lambda: Fetch.all().update(due_at=later))

    starter = created(stranger, cc=[wards.uri])
    assert (await stranger.sends(mercy, starter)).status == 202

    rows = await mercy.at(lambda: Fetch.all().order_by("id"))
    assert [(row.kind, row.channel, row.due_at < later) for row in rows] == [
        ("reply", wards.uri, True),
        ("reply", other.uri, False),
    ]
