"""What a participating institution may add to a consult of ours, and what is refused (6.2.3)."""

from hashlib import sha256
from typing import Any

import orjson
import pytest

from instance.models import AuditEntry, Consult, Status
from tests.cast import MOYO, OSEI, TANAKA, VARGA, Houses
from tests.clinic import ask, audited, seen_at, written
from tests.forging import PUBLIC, Writer, changed, proven, refused, said
from tests.houses import House, Person, end_trust


@pytest.fixture
async def consult(houses: Houses, mercy: House, stlukes: House, lee: Person) -> Consult:
    """Dr Lee asks St. Luke's, where it has arrived."""
    consult = await ask(lee, stlukes)
    await houses.settle()
    return consult


@pytest.fixture
async def writer(mercy: House, consult: Consult) -> Writer:
    return await Writer.of(mercy, consult)


@pytest.mark.parametrize("kind", ["comment", "answer", "ask_info"])
async def test_a_right_contribution_is_taken(
    mercy: House, consult: Consult, writer: Writer, okafor: Person, kind: str
) -> None:
    document = await said(writer, okafor, kind)
    assert (await mercy.receives(document, await okafor.key())).status == 202
    [_, row] = await written(mercy, consult)
    assert (row.kind, row.seq, row.body) == (kind, 2, document["object"])


async def test_a_trusted_institution_that_does_not_take_part_is_refused(
    mercy: House, heart: House, writer: Writer, quill: Person
) -> None:
    async with refused(mercy, "F-CON-1 participant") as answers:
        document = await said(writer, quill)
        answers.append(await mercy.receives(document, await quill.key()))


async def test_an_institution_whose_trust_ended_is_refused(
    mercy: House, stlukes: House, writer: Writer, okafor: Person
) -> None:
    assert (await mercy.receives(await said(writer, okafor), await okafor.key())).status == 202
    await end_trust(mercy, stlukes)
    async with refused(mercy, "F-CON-1") as answers:
        answers.append(await mercy.receives(await said(writer, okafor), await okafor.key()))


async def test_a_colleague_who_was_not_named_is_refused(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    consult = await ask(lee, people=(okafor.address,))
    writer = await Writer.of(mercy, consult)
    moyo = await stlukes.person(MOYO)
    async with refused(mercy, "F-CON-1 named") as answers:
        answers.append(await mercy.receives(await said(writer, moyo), await moyo.key()))


ADDRESSINGS: list[tuple[str, Any]] = [
    ("F-CON-3", lambda a: a.update(to=[*a["to"], PUBLIC])),
    ("F-CON-3", lambda a: a.update(cc=["as:Public"])),
    ("F-CON-3", lambda a: a["object"].update(cc=["Public"])),
    ("F-CON-3", lambda a: a["object"].update(to=[PUBLIC])),
    ("F-CON-1", lambda a: a.update(cc=[f"{a['actor']}/followers"])),
    ("F-CON-1", lambda a: a["object"].update(to=a["to"][:-1])),
    ("F-CON-1", lambda a: a.update(to=[*a["to"], "https://heart.example/actor"])),
    ("F-CON-1", lambda a: a.update(bto=["https://heart.example/actor"])),
    ("F-CON-1", lambda a: a["object"].update(bcc=["https://heart.example/actor"])),
    ("F-CON-3", lambda a: a["object"].update(context="https://mercy.example/k/1")),
    ("F-CON-3", lambda a: a["object"].update(audience="https://mercy.example/g/1")),
]


async def test_another_audience_than_the_consults_is_refused(
    mercy: House, writer: Writer, okafor: Person
) -> None:
    for rule, change in ADDRESSINGS:
        document = proven(changed(await said(writer, okafor), change), await okafor.key())
        async with refused(mercy, rule) as answers:
            answers.append(await mercy.receives(document, await okafor.key()))


async def test_an_answer_to_something_outside_the_consult_is_refused(
    mercy: House, lee: Person, writer: Writer, okafor: Person
) -> None:
    other = await ask(lee)
    for parent in (other.root_uri, "https://mercy.example/o/1", None):
        async with refused(mercy, "6.2.3 parent") as answers:
            document = await said(writer, okafor, inReplyTo=parent)
            answers.append(await mercy.receives(document, await okafor.key()))


async def test_a_contribution_without_proof_is_refused(
    mercy: House, writer: Writer, okafor: Person
) -> None:
    document = changed(await said(writer, okafor), lambda a: a.pop("proof"))
    async with refused(mercy, "6.2 proof") as answers:
        answers.append(await mercy.receives(document, await okafor.key()))


async def test_a_proof_by_a_colleague_is_refused(
    mercy: House, stlukes: House, writer: Writer, okafor: Person
) -> None:
    moyo = await stlukes.person(MOYO)
    assert (await mercy.receives(await said(writer, moyo), await moyo.key())).status == 202
    for key in (await moyo.key(), await stlukes.institution_key()):
        document = proven(await said(writer, okafor), key)
        async with refused(mercy, "6.2 proof") as answers:
            answers.append(await mercy.receives(document, await okafor.key()))


async def test_a_proof_of_other_words_is_refused(
    mercy: House, writer: Writer, okafor: Person
) -> None:
    document = await said(writer, okafor)
    document = changed(document, lambda a: a["object"].update(content="<p>Other.</p>"))
    before = await mercy.rows()
    assert (await mercy.receives(document, await okafor.key())).status == 401
    assert await mercy.rows() == before


async def test_a_colleague_may_not_send_what_another_signed(
    mercy: House, stlukes: House, writer: Writer, okafor: Person
) -> None:
    moyo = await stlukes.person(MOYO)
    before = await mercy.rows()
    answer = await mercy.receives(await said(writer, okafor), await moyo.key())
    assert answer.status == 403
    more = {name: before[name] + 1 for name in ("AuditEntry", "Event")}
    assert await mercy.rows() == before | more
    assert (await audited(mercy))[-1] == "T01"


@pytest.mark.parametrize("new", [VARGA, OSEI, TANAKA], ids=["L2", "trainee", "pharmacist"])
async def test_who_may_not_answer_may_comment(
    mercy: House, stlukes: House, writer: Writer, new: Any
) -> None:
    person = await stlukes.person(new)
    for kind in ("answer", "ask_info"):
        async with refused(mercy, "NotAllowed") as answers:
            document = await said(writer, person, kind)
            answers.append(await mercy.receives(document, await person.key()))
    document = await said(writer, person, "comment")
    assert (await mercy.receives(document, await person.key())).status == 202


@pytest.mark.parametrize("kind", ["provide_info", "not_solved", "record_outcome"])
async def test_what_is_the_askers_is_refused_to_others(
    mercy: House, writer: Writer, okafor: Person, kind: str
) -> None:
    document = await said(writer, okafor, kind, **{"cs:outcome": "followed"})
    async with refused(mercy, "NotAllowed") as answers:
        answers.append(await mercy.receives(document, await okafor.key()))


async def test_an_answer_in_a_state_that_takes_none_is_refused(
    mercy: House, consult: Consult, writer: Writer, okafor: Person
) -> None:
    for status in ("resolved", "closed", "escalated", "expired", "withdrawn", "held"):
        consult.status = Status(status)
        await mercy.at(consult.save, update_fields=["status"])
        document = await said(writer, okafor, "answer")
        async with refused(mercy, "Conflict") as answers:
            answers.append(await mercy.receives(document, await okafor.key()))
        assert (await seen_at(mercy, consult)).version == 1


async def test_a_locked_consult_takes_nothing(
    mercy: House, consult: Consult, writer: Writer, okafor: Person
) -> None:
    consult.is_locked = True
    await mercy.at(consult.save, update_fields=["is_locked"])
    async with refused(mercy, "Conflict") as answers:
        answers.append(await mercy.receives(await said(writer, okafor), await okafor.key()))


async def test_an_id_that_is_taken_is_refused(
    mercy: House, consult: Consult, writer: Writer, okafor: Person
) -> None:
    first = await said(writer, okafor)
    assert (await mercy.receives(first, await okafor.key())).status == 202
    second = await said(writer, okafor, id=first["object"]["id"], content="<p>Other.</p>")
    async with refused(mercy, "6.2.3 note") as answers:
        answers.append(await mercy.receives(second, await okafor.key()))
    assert [row.body for row in await written(mercy, consult)][1:] == [first["object"]]


async def test_a_refusal_is_audited_with_ids_and_sizes_and_no_word_of_it(
    mercy: House, writer: Writer, okafor: Person
) -> None:
    document = await said(writer, okafor, content="<p>Zebrafinch.</p>", to=[PUBLIC])
    body = orjson.dumps(document)
    await mercy.receives(body, await okafor.key())
    entry = (await mercy.at(lambda: AuditEntry.all().order_by("id")))[-1]
    assert entry.action == "inbox.refused"
    assert (entry.actor_uri, entry.host) == (okafor.uri, okafor.home.host)
    assert entry.subject == document["id"]
    assert entry.detail == {
        "rule": "F-CON-3",
        "bytes": len(body),
        "sha256": sha256(body).hexdigest(),
    }
