"""What is believed about actors elsewhere, and how often it is asked for (9.3; T03, T05, T77)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from federation.errors import FederationError, KeyUnavailable, Malformed
from federation.keys import PrivateKey, PublicKey
from federation.messages import Response
from instance.models import Actor, ActorKey, Standing
from instance.outbox import key_places, local, remote
from tests.houses import House, Person
from tests.network import Network, Sent
from tests.outsiders import Outsider

pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)


class Scripted:
    """A server that answers with what `script` gives, or as `behind` would."""

    def __init__(self, script: Callable[[Sent], Awaitable[Response | None]], behind: Any) -> None:
        self._script, self._behind = script, behind

    async def answer(self, sent: Sent) -> Response:
        answer: Response = await self._script(sent) or await self._behind.answer(sent)
        return answer


class Nothing:
    """A server that has no documents."""

    async def answer(self, sent: Sent) -> Response:
        return Response(404, {}, b"", sent.url)


def redirect(network: Network, server: Outsider, path: str, target: str) -> str:
    """From now on the server sends who asks for `path` to `target`; returns the URL."""
    url = server.origin + path

    async def script(sent: Sent) -> Response | None:
        return Response(302, {"location": target}, b"", url) if sent.url == url else None

    network.servers[server.host] = Scripted(script, server)
    return url


def gets(network: Network, *ends: str) -> list[str]:
    return [sent.url for sent in network.sent if sent.method == "GET" and sent.host.endswith(ends)]


async def find(house: House, key_id: str, *, refresh: bool = False) -> PublicKey:
    return await house.at(lambda: remote.directory().find(key_id, refresh=refresh))


async def store(house: House, uri: str) -> Actor:
    return await house.at(lambda: remote.directory().store(uri))


async def owners(house: House, actor: str) -> set[str]:
    """Whose rows hold the keys of this actor."""
    rows = await house.at(lambda: ActorKey.filter(uri__startswith=actor).select_related("actor"))
    return {row.actor.uri for row in rows}


async def test_a_url_that_leads_to_another_actor_is_not_that_actor(
    mercy: House, stlukes: House, okafor: Person, stranger: Outsider, network: Network
) -> None:
    """Else a stranger's row would hold the keys of Dr Okafor, who could not be stored any more."""
    posed = redirect(network, stranger, "/users/posed", okafor.uri)
    with pytest.raises(FederationError):
        await mercy.at(lambda: remote.directory().fetch(posed))
    with pytest.raises(KeyUnavailable):
        await store(mercy, posed)
    await find(mercy, f"{okafor.uri}#ed25519-1")
    await store(mercy, okafor.uri)
    assert await owners(mercy, okafor.uri) == {okafor.uri}
    assert (await mercy.at(Actor.get, uri=okafor.uri)).proven_at is not None


async def test_a_public_actor_is_found_through_another_url_under_its_own_id(
    mercy: House, stranger: Outsider, network: Network
) -> None:
    page = redirect(network, stranger, "/@mallory", stranger.uri)
    with pytest.raises(Malformed):
        await mercy.at(lambda: remote.directory().fetch(page))
    found = await mercy.at(lambda: remote.directory().resolve(page))
    assert found.uri == stranger.uri
    assert await owners(mercy, stranger.uri) == {stranger.uri}


async def test_nobody_elsewhere_rewrites_an_actor_of_ours(
    mercy: House, lee: Person, stranger: Outsider, network: Network
) -> None:
    posed = redirect(network, stranger, "/users/posed", lee.uri)
    with pytest.raises(KeyUnavailable):
        await mercy.at(lambda: remote.directory().resolve(posed))
    with pytest.raises(FederationError):
        await mercy.at(lambda: remote.directory().fetch(lee.uri.replace("mercy", "MERCY")))
    assert await mercy.at(local.private_key, lee.actor, "ed25519")
    assert (await mercy.at(Actor.get, uri=lee.uri)).fetched_at is None


def alone(server: Outsider, key_id: str) -> dict[str, Any]:
    """The key as a document of its own."""
    pem = server.actor()["publicKey"]["publicKeyPem"]
    return {"id": key_id, "type": "Key", "owner": server.uri, "publicKeyPem": pem}


def stub(server: Outsider, key_id: str) -> dict[str, Any]:
    """As much of the actor as anybody may see, served at the key's id."""
    key = server.actor()["publicKey"] | {"id": key_id}
    return {"id": server.uri, "type": "Person", "preferredUsername": "zork", "publicKey": key}


@pytest.mark.parametrize("shown", [alone, stub])
async def test_a_signer_whose_key_is_a_document_of_its_own_is_known_by_its_owners(
    mercy: House, lee: Person, network: Network, shown: Callable[[Outsider, str], dict[str, Any]]
) -> None:
    peer = Outsider("gotosocial.example", "zork", network)
    key_id = f"{peer.uri}/main-key"
    peer.documents[peer.uri]["publicKey"]["id"] = key_id
    peer.documents[key_id] = {"@context": "https://www.w3.org/ns/activitystreams"}
    peer.documents[key_id] |= shown(peer, key_id)
    key = PrivateKey(key_id, peer.uri, peer.rsa.key)
    for number in (1, 2):
        asked = len(gets(network, peer.host))
        follow = peer.activity("Follow", lee.uri, number)
        assert (await mercy.receives(follow, key, "cavage")).status == 202
    assert len(gets(network, peer.host)) == asked
    assert (await mercy.at(Actor.get, uri=peer.uri)).handle == "zork"
    assert await owners(mercy, peer.uri) == {peer.uri}


async def test_a_key_whose_owner_does_not_list_it_is_nobodys(
    mercy: House, lee: Person, stranger: Outsider
) -> None:
    """T05."""
    key_id = f"{stranger.uri}/main-key"
    stranger.documents[key_id] = alone(stranger, key_id)
    key = PrivateKey(key_id, stranger.uri, stranger.rsa.key)
    follow = stranger.activity("Follow", lee.uri)
    assert (await mercy.receives(follow, key, "cavage")).status == 401


async def test_names_under_one_domain_make_us_ask_ten_times_a_minute(
    mercy: House, network: Network
) -> None:
    for number in range(15):
        host = f"s{number}.evil.example"
        network.servers[host] = Nothing()
        with pytest.raises(KeyUnavailable):
            await find(mercy, f"https://{host}/u#main-key")
    assert len(gets(network, "evil.example")) == 10


async def test_nobody_makes_us_ask_a_peer_without_end(
    mercy: House, stlukes: House, network: Network
) -> None:
    before = len(gets(network, stlukes.host))
    for number in range(70):
        with pytest.raises(KeyUnavailable):
            await find(mercy, f"{stlukes.origin}/u/{number}#ed25519-1")
    assert len(gets(network, stlukes.host)) - before == 60


async def test_what_could_not_be_had_is_not_asked_for_again_at_once(
    mercy: House, network: Network
) -> None:
    network.servers["evil.example"] = Nothing()
    for refresh in (False, True, False):
        with pytest.raises(KeyUnavailable):
            await find(mercy, "https://evil.example/u#main-key", refresh=refresh)
    assert len(gets(network, "evil.example")) == 1


async def test_requests_that_wait_for_keys_are_few_and_leave_peers_their_place(
    mercy: House, stlukes: House, okafor: Person, network: Network
) -> None:
    """The others are refused after a moment, and their senders come again."""
    may_answer = asyncio.Event()

    async def late(sent: Sent) -> Response | None:
        await may_answer.wait()
        return None

    for number in range(20):
        network.servers[f"slow{number}.example"] = Scripted(late, Nothing())
    tasks = [
        asyncio.create_task(find(mercy, f"https://slow{number}.example/u#main-key"))
        for number in range(20)
    ]
    _, waiting = await asyncio.wait(tasks, timeout=2)
    assert len(waiting) == key_places.AT_ONCE
    assert (await find(mercy, f"{okafor.uri}#ed25519-1")).owner == okafor.uri
    may_answer.set()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        assert isinstance(result, KeyUnavailable)
    assert not any(mercy.institution.directory._places.taken.values())


async def test_one_slow_host_has_no_more_than_its_part(mercy: House, network: Network) -> None:
    may_answer = asyncio.Event()

    async def late(sent: Sent) -> Response | None:
        await may_answer.wait()
        return None

    network.servers["slow.example"] = Scripted(late, Nothing())
    tasks = [
        asyncio.create_task(find(mercy, f"https://slow.example/u/{number}#main-key"))
        for number in range(8)
    ]
    _, waiting = await asyncio.wait(tasks, timeout=2)
    assert len(waiting) == key_places.AT_ONCE_OF_A_HOST
    may_answer.set()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_new_key_is_found_though_the_document_is_fresh(
    mercy: House, stranger: Outsider, monkeypatch: pytest.MonkeyPatch
) -> None:
    await find(mercy, stranger.rsa.id)
    new_id = f"{stranger.uri}#main-key-2"
    stranger.documents[stranger.uri]["publicKey"]["id"] = new_id
    with pytest.raises(KeyUnavailable):  # asked for too recently
        await find(mercy, new_id)
    monkeypatch.setattr(remote, "REFRESH_AFTER", timedelta(0))
    assert (await find(mercy, new_id)).id == new_id


async def kept(house: House, person: Person) -> Standing | None:
    return await house.at(lambda: Standing.get_or_none(actor__uri=person.uri))


async def known(house: House, person: Person) -> None:
    """The house has the person's row, keys and standing."""
    await find(house, f"{person.uri}#ed25519-1")
    await store(house, person.uri)
    assert await kept(house, person)


async def run_out(house: House, person: Person) -> None:
    past = datetime.now(UTC) - timedelta(minutes=1)
    await house.at(lambda: Standing.filter(actor__uri=person.uri).update(valid_until=past))


async def test_a_member_whose_standing_ran_out_here_is_asked_for_again_once(
    mercy: House, stlukes: House, okafor: Person, network: Network
) -> None:
    await known(mercy, okafor)
    await run_out(mercy, okafor)
    mercy.institution.directory._fetched.clear()  # as after five minutes, or a new start
    before = len(gets(network, stlukes.host))
    for _ in range(3):
        await find(mercy, f"{okafor.uri}#ed25519-1")
    assert len(gets(network, stlukes.host)) == before + 1
    await store(mercy, okafor.uri)
    renewed = await kept(mercy, okafor)
    assert renewed and renewed.valid_until > datetime.now(UTC)


async def test_a_peer_that_is_down_keeps_nobody_from_signing(
    mercy: House, stlukes: House, okafor: Person, network: Network
) -> None:
    await known(mercy, okafor)
    await run_out(mercy, okafor)
    mercy.institution.directory._fetched.clear()
    network.down.add(stlukes.host)
    assert (await find(mercy, f"{okafor.uri}#ed25519-1")).owner == okafor.uri


async def test_a_standing_its_institution_no_longer_states_is_forgotten(
    mercy: House, stlukes: House, okafor: Person
) -> None:
    await known(mercy, okafor)
    rows = Standing.filter
    ours = await stlukes.at(lambda: rows(actor_id=okafor.actor.id).get())
    bare = {name: ours.document[name] for name in ("credentialSubject", "credentialStatus")}
    await stlukes.at(lambda: rows(actor_id=okafor.actor.id).update(document=bare))
    mercy.institution.directory._fetched.clear()
    await find(mercy, f"{okafor.uri}#ed25519-1", refresh=True)
    await store(mercy, okafor.uri)
    assert await kept(mercy, okafor) is None
