"""Decisions about reports: what is done and what is written down are one thing."""

import asyncio

import pytest

from instance.errors import Conflict, FormRefused
from instance.models import Actor, Decision, Post, Report, Role
from instance.services import keeping, posting, reports
from tests.cast import new
from tests.houses import House, Person
from tests.moderating import make_moderator


@pytest.fixture
async def keepers(mercy: House) -> list[Person]:
    found = [new(f"keeper{n}", f"Dr K. Eeper{n}", role=Role.MODERATOR) for n in range(2)]
    return [await mercy.person(one) for one in found]


@pytest.fixture
async def post(mercy: House, wards: Actor, lee: Person, keepers: list[Person]) -> Post:
    started = await lee.speaks(posting.start_thread, wards, "A title", "Some words.")
    found = await mercy.at(posting.by_id, started.id)
    await keepers[0].does(reports.report, found, "Rude.")
    return found


async def read_by(keeper: Person) -> Report:
    [row] = await keeper.home.at(Report.all)
    kept = await keeper.does(keeping.of)
    return await keeper.home.at(reports.by_id, kept, row.id)


async def state(house: House) -> tuple[Decision | None, bool]:
    """What was decided, and whether the post is there."""
    [row], [post] = await house.at(Report.all), await house.at(Post.all)
    return row.decision, post.deleted_at is None


@pytest.mark.parametrize("first", [Decision.NO_ACTION, Decision.REMOVED])
async def test_of_two_decisions_at_once_one_counts_and_the_other_does_nothing(
    mercy: House, post: Post, keepers: list[Person], first: Decision
) -> None:
    second = Decision.REMOVED if first is Decision.NO_ACTION else Decision.NO_ACTION
    rows = [await read_by(keeper) for keeper in keepers]
    decided = zip(keepers, rows, (first, second), strict=True)
    tasks = [keeper.does(reports.decide, row, what, "Rule 1") for keeper, row, what in decided]
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(one) for one in found if one] == [Conflict]
    decision, is_there = await state(mercy)
    assert is_there is (decision is Decision.NO_ACTION)


async def test_a_decision_that_cannot_be_carried_out_leaves_the_report_open(
    mercy: House, wards: Actor, post: Post, lee: Person, keepers: list[Person]
) -> None:
    await make_moderator(mercy, wards, lee.actor)
    row = await read_by(keepers[0])
    with pytest.raises(FormRefused):
        await keepers[0].does(reports.decide, row, Decision.BANNED, "Not one of us.")
    assert await state(mercy) == (None, True)
