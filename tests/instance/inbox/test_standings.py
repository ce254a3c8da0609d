"""F-STD-1: whom a consult's owner believes to be a physician, and of which level."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from federation import contexts, proofs
from instance.models import (
    Actor,
    Consult,
    Level,
    Member,
    Peer,
    Relationship,
    Stage,
    Standing,
)
from instance.outbox import local, remote, standing
from instance.services import standings
from tests.cast import MOYO, OSEI, VARGA, Houses
from tests.clinic import ask
from tests.forging import Writer, changed, refused, said
from tests.houses import House, Person, trust_each_other

DAY = timedelta(days=1)
Forge = Callable[[dict[str, Any], House], Awaitable[dict[str, Any]]]


@pytest.fixture
async def writer(houses: Houses, mercy: House, stlukes: House, lee: Person) -> Writer:
    """Dr Lee asks St. Luke's; Mercy has not met anybody of there yet."""
    consult: Consult = await ask(lee, stlukes)
    return await Writer.of(mercy, consult)


async def statement_of(person: Person) -> dict[str, Any]:
    row = await person.home.at(Standing.get, actor_id=person.actor.id)
    return dict(row.document)


async def say(person: Person, document: dict[str, Any]) -> None:
    """From now on the person's institution serves this statement."""
    await person.home.at(
        lambda: Standing.filter(actor_id=person.actor.id).update(document=document)
    )


async def signed(document: dict[str, Any], house: House, **members: Any) -> dict[str, Any]:
    bare = {name: value for name, value in document.items() if name != "proof"} | members
    return proofs.add_proof(bare, await house.institution_key(), datetime.now(UTC))


def dates(start: timedelta, end: timedelta) -> dict[str, str]:
    now = datetime.now(UTC)
    return {
        "validFrom": contexts.timestamp(now + start),
        "validUntil": contexts.timestamp(now + end),
    }


async def expired(document: dict[str, Any], house: House) -> dict[str, Any]:
    return await signed(document, house, **dates(-10 * DAY, -DAY))


async def not_yet_valid(document: dict[str, Any], house: House) -> dict[str, Any]:
    return await signed(document, house, **dates(DAY, 2 * DAY))


async def too_long(document: dict[str, Any], house: House) -> dict[str, Any]:
    return await signed(document, house, **dates(-DAY, 91 * DAY))


async def tampered(document: dict[str, Any], house: House) -> dict[str, Any]:
    return changed(document, lambda d: d["credentialSubject"].update({"cs:level": "L4"}))


async def of_a_colleague(document: dict[str, Any], house: House) -> dict[str, Any]:
    return await statement_of(await house.person(MOYO))


async def by_another_issuer(document: dict[str, Any], house: House) -> dict[str, Any]:
    return await signed(document, house, issuer="https://heart.example/actor")


async def by_another_key(document: dict[str, Any], house: House) -> dict[str, Any]:
    bare = {name: value for name, value in document.items() if name != "proof"}
    own = await (await house.person(MOYO)).key()
    return proofs.add_proof(bare, own, datetime.now(UTC))


async def unproven(document: dict[str, Any], house: House) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "proof"}


async def nothing(document: dict[str, Any], house: House) -> dict[str, Any]:
    return {"type": ["VerifiableCredential"], "credentialStatus": document["credentialStatus"]}


FORGERIES: list[Forge] = [
    *(expired, not_yet_valid, too_long, tampered, of_a_colleague),
    *(by_another_issuer, by_another_key, unproven, nothing),
]


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: forge.__name__)
async def test_a_statement_that_does_not_hold_gives_nothing(
    mercy: House, stlukes: House, writer: Writer, okafor: Person, forge: Forge
) -> None:
    await say(okafor, await forge(await statement_of(okafor), stlukes))
    for kind in ("answer", "comment"):
        async with refused(mercy, "F-STD-1 none") as answers:
            document = await said(writer, okafor, kind)
            answers.append(await mercy.receives(document, await okafor.key()))


async def test_a_statement_is_checked_again_when_it_is_used(
    mercy: House, stlukes: House, writer: Writer, okafor: Person
) -> None:
    await mercy.receives(await said(writer, okafor), await okafor.key())
    kept = await mercy.at(lambda: Standing.get(actor__uri=okafor.uri))
    true = dict(kept.document)
    for forge in FORGERIES:
        kept.document = await forge(true, stlukes)
        await mercy.at(kept.save)
        async with refused(mercy, "F-STD-1") as answers:
            document = await said(writer, okafor, "answer")
            answers.append(await mercy.receives(document, await okafor.key()))


async def test_a_statement_tells_nothing_of_a_peer_with_another_pin(
    mercy: House, heart: House, writer: Writer, okafor: Person
) -> None:
    await mercy.receives(await said(writer, okafor), await okafor.key())
    pinned = (await heart.institution_key()).public
    key = local.public_text(pinned.key)
    host = okafor.home.host
    await mercy.at(lambda: Peer.filter(host=host).update(pinned_ed25519=key))
    async with refused(mercy, "F-STD-1") as answers:
        answers.append(await mercy.receives(await said(writer, okafor), await okafor.key()))


@pytest.mark.parametrize(("ceiling", "status"), [(2, 403), (3, 202)])
async def test_the_ceiling_agreed_with_a_peer_holds(
    mercy: House, writer: Writer, okafor: Person, ceiling: int, status: int
) -> None:
    host = okafor.home.host
    terms = {"maxLevel": ceiling}
    await mercy.at(lambda: Relationship.filter(peer__host=host).update(terms=terms))
    document = await said(writer, okafor, "answer")
    assert (await mercy.receives(document, await okafor.key())).status == status


async def test_words_that_no_column_holds_give_nothing(
    mercy: House, stlukes: House, writer: Writer, okafor: Person
) -> None:
    document = await statement_of(okafor)
    subject = document["credentialSubject"] | {"cs:role": "physician" * 9, "cs:stage": "x" * 99}
    await say(okafor, await signed(document, stlukes, credentialSubject=subject))
    for kind, status in (("comment", 202), ("answer", 403)):
        answer = await mercy.receives(await said(writer, okafor, kind), await okafor.key())
        assert answer.status == status


async def test_a_statement_is_renewed_before_it_runs_out(
    mercy: House, stlukes: House, writer: Writer, okafor: Person
) -> None:
    """Peers keep an actor for a day: what they fetched must hold as long."""
    soon = dates(-DAY, timedelta(hours=25))
    values = {
        "document": await signed(await statement_of(okafor), stlukes, **soon),
        "valid_until": datetime.now(UTC) + timedelta(hours=25),
    }
    await stlukes.at(lambda: Standing.filter(actor_id=okafor.actor.id).update(**values))
    await mercy.receives(await said(writer, okafor), await okafor.key())
    known = await mercy.at(lambda: Standing.get(actor__uri=okafor.uri))
    assert known.valid_until > datetime.now(UTC) + 2 * DAY


async def test_who_was_met_before_there_was_trust_is_asked_again(
    houses: Houses, mercy: House, lee: Person
) -> None:
    """Else their first answers would be refused for a day."""
    late = await houses.open("Late", "hospital", "late.example", trusted=False)
    moyo = await late.person(MOYO)
    await mercy.at(lambda: remote.directory().find(f"{moyo.uri}#ed25519-1"))
    await trust_each_other(mercy, late)
    writer = await Writer.of(mercy, await ask(lee, late))
    document = await said(writer, moyo, "answer")
    assert (await mercy.receives(document, await moyo.key())).status == 202


async def hours_pass(house: House, person: Person) -> None:
    """What `house` knows of the person is not of today's last minutes any more."""
    earlier = datetime.now(UTC) - timedelta(hours=5)
    await house.at(lambda: Actor.filter(uri=person.uri).update(fetched_at=earlier))
    house.institution.directory._fetched.clear()


async def changes(person: Person, **values: Any) -> None:
    """At home; and others see it, as minutes later."""
    now = datetime.now(UTC)

    async def change() -> None:
        await Member.filter(id=person.member.id).update(**values)
        await standing.changed(await Member.get(id=person.member.id), now)

    await person.home.at(change)
    await person.home.at(standings.publish_due, now + timedelta(minutes=10))


@pytest.mark.parametrize(
    ("new", "values"),
    [(VARGA, {"level": Level.VERIFIED}), (OSEI, {"stage": Stage.PRACTISING})],
    ids=["verified", "practising"],
)
async def test_who_was_promoted_today_may_answer_today(
    mercy: House, stlukes: House, writer: Writer, new: Any, values: dict[str, Any]
) -> None:
    person = await stlukes.person(new)
    await mercy.receives(await said(writer, person), await person.key())
    await changes(person, **values)
    await hours_pass(mercy, person)
    document, key = await said(writer, person, "answer"), await person.key()
    before = await mercy.rows()
    first = await mercy.receives(document, key)
    assert (first.status, first.header("retry-after")) == (503, "10")
    added = {name: before[name] + 1 for name in ("Fetch", "Event")}
    assert await mercy.rows() == before | added
    await mercy.deliver()
    assert (await mercy.receives(document, key)).status == 202


async def test_who_is_really_not_verified_is_refused_after_one_look(
    mercy: House, stlukes: House, writer: Writer
) -> None:
    varga = await stlukes.person(VARGA)
    await mercy.receives(await said(writer, varga), await varga.key())
    await hours_pass(mercy, varga)
    document, key = await said(writer, varga, "answer"), await varga.key()
    assert (await mercy.receives(document, key)).status == 503
    await mercy.deliver()
    async with refused(mercy, "NotAllowed") as answers:
        answers.append(await mercy.receives(document, key))


async def test_what_is_the_askers_is_refused_without_another_look(
    mercy: House, writer: Writer, okafor: Person
) -> None:
    await mercy.receives(await said(writer, okafor), await okafor.key())
    await hours_pass(mercy, okafor)
    async with refused(mercy, "NotAllowed") as answers:
        document = await said(writer, okafor, "not_solved")
        answers.append(await mercy.receives(document, await okafor.key()))
