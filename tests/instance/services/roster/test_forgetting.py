"""What HR sent is kept no longer than it is needed."""

from datetime import UTC, datetime, timedelta

import pytest

from instance.models import RosterEntry, RosterImport, RosterPart, RosterRow, RosterState
from instance.services.roster import forgetting, importing
from tests.houses import House, Person
from tests.instance.services.roster.test_importing import OFFICER, staff
from tests.rosters import bring, line, table, take


@pytest.fixture
async def officer(mercy: House) -> Person:
    return await mercy.person(OFFICER)


async def kept(house: House) -> tuple[int, int]:
    """Rows and parts of files."""

    async def work() -> tuple[int, int]:
        return await RosterRow.all().count(), await RosterPart.all().count()

    return await house.at(work)


async def test_rows_go_when_nothing_can_be_undone_and_errors_after_a_month(
    mercy: House, officer: Person
) -> None:
    await take(officer, table(*staff(3), line("x", "nothing", "N", "One")))
    now = datetime.now(UTC)
    await mercy.at(forgetting.forget, now + timedelta(hours=23))
    assert await kept(mercy) == (4, 0)
    await mercy.at(forgetting.forget, now + timedelta(hours=25))
    assert await kept(mercy) == (1, 0)
    await mercy.at(forgetting.forget, now + timedelta(days=31))
    assert await kept(mercy) == (0, 0)
    assert await mercy.at(lambda: RosterEntry.all().count()) == 3


async def test_what_waits_for_somebody_is_kept_and_what_never_arrived_is_not(
    mercy: House, officer: Person
) -> None:
    await bring(officer, table(*staff(2)))
    later = datetime.now(UTC) + timedelta(days=40)
    half: dict[str, object] = {"by": officer.member, "file": "x.csv"}
    found = await mercy.at(lambda: RosterImport.create(**half, state=RosterState.RECEIVING))  # type: ignore[arg-type]
    await mercy.at(lambda: RosterPart.create(roster_import=found, number=0, content=b"x"))
    await mercy.at(forgetting.forget, later)
    assert await kept(mercy) == (2, 1)
    assert len(await mercy.at(importing.recent)) == 1
