"""New keys: told under the old one, then used; the old one is not served and soon gone (9.3)."""

from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest

from federation.keys import PrivateKey
from instance.errors import NotAllowed
from instance.models import Actor, ActorKey, Delivery, Peer, Standing
from instance.outbox import local, remote
from instance.services import actor_updates, channels, posting, rotation
from instance.workers import upkeep
from tests.cast import LEE, Houses, new
from tests.clinic import ask
from tests.houses import House, Person
from tests.network import Network
from tests.outsiders import Outsider
from tests.strict_server import Habits, StrictServer


async def rotate(person: Person, **how: bool) -> None:
    await person.speaks(rotation.rotate, **how)
    await make_due(person.home)


async def make_due(house: House) -> None:
    waiting = {"due_at__not_isnull": True}
    await house.at(lambda: Delivery.filter(**waiting).update(due_at=datetime.now(UTC)))
    await house.at(lambda: Peer.all().update(probe_at=None))


async def served(house: House, uri: str, key: PrivateKey | None = None) -> dict[str, Any]:
    answer = await house.asked(uri.removeprefix(house.origin), key)
    return dict(answer.json)


def key_ids(document: dict[str, Any]) -> list[str]:
    listed = [document["publicKey"]["id"], *(key["id"] for key in document["assertionMethod"])]
    return [key_id.partition("#")[2] for key_id in listed]


def used(sent: Any) -> str:
    """The fragment of the key that signed a request."""
    headers = {name.lower(): value for name, value in sent.headers.items()}
    signature = headers.get("signature-input") or headers["signature"]
    return str(signature.partition("#")[2].partition('"')[0])


async def test_the_old_key_is_served_no_more(mercy: House, lee: Person) -> None:
    before = await served(mercy, lee.uri)
    await rotate(lee)
    after = await served(mercy, lee.uri)
    assert (key_ids(before), key_ids(after)) == (
        ["main-key-1", "ed25519-1"],
        ["main-key-2", "ed25519-2"],
    )
    multikeys = [key["publicKeyMultibase"] for key in after["assertionMethod"]]
    assert multikeys != [key["publicKeyMultibase"] for key in before["assertionMethod"]]


async def test_followers_are_told_under_the_old_key_and_then_written_to_under_the_new_one(
    mercy: House, lee: Person, network: Network
) -> None:
    alice = StrictServer(network, Habits(demands_signed_fetch=False))
    await alice.sends(mercy, alice.activity("Follow", lee.uri))
    await mercy.deliver()
    await alice.find((await lee.key("rsa")).id)
    await rotate(lee)
    await lee.speaks(posting.start_thread, None, "A title", "A text")
    network.servers[alice.host] = Outsider(alice.host, "alice", network)  # checks nothing
    await mercy.deliver()
    update, create = network.posts(alice.host)[-2:]
    if update.document["type"] != "Update":
        update, create = create, update
    assert (used(update), used(create)) == ("main-key-1", "main-key-2")
    assert key_ids(update.document["object"]) == ["main-key-2", "ed25519-2"]


async def test_who_does_not_know_the_old_key_is_told_again_under_the_new_one(
    mercy: House, lee: Person, network: Network
) -> None:
    alice = StrictServer(network, Habits(demands_signed_fetch=False))
    await alice.sends(mercy, alice.activity("Follow", lee.uri))
    await mercy.deliver()
    await rotate(lee)
    await mercy.deliver()
    assert [sent["type"] for sent in alice.accepted] == ["Accept"]
    await make_due(mercy)
    await mercy.deliver()
    assert [sent["type"] for sent in alice.accepted] == ["Accept", "Update"]


async def test_partners_in_a_consult_with_a_member_are_told_and_no_others(
    houses: Houses, mercy: House, stlukes: House, heart: House, network: Network
) -> None:
    hidden = await mercy.person(new("hidden", "Dr H", "cardiology", is_public=False))
    await ask(hidden, stlukes)
    await houses.settle()
    await rotate(hidden)
    await mercy.deliver()
    (update,) = network.posts(stlukes.host, "Update")
    assert used(update) == "ed25519-1"
    assert update.document["to"] == [f"{stlukes.origin}/actor"]
    assert update.document["object"]["proof"]["verificationMethod"].startswith(mercy.origin)
    assert network.posts(heart.host, "Update") == []


async def test_what_a_partner_gets_afterwards_is_believed(
    houses: Houses, mercy: House, stlukes: House, lee: Person, network: Network
) -> None:
    await ask(lee, stlukes)
    await houses.settle()
    await rotate(lee)
    network.lose(lambda sent: sent.document.get("type") == "Update")
    await houses.settle()
    mercy_key = await lee.key()
    assert mercy_key.id.endswith("#ed25519-2")
    stlukes.institution.directory._fetched.clear()  # as after five minutes
    found = await stlukes.at(lambda: remote.directory().find(mercy_key.id))
    assert found.owner == lee.uri


async def test_updates_of_several_actors_go_out_at_moments_nobody_can_link(
    mercy: House, stranger: Outsider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F-ACT-2, T87: each within ten minutes, and drawn for itself."""
    drawn = count(2)
    chance = SimpleNamespace(randbelow=lambda below: below // next(drawn))
    monkeypatch.setattr(actor_updates, "secrets", chance)
    lee = await mercy.person(LEE)
    await stranger.sends(mercy, stranger.activity("Follow", lee.uri))
    await mercy.deliver()
    for _ in range(3):
        await lee.speaks(rotation.rotate)
    due = await mercy.at(lambda: Delivery.filter(due_at__not_isnull=True))
    waits = [row.due_at - row.created_at for row in due if row.due_at]
    assert sorted(round(wait / timedelta(seconds=10)) for wait in waits) == [15, 20, 30]


async def test_the_old_key_is_destroyed_after_48_hours(mercy: House, lee: Person) -> None:
    await rotate(lee)
    now = datetime.now(UTC)
    rows = ActorKey.filter
    await mercy.at(upkeep.purge, now + timedelta(hours=47))
    assert await mercy.at(lambda: rows(actor_id=lee.actor.id).count()) == 4
    await mercy.at(upkeep.purge, now + timedelta(hours=49))
    uris = await mercy.at(lambda: rows(actor_id=lee.actor.id).values_list("uri", flat=True))
    assert sorted(str(uri).rpartition("-")[2] for uri in uris) == ["2", "2"]


async def test_in_an_emergency_nothing_is_signed_or_believed_under_the_old_key(
    mercy: House, lee: Person, stranger: Outsider, network: Network
) -> None:
    await stranger.sends(mercy, stranger.activity("Follow", lee.uri))
    await mercy.deliver()
    stolen = await lee.key()
    await rotate(lee, emergency=True)
    await mercy.deliver()
    assert network.posts(stranger.host, "Update") == []
    assert await mercy.at(lambda: ActorKey.filter(uri=stolen.id).exists()) is False
    follow = stranger.activity("Follow", stranger.uri) | {"id": f"{lee.uri}/x", "actor": lee.uri}
    assert (await mercy.receives(follow, stolen)).status == 401


async def test_a_channel_gets_new_keys_too(mercy: House, stranger: Outsider) -> None:
    channel = await mercy.at(channels.create_channel, "rhythm", "Rhythm", "")
    await stranger.sends(mercy, stranger.activity("Follow", channel.uri))
    await mercy.deliver()
    for actor in await mercy.at(rotation.everybody):
        await mercy.at(rotation.rotate, actor)
    await mercy.deliver()
    assert stranger.received[-1].document["type"] == "Update"
    assert (await mercy.at(local.private_key, channel, "rsa")).id.endswith("-2")


async def test_standings_are_stated_anew_under_the_new_key_of_the_institution(
    mercy: House, lee: Person
) -> None:
    await mercy.at(rotation.rotate, await mercy.at(local.institution))
    key = await mercy.institution_key()
    stated = await mercy.at(lambda: Standing.get(actor_id=lee.actor.id))
    assert stated.document["proof"]["verificationMethod"] == key.id
    assert key.id.endswith("#ed25519-2")


async def test_a_consult_keeps_the_key_that_proves_its_history(
    mercy: House, stlukes: House, lee: Person
) -> None:
    consult = await ask(lee, stlukes)
    group = await mercy.at(Actor.get, id=consult.group_id)
    with pytest.raises(NotAllowed):
        await mercy.at(rotation.rotate, group, emergency=True)
    assert group.id not in [actor.id for actor in await mercy.at(rotation.everybody)]
