"""A roster is looked at before anything happens; then it decides who is verified here."""

from datetime import timedelta

import pytest

from instance.errors import Conflict, FormRefused, NotAllowed
from instance.models import (
    AuditEntry,
    Level,
    Member,
    Role,
    RosterEntry,
    RosterImport,
    RosterState,
    Session,
    Stage,
    Verification,
)
from instance.outbox import standing
from instance.services.roster import applying, checking, importing
from tests.cast import new
from tests.houses import House, Person
from tests.rosters import (
    bring,
    confirms_mailbox,
    entry,
    errors,
    joined,
    level,
    line,
    table,
    take,
    work,
)

OFFICER = new("officer", "Dr O. Fficer", role=Role.OFFICER)
SECOND = new("owner", "Dr O. Wner", role=Role.OWNER)


@pytest.fixture
async def officer(mercy: House) -> Person:
    return await mercy.person(OFFICER)


@pytest.fixture
async def second(mercy: House) -> Person:
    return await mercy.person(SECOND)


def staff(count: int) -> list[tuple[str, ...]]:
    return [line(f"p{number}", "") for number in range(count)]


async def test_a_check_says_what_each_row_would_change(mercy: House, officer: Person) -> None:
    await take(officer, table(*staff(3)))
    file = table(*staff(2), line("p2", "", "Ann", "Other"), line("p9", "", "New", "One"))
    found = await bring(officer, file)
    assert (found.added, found.changed, found.unchanged, found.left) == (1, 1, 2, 0)
    assert (found.state, found.checked, found.errors) == (RosterState.CHECKED, 4, 0)
    assert await mercy.at(lambda: RosterEntry.all().count()) == 3  # nothing has happened


async def test_good_rows_are_imported_without_waiting_for_the_bad(
    mercy: House, officer: Person
) -> None:
    await take(officer, table(*staff(3)))
    broken = ("p1", "p1@hospital", "p1", "p1", "Physician", "Practising", "Cardiology")
    file = table(line("p0", ""), broken, line("p2", "", "New", "Name"))
    done = await take(officer, file)
    assert (done.changed, done.errors, done.left) == (1, 1, 0)
    assert await errors(mercy, done) == {3: ("email", "email", None)}
    assert (await entry(mercy, "p1")).left_at is None  # left as it was
    assert (await entry(mercy, "p2")).family_name == "Name"


async def test_who_is_on_the_roster_and_read_our_code_is_verified(
    mercy: House, officer: Person
) -> None:
    lee, kim = await joined(mercy, "lee"), await joined(mercy, "kim", has_mailbox=False)
    rows = [line("7", "lee@hospital.example", "Jo", "Lee", "Physician", "Trainee", "Nephrology")]
    await take(officer, table(*rows, line("8", "kim@hospital.example")))
    assert (await level(lee), await level(kim)) == (3, 1)
    member = await mercy.at(lambda: Member.get(id=lee.member.id))
    assert (member.stage, member.specialties) == (Stage.TRAINEE, ["nephrology"])
    assert member.legal_name == "Jo Lee"
    await confirms_mailbox(kim)
    assert await level(kim) == 3


async def test_who_is_not_in_the_file_any_more_loses_standing_and_stays_signed_in(
    mercy: House, officer: Person
) -> None:
    lee = await joined(mercy, "lee")
    await mercy.sign_in("lee")
    both = table(line("7", "lee@hospital.example"), *staff(30))
    await take(officer, both)
    assert await level(lee) == 3
    await take(officer, table(*staff(30)))
    member = await mercy.at(lambda: Member.get(id=lee.member.id))
    assert member.level is Level.ATTESTED
    assert not standing.claims_of(member).may_answer
    assert await mercy.at(lambda: Session.filter(member_id=member.id).count()) == 1
    [row] = await mercy.at(lambda: Verification.filter(member_id=member.id, method="roster"))
    assert row.ending == "left"
    await take(officer, both)  # and back again
    assert await level(lee) == 3


async def test_leavers_take_one_tick(officer: Person, mercy: House) -> None:
    await take(officer, table(*staff(30)))
    found = await bring(officer, table(*staff(29)))
    with pytest.raises(FormRefused):
        await officer.does(importing.confirm, found.id, have_left=False)
    done = await officer.does(importing.confirm, found.id, have_left=True)
    assert done.state is RosterState.IMPORTING
    await work(mercy)
    assert (await entry(mercy, "p29")).left_at is not None


@pytest.mark.parametrize(("before", "after"), [(30, 28), (400, 389)])
async def test_many_leavers_take_a_second_person(
    mercy: House, officer: Person, second: Person, before: int, after: int
) -> None:
    await take(officer, table(*staff(before)))
    found = await bring(officer, table(*staff(after)))
    first = await officer.does(importing.confirm, found.id, have_left=True)
    assert first.state is RosterState.WAITING
    with pytest.raises(Conflict):
        await officer.does(importing.confirm, found.id, have_left=True)
    await work(mercy)
    assert await mercy.at(lambda: RosterEntry.filter(left_at=None).count()) == before
    await second.does(importing.confirm, found.id, have_left=True)
    await work(mercy)
    assert await mercy.at(lambda: RosterEntry.filter(left_at=None).count()) == after


async def test_who_may_decide_no_more_is_not_the_first_of_two(
    mercy: House, officer: Person, second: Person
) -> None:
    await take(officer, table(*staff(30)))
    found = await bring(officer, table(*staff(20)))
    await officer.does(importing.confirm, found.id, have_left=True)
    await mercy.at(lambda: Member.filter(id=officer.member.id).update(role=Role.MEMBER))
    again = await second.does(importing.confirm, found.id, have_left=True)
    assert (again.state, again.confirmed_by_id) == (RosterState.WAITING, second.member.id)


async def test_an_import_is_undone_within_a_day(
    mercy: House, officer: Person, second: Person
) -> None:
    lee, kim = await joined(mercy, "lee"), await joined(mercy, "kim")
    before = [line("7", "lee@hospital.example", "Jo", "Lee"), *staff(3)]
    await take(officer, table(*before))
    kept = {one.key: one.digest for one in await mercy.at(lambda: RosterEntry.all())}
    file = table(line("8", "kim@hospital.example"), line("p0", "", "Other", "Name"), *staff(3)[1:])
    done = await take(officer, file, second)
    assert (await level(lee), await level(kim)) == (1, 3)
    await officer.does(importing.undo, done.id)
    await work(mercy)
    assert {one.key: one.digest for one in await mercy.at(lambda: RosterEntry.all())} == kept
    assert (await level(lee), await level(kim)) == (3, 1)
    with pytest.raises(Conflict):
        await officer.does(importing.undo, done.id)


async def test_after_a_day_an_import_is_not_undone(mercy: House, officer: Person) -> None:
    done = await take(officer, table(*staff(2)))
    assert done.ended_at is not None
    later = done.ended_at + timedelta(hours=25)
    assert not await mercy.at(importing.may_undo, done, later)


async def test_what_another_import_changed_is_checked_anew(mercy: House, officer: Person) -> None:
    waiting = await bring(officer, table(*staff(2)))
    await take(officer, table(*staff(3)))
    found = await mercy.at(importing.by_id, waiting.id)
    assert (found.state, found.problem) == (RosterState.CHECKING, "again")
    await mercy.at(checking.work_out, waiting.id)
    assert (await mercy.at(importing.by_id, waiting.id)).left == 1


async def test_what_stopped_half_way_goes_on(mercy: House, officer: Person) -> None:
    found = await officer.does(importing.start, "staff.csv", [table(*staff(120))])
    await officer.does(importing.match, found.id, found.mapping, found.profession)
    await mercy.at(checking.work_out, found.id)
    await mercy.at(
        lambda: RosterImport.filter(id=found.id).update(state="checking", checked=120, read_to=121)
    )
    await mercy.at(checking.work_out, found.id)
    again = await mercy.at(importing.by_id, found.id)
    assert (again.checked, again.added, again.left) == (120, 120, 0)
    await officer.does(importing.confirm, found.id, have_left=False)
    await mercy.at(applying.work_on, found.id)
    assert await mercy.at(lambda: RosterEntry.all().count()) == 120


async def test_the_columns_of_the_same_headings_are_remembered(officer: Person) -> None:
    head = ("Kennung", "Post", "Vorname", "Nachname")
    rows = (("1", "a@hospital.example", "A", "B"),)
    found = await officer.does(importing.start, "a.csv", [table(*rows, head=head)])
    assert found.state is RosterState.MATCHING
    assert found.mapping == {"given_name": 2, "family_name": 3}
    with pytest.raises(FormRefused):
        await officer.does(importing.match, found.id, found.mapping, found.profession)
    mapping = {**found.mapping, "key": 0, "email": 1}
    await officer.does(importing.match, found.id, mapping, found.profession)
    other = ("KENNUNG", "Post", "Vorname", "Nachname")
    again = await officer.does(importing.start, "b.csv", [table(*rows, head=other)])
    assert (again.state, again.mapping) == (RosterState.CHECKING, mapping)


async def test_nobody_but_officers_and_owners_brings_or_decides(
    mercy: House, officer: Person
) -> None:
    found = await bring(officer, table(*staff(1)))
    for role in set(Role) - {Role.OFFICER, Role.OWNER}:
        other = await mercy.person(new(f"a_{role.value}", "Dr A", role=role))
        with pytest.raises(NotAllowed):
            await other.does(importing.start, "x.csv", [table(*staff(1))])
        for step in (importing.cancel, importing.undo):
            with pytest.raises(NotAllowed):
                await other.does(step, found.id)
        with pytest.raises(NotAllowed):
            await other.does(importing.confirm, found.id, have_left=True)


async def test_the_record_has_a_row_per_decision_and_no_names(
    mercy: House, officer: Person, second: Person
) -> None:
    await joined(mercy, "lee")
    await take(officer, table(line("7", "lee@hospital.example", "Zyx", "Canary"), *staff(3)))
    await take(officer, table(*staff(1)), second)
    rows = await mercy.at(lambda: AuditEntry.all().order_by("id"))
    about = [row for row in rows if row.action.startswith(("roster.", "verification."))]
    assert [row.action for row in about] == [
        "roster.imported",
        "verification.given",
        "roster.confirmed",
        "roster.imported",
        "verification.ended",
    ]
    said = " ".join(f"{row.subject} {row.detail}" for row in rows)
    assert "Canary" not in said and "hospital.example" not in said and "staff.csv" not in said
