"""Section E: every route against every reader who may not read a consult (T49, T50, T52 to T54)."""

import logging

import pytest

from instance.models import Consult
from instance.services.consults.states import Event
from tests.cast import Houses, new
from tests.clinic import write
from tests.houses import House
from tests.instance.services.test_push import allowed
from tests.matrix import quiet, readers, sending, walking, world
from tests.network import Network
from tests.push_service import PushService
from tests.test_canary import CANARY, nothing_of_it_in

pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def everything_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)


async def test_every_route_is_in_the_table(mercy: House) -> None:
    problems = walking.problems_of_table(mercy.app)
    assert not problems, "\n".join(problems)


async def test_nobody_can_tell_a_closed_consult_from_one_that_never_was(
    caplog: pytest.LogCaptureFixture, houses: Houses, network: Network
) -> None:
    scene = await world.opened(houses)
    await world.ask(scene, houses)
    findings = walking.Findings()
    for reader in await readers.everybody(scene, network):
        await walking.compare(reader, scene.ids, findings)
    for reader in await readers.who_post(scene, network):
        await sending.compare(reader, scene.ids["named"], findings)
    for reader in await readers.who_send_forms(scene):
        await walking.post(reader, scene.ids["named"], findings)
    assert not str(findings), str(findings)
    nothing_of_it_in(caplog)


async def test_nothing_anywhere_changes_when_a_consult_is_asked_of_others(
    caplog: pytest.LogCaptureFixture, houses: Houses, network: Network
) -> None:
    scene = await world.opened(houses)
    mercy = scene.mercy
    people = [one for one in await readers.people(scene) if one.name != "removed"]  # is told of it
    everybody = [*people, *await readers.who_look(scene, network)]
    service = network.servers["push.example"] = PushService()
    others = [await mercy.person(new(one, "")) for one in ("colleague", "guest", "owner")]
    for one in others:
        await allowed(one, service.phone(one.actor.handle))
    never = dict(scene.ids["shared"])
    for reader in people:
        await walking.snapshot(reader, never)  # what is seen, or found, for the first time
    before = {reader.name: await walking.snapshot(reader, never) for reader in everybody}
    told = await quiet.told(mercy)

    await world.ask(scene, houses)

    asked = set(scene.ids["named"].values())
    findings = walking.Findings()
    for reader in everybody:
        after = await walking.snapshot(reader, never)
        walking.changes(reader, before[reader.name], after, asked, findings)
    assert not str(findings), str(findings)
    for table, rows in (await quiet.told(mercy)).items():
        theirs = {one.member.id for one in others} & {
            row[0] for row in set(rows) - set(told[table])
        }
        assert not theirs, table
    for name, text in (await quiet.exported(others)).items():
        assert CANARY not in text and not [one for one in asked if str(one) in text], name
    assert CANARY not in await quiet.audited(mercy)
    nothing_of_it_in(caplog)


async def test_an_open_page_does_not_stir_when_others_write_to_each_other(
    houses: Houses, network: Network
) -> None:
    scene = await world.opened(houses)
    await world.ask(scene, houses)
    inside, number = await scene.mercy.person(new("inside", "")), scene.ids["named"]["consult"]
    consult = await scene.mercy.at(Consult.get, id=number)

    async def happens() -> None:
        await write(inside, consult, Event.COMMENT, text=CANARY)

    assert await quiet.heard([await readers.asker(scene)], happens, f"/k/{number}/stream")
    people = [
        one for one in await readers.people(scene) if one.browser and one.name != "signed out"
    ]
    assert await quiet.heard(people, happens, *quiet.pages()) == []
