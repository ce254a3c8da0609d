"""Rows as people: what is taken, and what is said of what is not."""

import unicodedata

import pytest

from instance.models import Profession, Stage
from instance.names import folded
from instance.services.roster.columns import guessed
from instance.services.roster.people import Form, Person, Problem, is_email, read, suggestion

FORM = Form({"email": 0}, 3, Profession.PHYSICIAN, "US")


def found(**typed: str) -> Person | Problem:
    return read({"email": "a@mercy.org", "family_name": "Lee", **typed}, FORM)


@pytest.mark.parametrize(
    "email",
    [
        "a@mercy.org@evil.example",
        '"a b"@mercy.org',
        "a(comment)@mercy.org",
        "a+tag@mercy.org",
        "a@mércy.org",
        "а@mercy.org",  # noqa: RUF001  a Cyrillic letter
        "\u212alee@mercy.org",  # a Kelvin sign
        "a@mercy",
        "a@mercy.org.",
        ".a@mercy.org",
        "a..b@mercy.org",
        "a@-mercy.org",
        "a@mercy.org\n",
        "a\u200b@mercy.org",
        "a@[127.0.0.1]",
        "a" * 65 + "@mercy.org",
    ],
)
def test_an_address_that_two_servers_may_read_differently_is_refused(email: str) -> None:
    result = read({"email": email, "family_name": "Lee"}, FORM)
    assert isinstance(result, Problem) and result.field == "email"


def test_an_address_in_a_file_is_not_made_plain_either() -> None:
    assert FORM.values(["\u212alee@mercy.org"]) == {"email": "\u212alee@mercy.org"}


def test_plain_addresses_are_taken_in_lower_case() -> None:
    person = found(email="Jo.Lee_2@Mercy-General.org")
    assert isinstance(person, Person) and person.email == person.key == "jo.lee_2@mercy-general.org"
    assert is_email("a@b.co")


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"npi": "1234567890"}, ("npi", "npi")),
        ({"npi": "5551234567"}, ("npi", "npi_digits")),
        ({"npi": ""}, ("npi", "number")),
        ({"licence": "B12", "jurisdiction": "CA"}, ("licence", "licence")),
        ({"profession": "wizard"}, ("profession", "profession")),
        ({"stage": "old"}, ("stage", "stage")),
        ({"specialties": "Cardio / EP"}, ("specialties", "specialty")),
        ({"licence_until": "31/02/2027"}, ("licence_until", "date")),
        ({"licence_until": "soon"}, ("licence_until", "date")),
        ({"jurisdiction": "Narnia"}, ("jurisdiction", "jurisdiction")),
        ({"family_name": ""}, ("family_name", "missing")),
        ({"key": ""}, ("key", "missing")),
        ({"department": "x\u202ey"}, ("department", "control")),
        ({"given_name": "x" * 101}, ("given_name", "too_long")),
    ],
)
def test_what_is_wrong_is_said_with_its_column(
    typed: dict[str, str], problem: tuple[str, str]
) -> None:
    result = found(**typed)
    assert isinstance(result, Problem) and (result.field, result.reason) == problem


@pytest.mark.parametrize(
    ("text", "profession"),
    [
        ("MD, PhD", Profession.PHYSICIAN),
        ("Physician Assistant", Profession.ASSISTANT),
        ("RN", Profession.NURSE),
        ("PharmD", Profession.PHARMACIST),
        ("", Profession.PHYSICIAN),
    ],
)
def test_professions_as_people_write_them(text: str, profession: Profession) -> None:
    person = found(profession=text)
    assert isinstance(person, Person) and person.profession is profession


def test_two_professions_in_one_cell_are_asked_about() -> None:
    assert isinstance(found(profession="Physician, RN"), Problem)


def test_names_are_compared_without_accents_case_and_hyphens() -> None:
    one, two = (
        found(given_name="Zoë-Ann", family_name="O\u2019Neill"),
        found(given_name=unicodedata.normalize("NFD", "ZOË ann"), family_name="O'NEILL"),
    )
    assert isinstance(one, Person) and isinstance(two, Person)
    assert one.name_key == two.name_key == "zoe ann oneill"
    assert folded("Straße") == folded("STRASSE")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Dr Jo Ann Lee", ("Dr", "Jo Ann", "Lee")),
        ("Lee, Jo", ("", "Jo", "Lee")),
        ("Lee", ("", "", "Lee")),
    ],
)
def test_a_whole_name_is_taken_apart(name: str, parts: tuple[str, str, str]) -> None:
    person = read({"email": "a@mercy.org", "name": name}, FORM)
    assert isinstance(person, Person)
    assert (person.title, person.given_name, person.family_name) == parts


@pytest.mark.parametrize(
    ("text", "place", "day"),
    [
        ("2027-02-28", "US", "2027-02-28"),
        ("28.2.2027", "DE", "2027-02-28"),
        ("02/03/2027", "US", "2027-02-03"),
        ("02/03/2027", "GB", "2027-03-02"),
        ("28/02/2027", "US", "2027-02-28"),
    ],
)
def test_days_as_they_are_written_there(text: str, place: str, day: str) -> None:
    person = found(licence_until=text, jurisdiction=place)
    assert isinstance(person, Person) and str(person.licence_until) == day


def test_a_stage_and_specialties_are_read() -> None:
    person = found(stage="Resident", specialties="Cardiology; nephrology")
    assert isinstance(person, Person)
    assert (person.stage, person.specialties) == (Stage.TRAINEE, ["cardiology", "nephrology"])
    assert suggestion("Cardiolgy") == "cardiology" and suggestion("zzz") == ""


def test_usual_headings_are_known() -> None:
    heads = ["NPI", "E-Mail", "Last Name", "First Name", "Full name", "Licence No.", "Car park"]
    assert guessed(heads) == {
        "npi": 0,
        "email": 1,
        "family_name": 2,
        "given_name": 3,
        "licence": 5,
    }
    assert guessed(["Family", "Given"]) == {"family_name": 0, "given_name": 1}
