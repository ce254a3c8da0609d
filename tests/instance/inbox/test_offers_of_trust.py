"""Offers of trust as peers may send them, and who may take them back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from federation import handshake, proofs
from federation.authentication import Level
from instance.errors import TrustRefused
from instance.models import (
    Actor,
    Direction,
    Follow,
    KeyCheck,
    Notification,
    NotificationKind,
    Offer,
    Peer,
    TrustState,
)
from instance.outbox import trust
from instance.services import agreements, key_checks, treaties
from instance.services.retention import purging
from tests.cast import LEE, Houses
from tests.clinic import audited
from tests.forging import changed
from tests.houses import House
from tests.network import Network
from tests.treaties import (
    FIRST,
    SECOND,
    WANTED,
    Change,
    Institution,
    agree,
    answered,
    relationships,
    reproven,
    state,
)

PAST = "2020-01-01T00:00:00Z"


@pytest.fixture
def are_trusted() -> bool:
    return False


@pytest.fixture
def shady(network: Network) -> Institution:
    return Institution("shady.example", network)


async def test_of_many_offers_one_waits_and_administrators_hear_of_it_once(
    mercy: House, shady: Institution
) -> None:
    await mercy.person(FIRST)
    now = datetime.now(UTC)
    statuses = []
    for number in range(1, 31):
        document = shady.offer(mercy.origin, number, starts_at=now + timedelta(seconds=number))
        statuses.append((await shady.sends(mercy, document, "trusted")).status)
    assert statuses == [202] + 29 * [429]
    assert await mercy.at(lambda: Offer.all().count()) == 1
    assert (await mercy.at(lambda: Offer.get())).nonce == f"{1:032d}"
    told = await mercy.at(lambda: Notification.all())
    assert [row.kind for row in told] == [NotificationKind.TRUST_OFFERED]
    assert [row for row in await audited(mercy) if row.startswith("trust.")] == [
        "trust.offer_received"
    ]
    assert await mercy.at(trust.level, shady.host) is Level.PUBLIC


async def test_a_second_offer_takes_the_place_of_the_first_after_a_day(
    mercy: House, shady: Institution
) -> None:
    await mercy.person(FIRST)
    await shady.sends(mercy, shady.offer(mercy.origin), "trusted")
    past = datetime.now(UTC) - timedelta(hours=25)
    await mercy.at(lambda: Offer.all().update(created_at=past, starts_at=past))
    assert (await shady.sends(mercy, shady.offer(mercy.origin, 2), "trusted")).status == 202
    assert (await mercy.at(lambda: Offer.get())).nonce == f"{2:032d}"
    assert await mercy.at(lambda: Notification.all().count()) == 1


async def test_of_many_unknown_servers_only_so_many_offers_wait(
    mercy: House, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("instance.services.strangers.MOST", 2)
    statuses = []
    for number in range(4):
        one = Institution(f"h{number}.shady{number}.example", network)
        statuses.append((await one.sends(mercy, one.offer(mercy.origin), "trusted")).status)
    assert statuses == [202, 202, 429, 429]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda d: d["object"].update(object="https://heart.example/actor"), 403),
        (lambda d: d["object"].update(subject="https://heart.example/actor"), 403),
        (lambda d: d["object"].update(id="https://heart.example/trust/1"), 403),
        (lambda d: d["object"].update(endTime="2099-01-01T00:00:00Z"), 403),
        (lambda d: d["object"].update(startTime="2020-01-01T00:00:00Z"), 403),
        (lambda d: d["object"].update({"cs:nonce": "1"}), 400),
        (lambda d: d["object"].update({"cs:terms": "none"}), 400),
    ],
)
async def test_an_offer_that_is_none_is_refused(
    mercy: House, shady: Institution, change: Change, status: int
) -> None:
    document = reproven(shady.offer(mercy.origin), shady.ed25519, change)
    assert (await shady.sends(mercy, document, "trusted")).status == status
    assert await mercy.at(lambda: Offer.all().count()) == 0


async def test_a_person_or_an_unproven_offer_is_refused(
    mercy: House, shady: Institution, network: Network
) -> None:
    bare = {name: value for name, value in shady.offer(mercy.origin).items() if name != "proof"}
    assert (await shady.sends(mercy, bare, "trusted")).status == 403
    assert (await shady.sends(mercy, shady.offer(mercy.origin), "cavage")).status == 403
    person = Institution("people.example", network)
    person.documents[person.uri]["type"] = "Person"
    assert (await person.sends(mercy, person.offer(mercy.origin), "trusted")).status == 403
    assert await mercy.at(lambda: Offer.all().count()) == 0


async def test_an_offer_that_waits_is_not_forgotten_with_a_host_that_is_nobody_yet(
    mercy: House, shady: Institution
) -> None:
    await shady.sends(mercy, shady.offer(mercy.origin), "trusted")
    await mercy.at(purging.run, datetime.now(UTC) + timedelta(days=9))
    assert await mercy.at(lambda: Offer.filter(state=TrustState.PENDING).exists())


async def test_a_key_check_that_waits_is_not_forgotten_either(
    mercy: House, shady: Institution
) -> None:
    shady.webfinger()
    first = await mercy.person(FIRST)
    await first.does(key_checks.pin, shady.host, shady.tails(), "Dr Quill")
    await mercy.at(purging.run, datetime.now(UTC) + timedelta(days=9))
    assert await mercy.at(lambda: KeyCheck.filter(peer__host=shady.host).exists())


async def test_an_offer_replayed_after_the_end_has_no_effect(mercy: House, stlukes: House) -> None:
    """T57: also under a new id, and when it may be offered again."""
    document = await answered(mercy, stlukes)
    key = await stlukes.institution_key()
    await mercy.receives(document, key)
    first = (await stlukes.at(lambda: Offer.get(direction=Direction.THEIRS))).document
    await stlukes.at(lambda: Offer.all().update(state=TrustState.REVOKED))
    past = datetime.now(UTC) - timedelta(days=2)
    await stlukes.at(lambda: Offer.all().update(created_at=past, nonce="another"))
    ours = await mercy.institution_key()
    again = reproven(first, ours, lambda d: d.update(id=f"{mercy.origin}/a/99"))
    assert (await stlukes.receives(again, ours)).status == 202
    assert (await stlukes.at(lambda: Offer.get())).uri == first["id"]
    assert await state(stlukes, mercy) is not TrustState.PENDING


async def test_nobody_takes_back_what_another_institution_said(
    houses: Houses, mercy: House, stlukes: House, shady: Institution
) -> None:
    await agree(houses, mercy, stlukes)
    said = (await relationships(mercy))[Direction.THEIRS].activity_uri
    forged = handshake.close(
        "Undo",
        f"{shady.origin}/undo/1",
        said,
        to=f"{mercy.origin}/actor",
        key=shady.ed25519,
        now=datetime.now(UTC),
    )
    assert (await shady.sends(mercy, forged, "trusted")).status == 403
    assert await state(mercy, stlukes) is TrustState.ACTIVE
    person = await stlukes.person(FIRST)
    key = await person.key()
    own = reproven(forged, key, lambda d: d.update(id=f"{person.uri}#undo", actor=person.uri))
    assert (await mercy.receives(own, key)).status == 403
    assert await state(mercy, stlukes) is TrustState.ACTIVE


async def test_who_is_not_pinned_can_take_an_offer_back(mercy: House, shady: Institution) -> None:
    await shady.sends(mercy, shady.offer(mercy.origin), "trusted")
    assert await mercy.at(lambda: Actor.filter(uri=shady.uri).count()) == 1
    undo = shady.activity("Undo", f"{shady.origin}/offers/1")
    signed = proofs.add_proof(undo, shady.ed25519, datetime.now(UTC))
    assert (await shady.sends(mercy, signed, "trusted")).status == 202
    offers = await mercy.at(lambda: Offer.all())
    assert [row.state for row in offers] == [TrustState.REVOKED]
    assert (await mercy.at(lambda: Peer.get(host=shady.host))).pinned_at is None


async def test_who_is_pinned_and_no_partner_still_takes_back_a_follow(
    mercy: House, shady: Institution
) -> None:
    """Accept, Reject and Undo are read by what they name, not by who sends them how."""
    lee = await mercy.person(LEE)
    first, second = await mercy.person(FIRST), await mercy.person(SECOND)
    shady.webfinger()
    await first.does(key_checks.pin, shady.host, shady.tails(), "Dr Quill")
    await second.does(key_checks.confirm, shady.host, shady.tails())
    follow = shady.activity("Follow", lee.uri)
    assert (await shady.sends(mercy, follow)).status == 202
    assert await mercy.at(lambda: Follow.all().count()) == 1
    undo = shady.activity("Undo", follow["id"])
    assert (await shady.sends(mercy, undo, "trusted")).status == 202
    assert await mercy.at(lambda: Follow.all().count()) == 0


@pytest.mark.parametrize(
    "wrong", ["subject_keys", "object_keys", "proof", "ends_at", "not pinned", "nothing"]
)
async def test_an_offer_is_accepted_only_by_the_keys_that_were_compared(
    mercy: House, shady: Institution, wrong: str
) -> None:
    """T58: whoever sent it, with whatever was served at that time."""
    values: dict[str, Any] = {
        "subject_keys": frozenset(shady.fingerprints()),
        "object_keys": await mercy.at(agreements.own_fingerprints),
    }
    if wrong in values:
        values[wrong] = frozenset({"1" * 64, "2" * 64})
    document = shady.offer(mercy.origin, **values)
    assert (await shady.sends(mercy, document, "trusted")).status == 202
    first, second = await mercy.person(FIRST), await mercy.person(SECOND)
    shady.webfinger()
    if wrong != "not pinned":
        await first.does(key_checks.pin, shady.host, shady.tails(), "Dr Quill")
        await second.does(key_checks.confirm, shady.host, shady.tails())
    if wrong == "proof":
        forged = changed(document, lambda d: d["object"].update({"cs:scopes": ["onward"]}))
        await mercy.at(lambda: Offer.all().update(document=forged))
    if wrong == "ends_at":
        over = reproven(document, shady.ed25519, lambda d: d["object"].update(endTime=PAST))
        await mercy.at(lambda: Offer.all().update(document=over))
    if wrong == "nothing":
        await first.does(treaties.accept, shady.host, WANTED)
        assert (await mercy.at(lambda: Offer.get())).answer_uri is not None
        return
    with pytest.raises(TrustRefused):
        await first.does(treaties.accept, shady.host, WANTED)
    assert (await mercy.at(lambda: Offer.get())).answer_uri is None
    keys_differ = wrong in ("subject_keys", "object_keys", "proof")
    assert ("trust.keys_differ" in await audited(mercy)) == keys_differ
