"""The keys of a partner change: by its own word, or by nobody's (federation.md 11.1.7, T58)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from federation import proofs
from federation.keys import PrivateKey
from instance.models import (
    Delivery,
    Notification,
    NotificationKind,
    Peer,
    TrustState,
)
from instance.outbox import local, trust
from instance.services import agreements, key_checks, pins, rotation, treaties
from instance.services.consults.states import Event
from tests.cast import Houses
from tests.clinic import ask, audited, seen_at, write
from tests.houses import House, Person
from tests.network import Network
from tests.treaties import FIRST, SECOND, Institution, agree, does, is_trusted, state

OPEN = {"due_at__not_isnull": True}


@pytest.fixture
def are_trusted() -> bool:
    return False


@pytest.fixture
async def partners(houses: Houses, mercy: House, stlukes: House, lee: Person) -> None:
    await agree(houses, mercy, stlukes)


async def peer_of(house: House, other: House) -> Peer:
    return await house.at(Peer.get, host=other.host)


async def rotate(house: House, *, emergency: bool = False) -> None:
    institution = await house.at(local.institution)
    await house.at(lambda: rotation.rotate(institution, emergency=emergency))


def thief_of(house: House, network: Network) -> Institution:
    """From now on somebody else answers for this house, with keys of their own."""
    thief = Institution(house.host, network)
    thief.webfinger()
    return thief


async def compare(house: House, host: str, tails: key_checks.Tails) -> None:
    """Two administrators of `house` call and compare what is served there now."""
    first, second = await house.person(FIRST), await house.person(SECOND)
    await first.does(key_checks.pin, host, tails, "Dr Quill")
    await second.does(key_checks.confirm, host, tails)


async def waiting(house: House, host: str) -> list[Delivery]:
    of_consults = {"host": host, "activity__consult_id__not_isnull": True, **OPEN}
    return await house.at(lambda: Delivery.filter(**of_consults))


async def make_due(house: House) -> None:
    await house.at(lambda: Delivery.filter(**OPEN).update(due_at=datetime.now(UTC)))


async def told(house: House) -> int:
    kind = NotificationKind.TRUST_CHANGED
    return await house.at(lambda: Notification.filter(kind=kind, read_at=None).count())


async def test_new_keys_that_the_old_one_vouches_for_are_taken(
    houses: Houses, partners: None, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    before = await peer_of(mercy, stlukes)
    await rotate(stlukes)
    await houses.settle()
    after = await peer_of(mercy, stlukes)
    assert before.pinned_ed25519 != after.pinned_ed25519 and before.pinned_rsa != after.pinned_rsa
    assert await is_trusted(mercy, stlukes)
    assert (await audited(mercy))[-1] == "trust.repinned"
    assert await told(mercy) == 2  # each administrator once
    await mercy.at(pins.look_at_all)
    assert await is_trusted(mercy, stlukes)
    for person in (lee, okafor):
        await write(person, await seen_at(person.home, consult), Event.COMMENT)
        await houses.settle()
    assert (await seen_at(mercy, consult)).last_seq == (await seen_at(stlukes, consult)).last_seq
    await rotate(stlukes)  # and once more, on the new pin
    await houses.settle()
    assert await is_trusted(mercy, stlukes)


async def test_what_is_sent_before_the_new_keys_are_known_arrives_after(
    houses: Houses, partners: None, mercy: House, stlukes: House, okafor: Person, network: Network
) -> None:
    """The Update stands in no lane with what goes out under the new key already."""
    network.down.add(mercy.host)
    await rotate(stlukes)
    consult = await ask(okafor, mercy)
    network.down.clear()
    await stlukes.at(lambda: Peer.all().update(probe_at=None, failing_since=None))
    await make_due(stlukes)
    await houses.settle()
    assert (await seen_at(mercy, consult)).uri == consult.uri


Change = Callable[[dict[str, Any], PrivateKey, PrivateKey], dict[str, Any]]


def _without(document: dict[str, Any], old: PrivateKey, new: PrivateKey) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "proof"}


def _by_the_old(document: dict[str, Any], old: PrivateKey, new: PrivateKey) -> dict[str, Any]:
    return proofs.add_proof(document, old, datetime.now(UTC))


def _changed(document: dict[str, Any], old: PrivateKey, new: PrivateKey) -> dict[str, Any]:
    return {**document, "published": "2026-01-01T00:00:00Z"}


async def _update(house: House) -> tuple[dict[str, Any], PrivateKey, PrivateKey]:
    """The Update that tells of new keys, not sent; the key before and the key after."""
    old = await house.institution_key()
    await rotate(house)
    new = await house.institution_key()
    [row] = await house.at(lambda: Delivery.filter(**OPEN).select_related("activity"))
    await house.at(row.delete)
    return dict(orjson.loads(row.activity.body)), old, new


@pytest.mark.parametrize("change", [_without, _by_the_old, _changed])
async def test_new_keys_that_do_not_prove_themselves_are_not_taken(
    partners: None, mercy: House, stlukes: House, change: Change
) -> None:
    document, old, new = await _update(stlukes)
    before = await peer_of(mercy, stlukes)
    answer = await mercy.receives(change(document, old, new), old)
    assert answer.status == 403
    assert (await peer_of(mercy, stlukes)).pinned_ed25519 == before.pinned_ed25519


async def test_new_keys_that_the_old_one_did_not_send_are_not_taken(
    partners: None, mercy: House, stlukes: House
) -> None:
    document, _, new = await _update(stlukes)
    assert (await mercy.receives(document, new)).status == 401
    assert (await peer_of(mercy, stlukes)).pinned_ed25519_uri != new.id


async def test_whoever_is_no_partner_any_more_changes_no_pin_with_another_key(
    partners: None, mercy: House, stlukes: House
) -> None:
    document, _, new = await _update(stlukes)
    await does(mercy, treaties.revoke, stlukes)
    await mercy.receives(document, new)
    assert (await peer_of(mercy, stlukes)).pinned_ed25519_uri != new.id


async def test_a_server_that_shows_other_keys_gets_and_gives_nothing_more(
    houses: Houses,
    partners: None,
    mercy: House,
    stlukes: House,
    lee: Person,
    okafor: Person,
    network: Network,
) -> None:
    """T58: somebody took over its name or its certificate."""
    consult = await ask(lee, stlukes)
    await houses.settle()
    await write(okafor, await seen_at(stlukes, consult), Event.COMMENT)  # on its way to Mercy
    real = network.servers[stlukes.host]
    thief = thief_of(stlukes, network)
    await write(lee, consult, Event.COMMENT)  # on its way to them
    network.sent.clear()
    for _ in range(2):
        await mercy.at(pins.look_at_all)
    assert not await is_trusted(mercy, stlukes)
    assert await state(mercy, stlukes) is TrustState.SUSPENDED
    assert (await audited(mercy)).count("trust.keys_changed") == 1
    assert await told(mercy) == 2
    await write(lee, consult, Event.COMMENT)
    for _ in range(2):
        await mercy.deliver()
        assert network.posts(stlukes.host) == []
        assert len(await waiting(mercy, stlukes.host)) == 2
        await make_due(mercy)  # as a sign of life would

    key = await stlukes.institution_key()
    assert (await mercy.asked(f"/k/{consult.id}", key)).status == 404
    assert (await mercy.asked(f"/k/{consult.id}", thief.ed25519)).status == 404
    network.servers[stlukes.host] = real
    await stlukes.deliver()  # theirs, signed with the pinned key
    assert (await seen_at(mercy, consult)).last_seq == 3
    [row] = await waiting(stlukes, mercy.host)
    assert row.last_error == "busy 503"


async def test_what_waited_goes_out_when_people_compared_the_new_keys(
    houses: Houses, partners: None, mercy: House, stlukes: House, lee: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    await rotate(stlukes, emergency=True)
    await mercy.at(pins.look_at_all)
    assert not await is_trusted(mercy, stlukes)
    await write(lee, consult, Event.COMMENT)
    await houses.settle()
    assert (await seen_at(stlukes, consult)).last_seq == 1
    rsa, ed25519 = key_checks.fingerprints(*await stlukes.at(agreements.own_keys))
    await compare(mercy, stlukes.host, key_checks.Tails(rsa[-8:], ed25519[-8:]))
    assert await state(mercy, stlukes) is TrustState.ACTIVE
    await houses.settle()
    assert (await seen_at(stlukes, consult)).last_seq == 2


async def test_a_server_that_shows_the_old_keys_again_is_compared_like_any_other(
    partners: None, mercy: House, stlukes: House, network: Network
) -> None:
    real = network.servers[stlukes.host]
    thief_of(stlukes, network)
    await mercy.at(pins.look_at_all)
    network.servers[stlukes.host] = real
    await mercy.at(pins.look_at_all)
    assert not await is_trusted(mercy, stlukes)  # a thief who left may come back
    rsa, ed25519 = key_checks.fingerprints(*await stlukes.at(agreements.own_keys))
    await compare(mercy, stlukes.host, key_checks.Tails(rsa[-8:], ed25519[-8:]))
    assert await is_trusted(mercy, stlukes)


async def test_a_word_of_the_old_key_that_comes_late_is_enough(
    houses: Houses, partners: None, mercy: House, stlukes: House
) -> None:
    """We looked after the keys changed there, and before the Update was here."""
    await rotate(stlukes)
    await mercy.at(pins.look_at_all)
    assert not await is_trusted(mercy, stlukes)
    await houses.settle()
    assert await is_trusted(mercy, stlukes)
    assert (await peer_of(mercy, stlukes)).keys_changed_at is None


async def test_after_three_days_nothing_is_kept_for_it(
    houses: Houses, partners: None, mercy: House, stlukes: House, lee: Person, network: Network
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    await write(lee, consult, Event.COMMENT)
    thief_of(stlukes, network)
    await mercy.at(pins.look_at_all)
    before = datetime.now(UTC) - trust.HELD_FOR - timedelta(seconds=1)
    await mercy.at(lambda: Peer.all().update(keys_changed_at=before))
    await make_due(mercy)
    network.sent.clear()
    await mercy.deliver()
    assert network.posts(stlukes.host) == []
    assert await waiting(mercy, stlukes.host) == []
    assert "delivery.cancelled" in await audited(mercy)


@pytest.mark.parametrize("how", ["down", "nobody"])
async def test_a_server_that_does_not_say_who_it_is_shows_no_other_keys(
    partners: None, mercy: House, stlukes: House, network: Network, how: str
) -> None:
    if how == "down":
        network.down.add(stlukes.host)
    else:
        thief_of(stlukes, network).documents.clear()
    await mercy.at(pins.look_at_all)
    assert await is_trusted(mercy, stlukes)


async def test_what_was_ended_meanwhile_does_not_come_back_with_the_keys(
    houses: Houses, partners: None, mercy: House, stlukes: House
) -> None:
    await rotate(stlukes)
    await mercy.at(pins.look_at_all)
    await does(mercy, treaties.revoke, stlukes)
    await houses.settle()
    assert await state(mercy, stlukes) is TrustState.REVOKED
    assert not await is_trusted(mercy, stlukes)
