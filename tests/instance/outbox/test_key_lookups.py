"""How long a key is believed and how often it is asked for (federation.md 9.3, T77, T85)."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from federation.authentication import Level
from federation.keys import PrivateKey, new_rsa
from instance.models import Actor, ActorKey, Peer
from instance.outbox import remote, stored_keys, trust
from instance.services import follows
from tests.houses import House, Person
from tests.network import Network
from tests.outsiders import Outsider

pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)


def asked(network: Network, server: Outsider) -> int:
    return len([sent for sent in network.sent if (sent.method, sent.url) == ("GET", server.uri)])


async def sends(house: House, server: Outsider, number: int) -> int:
    return (await server.sends(house, server.activity("Follow", "x", number))).status


async def test_a_key_is_asked_for_once_a_day(
    mercy: House, lee: Person, stranger: Outsider, network: Network
) -> None:
    for number in range(3):
        assert await sends(mercy, stranger, number) == 202
    assert asked(network, stranger) == 1
    directory = mercy.institution.directory
    (fetched,) = directory._fetched.values()
    yesterday = datetime.now(UTC) - stored_keys.FRESH - timedelta(minutes=1)
    directory._fetched[stranger.uri] = type(fetched)(fetched.document, False, yesterday)
    await mercy.at(lambda: Actor.filter(uri=stranger.uri).update(fetched_at=yesterday))
    assert await sends(mercy, stranger, 4) == 202
    assert asked(network, stranger) == 2


async def test_a_wrong_signature_asks_again_once_in_five_minutes(
    mercy: House, lee: Person, stranger: Outsider, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await sends(mercy, stranger, 1) == 202
    right = stranger.rsa
    monkeypatch.setattr(remote, "REFRESH_AFTER", timedelta(0))
    stranger.rsa = PrivateKey(right.id, right.owner, _other(right))
    assert await sends(mercy, stranger, 2) == 401
    assert asked(network, stranger) == 2
    monkeypatch.setattr(remote, "REFRESH_AFTER", timedelta(minutes=5))
    for number in range(3, 9):
        assert await sends(mercy, stranger, number) == 401
    assert asked(network, stranger) == 2


async def test_a_new_key_under_the_old_id_is_found_when_it_signs(
    mercy: House, lee: Person, stranger: Outsider, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await sends(mercy, stranger, 1) == 202
    monkeypatch.setattr(remote, "REFRESH_AFTER", timedelta(0))
    stranger.rsa = PrivateKey(stranger.rsa.id, stranger.uri, _other(stranger.rsa))
    stranger.documents[stranger.uri] = stranger.actor()
    assert await sends(mercy, stranger, 2) == 202


async def test_fetching_a_key_makes_nobody_fetch_ours_in_a_circle(
    mercy: House, stlukes: House, okafor: Person, lee: Person, network: Network
) -> None:
    """Both ask signed, and `/actor`, which signs, is open: two questions and no more."""
    await mercy.at(lambda: Peer.all().delete())
    await stlukes.at(lambda: Peer.all().delete())
    network.sent.clear()
    await mercy.at(lambda: remote.directory().find(f"{okafor.uri}#main-key-1"))
    assert [sent.url for sent in network.sent] == [okafor.uri, f"{mercy.origin}/actor"]


async def test_no_claim_of_a_server_raises_its_level(
    mercy: House, lee: Person, stranger: Outsider
) -> None:
    """T85: `implements`, NodeInfo and User-Agent are words; only the handshake trusts."""
    implements = [{"href": "urn:curbside:v1"}]
    stranger.documents[stranger.uri] |= {
        "implements": implements,
        "generator": {"type": "Application", "implements": implements},
    }
    await mercy.at(follows.follow_address, lee.actor, stranger.uri)
    assert await sends(mercy, stranger, 1) == 202
    assert await mercy.at(trust.level, stranger.host) is Level.PUBLIC
    assert await mercy.at(lambda: ActorKey.filter(actor__uri=stranger.uri).count()) == 2


def _other(key: PrivateKey) -> RSAPrivateKey:
    made = new_rsa()
    assert made.public_key() != key.public.key
    return made
