"""Answers to our Offers of trust as peers may send them: none but the right one counts."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from federation import proofs
from federation.authentication import Level
from federation.messages import Form
from instance.models import (
    OutboxActivity,
    Peer,
    TrustState,
)
from instance.models import Relationship as Row
from instance.outbox import trust
from instance.services import agreements, cutting, treaties, treaty_answers
from tests.clinic import audited
from tests.houses import House
from tests.network import Network
from tests.treaties import (
    FIRST,
    Change,
    Institution,
    answered,
    does,
    pin,
    queued,
    reproven,
    state,
)


@pytest.fixture
def are_trusted() -> bool:
    return False


@pytest.fixture
def shady(network: Network) -> Institution:
    return Institution("shady.example", network)


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
