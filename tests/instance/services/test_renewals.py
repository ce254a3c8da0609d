"""Members hear in time that something ends on which their standing rests: once, with no word of it
in the mail."""

from datetime import UTC, datetime, timedelta

from tortoise.transactions import in_transaction

from instance.models import (
    AlertKind,
    CaseKind,
    CaseState,
    Mail,
    Member,
    Method,
    Notification,
    NotificationKind,
    VerificationCase,
)
from instance.services import renewals, verification
from tests.cast import Houses
from tests.houses import House, Person
from tests.rosters import joined
from tests.verifying import acts, sends

NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)


async def gives(person: Person, method: Method, at: datetime = NOW) -> None:
    async def work() -> None:
        async with in_transaction():
            await verification.give(await Member.get(id=person.member.id), method, at)

    await person.home.at(work)


async def told(house: House) -> int:
    kind = NotificationKind.ENDS_SOON
    return await house.at(lambda: Notification.filter(kind=kind).count())


async def test_documents_that_end_soon_are_told_once_and_open_a_case(houses: Houses) -> None:
    mails = {"SMTP_HOST": "mail.hospital.example"}
    house = await houses.open("Mercy", "hospital", "mercy.example", trusted=False, **mails)
    kim = await joined(house, "kim")
    await gives(kim, Method.DOCUMENT)
    await house.at(renewals.remind, NOW + timedelta(days=350))
    assert await told(house) == 0
    for day in (351, 352, 353):
        await house.at(renewals.remind, NOW + timedelta(days=day))
    assert await told(house) == 1
    rows = await house.at(lambda: Mail.filter(kind=AlertKind.EXPIRES))
    assert [(row.member_id, row.host) for row in rows] == [(kim.member.id, "")]

    [case] = await house.at(lambda: VerificationCase.all())
    assert (case.kind, case.state) == (CaseKind.RENEWAL, CaseState.ASKED)
    await sends(kim)
    [case] = await house.at(lambda: VerificationCase.all())
    assert case.state is CaseState.WAITING
    assert await acts(house, case) == ["opened", "sent"]


async def test_what_would_lower_nothing_is_not_told(mercy: House) -> None:
    kim = await joined(mercy, "kim")
    await gives(kim, Method.VOUCH)
    await gives(kim, Method.DOCUMENT, NOW + timedelta(days=60))
    await mercy.at(renewals.remind, NOW + timedelta(days=355))
    assert await told(mercy) == 0


async def test_whose_standing_is_lower_now_is_told(mercy: House) -> None:
    kim, ada = await joined(mercy, "kim"), await joined(mercy, "ada")
    for person in (kim, ada):
        await gives(person, Method.DOCUMENT)
    await gives(ada, Method.ROSTER, NOW + timedelta(days=300))
    await mercy.at(renewals.expire, NOW + timedelta(days=366))
    rows = await mercy.at(lambda: Notification.filter(kind=NotificationKind.CASE))
    assert [row.member_id for row in rows] == [kim.member.id]


async def test_what_was_renewed_is_told_again_a_year_later(mercy: House) -> None:
    kim = await joined(mercy, "kim")
    await gives(kim, Method.VOUCH)
    await mercy.at(renewals.remind, NOW + timedelta(days=355))
    await gives(kim, Method.VOUCH, NOW + timedelta(days=356))
    await mercy.at(lambda: Notification.all().delete())
    await mercy.at(renewals.remind, NOW + timedelta(days=357))
    assert await told(mercy) == 0
    await mercy.at(renewals.remind, NOW + timedelta(days=356 + 352))
    assert await told(mercy) == 1
