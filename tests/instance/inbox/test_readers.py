"""Who reads along in a consult: partners, or those an owner answers for (F-CON-1, F-CON-5)."""

from typing import Any

import orjson
import pytest

from federation.messages import Response
from instance.errors import FormRefused, NotAllowed, NotFound
from instance.models import Actor, Consult, Contribution, OutboxActivity, Relationship
from instance.outbox import remote
from instance.services.consults.states import Event
from instance.web.presenting import people
from tests.cast import Houses, new
from tests.clinic import ask, is_known, seen_at, write, written
from tests.forging import Writer, refused, said
from tests.houses import House, Person, end_trust
from tests.network import Network, Sent


async def agree(house: House, other: House, *scopes: str) -> None:
    """What `house` and `other` agreed, as `house` has it."""
    rows: dict[str, Any] = {"scopes": list(scopes)}
    await house.at(lambda: Relationship.filter(peer__host=other.host).update(**rows))


async def part(one: House, other: House) -> None:
    """They no longer trust each other."""
    await end_trust(one, other)
    await end_trust(other, one)


async def test_an_owner_answers_for_a_hospital_that_a_reader_does_not_know(
    houses: Houses, mercy: House, stlukes: House, heart: House, lee: Person, okafor: Person
) -> None:
    await part(stlukes, heart)
    consult = await ask(lee, stlukes, heart)
    await houses.settle()
    await write(okafor, consult, Event.ANSWER)
    await houses.settle()

    told = (await written(heart, consult))[-1]
    assert (told.kind, told.standing["vouched_by"]) == ("answer", mercy.host)
    author = await heart.at(Actor.get, id=told.author_id)
    shown = people.written_with(author, told.standing, {mercy.host: "Mercy General"})

    assert shown.institution == f"{stlukes.host}, as Mercy General says"


async def test_without_onward_nobody_reads_what_a_stranger_reads(
    houses: Houses, mercy: House, stlukes: House, heart: House, lee: Person
) -> None:
    consult = await ask(lee, stlukes, heart)
    await part(stlukes, heart)
    await agree(stlukes, mercy, "consult")
    await houses.settle()

    assert not await is_known(stlukes, consult)
    assert await is_known(heart, consult)


async def test_an_asker_cannot_join_hospitals_that_did_not_agree_to_it(
    mercy: House, stlukes: House, heart: House, lee: Person
) -> None:
    await agree(mercy, heart, "consult", "directory")

    with pytest.raises(FormRefused) as refusal:
        await ask(lee, stlukes, heart)

    assert "hospitals" in refusal.value.fields
    assert (await ask(lee, heart)).scope == "instances"


async def test_no_word_is_sent_into_a_consult_that_a_stranger_reads_by_now(
    houses: Houses, mercy: House, stlukes: House, heart: House, lee: Person, okafor: Person
) -> None:
    consult = await ask(lee, stlukes, heart)
    await houses.settle()
    await part(stlukes, heart)
    await agree(stlukes, mercy, "consult")
    before = await stlukes.at(lambda: OutboxActivity.all().count())

    with pytest.raises(NotAllowed):
        await write(okafor, consult, Event.COMMENT)

    assert await stlukes.at(lambda: OutboxActivity.all().count()) == before


async def test_a_partner_without_consults_takes_part_in_none(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    consult = await ask(lee, stlukes)
    writer = await Writer.of(mercy, consult)
    await agree(mercy, stlukes, "directory")
    await houses.settle()

    assert not await is_known(stlukes, consult)
    async with refused(mercy, "F-CON-1 scope") as answers:
        answers.append(await mercy.receives(await said(writer, okafor), await okafor.key()))


async def test_an_owner_cannot_bring_a_note_under_an_id_of_another_hospital(
    houses: Houses, mercy: House, stlukes: House, heart: House, lee: Person, okafor: Person
) -> None:
    consult = await ask(lee, stlukes, heart)
    await houses.settle()
    writer = await Writer.of(mercy, consult)
    inner = await said(writer, lee, id=f"{stlukes.origin}/o/4711")
    addition = await writer.add(inner, 2)

    answer = await heart.receives(addition, await writer.key())

    assert answer.status == 403
    assert not await heart.at(lambda: Contribution.filter(uri__contains="/4711").exists())


async def test_a_contribution_too_large_to_be_spread_is_not_taken(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    writer = await Writer.of(mercy, consult)
    swollen = await said(writer, okafor, **{"cs:unknown": "x" * 130_000})

    assert (await mercy.receives(swollen, await okafor.key())).status == 400
    assert (await seen_at(mercy, consult)).last_seq == 1


async def test_a_history_of_long_answers_is_read_in_pages_that_fit(
    houses: Houses, mercy: House, stlukes: House, lee: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    for _ in range(30):
        await write(lee, consult, Event.COMMENT, text="ä" * 4000)
    page = await stlukes.at(_history_after_1, consult)

    assert 1 <= len(page["orderedItems"]) < 30
    assert len(orjson.dumps(page)) < 256 * 1024


async def test_an_event_of_a_later_version_does_not_end_the_history(
    houses: Houses, mercy: House, stlukes: House, lee: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    writer = await Writer.of(mercy, consult)
    unknown = await writer.add(await said(writer, lee, kind="hand_over"), 2)
    known = await writer.add(await said(writer, lee), 3)

    assert (await stlukes.receives(unknown, await writer.key())).status == 202
    assert (await stlukes.receives(known, await writer.key())).status == 202
    assert [row.kind for row in await written(stlukes, consult)] == ["question", "comment"]
    assert (await seen_at(stlukes, consult)).last_seq == 3


async def test_a_block_holds_for_what_was_asked_before_it(
    houses: Houses, network: Network, mercy: House, stlukes: House, lee: Person
) -> None:
    consult = await ask(lee, stlukes)

    class BlockedMeanwhile:
        async def answer(self, sent: Sent) -> Response:
            if sent.target.endswith("/members"):
                await stlukes.block(mercy.host)
            return await mercy.answer(sent)

    network.servers[mercy.host] = BlockedMeanwhile()
    await houses.settle()

    assert not await is_known(stlukes, consult)


async def test_a_member_with_two_names_says_which_one_speaks(
    houses: Houses, mercy: House, stlukes: House, lee: Person
) -> None:
    owl = await stlukes.person(new("hartley", "Dr D. Hartley", "hematology", pseudonym="owl"))
    consult = await ask(lee, stlukes)
    await houses.settle()

    with pytest.raises(FormRefused) as refusal:
        await write(owl, consult, Event.COMMENT)

    assert set(refusal.value.fields) == {"identity"}


async def test_only_the_name_that_was_asked_speaks_for_a_named_member(
    houses: Houses, network: Network, mercy: House, stlukes: House, lee: Person
) -> None:
    member = await stlukes.person(new("hartley", "Dr D. Hartley", "hematology", pseudonym="owl"))
    consult = await ask(lee, people=(f"@owl@{stlukes.host}",))
    await houses.settle()
    note = await write(member, consult, Event.COMMENT)
    await houses.settle()

    assert member.pseudonym is not None and note.author_id == member.pseudonym.id
    sent = network.posts(mercy.host, "Create")
    assert member.uri.encode() not in b"".join(post.body or b"" for post in sent)


async def test_a_colleague_who_was_not_named_cannot_write_at_home_either(
    mercy: House, lee: Person, okafor: Person
) -> None:
    ruiz = await mercy.person(new("ruiz", "Dr C. Ruiz", "endocrinology"))
    consult = await ask(lee, people=(okafor.address,))

    with pytest.raises(NotFound):
        await write(ruiz, consult, Event.COMMENT)


async def _history_after_1(consult: Consult) -> dict[str, Any]:
    return await remote.directory().get(f"{consult.uri}/history?after=1")
