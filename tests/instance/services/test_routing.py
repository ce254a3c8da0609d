"""Who is asked to answer: in waves, by fair turns, and known to nobody else."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from instance.errors import Conflict, FormRefused, NotFound
from instance.models import (
    AnswerRequest,
    Availability,
    Consult,
    Level,
    Notification,
    NotificationKind,
    Stage,
)
from instance.services.consults import asking, opening, routing
from instance.services.consults.states import Event
from tests.cast import MOYO, QUILL, Houses, new
from tests.clinic import ask, question, seen_at, write
from tests.houses import House, Person

HOUR = timedelta(hours=1)


async def doctors(house: House, count: int, *specialties: str) -> list[Person]:
    wanted = specialties or ("cardiology",)
    return [await house.person(new(f"doc{n}", f"Dr No {n}", *wanted)) for n in range(count)]


async def asked(house: House, consult: Consult) -> set[str]:
    """The handles of those who were asked there and did not decline."""

    async def read() -> set[str]:
        rows = AnswerRequest.filter(consult__uri=consult.uri, declined_at=None)
        return {row.identity.handle for row in await rows.select_related("identity")}

    return await house.at(read)


async def after(house: House, consult: Consult, hours: float) -> set[str]:
    """Who was asked by so many hours after it was opened."""
    await house.at(routing.see_to, consult.published_at + hours * HOUR)
    return await asked(house, consult)


async def test_five_are_asked_at_once_and_five_more_at_a_quarter_of_the_time(
    mercy: House, lee: Person
) -> None:
    await doctors(mercy, 12)
    consult = await ask(lee)
    assert len(await after(mercy, consult, 0)) == 5
    assert len(await after(mercy, consult, 17.9)) == 5
    assert len(await after(mercy, consult, 18)) == 10
    assert len(await after(mercy, consult, 70)) == 10


async def test_other_hospitals_ask_at_a_quarter_and_societies_at_half_of_the_time(
    houses: Houses, mercy: House, stlukes: House, heart: House, lee: Person
) -> None:
    """Each by its own clock: nothing about it goes over the wire."""
    for house in (mercy, stlukes, heart):
        await doctors(house, 1)
    consult = await ask(lee, stlukes, heart)
    await houses.settle()
    told = len(houses._network.sent)
    begun = {house.name: 0.0 for house in (mercy, stlukes, heart)}
    for house in (mercy, stlukes, heart):
        for hours in (0, 17.9, 18, 35.9, 36):
            if await after(house, consult, hours):
                begun[house.name] = hours
                break
    assert begun == {mercy.name: 0, stlukes.name: 18, heart.name: 36}
    await houses.settle()
    assert len(houses._network.sent) == told


async def test_nobody_is_asked_while_information_is_missing_nor_once_it_is_answered(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    await doctors(stlukes, 1)
    consult = await ask(lee, stlukes)
    await houses.settle()
    await write(okafor, consult, Event.ASK_INFO)
    await houses.settle()
    assert await after(stlukes, consult, 60) == set()
    await write(lee, consult, Event.PROVIDE_INFO)
    await houses.settle()
    assert await after(stlukes, consult, 17) == set()
    assert await after(stlukes, consult, 18.1) == {"doc0"}
    await write(okafor, consult, Event.ANSWER)
    await houses.settle()
    await doctors(stlukes, 3)
    assert await after(stlukes, consult, 60) == {"doc0"}


async def test_what_the_clock_stood_still_moves_the_waves_at_every_hospital(
    houses: Houses, mercy: House, stlukes: House, lee: Person
) -> None:
    await doctors(stlukes, 1)
    consult = await ask(lee, stlukes)
    await houses.settle()
    there = await seen_at(stlukes, consult)
    assert there.due_at is not None
    later = {"due_at": there.due_at + 10 * HOUR}  # as after ten hours of waiting
    await stlukes.at(lambda: Consult.filter(id=there.id).update(**later))
    assert await after(stlukes, consult, 27) == set()
    assert await after(stlukes, consult, 28) == {"doc0"}


async def test_only_those_are_asked_who_can_answer_and_are_there(mercy: House, lee: Person) -> None:
    await doctors(mercy, 1)
    others: dict[str, dict[str, object]] = {
        "low": {"level": Level.CHECKED},
        "young": {"stage": Stage.TRAINEE},
        "away": {},
        "full": {},
    }
    for handle, more in others.items():
        await mercy.person(new(handle, f"Dr {handle}", "cardiology", **more))
    await mercy.person(MOYO)
    away, full = [await mercy.person(new(one, "", "cardiology")) for one in ("away", "full")]

    async def choose() -> None:
        until = datetime.now(UTC) + 9 * HOUR
        await Availability.create(member_id=away.member.id, away_until=until)
        await Availability.create(member_id=full.member.id, weekly_cap=0)

    await mercy.at(choose)
    assert await after(mercy, await ask(lee), 0) == {"doc0"}


async def test_turns_are_fair_and_nobody_is_asked_more_often_than_they_want(
    mercy: House, lee: Person
) -> None:
    """Six of them, five at a time: who was left out comes first; after three a week, nobody."""
    await doctors(mercy, 6)
    counts = dict.fromkeys((f"doc{n}" for n in range(6)), 0)
    rounds = []
    for _ in range(5):
        got = await after(mercy, await ask(lee), 0)
        rounds.append(len(got))
        left_out = set(counts) - got
        assert all(counts[one] >= max(counts.values()) - 1 for one in left_out)
        for one in got:
            counts[one] += 1
    assert rounds == [5, 5, 5, 3, 0]
    assert set(counts.values()) == {3}


async def test_several_workers_ask_once(mercy: House, lee: Person) -> None:
    await doctors(mercy, 9)
    consult = await ask(lee)
    now = consult.published_at
    await asyncio.gather(*(mercy.at(routing.see_to, now) for _ in range(4)))
    assert len(await asked(mercy, consult)) == 5
    told = Notification.filter
    assert await mercy.at(lambda: told(kind=NotificationKind.ASKED).count()) == 5


async def test_who_declines_is_followed_by_the_next_one_at_once(mercy: House, lee: Person) -> None:
    people = {person.actor.handle: person for person in await doctors(mercy, 7)}
    consult = await ask(lee)
    first = await after(mercy, consult, 0)
    gone = people[first.pop()]
    for _ in range(2):  # a second click
        await gone.does(asking.decline, consult.id)
    now = await asked(mercy, consult)
    assert len(now) == 5 and gone.actor.handle not in now and first < now
    assert await gone.does(asking.of, consult.id) is None


async def test_who_declines_while_the_clock_stands_is_followed_when_it_goes_on(
    mercy: House, lee: Person
) -> None:
    people = {person.actor.handle: person for person in await doctors(mercy, 7)}
    consult = await ask(lee)
    first = [people[handle] for handle in await after(mercy, consult, 0)]
    await write(first[0], consult, Event.ASK_INFO)
    await first[1].does(asking.decline, consult.id)
    with pytest.raises(Conflict):
        await first[2].does(asking.redirect, consult.id, specialty="cardiology")
    assert len(await after(mercy, consult, 1)) == 4
    await write(lee, consult, Event.PROVIDE_INFO)
    assert len(await after(mercy, consult, 1)) == 5


async def test_who_was_asked_passes_it_on_to_a_colleague_or_another_specialty(
    mercy: House, lee: Person
) -> None:
    one, two = await doctors(mercy, 2)
    moyo = await mercy.person(MOYO)
    await mercy.person(QUILL)
    consult = await ask(lee)
    await after(mercy, consult, 0)
    await one.does(asking.redirect, consult.id, colleague="@quill")
    await two.does(asking.redirect, consult.id, specialty="gastroenterology")
    assert await asked(mercy, consult) == {"quill", "moyo"}
    with pytest.raises(FormRefused) as refusal:
        await moyo.does(asking.redirect, consult.id, specialty="dermatology")
    assert set(refusal.value.fields) == {"specialty"}
    for colleague in ("@nobody", "@lee", "@moyo", "@quill@stlukes.example", "santos"):
        with pytest.raises(FormRefused):
            await moyo.does(asking.redirect, consult.id, colleague=colleague)
    assert await asked(mercy, consult) == {"quill", "moyo"}


async def test_passing_it_on_does_not_tell_who_was_asked_before(mercy: House, lee: Person) -> None:
    """Who is named and was asked already, or declined, looks like anybody else."""
    people = await doctors(mercy, 4)
    consult = await ask(lee)
    await after(mercy, consult, 0)
    await people[0].does(asking.decline, consult.id)
    await people[1].does(asking.redirect, consult.id, colleague="doc0")
    await people[2].does(asking.redirect, consult.id, colleague="doc3")
    assert await asked(mercy, consult) == {"doc3"}


async def test_nobody_passes_on_what_they_were_not_asked(mercy: House, lee: Person) -> None:
    await doctors(mercy, 1)
    moyo = await mercy.person(MOYO)
    consult = await ask(lee)
    await after(mercy, consult, 0)
    for work in (asking.decline, asking.redirect):
        with pytest.raises(NotFound):
            await moyo.does(work, consult.id)


async def test_people_who_are_named_are_asked_under_that_name_and_nobody_else(
    mercy: House, lee: Person
) -> None:
    await doctors(mercy, 3)
    await mercy.person(new("twice", "Dr T. Wice", "cardiology", pseudonym="graniteheart"))
    sent = question(people=("@graniteheart", "@doc1"))
    consult = await lee.does(opening.open_consult, sent)
    assert await after(mercy, consult, 0) == {"graniteheart", "doc1"}
    assert await after(mercy, consult, 60) == {"graniteheart", "doc1"}
