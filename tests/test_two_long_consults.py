"""Two consults with 200 answers each from three institutions, one of them cut off for an hour.

What is sent arrives in any order, some of it never and some of it twice: the thread is the same
everywhere, without a gap and without a double (6.2.4).
"""

import random
from datetime import UTC, datetime
from typing import Any

import pytest

from instance.models import Consult, Contribution, Delivery, HistoryEntry
from instance.services.consults import contributing, reading
from instance.services.consults.states import Event
from tests.cast import MOYO, RUIZ, Houses, new
from tests.clinic import ANSWER, ask, seen_at
from tests.houses import House, Person
from tests.network import Network, Sent

ANSWERS = 200
WAVE = 25


async def answer(person: Person, consult: Consult, number: int) -> None:
    there = await seen_at(person.home, consult)
    fields = {**ANSWER, "rationale": f"Answer {number}."}
    await person.does(contributing.contribute, there.id, Event.ANSWER, fields)


async def thread_at(house: House, consult: Consult) -> tuple[list[Any], list[Any]]:
    """The history by number, and what is said in the order of the page."""

    async def read() -> tuple[list[Any], list[Any]]:
        found = await Consult.get(uri=consult.uri)
        entries = await HistoryEntry.filter(consult_id=found.id).order_by("seq")
        said = await reading.contributions(found)
        assert found.last_seq == len(entries)
        return [(e.seq, e.activity_uri, e.digest) for e in entries], [(c.seq, c.uri) for c in said]

    return await house.at(read)


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
async def test_two_long_consults_are_the_same_thread_everywhere(
    houses: Houses,
    network: Network,
    mercy: House,
    stlukes: House,
    heart: House,
    lee: Person,
    okafor: Person,
    quill: Person,
) -> None:
    chance = random.Random(6)  # the same disorder each time
    ruiz, moyo = await mercy.person(RUIZ), await stlukes.person(MOYO)
    stone = await heart.person(new("stone", "Dr I. Stone", "cardiology"))
    first, second = await ask(lee, stlukes, heart), await ask(okafor, mercy, heart)
    await houses.settle()
    authors = {first: (ruiz, okafor, quill), second: (lee, moyo, stone)}
    queue = [
        (authors[consult][number % 3], consult, number)
        for consult in authors
        for number in range(ANSWERS)
    ]
    chance.shuffle(queue)

    def is_unlucky(sent: Sent) -> bool:
        return sent.method == "POST" and sent.document.get("type") == "Add"

    for wave in range(0, len(queue), WAVE):
        for by, consult, number in queue[wave : wave + WAVE]:
            await answer(by, consult, number)
        if wave == len(queue) // 4 // WAVE * WAVE:
            network.down.add(heart.host)
        if wave == len(queue) // 2:
            network.down.clear()
            for house in houses.opened:
                await house.at(
                    lambda: Delivery.filter(due_at__not_isnull=True).update(
                        due_at=datetime.now(UTC)
                    )
                )
        network.lose(is_unlucky)
        cut_off = network.down
        for house in chance.sample(houses.opened, len(houses.opened)):
            if house.host not in cut_off:
                await house.deliver()
        adds = [sent for sent in network.sent if is_unlucky(sent)]
        for sent in chance.sample(adds, min(2, len(adds))):
            if sent.host not in cut_off:
                assert (await network.servers[sent.host].answer(sent)).status == 202  # once more
        network.sent.clear()
    await houses.settle()

    for consult in (first, second):
        history, said = await thread_at(mercy, consult)
        assert [seq for seq, _, _ in history] == list(range(1, ANSWERS + 3))  # and one new state
        assert len({uri for _, uri in said}) == len(said) == ANSWERS + 1
        assert None not in [seq for seq, _ in said]
        for house in (stlukes, heart):
            assert await thread_at(house, consult) == (history, said), house.name
        assert await mercy.at(lambda: Contribution.filter(seq=None).count()) == 0
