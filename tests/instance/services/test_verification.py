"""Standing rests on evidence: given, ended, bound to a row of the roster and a mailbox (T71)."""

from datetime import UTC, datetime, timedelta

import pytest
from tortoise.transactions import in_transaction

from instance.errors import NotAllowed, NotFound
from instance.models import Ending, Level, Mailbox, Member, Method, Verification
from instance.services import verification
from instance.services.consults.states import Event
from tests.cast import Houses, new
from tests.clinic import ask, write, written
from tests.houses import House, Person
from tests.instance.services.roster.test_importing import OFFICER, SECOND, staff
from tests.rosters import HEAD, confirms_mailbox, joined, level, line, table, take

NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
async def officer(mercy: House) -> Person:
    return await mercy.person(OFFICER)


async def gives(person: Person, method: Method, **more: object) -> None:
    async def work() -> None:
        member = await Member.get(id=person.member.id)
        async with in_transaction():
            await verification.give(member, method, NOW, **more)  # type: ignore[arg-type]

    await person.home.at(work)


async def moves_to(person: Person, email: str) -> None:
    """As the account does it, when the code that was sent there came back."""

    async def work() -> None:
        member = await Member.get(id=person.member.id)
        async with in_transaction():
            await Member.filter(id=member.id).update(email=email)
            member.email = email
            await verification.email_changed(member, datetime.now(UTC))

    await person.home.at(work)


@pytest.mark.parametrize(
    ("methods", "height"),
    [
        ((), 1),
        ((Method.REGISTRY,), 2),
        ((Method.REGISTRY, Method.VOUCH), 2),
        ((Method.ROSTER,), 3),
        ((Method.ROSTER, Method.REGISTRY), 3),
        ((Method.DOCUMENT,), 3),
        ((Method.SSO, Method.ROSTER), 4),
    ],
)
async def test_the_level_is_that_of_the_strongest_evidence(
    mercy: House, methods: tuple[Method, ...], height: int
) -> None:
    kim = await joined(mercy, "kim")
    for method in methods:
        await gives(kim, method)
    assert await level(kim) == height


async def test_evidence_ends_when_its_time_is_over(mercy: House) -> None:
    kim = await joined(mercy, "kim")
    await gives(kim, Method.DOCUMENT)
    await gives(kim, Method.VOUCH, until=NOW + timedelta(days=400))
    await mercy.at(verification.expire, NOW + timedelta(days=364))
    assert await level(kim) == 3
    await mercy.at(verification.expire, NOW + timedelta(days=365))
    assert await level(kim) == 1  # at most as long as the method lasts
    ended = await mercy.at(lambda: Verification.filter(ending=Ending.EXPIRED))
    assert {row.method for row in ended} == {Method.DOCUMENT, Method.VOUCH}


async def test_a_licence_that_ends_ends_the_standing(mercy: House, officer: Person) -> None:
    lee = await joined(mercy, "lee")
    head = (*HEAD, "Licence until")
    until = datetime.now(UTC).date() + timedelta(days=10)
    row = line("7", "lee@hospital.example", "Jo", "Lee")
    await take(officer, table((*row, until.isoformat()), head=head))
    assert await level(lee) == 3
    midnight = datetime(until.year, until.month, until.day, tzinfo=UTC) + timedelta(days=1)
    await mercy.at(verification.expire, midnight - timedelta(minutes=1))
    assert await level(lee) == 3
    await mercy.at(verification.expire, midnight)
    assert await level(lee) == 1
    await take(officer, table((*row, "2020-01-01"), head=head))
    assert await level(lee) == 1


async def test_who_was_added_with_a_level_keeps_it_without_an_end(mercy: House) -> None:
    sam = await mercy.person(new("sam", "Dr S. Am", level=Level.VERIFIED))
    await mercy.at(verification.expire, NOW + timedelta(days=10_000))
    assert await level(sam) == 3


@pytest.mark.parametrize(
    "row",
    [
        "lee@hospital.example@evil.example",
        "lee+x@hospital.example",
        "lee@sub.hospital.example",
        "lee@hospital.example.org",
        '"lee"@hospital.example',
        "lee@h\u043espital.example",
        "le@hospital.example",
    ],
)
async def test_nobody_is_verified_by_an_address_that_is_not_theirs_exactly(
    mercy: House, officer: Person, row: str
) -> None:
    lee = await joined(mercy, "lee")
    await take(officer, table(line("7", row, "Jo", "Lee"), *staff(2)))
    assert await level(lee) == 1


async def test_an_address_that_nobody_confirmed_verifies_nobody(
    mercy: House, officer: Person
) -> None:
    lee = await joined(mercy, "lee", has_mailbox=False)
    await take(officer, table(line("7", "lee@hospital.example", "Jo", "Lee")))
    assert await level(lee) == 1
    await confirms_mailbox(lee)
    assert await level(lee) == 3


async def test_a_changed_address_ends_what_rested_on_the_mailbox(
    mercy: House, officer: Person
) -> None:
    lee = await joined(mercy, "lee")
    await gives(lee, Method.REGISTRY)
    await take(officer, table(line("7", "lee@hospital.example", "Jo", "Lee")))
    await moves_to(lee, "lee@elsewhere.example")
    assert await level(lee) == 2  # the registry binds no mailbox
    assert not await mercy.at(lambda: Mailbox.all().exists())
    await take(officer, table(line("7", "lee@hospital.example", "Jo", "Lee"), *staff(1)))
    assert await level(lee) == 2
    await moves_to(lee, "lee@hospital.example")
    assert await level(lee) == 2  # theirs again, and not confirmed
    await confirms_mailbox(lee)
    assert await level(lee) == 3


async def test_another_address_on_the_roster_ends_it_too(mercy: House, officer: Person) -> None:
    lee = await joined(mercy, "lee")
    await take(officer, table(line("7", "lee@hospital.example", "Jo", "Lee")))
    await take(officer, table(line("7", "jo.lee@hospital.example", "Jo", "Lee")))
    assert await level(lee) == 1
    [row] = await mercy.at(lambda: Verification.filter(entry_id__not_isnull=True))
    assert row.ending is Ending.MAILBOX


async def test_the_address_of_who_left_does_not_verify_them_as_somebody_else(
    mercy: House, officer: Person
) -> None:
    lee = await joined(mercy, "lee")
    second = await mercy.person(SECOND)
    await take(officer, table(line("7", "lee@hospital.example", "Jo", "Lee"), *staff(2)))
    await take(officer, table(*staff(2)), second)
    assert await level(lee) == 1
    await take(officer, table(line("8", "lee@hospital.example", "Pat", "Other"), *staff(2)))
    assert await level(lee) == 1  # they were confirmed there when it was somebody else's
    await confirms_mailbox(lee)
    assert await level(lee) == 3


async def test_what_was_answered_keeps_the_standing_it_was_written_with(
    mercy: House, stlukes: House, houses: Houses
) -> None:
    officer = await mercy.person(OFFICER)
    lee = await joined(mercy, "lee")
    asker = await stlukes.person(new("okafor", "Dr A. Okafor", "cardiology"))
    row = line("7", "lee@hospital.example", "Jo", "Lee")
    await take(officer, table(row, *staff(30)))
    consult = await ask(asker, mercy)
    await houses.settle()
    lee = Person(mercy, await mercy.at(lambda: Member.get(id=lee.member.id)), lee.actor)
    await write(lee, consult, Event.ANSWER)
    await houses.settle()
    await take(officer, table(*staff(30)))
    assert await level(lee) == 1
    for house in (mercy, stlukes):
        [answer] = [row for row in await written(house, consult) if row.kind == "answer"]
        assert answer.standing["level"] == 3
    gone = Person(mercy, await mercy.at(lambda: Member.get(id=lee.member.id)), lee.actor)
    with pytest.raises((NotAllowed, NotFound)):
        await write(gone, consult, Event.ANSWER)
    assert [row.kind for row in await written(mercy, consult)].count("answer") == 1
