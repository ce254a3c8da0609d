"""Pins, trust and blocks as the tables hold them (federation.md 11)."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from federation.authentication import Level
from federation.errors import FederationError
from federation.origin import Development
from instance import config
from instance.errors import TrustRefused
from instance.models import Participant, Peer, PeerLevel, Relationship, TrustState
from instance.outbox import trust
from instance.services import peers, treaties
from instance.services.consults.states import Event
from tests.cast import Houses
from tests.clinic import ask, audited, seen_at, write
from tests.forging import changed
from tests.houses import TERMS, House, Person
from tests.network import Network
from tests.treaties import does, state

NOW = datetime.now(UTC)
Change = dict[str, Any]


async def level(house: House, host: str) -> Level:
    return await house.at(trust.level, host)


@pytest.fixture
async def actor(houses: Houses) -> Change:
    """The `/actor` of an institution that nobody trusts yet."""
    other = await houses.open("Elsewhere", "hospital", "elsewhere.example", trusted=False)
    return dict((await other.asked("/actor")).json)


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ({"direction": "ours", "state": TrustState.SUSPENDED}, Level.PUBLIC),
        ({"direction": "theirs", "state": TrustState.PENDING}, Level.PUBLIC),
        ({"direction": "theirs", "ends_at": NOW - timedelta(seconds=1)}, Level.PUBLIC),
        ({"direction": "ours", "starts_at": NOW + timedelta(hours=1)}, Level.PUBLIC),
        ({"direction": "ours"}, Level.TRUSTED),
    ],
)
async def test_trust_needs_both_directions_active_now(
    mercy: House, stlukes: House, rows: Change, found: Level
) -> None:
    changes = {name: value for name, value in rows.items() if name != "direction"}
    if changes:
        direction = rows["direction"]
        await mercy.at(lambda: Relationship.filter(direction=direction).update(**changes))
    assert await level(mercy, stlukes.host) is found


async def test_without_both_records_or_the_level_there_is_no_trust(
    mercy: House, stlukes: House, heart: House
) -> None:
    ours = {"peer__host": stlukes.host, "direction": "ours"}
    rows = await mercy.at(lambda: Relationship.filter(**ours))
    await mercy.at(rows[0].delete)
    host = heart.host
    await mercy.at(lambda: Peer.filter(host=host).update(level=PeerLevel.PUBLIC))
    for house in (stlukes, heart):
        assert await level(mercy, house.host) is Level.PUBLIC


async def test_a_block_wins_over_trust_and_covers_subdomains(mercy: House, stlukes: House) -> None:
    assert await level(mercy, "sub.stlukes.example") is Level.PUBLIC
    await mercy.block(stlukes.host)
    for host in (stlukes.host, f"sub.{stlukes.host}", f"a.b.{stlukes.host}"):
        assert await level(mercy, host) is Level.BLOCKED
    assert await level(mercy, "example") is Level.PUBLIC
    assert await level(mercy, "otherstlukes.example") is Level.PUBLIC


async def test_a_blocked_institution_loses_every_consult_at_once(
    houses: Houses, network: Network, mercy: House, stlukes: House, lee: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    await write(lee, consult, Event.COMMENT)
    await mercy.block(stlukes.host)
    network.sent.clear()
    await houses.settle()
    assert network.posts(stlukes.host) == []
    assert (await seen_at(stlukes, consult)).last_seq == 1
    host = stlukes.host
    assert await mercy.at(lambda: Participant.filter(host=host).count()) == 0
    assert (await mercy.asked(f"/k/{consult.id}", await stlukes.institution_key())).status == 404
    assert {"delivery.cancelled"} <= set(await audited(mercy))


async def test_a_pin_keeps_both_keys_of_the_application(mercy: House, actor: Change) -> None:
    peer = await mercy.at(lambda: peers.pin(actor, name="Elsewhere"))
    assert (peer.host, peer.name, peer.level) == ("elsewhere.example", "Elsewhere", "public")
    assert peer.pinned_ed25519_uri == "https://elsewhere.example/actor#ed25519-1"
    assert peer.pinned_rsa and peer.pinned_rsa.startswith("-----BEGIN PUBLIC KEY")
    assert (await audited(mercy))[-1] == "trust.pinned"


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update(type="Person"),
        lambda d: d.pop("publicKey"),
        lambda d: d.pop("assertionMethod"),
        lambda d: d.pop("inbox"),
        lambda d: d["publicKey"].update(owner="https://other.example/actor"),
        lambda d: d["endpoints"].update(sharedInbox="https://other.example/inbox"),
        lambda d: d.update(id="https://mercy.example/actor"),
    ],
)
async def test_what_is_not_another_institution_is_not_pinned(
    mercy: House, actor: Change, change: Callable[[Change], Any]
) -> None:
    before = await mercy.rows()
    with pytest.raises((TrustRefused, FederationError)):
        await mercy.at(lambda: peers.pin(changed(actor, change), name="x"))
    assert await mercy.rows() == before


async def test_production_takes_no_trust_without_a_handshake(mercy: House, actor: Change) -> None:
    peer = await mercy.at(lambda: peers.pin(actor, name="Elsewhere"))
    with pytest.raises(TrustRefused):
        await mercy.at(lambda: peers.set_active(peer, scopes=["consult"], terms=TERMS))
    assert await level(mercy, peer.host) is Level.PUBLIC


async def in_development(work: Callable[[], Awaitable[None]]) -> None:
    settings = replace(config.current(), development=Development(frozenset({"localhost:8001"})))
    config.use(settings)
    await work()


async def test_development_may_set_it_and_keeps_to_known_scopes(
    mercy: House, actor: Change
) -> None:
    peer = await mercy.at(lambda: peers.pin(actor, name="Elsewhere"))
    work = lambda: peers.set_active(peer, scopes=["consult", "everything"], terms=TERMS)  # noqa: E731
    await mercy.at(in_development, work)
    assert await level(mercy, peer.host) is Level.TRUSTED
    assert await mercy.at(trust.scopes, peer.host) == {"consult"}
    assert (await audited(mercy))[-1] == "trust.active"


async def test_trust_that_development_set_ends_on_both_sides_as_any_other(
    houses: Houses, mercy: House, stlukes: House
) -> None:
    both = ((mercy, stlukes), (stlukes, mercy))
    for house, other in both:
        peer = await house.at(Peer.get, host=other.host)
        work = partial(peers.set_active, peer, scopes=["consult"], terms=TERMS)
        await house.at(in_development, work)
    await does(mercy, treaties.revoke, stlukes)
    await houses.settle()
    for house, other in both:
        assert await state(house, other) is TrustState.REVOKED


async def test_nobody_unpinned_is_trusted_even_in_development(mercy: House) -> None:
    peer = await mercy.at(lambda: Peer.create(host="elsewhere.example"))
    work = lambda: peers.set_active(peer, scopes=["consult"], terms=TERMS)  # noqa: E731
    with pytest.raises(TrustRefused):
        await mercy.at(in_development, work)


async def test_the_stricter_of_two_agreements_holds(mercy: House, stlukes: House) -> None:
    rows = {"direction": "theirs"}
    values = {"terms": TERMS | {"maxLevel": 2}, "scopes": ["consult"]}
    await mercy.at(lambda: Relationship.filter(**rows).update(**values))
    assert await mercy.at(trust.ceiling, stlukes.host) == 2
    assert await mercy.at(trust.scopes, stlukes.host) == {"consult"}
    assert await mercy.at(trust.ceiling, "nobody.example") == 0
