"""What of a consult is being applied while trust ends counts before the end, or not (T56)."""

import asyncio

import pytest

from instance.inbox import consult_rules
from instance.models import Participant
from instance.services import treaties
from instance.services.consults.states import Event
from tests.cast import Houses
from tests.clinic import ask, seen_at, write
from tests.houses import House, Person
from tests.treaties import does


async def test_an_end_waits_for_what_was_found_allowed_a_moment_before(
    houses: Houses,
    mercy: House,
    stlukes: House,
    lee: Person,
    okafor: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    await write(okafor, await seen_at(stlukes, consult), Event.COMMENT)
    is_allowed, go_on = asyncio.Event(), asyncio.Event()
    require = consult_rules.require_participant

    async def slow(*what: object) -> None:
        await require(*what)  # type: ignore[arg-type]
        is_allowed.set()
        await go_on.wait()

    monkeypatch.setattr(consult_rules, "require_participant", slow)
    arriving = asyncio.create_task(stlukes.deliver())
    await asyncio.wait_for(is_allowed.wait(), 10)
    ending = asyncio.create_task(does(mercy, treaties.revoke, stlukes))
    await asyncio.wait([ending], timeout=0.5)
    assert not ending.done()
    go_on.set()
    await asyncio.gather(arriving, ending)
    assert (await seen_at(mercy, consult)).last_seq == 2
    assert await mercy.at(lambda: Participant.filter(host=stlukes.host).count()) == 0
