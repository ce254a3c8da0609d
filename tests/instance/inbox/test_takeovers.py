"""T60: only its owner tells the history of a consult, once, in order; nobody else, and no second.

Mercy owns; St. Luke's receives.
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from instance.models import Consult, Status
from tests.cast import Houses
from tests.clinic import ask, seen_at, written
from tests.forging import PUBLIC, Writer, changed, proven, refused, said
from tests.houses import House, Person, end_trust


@pytest.fixture
async def consult(houses: Houses, mercy: House, stlukes: House, lee: Person) -> Consult:
    consult = await ask(lee, stlukes)
    await houses.settle()
    return consult


@pytest.fixture
async def writer(mercy: House, consult: Consult) -> Writer:
    return await Writer.of(mercy, consult)


@pytest.fixture
async def unchanged(stlukes: House, consult: Consult) -> AsyncIterator[None]:
    """Whatever the test sends, the consult stays as it was."""
    before = await told(stlukes, consult)
    yield
    assert await told(stlukes, consult) == before


async def told(house: House, consult: Consult) -> Any:
    state = await seen_at(house, consult)
    rows = await written(house, consult)
    return state.status, state.version, state.last_seq, [row.body for row in rows]


async def test_the_next_entry_of_the_owner_is_taken(
    stlukes: House, consult: Consult, writer: Writer, lee: Person
) -> None:
    entry = await writer.add(await said(writer, lee), 2)
    assert (await stlukes.receives(entry, await writer.key())).status == 202
    assert (await seen_at(stlukes, consult)).last_seq == 2


@pytest.mark.usefixtures("unchanged")
async def test_another_group_of_the_owner_does_not_speak_for_it(
    mercy: House, stlukes: House, writer: Writer, lee: Person
) -> None:
    other = await Writer.of(mercy, await ask(lee, stlukes))
    await stlukes.receives(await other.add(await said(other, lee), 2), await other.key())
    entry = await writer.add(await said(writer, lee), 2, actor=other.group.uri)
    for audience in (other.group.uri, writer.group.uri):
        target = entry["target"] | {"attributedTo": other.group.uri}
        forged = entry | {"audience": audience, "target": target}
        rule = "T60 owner" if audience == other.group.uri else "T60 shape"
        async with refused(stlukes, rule) as answers:
            key = await other.key()
            answers.append(await stlukes.receives(proven(forged, key), key))


@pytest.mark.usefixtures("unchanged")
async def test_neither_its_institution_nor_another_speaks_for_the_group(
    mercy: House, stlukes: House, heart: House, writer: Writer, lee: Person
) -> None:
    for house in (mercy, heart):
        actor = f"{house.origin}/actor"
        entry = await writer.add(await said(writer, lee), 2, actor=actor, audience=actor)
        entry |= {"target": entry["target"] | {"attributedTo": actor}}
        entry |= {"id": f"{house.origin}/a/1"}
        key = await house.institution_key()
        async with refused(stlukes, "T60 owner" if house is mercy else "T60 shape") as answers:
            answers.append(await stlukes.receives(proven(entry, key), key))


@pytest.mark.usefixtures("unchanged")
async def test_a_member_of_the_owner_does_not_speak_for_the_group(
    stlukes: House, writer: Writer, lee: Person
) -> None:
    entry = await writer.add(await said(writer, lee), 2, actor=lee.uri)
    async with refused(stlukes, "T60 shape") as answers:
        answers.append(await stlukes.receives(entry, await lee.key()))


@pytest.mark.usefixtures("unchanged")
async def test_a_second_root_is_refused(stlukes: House, writer: Writer, lee: Person) -> None:
    root = writer.note(lee) | {"type": "Article", "id": writer.consult.root_uri}
    for identifier in (writer.consult.root_uri, f"{lee.home.origin}/o/77"):
        inner = proven(writer.create(lee, root | {"id": identifier}), await lee.key())
        async with refused(stlukes, "T60 second root") as answers:
            entry = await writer.add(inner, 2)
            answers.append(await stlukes.receives(entry, await writer.key()))


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("version", [0, 1, 3, "2"])
async def test_a_version_that_does_not_follow_is_refused(
    stlukes: House, writer: Writer, version: Any
) -> None:
    inner = proven(writer.update(**{"cs:version": version}), await writer.key())
    async with refused(stlukes, "T60 version") as answers:
        answers.append(await stlukes.receives(await writer.add(inner, 2), await writer.key()))


async def test_state_in_an_update_by_the_asker_is_no_state(
    stlukes: House, consult: Consult, writer: Writer, lee: Person
) -> None:
    update = writer.update() | {"actor": lee.uri}
    entry = await writer.add(proven(update, await lee.key()), 2)
    await stlukes.receives(entry, await writer.key())
    state = await seen_at(stlukes, consult)
    assert (state.status, state.version) == (Status.OPEN, 1)


@pytest.mark.usefixtures("unchanged")
async def test_its_author_cannot_widen_the_root_past_the_group(
    stlukes: House, writer: Writer, lee: Person
) -> None:
    """T20. An Update or Create that comes alone is no entry of the history."""
    root = writer.note(lee) | {"type": "Article", "id": writer.consult.root_uri, "to": [PUBLIC]}
    update = proven(
        writer.activity(lee.home, "Update", lee.uri, root, to=[PUBLIC]), await lee.key()
    )
    create = proven(writer.create(lee, root, to=[PUBLIC]), await lee.key())
    async with refused(stlukes, "F-CON-3") as answers:
        answers.append(await stlukes.receives(proven(update, await lee.key()), await lee.key()))
    async with refused(stlukes, "F-CON-3") as answers:
        answers.append(await stlukes.receives(proven(create, await lee.key()), await lee.key()))


@pytest.mark.usefixtures("unchanged")
async def test_nobody_is_removed_by_somebody_else(
    stlukes: House, heart: House, writer: Writer, quill: Person
) -> None:
    members = {"id": f"{writer.consult.uri}/members", "type": "OrderedCollection"}
    for key, actor in ((await heart.institution_key(), "/actor"), (await quill.key(), "")):
        uri = f"{heart.origin}{actor}" if actor else quill.uri
        forged = writer.activity(heart, "Remove", uri, f"{stlukes.origin}/actor", target=members)
        async with refused(stlukes, "T51") as answers:
            answers.append(await stlukes.receives(proven(forged, key), key))


async def test_nobody_has_the_words_of_a_consult_recalled(
    mercy: House, stlukes: House, heart: House, consult: Consult, writer: Writer
) -> None:
    """T86: neither an outsider at its owner, nor anybody at one of its readers."""
    before = await told(stlukes, consult)
    words = {"type": "Delete", "object": [consult.root_uri], "cs:reason": "phi"}
    not_in_it, not_there = "F-CON-1 participant", "6.4.1"
    cases = (heart, mercy, not_in_it), (heart, stlukes, not_there), (mercy, stlukes, not_there)
    for by, at, rule in cases:
        key = await by.institution_key()
        recall = proven(writer.activity(by, "Offer", f"{by.origin}/actor", words), key)
        async with refused(at, rule) as answers:
            answers.append(await at.receives(recall, key))
    assert await told(stlukes, consult) == before


async def test_an_offer_of_something_else_about_a_consult_is_refused(
    mercy: House, heart: House, consult: Consult, writer: Writer
) -> None:
    """T86: nobody learns by it whether there is one."""
    key = await heart.institution_key()
    page = {"type": "Page", "id": consult.root_uri}
    offer = proven(writer.activity(heart, "Offer", f"{heart.origin}/actor", page), key)
    async with refused(mercy, "T20 activity") as answers:
        answers.append(await mercy.receives(offer, key))


async def test_two_stories_under_one_number_freeze_the_consult(
    stlukes: House, consult: Consult, writer: Writer, lee: Person
) -> None:
    key = await writer.key()
    assert (await stlukes.receives(await writer.add(await said(writer, lee), 2), key)).status == 202
    before = await told(stlukes, consult)
    async with refused(stlukes, "T60 equivocation") as answers:
        answers.append(await stlukes.receives(await writer.add(await said(writer, lee), 2), key))
    frozen = await seen_at(stlukes, consult)
    assert frozen.is_locked and frozen.frozen_at is not None
    async with refused(stlukes, "T60 frozen") as answers:
        answers.append(await stlukes.receives(await writer.add(await said(writer, lee), 3), key))
    assert await told(stlukes, consult) == before


async def test_the_same_entry_under_another_id_is_harmless(
    stlukes: House, consult: Consult, writer: Writer, lee: Person
) -> None:
    inner = await said(writer, lee)
    for _ in range(2):
        answer = await stlukes.receives(await writer.add(inner, 2), await writer.key())
        assert answer.status == 202
    assert (await seen_at(stlukes, consult)).frozen_at is None
    assert len(await written(stlukes, consult)) == 2


@pytest.mark.usefixtures("unchanged")
async def test_an_entry_wider_than_the_consult_is_refused(
    stlukes: House, writer: Writer, lee: Person
) -> None:
    right = await said(writer, lee)
    wide = proven(changed(right, lambda a: a["object"].update(cc=[PUBLIC])), await lee.key())
    entries = [await writer.add(wide, 2), await writer.add(right, 2, cc=[PUBLIC])]
    for entry in entries:
        async with refused(stlukes, "F-CON-3") as answers:
            answers.append(await stlukes.receives(entry, await writer.key()))


@pytest.mark.usefixtures("unchanged")
async def test_both_proofs_are_asked_for(
    mercy: House, stlukes: House, writer: Writer, lee: Person
) -> None:
    right = await said(writer, lee)
    bare = changed(right, lambda a: a.pop("proof"))
    foreign = proven(right, await mercy.institution_key())
    entries = [await writer.add(bare, 2), await writer.add(foreign, 2)]
    entries.append(changed(await writer.add(right, 2), lambda a: a.pop("proof")))
    for entry in entries:
        async with refused(stlukes, "6.2 proof") as answers:
            answers.append(await stlukes.receives(entry, await writer.key()))


@pytest.mark.usefixtures("unchanged")
async def test_words_of_an_institution_that_does_not_take_part_are_refused(
    stlukes: House, writer: Writer, quill: Person
) -> None:
    async with refused(stlukes, "F-CON-1 author") as answers:
        entry = await writer.add(await said(writer, quill), 2)
        answers.append(await stlukes.receives(entry, await writer.key()))


@pytest.mark.usefixtures("unchanged")
async def test_after_trust_ended_the_owner_is_not_heard(
    mercy: House, stlukes: House, writer: Writer, lee: Person
) -> None:
    await end_trust(stlukes, mercy)
    async with refused(stlukes, "F-CON-1") as answers:
        entry = await writer.add(await said(writer, lee), 2)
        answers.append(await stlukes.receives(entry, await writer.key()))
