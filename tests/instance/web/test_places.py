"""Where a consult is, on the page of its own hospital."""

from instance.models import Consult, Peer, Role
from instance.services import deliveries
from instance.services.consults.states import Event
from tests.cast import RUIZ, Houses
from tests.clinic import ask, seen_at, write
from tests.houses import House, Person
from tests.network import Network


async def said(mercy: House, consult: Consult) -> str:
    """What follows the name of St. Luke's."""
    page = (await (await mercy.sign_in("lee")).get(f"/k/{consult.id}")).text
    return " ".join(page.partition("<dt>St. Luke&#39;s</dt><dd>")[2].partition("</dd>")[0].split())


async def act(mercy: House, what: str, host: str) -> None:
    ruiz = await mercy.person(RUIZ)
    ruiz.member.role = Role.FEDERATION
    await mercy.at(ruiz.member.save)
    await mercy.at(getattr(deliveries, what), ruiz.member, host)


async def test_it_is_on_its_way_until_the_other_hospital_has_it(
    mercy: House, stlukes: House, houses: Houses, lee: Person
) -> None:
    consult = await ask(lee, stlukes)
    assert "on its way" in await said(mercy, consult)
    await houses.settle()
    assert "has it, " in await said(mercy, consult)


async def test_what_is_said_later_does_not_put_on_its_way_what_is_there(
    mercy: House, stlukes: House, houses: Houses, lee: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    await write(lee, consult, Event.COMMENT)
    assert "has it, the latest is on its way" in await said(mercy, consult)
    await houses.settle()
    assert "latest" not in await said(mercy, consult)


async def test_of_a_hospital_that_is_silent_each_consult_says_so_tried_or_not(
    mercy: House, stlukes: House, network: Network, lee: Person
) -> None:
    network.down.add(stlukes.host)
    await ask(lee, stlukes)
    await mercy.deliver()
    second = await ask(lee, stlukes)
    await mercy.deliver()
    assert "does not have it yet, trying since" in await said(mercy, second)


async def test_what_an_administrator_holds_back_is_not_said_to_be_tried(
    mercy: House, stlukes: House, houses: Houses, lee: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    await act(mercy, "pause", stlukes.host)
    await write(lee, consult, Event.COMMENT)
    words = await said(mercy, consult)
    assert "does not have the latest yet: an administrator paused sending there" in words
    await act(mercy, "resume", stlukes.host)
    await houses.settle()
    assert "has it, " in await said(mercy, consult)
    assert (await mercy.at(lambda: Peer.get(host=stlukes.host))).paused_at is None


async def test_what_was_dropped_is_not_tried_and_comes_with_the_next_message(
    mercy: House, stlukes: House, houses: Houses, network: Network, lee: Person
) -> None:
    network.down.add(stlukes.host)
    consult = await ask(lee, stlukes)
    await mercy.deliver()
    await act(mercy, "drop", stlukes.host)
    assert "does not have it: sending was given up" in await said(mercy, consult)
    network.down.clear()
    await write(lee, consult, Event.COMMENT)
    await act(mercy, "try_now", stlukes.host)
    await houses.settle()
    assert "has it, " in await said(mercy, consult)
    assert (await seen_at(stlukes, consult)).facts["title"] == consult.facts["title"]
