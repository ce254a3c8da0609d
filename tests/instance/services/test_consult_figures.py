"""How consults go, in numbers: what is counted, and what is too small to be told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from instance.models import Consult, Contribution, Status
from instance.services.consults import figures
from instance.services.consults.figures import Case, Figures
from instance.services.consults.states import Event
from instance.web.presenting import consult_figures as present
from tests.cast import MOYO, Houses
from tests.clinic import accept, ask, write
from tests.houses import House, Person

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def case(**told: Any) -> Case:
    plain = Case(
        asked_at=NOW - timedelta(days=1),
        host="mercy.example",
        specialties=("cardiology",),
        target_hours=24,
        hours=2.0,
        is_due=True,
        answerers=1,
        is_accepted=False,
        status=Status.ANSWERED,
        outcome="",
        was_reopened=False,
        was_held=False,
    )
    return Case(**{**vars(plain), **told})


async def counted(house: House) -> list[Case]:
    now = datetime.now(UTC)
    return await house.at(figures.cases, now - timedelta(days=40), now + timedelta(minutes=1))


async def move(house: House, consult: Consult, *at: timedelta) -> None:
    """As if everything said had been said at these times after the question."""

    async def work() -> None:
        there = await Consult.get(uri=consult.uri)
        asked_at = there.published_at - timedelta(days=10)
        said = await Contribution.filter(consult_id=there.id, seq__gt=1).order_by("seq")
        for row, after in zip(said, at, strict=True):
            await Contribution.filter(id=row.id).update(published_at=asked_at + after)
            if row.kind == "answer" and there.first_answer_at is not None:
                there.first_answer_at = asked_at + after
        there.published_at = asked_at
        await there.save(update_fields=["published_at", "first_answer_at"])

    await house.at(work)


async def test_time_in_which_the_asker_was_waited_for_is_not_counted(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    consult = await ask(lee, stlukes)
    await houses.settle()
    for person, event in (
        (okafor, Event.ASK_INFO),
        (lee, Event.PROVIDE_INFO),
        (okafor, Event.ANSWER),
    ):
        await write(person, consult, event)
        await houses.settle()
    hour = timedelta(hours=1)
    for house in (mercy, stlukes):
        await move(house, consult, 2 * hour, 50 * hour, 53 * hour)
        [one] = await counted(house)
        assert one.hours == pytest.approx(5) and (one.is_due, one.host) == (True, mercy.host)
        assert figures.of([one] * 5).within_target.percent == 100


async def test_answers_accepts_and_reopenings_are_counted_by_person(
    houses: Houses, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    moyo, consult = await stlukes.person(MOYO), await ask(lee, stlukes)
    await houses.settle()
    first = await write(okafor, consult, Event.ANSWER)
    await houses.settle()
    for person in (okafor, moyo):
        await write(person, consult, Event.ANSWER)
        await houses.settle()
    await accept(lee, consult, first)
    await houses.settle()
    [one] = await counted(mercy)
    assert (one.answerers, one.is_accepted, one.was_reopened) == (2, True, False)
    await write(lee, consult, Event.NOT_SOLVED)
    [one] = await counted(mercy)
    assert (one.is_accepted, one.was_reopened) == (False, True)


async def test_who_withdrew_is_not_counted_and_who_waits_within_the_target_is_not_late(
    houses: Houses, mercy: House, lee: Person
) -> None:
    waits, withdrawn, late = [await ask(lee) for _ in range(3)]

    async def work() -> None:
        await Consult.filter(id=withdrawn.id).update(status=Status.WITHDRAWN)
        await Consult.filter(id=late.id).update(
            published_at=datetime.now(UTC) - timedelta(hours=80)
        )

    await mercy.at(work)
    found = await counted(mercy)
    assert [(one.hours, one.is_due) for one in found] == [(None, True), (None, False)]
    assert waits.id != late.id


def test_fewer_than_five_consults_say_nothing() -> None:
    four, five = figures.of([case()] * 4), figures.of([case()] * 5)
    told = ("median", "slowest", "target")
    assert not four.is_shown and [getattr(four, name) for name in told] == [None] * 3
    assert five.is_shown and None not in [getattr(five, name) for name in told]
    assert four.within_target.percent is None and five.within_target.percent == 100
    # Of many that were asked, four were answered: what these say would be about them.
    few = figures.of([case()] * 4 + [case(hours=None, answerers=0)] * 20)
    assert (few.median, few.by_several.percent, few.answered.percent) == (None, None, 17)


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [
        ({"a": 9, "b": 5}, set()),
        ({"a": 9, "b": 5, "c": 4}, {"b", "c"}),  # alone, 4 would be the total less 14
        ({"a": 9, "b": 3, "c": 4}, {"b", "c"}),
        ({"a": 9, "b": 0}, set()),
        ({"a": 9, "b": 1}, {"a", "b"}),
    ],
)
def test_what_is_hidden_cannot_be_found_by_subtraction(
    sizes: dict[str, int], hidden: set[str]
) -> None:
    assert figures.hidden(sizes) == hidden


def test_the_slowest_tenth_begins_with_the_ninth_of_ten() -> None:
    told: Figures = figures.of([case(hours=float(hours)) for hours in range(1, 11)])
    assert (told.median, told.slowest) == (5.5, 9)


def test_the_file_names_no_cell_that_is_too_small() -> None:
    found = [case()] * 9 + [case(specialties=("urology",))] * 6
    found += [case(specialties=("nephrology",))] * 2

    def told(found: list[Case]) -> list[list[str]]:
        text = present.as_csv(found, {"mercy.example": "=Mercy"})
        return [line.split(",")[1:4] for line in text.splitlines()[1:]]

    assert told(found) == [["'=Mercy", "all", "17"], ["'=Mercy", "cardiology", "9"]]
    # One of another hospital: the number of the first would tell it.
    assert told([*found, case(host="heart.example")]) == []
