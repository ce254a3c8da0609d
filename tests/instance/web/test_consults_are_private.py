"""Section E: who is not meant to read a consult cannot tell it from one that never existed.

Most readers and every route: tests/test_leak_matrix.py. Here is who reads it, so that a 404 there
means a closed door, and who does not for what they became since. Source: F-CON-2 place 4, 6.2.7,
T49, T50, T52.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from federation.keys import PrivateKey
from federation.messages import Form
from instance.errors import NotFound
from instance.models import Consult, HistoryEntry, Level
from instance.services.consults import changing, reading
from instance.services.consults.states import Event
from tests.browsing import Answer, Browser
from tests.cast import OKAFOR, Houses, new
from tests.clinic import ask, seen_at, write
from tests.houses import House, Person, end_trust
from tests.network import Network
from tests.outsiders import Outsider

Ask = Callable[[House, str], Awaitable[Answer]]
PATIENCE = 1.0  # seconds; a refused stream answers at once


@dataclass(frozen=True)
class Place:
    """An address of a consult, and the same one with a number nobody has."""

    house: House
    path: str
    other: str


@pytest.fixture
async def places(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> list[Place]:
    """Every address of one consult that has an answer, at its owner and where it was received."""
    consult = await ask(lee, stlukes)
    await houses.settle()
    answer = await write(okafor, consult, Event.ANSWER)
    await houses.settle()
    there = await seen_at(stlukes, consult)
    entry = await mercy.at(HistoryEntry.get, consult_id=consult.id, seq=1)
    uris = [consult.root_uri, answer.uri, entry.activity_uri, entry.document["object"]["id"]]
    found = [place(house, uri.split("/", 3)[3]) for uri in uris for house in (mercy, stlukes)]
    for house, number in ((mercy, consult.id), (stlukes, there.id)):
        for rest in ("", "/members", "/history", "/history?after=0", "/answers", "/stream"):
            found.append(place(house, f"k/{number}", rest))
    found.append(place(mercy, f"g/{consult.group_id}"))
    found.append(place(mercy, f"g/{consult.group_id}", "/outbox"))
    return found


def place(house: House, path: str, rest: str = "") -> Place:
    kind, _, number = path.partition("/")
    return Place(house, f"/{path}{rest}", f"/{kind}/{int(number) + 1}{rest}")


async def nothing_is_there(found: list[Place], asking: Ask) -> None:
    for one in found:
        async with asyncio.timeout(PATIENCE):
            known, unknown = await asking(one.house, one.path), await asking(one.house, one.other)
        assert known.status == 404, one.path
        assert (known.status, known.headers, known.body) == (
            unknown.status,
            unknown.headers,
            unknown.body,
        ), one.path


def signing(key: PrivateKey, form: Form = "trusted") -> Ask:
    return lambda house, path: house.asked(path, key, form)


def browsing(browser: Browser) -> Ask:
    return lambda house, path: browser.get(path)


async def test_the_participating_institution_reads_it(
    places: list[Place], mercy: House, stlukes: House
) -> None:
    """So that a 404 below means a closed door and not a wrong address."""
    asking = signing(await stlukes.institution_key())
    found = {one.path: await asking(mercy, one.path) for one in places if one.house is mercy}
    open_to_it = [path for path, answer in found.items() if answer.status == 200]
    assert len(open_to_it) == 6  # the root, K, its members, its history twice, the Group
    for path in open_to_it:
        assert found[path].header("Cache-Control") == "private, no-store"


async def test_nobody_does_after_trust_ended(
    places: list[Place], mercy: House, stlukes: House
) -> None:
    key = await stlukes.institution_key()
    await end_trust(mercy, stlukes)
    await nothing_is_there([one for one in places if one.house is mercy], signing(key))


async def test_the_owner_reads_only_what_was_sent_to_it(
    places: list[Place], mercy: House, stlukes: House
) -> None:
    """A contributor's institution serves its own Note, and that to the owner alone (6.2.7)."""
    asking = signing(await mercy.institution_key())
    theirs = [one for one in places if one.house is stlukes]
    readable = [one for one in theirs if (await asking(stlukes, one.path)).status == 200]
    assert len(readable) == 1
    await nothing_is_there([one for one in theirs if one not in readable], asking)


async def test_members_below_level_2_and_suspended_ones_do_not(
    places: list[Place], mercy: House
) -> None:
    await mercy.person(new("guest", "A Guest", "cardiology", level=Level.ATTESTED))
    gone = await mercy.person(new("gone", "Dr Gone", "cardiology"))
    ours = [one for one in places if one.house is mercy]
    for handle in ("guest", "gone"):
        browser = await mercy.sign_in(handle)
        if handle == "gone":
            gone.member.suspended_at = gone.member.created_at
            await mercy.at(gone.member.save)
        await nothing_is_there(ours, browsing(browser))


async def test_asking_for_a_hidden_thing_causes_the_same_requests(
    places: list[Place], network: Network, mercy: House
) -> None:
    """A stranger who serves his own key would see who fetches it, and when."""
    hidden = await mercy.person(new("hidden", "Dr Hidden", "cardiology", is_public=False))
    ours = [one for one in places if one.house is mercy and "history" not in one.path]
    for number, one in enumerate([*ours, place(mercy, f"u/{hidden.actor.id}")]):
        asked = []
        for which, path in enumerate((one.path, one.other)):
            stranger = Outsider(f"s{number}-{which}.example", "mallory", network)
            network.sent.clear()
            await stranger.asks(mercy, path)
            asked.append(len(network.sent))
        assert asked[0] == asked[1], one.path


async def test_a_member_who_only_takes_part_in_consults_is_known_to_those_alone(
    houses: Houses, mercy: House, stlukes: House, heart: House, okafor: Person
) -> None:
    hidden = await mercy.person(new("hidden", "Dr Hidden", "cardiology", is_public=False))
    path = f"/u/{hidden.actor.id}"
    consult = await ask(hidden, stlukes)
    await houses.settle()
    theirs = await mercy.asked(path, await stlukes.institution_key())
    assert (theirs.status, theirs.header("Cache-Control")) == (200, "private, no-store")
    for key in (await heart.institution_key(), await okafor.key(), None):
        answer = await mercy.asked(path, key)
        assert answer.status == 404
        assert answer.body == (await mercy.asked("/u/1", key)).body
    resource = f"/.well-known/webfinger?resource=acct:hidden@{mercy.host}"
    assert (await mercy.asked(resource)).status == 404
    assert consult.asker_id == hidden.actor.id


async def test_who_may_open_a_consult_is_who_finds_it(mercy: House, lee: Person) -> None:
    """`VISIBLE`, by which one is opened and all are counted, says the same as `visible`."""
    named = await mercy.person(OKAFOR)
    people = [
        *(lee, named, await mercy.person(new("other", "Dr O. Ther", "cardiology"))),
        await mercy.person(new("said", "S. Aid", "cardiology", level=Level.ATTESTED)),
    ]
    taken_back = await ask(lee)
    consults = [await ask(lee), await ask(lee, people=(named.address,)), taken_back]
    await lee.does(changing.withdraw, taken_back.id)

    async def opened(person: Person, consult: Consult) -> bool:
        try:
            await person.does(reading.readable, consult.id)
        except NotFound:
            return False
        return True

    async def found(person: Person, consult: Consult) -> bool:
        query = await person.does(reading.visible)
        return await person.home.at(query.filter(id=consult.id).exists)

    may = {(p.actor.handle, c.id): await opened(p, c) for p in people for c in consults}
    assert may == {(p.actor.handle, c.id): await found(p, c) for p in people for c in consults}
    assert sorted(may.values()).count(True) == 6
