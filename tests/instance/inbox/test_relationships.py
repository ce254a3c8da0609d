"""Offers of trust and their answers as peers may send them: none but the right one counts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from federation import handshake, proofs
from federation.authentication import Level
from federation.keys import PrivateKey
from federation.messages import Form
from instance.errors import TrustRefused
from instance.models import (
    Actor,
    Direction,
    Follow,
    Notification,
    NotificationKind,
    Offer,
    OutboxActivity,
    Peer,
    TrustState,
)
from instance.models import Relationship as Row
from instance.outbox import trust
from instance.services import agreements, cutting, key_checks, treaties, treaty_answers
from tests.cast import LEE, Houses
from tests.clinic import audited
from tests.forging import changed
from tests.houses import House
from tests.network import Network
from tests.treaties import (
    FIRST,
    SECOND,
    WANTED,
    Institution,
    accept,
    agree,
    does,
    offer,
    pin,
    relationships,
    state,
)

PAST = "2020-01-01T00:00:00Z"
Change = Callable[[dict[str, Any]], Any]


@pytest.fixture
async def mercy(houses: Houses) -> House:
    return await houses.open("Mercy General", "hospital", "mercy.example", trusted=False)


@pytest.fixture
async def stlukes(houses: Houses) -> House:
    return await houses.open("St. Luke's", "hospital", "stlukes.example", trusted=False)


@pytest.fixture
async def heart(houses: Houses) -> House:
    return await houses.open("National Heart Society", "society", "heart.example", trusted=False)


@pytest.fixture
def shady(network: Network) -> Institution:
    return Institution("shady.example", network)


def reproven(document: dict[str, Any], key: PrivateKey, change: Change) -> dict[str, Any]:
    return proofs.add_proof(changed(document, change), key, datetime.now(UTC))


async def queued(house: House, kind: str) -> dict[str, Any]:
    """What a house is about to send, which is then not sent."""
    row = await house.at(lambda: OutboxActivity.filter(type=kind).order_by("-id").first())
    assert row is not None
    await house.at(row.delete)
    return dict(orjson.loads(row.body))


async def answered(mercy: House, stlukes: House) -> dict[str, Any]:
    """The Accept of St. Luke's to an Offer of Mercy's; it has not been sent."""
    await pin(mercy, stlukes)
    await offer(mercy, stlukes)
    await mercy.deliver()
    await pin(stlukes, mercy)
    await accept(stlukes, mercy)
    return await queued(stlukes, "Accept")


async def test_the_answer_as_it_was_meant_makes_them_trusted(mercy: House, stlukes: House) -> None:
    document = await answered(mercy, stlukes)
    assert (await mercy.receives(document, await stlukes.institution_key())).status == 202
    assert await state(mercy, stlukes) is TrustState.ACTIVE


def result(**values: Any) -> Change:
    return lambda document: document["result"].update(
        {name.replace("cs_", "cs:"): value for name, value in values.items()}
    )


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (result(cs_nonce="0" * 32), 403),
        (result(cs_subjectKeys=["1" * 64, "2" * 64]), 403),
        (result(cs_objectKeys=["1" * 64, "2" * 64]), 403),
        (result(object="https://heart.example/actor"), 403),
        (result(subject="https://heart.example/actor", id="https://heart.example/trust/1"), 403),
        (result(id="https://heart.example/trust/1"), 403),
        (result(endTime="2020-01-01T00:00:00Z"), 403),
        (result(endTime="2099-01-01T00:00:00Z"), 403),
        (lambda d: d.pop("result"), 400),
        (lambda d: d.update(object="https://mercy.example/a/1"), 202),
    ],
)
async def test_an_answer_that_differs_in_anything_makes_nobody_trusted(
    mercy: House, stlukes: House, change: Change, status: int
) -> None:
    key = await stlukes.institution_key()
    document = reproven(await answered(mercy, stlukes), key, change)
    assert (await mercy.receives(document, key)).status == status
    assert await state(mercy, stlukes) is TrustState.OFFERED
    assert await mercy.at(lambda: Row.all().count()) == 0


async def test_an_answer_without_its_proof_or_in_a_weaker_form_does_not_count(
    mercy: House, stlukes: House
) -> None:
    document = await answered(mercy, stlukes)
    key = await stlukes.institution_key()
    bare = {name: value for name, value in document.items() if name != "proof"}
    assert (await mercy.receives(bare, key)).status == 403
    rsa = await stlukes.institution_key("rsa")
    weaker: tuple[Form, ...] = ("cavage", "rfc9421")
    for form in weaker:
        assert (await mercy.receives(document, rsa, form)).status == 403
    assert await state(mercy, stlukes) is TrustState.OFFERED
    assert "11.1.2 proof" in await audited(mercy)


async def test_another_hospital_cannot_answer_for_the_one_that_was_asked(
    mercy: House, stlukes: House, heart: House
) -> None:
    document = await answered(mercy, stlukes)
    await pin(mercy, heart)
    key, uri = await heart.institution_key(), f"{heart.origin}/actor"

    def theirs(d: dict[str, Any]) -> None:
        d.update(id=f"{heart.origin}/a/1", actor=uri)
        d["result"].update(subject=uri, id=f"{heart.origin}/trust/1")

    assert (await mercy.receives(reproven(document, key, theirs), key)).status == 202
    assert await state(mercy, stlukes) is TrustState.OFFERED
    assert await state(mercy, heart) is TrustState.PINNED


async def test_a_member_of_the_hospital_cannot_answer_for_it(mercy: House, stlukes: House) -> None:
    document = await answered(mercy, stlukes)
    person = await stlukes.person(FIRST)
    key = await person.key()

    def own(d: dict[str, Any]) -> None:
        d.update(actor=person.uri)

    assert (await mercy.receives(reproven(document, key, own), key)).status == 202
    assert await state(mercy, stlukes) is TrustState.OFFERED


async def test_keys_that_were_not_compared_prove_nothing(
    mercy: House, stlukes: House, network: Network
) -> None:
    """T58: who has their name and certificate, and not their keys, answers in their place."""
    document = await answered(mercy, stlukes)
    thief = Institution(stlukes.host, network)
    thief_key = replace(thief.ed25519, id=f"{stlukes.origin}/actor#ed25519-9")
    thief.documents[thief.uri]["assertionMethod"][0]["id"] = thief_key.id
    forged = reproven(document, thief_key, lambda d: d.update(id=f"{stlukes.origin}/a/66"))
    assert (await mercy.receives(forged, thief_key)).status in (401, 403)
    assert await state(mercy, stlukes) is TrustState.OFFERED
    assert await mercy.at(lambda: Row.all().count()) == 0


async def test_an_answer_counts_once_and_not_after_the_end(mercy: House, stlukes: House) -> None:
    document = await answered(mercy, stlukes)
    key = await stlukes.institution_key()
    await mercy.receives(document, key)
    await does(mercy, treaties.revoke, stlukes)
    assert (await mercy.receives(document, key)).status == 202
    again = reproven(document, key, lambda d: d.update(id=f"{stlukes.origin}/a/77"))
    assert (await mercy.receives(again, key)).status == 403
    assert await state(mercy, stlukes) is TrustState.REVOKED


@pytest.mark.parametrize("kind", ["Accept", "Reject", "Undo"])
async def test_answers_to_what_nobody_offered_change_nothing(
    mercy: House, shady: Institution, kind: str
) -> None:
    before = await mercy.at(agreements.all_of_them)
    for named in (f"{mercy.origin}/a/1", f"{shady.origin}/offers/1"):
        document = shady.offer(mercy.origin) | {"type": kind, "object": named}
        document["id"] = f"{shady.origin}/{kind}/{len(named)}"
        signed = proofs.add_proof(document, shady.ed25519, datetime.now(UTC))
        assert (await shady.sends(mercy, signed, "trusted")).status == 202
    assert await mercy.at(agreements.all_of_them) == before
    assert await mercy.at(trust.level, shady.host) is Level.PUBLIC


async def test_a_thousand_offers_are_one_and_administrators_hear_of_it_once(
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
    monkeypatch.setattr("instance.services.treaty_answers.UNKNOWN_MOST", 2)
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


async def test_an_offer_taken_back_while_it_becomes_active_ends_it(
    mercy: House, stlukes: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T56: the Undo waits for whoever writes down that our answer arrived, and sees it then."""
    accepted = await answered(mercy, stlukes)
    await does(mercy, treaties.revoke, stlukes)
    undo, locked = await queued(mercy, "Undo"), cutting.locked
    met: list[str] = []

    async def after_the_other(host: str) -> Peer:
        if not met:
            met.append(host)
            arrived = OutboxActivity(uri=accepted["id"], type="Accept", as_partner=True)
            await treaty_answers.note_arrived([arrived])
        return await locked(host)

    monkeypatch.setattr(cutting, "locked", after_the_other)
    assert (await stlukes.receives(undo, await mercy.institution_key())).status == 202
    assert met == [mercy.host]
    assert await state(stlukes, mercy) is TrustState.REVOKED
