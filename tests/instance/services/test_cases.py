"""Who waits for a verification officer: once for each question, until it is decided."""

from datetime import UTC, datetime, timedelta

from tortoise.transactions import in_transaction

from instance.models import CaseKind, CaseState, CaseStep, Member, VerificationCase
from instance.services import cases
from tests.houses import House, Person
from tests.rosters import joined

NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)


async def opens(person: Person, kind: CaseKind, at: datetime = NOW) -> VerificationCase:
    async def work() -> VerificationCase:
        async with in_transaction():
            return await cases.open_case(await Member.get(id=person.member.id), kind, at)

    return await person.home.at(work)


async def test_who_waits_for_the_same_already_does_not_wait_twice(mercy: House) -> None:
    kim = await joined(mercy, "kim")
    first = await opens(kim, CaseKind.JOINED)
    again = await opens(kim, CaseKind.JOINED, NOW + timedelta(hours=3))
    other = await opens(kim, CaseKind.NUMBER)

    assert again.id == first.id and again.opened_at == NOW
    assert again.state is CaseState.WAITING
    assert other.id != first.id
    assert await mercy.at(lambda: CaseStep.filter(case_id=first.id).count()) == 1


async def test_a_case_that_is_over_leaves_room_for_another(mercy: House) -> None:
    kim = await joined(mercy, "kim")
    first = await opens(kim, CaseKind.JOINED)
    await mercy.at(lambda: VerificationCase.filter(id=first.id).update(key=None))
    assert (await opens(kim, CaseKind.JOINED)).id != first.id
