"""What is fetched of a history is checked as what its owner sends (6.2.4). Mercy owns."""

import dataclasses
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from instance.models import Consult, Fetch, HistoryEntry, Participant
from instance.services.consults.states import Event
from tests.cast import LEE, Houses
from tests.clinic import ask, audited, is_known, seen_at, write
from tests.forging import PUBLIC, Writer, changed, proven, said
from tests.houses import House, Person
from tests.network import Network, Sent


@pytest.fixture
async def consult(mercy: House, stlukes: House, lee: Person) -> Consult:
    """Asked, and not yet on its way."""
    return await ask(lee, stlukes)


async def replace(owner: House, consult: Consult, seq: int, entry: dict[str, Any]) -> None:
    """From now on the owner serves this as entry `seq`."""
    row = await owner.at(HistoryEntry.get, consult_id=consult.id, seq=seq)
    row.document = entry
    await owner.at(row.save)


async def first_entry(owner: House, consult: Consult) -> dict[str, Any]:
    row = await owner.at(HistoryEntry.get, consult_id=consult.id, seq=1)
    return dict(row.document)


def in_root(change: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], Any]:
    return lambda inner: change(inner["object"])


FORGERIES: list[tuple[str, Callable[[dict[str, Any]], Any]]] = [
    ("F-CON-3", in_root(lambda root: root.update(cc=[PUBLIC]))),
    ("F-CON-1", in_root(lambda root: root.update(to=root["to"][:1]))),
    ("F-CON-1", in_root(lambda root: root.update(bcc=["https://heart.example/actor"]))),
    ("F-CON-3", in_root(lambda root: root.update(context="https://mercy.example/k/1"))),
    ("F-CON-3", lambda inner: inner.update(audience="https://mercy.example/g/1")),
]


@pytest.mark.parametrize(("rule", "change"), FORGERIES)
async def test_a_first_entry_that_breaks_the_audience_is_refused(
    houses: Houses, mercy: House, stlukes: House, consult: Consult, rule: str, change: Any
) -> None:
    writer = await Writer.of(mercy, consult)
    entry = await first_entry(mercy, consult)
    asker = await mercy.person(LEE)
    inner = proven(changed(entry["object"], change), await asker.key())
    await replace(mercy, consult, 1, await writer.add(inner, 1))
    await houses.settle()
    assert not await is_known(stlukes, consult)
    assert (await audited(stlukes))[-1] == rule
    assert await stlukes.at(lambda: Fetch.all().count()) == 0


async def test_a_consult_that_names_others_only_is_refused(
    houses: Houses, mercy: House, stlukes: House, consult: Consult
) -> None:
    members = mercy.at(lambda: Participant.filter(consult_id=consult.id, host=stlukes.host))
    [row] = await members
    row.actor_uri = "https://heart.example/actor"
    await mercy.at(row.save)
    await houses.settle()
    assert not await is_known(stlukes, consult)


async def test_a_second_consult_of_one_group_or_root_is_refused(
    houses: Houses, network: Network, mercy: House, stlukes: House, consult: Consult, lee: Person
) -> None:
    await houses.settle()
    other = await ask(lee, stlukes)
    writer = await Writer.of(mercy, other)
    entry = await first_entry(mercy, other)
    root = entry["object"]["object"] | {"id": consult.root_uri}
    inner = proven(entry["object"] | {"object": root}, await lee.key())
    await replace(mercy, other, 1, await writer.add(inner, 1))
    await houses.settle()
    assert not await is_known(stlukes, other)
    assert (await audited(stlukes))[-1] == "T60 second root"


async def test_a_changed_past_that_is_fetched_freezes_the_consult(
    houses: Houses, network: Network, mercy: House, stlukes: House, consult: Consult, lee: Person
) -> None:
    await houses.settle()
    writer = await Writer.of(mercy, consult)
    network.lose(lambda sent: sent.document.get("cs:seq") == 2)
    await write(lee, consult, Event.COMMENT)
    await houses.settle()
    await write(lee, consult, Event.COMMENT)
    await replace(mercy, consult, 2, await writer.add(await said(writer, lee), 1))
    await houses.settle()
    frozen = await seen_at(stlukes, consult)
    assert frozen.last_seq == 1 and frozen.frozen_at is not None
    assert (await audited(stlukes))[-1] == "T60 equivocation"


async def test_an_actor_without_its_institutions_proof_is_not_believed(
    houses: Houses, network: Network, mercy: House, stlukes: House, consult: Consult
) -> None:
    """F-ACT-1: whoever took over the peer's address could serve keys of his own."""
    real = mercy.answer

    async def without_proof(sent: Sent) -> Any:
        response = await real(sent)
        if "/u/" in sent.url or "/g/" in sent.url:
            document = changed(orjson.loads(response.body), lambda d: d.pop("proof", None))
            return dataclasses.replace(response, body=orjson.dumps(document))
        return response

    mercy.answer = without_proof  # type: ignore[method-assign]
    await houses.settle()
    assert not await is_known(stlukes, consult)
    assert await stlukes.at(lambda: HistoryEntry.all().count()) == 0
