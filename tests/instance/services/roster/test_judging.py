"""What HR sends by mistake: duplicates, numbers of others, changed addresses, half of the staff."""

import pytest

from instance.models import RosterEntry, RosterState
from instance.services.roster import importing
from tests.houses import House, Person
from tests.instance.services.roster.test_importing import OFFICER, staff
from tests.rosters import HEAD, bring, entry, errors, line, table, take

NPI, OTHER = "1234567893", "1558598797"
WITH_NPI = (*HEAD, "NPI")


def numbered(key: str, npi: str, email: str = "", name: str = "") -> tuple[str, ...]:
    usual = ("Physician", "Practising", "Cardiology")
    return (key, email or f"{key}@hospital.example", "A", name or key, *usual, npi)


def with_npi(*rows: tuple[str, ...]) -> bytes:
    return table(*rows, head=WITH_NPI)


@pytest.fixture
async def officer(mercy: House) -> Person:
    return await mercy.person(OFFICER)


async def test_the_second_of_two_lines_about_one_person_is_an_error(
    mercy: House, officer: Person
) -> None:
    done = await take(officer, table(*staff(2), line("p0", "x@hospital.example")))
    assert await errors(mercy, done) == {4: ("key", "key_twice", 2)}
    again = await bring(officer, table(*staff(2), line("9", "P1@Hospital.example")))
    assert await errors(mercy, again) == {4: ("email", "email_twice", 3)}
    assert (again.unchanged, again.left) == (2, 0)


async def test_two_lines_with_one_npi_are_both_looked_at(mercy: House, officer: Person) -> None:
    rows = [numbered("c", OTHER), numbered("a", NPI), numbered("b", NPI)]
    found = await bring(officer, with_npi(*rows))
    told = await errors(mercy, found)
    assert told == {3: ("npi", "npi_twice", 4), 4: ("npi", "npi_twice", 3)}
    assert found.added == 1


async def test_two_lines_with_one_npi_far_apart_are_both_looked_at(
    mercy: House, officer: Person
) -> None:
    between = [
        (f"p{n}", f"p{n}@hospital.example", "A", "B", "Nurse", "Practising", "", "")
        for n in range(100)
    ]
    found = await bring(officer, with_npi(numbered("a", NPI), *between, numbered("b", NPI)))
    told = await errors(mercy, found)
    assert told == {2: ("npi", "npi_twice", 103), 103: ("npi", "npi_twice", 2)}


async def test_the_npi_of_somebody_else_is_an_error(mercy: House, officer: Person) -> None:
    await take(officer, with_npi(numbered("a", NPI)))
    found = await bring(officer, with_npi(numbered("a", NPI), numbered("b", OTHER)))
    assert found.errors == 0
    thief = numbered("b", NPI, name="other")
    found = await bring(officer, with_npi(thief))
    assert await errors(mercy, found) == {2: ("npi", "npi_taken", None)}
    assert found.left == 0  # whose number it is was not said to have left


async def test_somebody_with_a_new_address_is_the_same_person(
    mercy: House, officer: Person
) -> None:
    await take(officer, table(line("7", "old@hospital.example", "Zoë-Ann", "Lee")))
    before = await entry(mercy, "7")
    done = await take(officer, table(line("7", "new@hospital.example", "Zoë-Ann", "Lee")))
    after = await entry(mercy, "7")
    assert (done.changed, done.left, after.id) == (1, 0, before.id)
    assert after.email == "new@hospital.example" and after.email_at > before.email_at


async def test_new_staff_numbers_do_not_make_new_people(mercy: House, officer: Person) -> None:
    await take(officer, table(*[line(f"p{n}", f"p{n}@hospital.example", "A", "B") for n in (1, 2)]))
    rows = [line(f"new{n}", f"p{n}@hospital.example", "Á", "b") for n in (1, 2)]
    done = await take(officer, table(*rows))
    assert (done.changed, done.added, done.left) == (2, 0, 0)
    assert {one.key for one in await mercy.at(lambda: RosterEntry.all())} == {"new1", "new2"}


async def test_the_address_of_a_colleague_is_asked_about(mercy: House, officer: Person) -> None:
    await take(officer, table(line("1", "a@hospital.example", "A", "One")))
    found = await bring(officer, table(line("2", "a@hospital.example", "B", "Two")))
    assert await errors(mercy, found) == {2: ("email", "email_taken", None)}
    assert found.left == 0


async def test_a_row_with_an_error_is_known_by_its_name(mercy: House, officer: Person) -> None:
    await take(officer, table(line("1", "a@hospital.example", "Jo", "Lee-Öz"), *staff(3)))
    head = ("Work e-mail", "First name", "Surname")
    others = [(f"p{n}@hospital.example", f"p{n}", f"p{n}") for n in range(3)]
    rows = [("nothing", "JO", "lee oz"), *others]
    found = await bring(officer, table(*rows, head=head))
    assert (found.errors, found.left) == (1, 0)


async def test_a_roster_with_half_the_staff_missing_waits(mercy: House, officer: Person) -> None:
    await take(officer, table(*staff(40)))
    found = await bring(officer, table(*staff(20)))
    assert found.left == 20 and importing.needs_second(found)
    after = await officer.does(importing.confirm, found.id, have_left=True)
    assert after.state is RosterState.WAITING


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
async def test_tables_of_windows_are_read(mercy: House, officer: Person, delimiter: str) -> None:
    content = table(line("7", "z@hospital.example", "Zoë", "Übel\u2013Ñandú"), delimiter=delimiter)
    await take(officer, content.decode().encode("cp1252"))
    assert (await entry(mercy, "7")).family_name == "Übel\u2013Ñandú"
