"""Actors that change or go, and who may delete for others (5.4, T06, T17, T21)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from federation.messages import Response
from instance.models import Actor, Follow, Peer, Post, Reaction
from instance.outbox import remote, stored_keys
from instance.services import follows, posting
from tests.board import contents, created, deleted, neighbour, post_of, updated
from tests.forging import refused
from tests.houses import House, Person
from tests.network import Network, Sent
from tests.outsiders import PUBLIC, Outsider


@pytest.fixture
async def starter(mercy: House, wards: Actor, stranger: Outsider) -> dict[str, Any]:
    sent = created(stranger, wards)
    assert (await stranger.sends(mercy, sent)).status == 202
    return sent


def server(of: Outsider, network: Network, kind: str = "Application") -> Outsider:
    """The actor of a whole server, which its host's name names."""
    found = neighbour(of, "actor", network)
    found.documents[found.uri] |= {"type": kind, "preferredUsername": of.host}
    return found


async def test_an_actor_that_changed_is_read_where_it_lives(
    mercy: House, starter: dict[str, Any], stranger: Outsider
) -> None:
    stranger.documents[stranger.uri]["name"] = "As served"
    copy = stranger.actor() | {"name": "As sent"}
    assert (await stranger.sends(mercy, stranger.activity("Update", copy))).status == 202
    await mercy.deliver()
    assert (await mercy.at(Actor.get, uri=stranger.uri)).name == "As served"


@pytest.mark.parametrize("member", ["id", "inbox", "outbox", "followers"])
async def test_an_actor_cannot_move_to_another_server_by_an_update(
    mercy: House, starter: dict[str, Any], stranger: Outsider, member: str
) -> None:
    """T21."""
    before = await mercy.rows()
    copy = stranger.actor() | {member: "https://far.example/x"}
    assert (await stranger.sends(mercy, stranger.activity("Update", copy))).status == 403
    assert await mercy.rows() == before


async def test_with_its_author_go_posts_likes_and_follows(
    mercy: House, wards: Actor, starter: dict[str, Any], lee: Person, stranger: Outsider
) -> None:
    post = await lee.speaks(posting.start_thread, wards, "A title", "Ours.")
    answer = created(stranger, wards, 2, inReplyTo=post.uri)
    like, follow = (stranger.activity(k, u) for k, u in (("Like", post.uri), ("Follow", lee.uri)))
    for sent in (answer, like, follow, stranger.activity("Delete", stranger.uri)):
        assert (await stranger.sends(mercy, sent)).status == 202
    assert sorted(await contents(mercy)) == ["", "", "<p>Ours.</p>"]
    assert (await mercy.at(Post.get, id=post.id)).likes_count == 0
    for model in (Reaction, Follow):
        assert await mercy.at(lambda m=model: m.all().count()) == 0  # type: ignore[misc]
    gone = await mercy.at(Actor.get, uri=stranger.uri)
    assert gone.gone_at is not None and gone.name == ""


async def test_who_is_gone_writes_nothing_more(
    mercy: House, wards: Actor, starter: dict[str, Any], stranger: Outsider
) -> None:
    await stranger.sends(mercy, stranger.activity("Delete", stranger.uri))
    late = created(stranger, wards, 2)
    assert (await stranger.sends(mercy, late)).status == 202
    assert await contents(mercy) == [""]


@pytest.mark.parametrize(("status", "answer"), [(410, 202), (404, 401), (503, 503)])
async def test_a_deletion_counts_though_its_key_went_with_its_owner(
    mercy: House,
    starter: dict[str, Any],
    stranger: Outsider,
    network: Network,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    answer: int,
) -> None:
    """By the key we knew, and only if the server itself says 410."""
    age(mercy, monkeypatch)
    network.servers[stranger.host] = Closed(status)
    sent = stranger.activity("Delete", stranger.uri)
    assert (await stranger.sends(mercy, sent)).status == answer
    assert await contents(mercy) == ([""] if answer == 202 else ["<p>hello</p>"])


async def test_a_key_that_went_with_its_owner_is_good_for_nothing_else(
    mercy: House,
    wards: Actor,
    starter: dict[str, Any],
    stranger: Outsider,
    network: Network,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    post = await post_of(mercy, starter)
    age(mercy, monkeypatch)
    network.servers[stranger.host] = Closed(410)
    before = await mercy.rows()
    late = created(stranger, wards, 2)
    like, follow = (stranger.activity(k, u) for k, u in (("Like", post.uri), ("Follow", wards.uri)))
    for sent in (late, like, follow):
        assert (await stranger.sends(mercy, sent)).status == 401
    assert await mercy.rows() == before


class Closed:
    """A server that answers everything with one status."""

    def __init__(self, status: int) -> None:
        self.status = status

    async def answer(self, sent: Sent) -> Response:
        return Response(self.status, {}, b"", sent.url)


def age(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was fetched before counts as old."""
    monkeypatch.setattr(remote, "FRESH", stored_keys.FRESH * 0)


async def test_the_actor_of_a_server_deletes_for_its_members(
    mercy: House, starter: dict[str, Any], stranger: Outsider, network: Network
) -> None:
    by = server(stranger, network)
    sent = by.activity("Delete", starter["object"]["id"], to=[PUBLIC])
    assert (await by.sends(mercy, sent)).status == 202
    assert await contents(mercy) == [""]


async def test_neither_a_person_called_like_it_nor_the_actor_of_another_does(
    mercy: House, starter: dict[str, Any], stranger: Outsider, network: Network
) -> None:
    """T17."""
    far = Outsider("far.example", "fay", network)
    posers = [server(stranger, network, "Person"), server(far, network)]
    for by in posers:
        async with refused(mercy, "T06 owner") as answers:
            sent = by.activity("Delete", starter["object"]["id"], to=[PUBLIC])
            answers.append(await by.sends(mercy, sent))


async def test_where_an_institution_is_pinned_no_other_application_of_its_server_does(
    mercy: House, starter: dict[str, Any], stranger: Outsider, network: Network
) -> None:
    by = server(stranger, network)
    pin: Any = {"host": stranger.host, "pinned_at": datetime.now(UTC), "actor_uri": f"{by.uri}-2"}
    peer = await mercy.at(lambda: Peer.create(**pin))
    sent = by.activity("Delete", starter["object"]["id"], to=[PUBLIC])
    async with refused(mercy, "T06 owner") as answers:
        answers.append(await by.sends(mercy, sent))
    await mercy.at(lambda: Peer.filter(id=peer.id).update(actor_uri=by.uri))
    assert (await by.sends(mercy, sent)).status == 202
    assert await contents(mercy) == [""]


@pytest.fixture
async def forum(mercy: House, lee: Person, network: Network) -> Outsider:
    """A channel of another server that Dr Lee follows."""
    found = Outsider("forum.example", "board", network)
    found.documents[found.uri]["type"] = "Group"
    row = await lee.speaks(follows.follow_address, found.uri)
    await found.sends(mercy, found.activity("Accept", row.uri))
    return found


@pytest.fixture
async def announced(mercy: House, forum: Outsider, stranger: Outsider) -> dict[str, Any]:
    """A post of the stranger that is on the forum's board."""
    note = stranger.note(audience=forum.uri, name="A title")
    stranger.documents[note["id"]] = note
    await forum.sends(mercy, forum.activity("Announce", note["id"]))
    await mercy.deliver()
    return stranger.activity("Create", note)


async def test_a_moderator_removes_through_the_channel(
    mercy: House, lee: Person, forum: Outsider, announced: dict[str, Any], network: Network
) -> None:
    mod = neighbour(forum, "mod", network)
    await mod.sends(mercy, mod.activity("Follow", lee.uri))
    reason = "Rule 2: <b>no</b> adverts" + "." * 400
    inner = mod.activity("Delete", announced["object"]["id"], summary=reason)
    assert (await mod.sends(mercy, inner)).status == 403
    wrapped = forum.activity("Announce", inner, 2)
    assert (await forum.sends(mercy, wrapped)).status == 202
    post = await post_of(mercy, announced)
    assert post.content == "" and len(post.removal) == 300
    page = await mercy.visitor().get(f"/t/{post.thread_id}")
    assert "Removed by a moderator: Rule 2: no adverts" in page.text


async def test_another_channel_does_not_remove_from_this_one(
    mercy: House, lee: Person, announced: dict[str, Any], network: Network
) -> None:
    evil = Outsider("evil.example", "board", network)
    evil.documents[evil.uri]["type"] = "Group"
    row = await lee.speaks(follows.follow_address, evil.uri)
    await evil.sends(mercy, evil.activity("Accept", row.uri))
    mod = neighbour(evil, "mod", network)
    await mod.sends(mercy, mod.activity("Follow", lee.uri))
    inner = mod.activity("Delete", announced["object"]["id"])
    async with refused(mercy, "T06 owner") as answers:
        answers.append(await evil.sends(mercy, evil.activity("Announce", inner, 2)))


async def test_an_author_changes_and_deletes_through_the_channel(
    mercy: House, forum: Outsider, announced: dict[str, Any], stranger: Outsider
) -> None:
    """Without a proof only what the author's own server serves is used."""
    for number, sent in enumerate((updated(stranger, announced), deleted(stranger, announced)), 3):
        forged = sent | {"object": {**sent["object"], "content": "Forged", "name": "Forged"}}
        stranger.documents[sent["id"]] = sent
        await forum.sends(mercy, forum.activity("Announce", forged, number))
        await mercy.deliver()
        words = ["<p>Other words</p>"] if number == 3 else [""]
        assert await contents(mercy) == words


@pytest.mark.parametrize("suite", ["jcs-eddsa-2022", "ecdsa-rdfc-2019"])
async def test_a_proof_of_another_kind_is_as_if_there_were_none(
    mercy: House, forum: Outsider, stranger: Outsider, suite: str
) -> None:
    """Section 10: what was announced is then fetched from where it lives."""
    note = stranger.note(audience=forum.uri, name="A title")
    stranger.documents[note["id"]] = note
    proof = {"type": "DataIntegrityProof", "cryptosuite": suite, "proofValue": "z1"}
    wrapped = stranger.activity("Create", note | {"content": "Forged"}) | {"proof": proof}
    assert (await forum.sends(mercy, forum.activity("Announce", wrapped))).status == 202
    await mercy.deliver()
    assert await contents(mercy) == ["<p>hello</p>"]
