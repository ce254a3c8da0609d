"""Who waits for a verification officer: once for each question, in order, until it is decided."""

from datetime import UTC, datetime, timedelta

import pytest

from instance.errors import NotAllowed
from instance.models import CaseKind, CaseState, VerificationCase
from instance.services import cases
from tests.houses import House, Person
from tests.instance.services.roster.test_importing import OFFICER
from tests.rosters import joined, line, table, take
from tests.verifying import acts, again, opens, sends

NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)  # a Monday


@pytest.fixture
async def officer(mercy: House) -> Person:
    return await mercy.person(OFFICER)


async def test_who_waits_for_the_same_already_does_not_wait_twice(mercy: House) -> None:
    kim = await joined(mercy, "kim")
    first = await opens(kim, CaseKind.JOINED, NOW)
    again_ = await opens(kim, CaseKind.JOINED, NOW + timedelta(hours=3))
    other = await opens(kim, CaseKind.NUMBER, NOW)

    assert again_.id == first.id and again_.opened_at == NOW
    assert again_.state is CaseState.WAITING
    assert other.id != first.id
    assert await acts(mercy, first) == ["opened"]


async def test_a_case_that_is_over_leaves_room_for_another(mercy: House) -> None:
    kim = await joined(mercy, "kim")
    first = await opens(kim)
    await mercy.at(cases.close, kim.member, CaseKind.JOINED, NOW)
    assert (await opens(kim)).id != first.id


async def test_the_longest_wait_stands_first_with_what_speaks_for_each(
    mercy: House, officer: Person
) -> None:
    kim, ada = await joined(mercy, "kim"), await joined(mercy, "ada", has_mailbox=False)
    await opens(ada, at=NOW)
    await opens(kim, at=NOW - timedelta(hours=2))
    await sends(kim)

    rows = await officer.does(cases.queue, "waiting")
    assert [row.case.member_id for row in rows] == [kim.member.id, ada.member.id]
    assert [row.evidence for row in rows] == [("attest", "mailbox", "documents"), ("attest",)]
    with pytest.raises(NotAllowed):
        await kim.does(cases.queue, "waiting")


@pytest.mark.parametrize(
    ("since", "due"),
    [
        (NOW, NOW + timedelta(days=1)),
        (NOW + timedelta(days=4), NOW + timedelta(days=7)),  # a Friday: on Monday
        (NOW + timedelta(days=5), NOW + timedelta(days=7)),  # a Saturday
    ],
)
def test_somebody_looks_within_a_working_day(since: datetime, due: datetime) -> None:
    case = VerificationCase(kind=CaseKind.JOINED, waits_since=since, opened_at=since)
    assert cases.due_at(case) == due


async def test_a_row_of_the_roster_settles_who_waited_for_one(
    mercy: House, officer: Person
) -> None:
    kim = await joined(mercy, "kim")
    case, number = await opens(kim), await opens(kim, CaseKind.NUMBER)
    await take(officer, table(line("1", "kim@hospital.example")))

    assert (await again(case, mercy)).state is CaseState.CLOSED
    assert (await again(number, mercy)).state is CaseState.WAITING


async def test_the_nearest_rows_have_the_address_or_the_family_name(
    mercy: House, officer: Person
) -> None:
    ada = await joined(mercy, "ada")
    ours = ("2", "other@hospital.example", "Dr", "Ada"), ("3", "ada@hospital.example", "B", "Lo")
    await take(officer, table(*(line(*row) for row in (*ours, ("4", "", "Cy", "Wu")))))

    near = await mercy.at(cases.nearest, ada.member)
    assert [(one.entry.key, one.same_email, one.same_name) for one in near] == [
        ("3", True, False),
        ("2", False, True),
    ]
