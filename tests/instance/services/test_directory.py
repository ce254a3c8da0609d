"""Whom members find, and by what (domain.md 1, rows 4 and 6)."""

import pytest

from instance.models import Relationship, Stage
from instance.services import directory, members, profiles
from instance.services.directory import Found, Wanted
from tests.cast import OKAFOR, OSEI, new
from tests.houses import House, Person, end_trust


async def says(person: Person, town: str, reader: str) -> None:
    await person.does(profiles.change, person.actor, {"town": town}, {"town": reader})


async def search(wanted: Wanted, *, after: tuple[str, int] = ("", 0)) -> Found:
    return await directory.find(wanted, await directory.institutions(), after=after)


async def names(house: House, **wanted: str) -> list[str]:
    found = await house.at(search, Wanted(**wanted))
    return [actor.name for actor in found.people]


@pytest.fixture
async def staff(mercy: House, lee: Person) -> House:
    await mercy.person(new("muller", "Dr Ö. Müller-Sørby", "cardiology"))
    await mercy.person(new("osei2", "Dr Y. Osei", "cardiology", stage=Stage.TRAINEE))
    await mercy.person(new("twice", "Dr T. Wice", "cardiology", pseudonym="graniteheart"))
    return mercy


async def test_people_are_listed_by_name(staff: House) -> None:
    assert await names(staff) == [
        "Dr J. Lee",
        "Dr T. Wice",
        "Dr Y. Osei",
        "Dr Ö. Müller-Sørby",
    ]


@pytest.mark.parametrize("typed", ["muller", "MÜLLER", "sørb", "dr mull", "ö muller"])
async def test_a_name_is_found_however_it_is_accented(staff: House, typed: str) -> None:
    assert await names(staff, text=typed) == ["Dr Ö. Müller-Sørby"]


async def test_people_are_found_by_specialty_and_stage(staff: House) -> None:
    assert await names(staff, specialty="hospital_medicine") == ["Dr J. Lee"]
    assert await names(staff, specialty="cardiology", stage="trainee") == ["Dr Y. Osei"]
    assert await names(staff, specialty="dermatology") == []


async def test_no_search_finds_a_pseudonym(staff: House) -> None:
    """T87: neither by its own name nor beside the specialty of its member."""
    for wanted in ({"text": "graniteheart"}, {"specialty": "cardiology"}, {"stage": "practising"}):
        assert "graniteheart" not in await names(staff, **wanted)


async def test_a_town_is_found_by_who_may_read_it(staff: House, lee: Person) -> None:
    for reader, expected in (("private", []), ("members", ["Dr J. Lee"])):
        await says(lee, "Duluth", reader)
        assert await names(staff, text="duluth") == expected


async def test_the_directory_goes_on_page_by_page(
    staff: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory, "PAGE", 3)
    monkeypatch.setattr(directory, "_AT_ONCE", 2)
    first = await staff.at(search, Wanted())
    last = first.people[-1]
    second = await staff.at(lambda: search(Wanted(), after=(last.name, last.id)))
    assert first.more and not second.more
    assert len({actor.id for actor in (*first.people, *second.people)}) == 4


async def test_what_cannot_be_looked_for_is_no_condition() -> None:
    assert Wanted.of("  Lee \n J. ", "witchcraft", "%", "MERCY.example") == Wanted(
        "Lee J.", "", "", "mercy.example"
    )


async def test_people_of_a_partner_are_found_while_both_trust_each_other(
    mercy: House, stlukes: House, lee: Person
) -> None:
    """Whom their server offers, with the standing it vouches for."""
    okafor = await stlukes.person(OKAFOR)
    hidden = await stlukes.person(new("hidden", "Dr H. Idden", "cardiology", is_public=False))
    await says(okafor, "Rochester", "partners")
    for person in (okafor, hidden):
        await person.home.at(members.set_invitable, person.actor, True)
        await mercy.at(members.found_at, person.address)
    assert await names(mercy, specialty="cardiology") == ["Dr A. Okafor"]
    assert await names(mercy, text="rochester") == ["Dr A. Okafor"]
    assert await names(mercy, institution="stlukes.example") == ["Dr A. Okafor"]
    assert await names(mercy, institution="mercy.example") == ["Dr J. Lee"]
    await end_trust(mercy, stlukes)
    assert await names(mercy, specialty="cardiology") == []


async def test_pseudonyms_of_a_partner_are_not_in_the_directory(
    mercy: House, stlukes: House
) -> None:
    """T87. Its institution knows who is one; what anybody else says counts for nothing."""
    twice = await stlukes.person(new("twice", "Dr T. Wice", "cardiology", pseudonym="granite"))
    assert twice.pseudonym is not None
    for actor in (twice.actor, twice.pseudonym):
        await mercy.at(members.found_at, actor.address)
    assert await names(mercy, institution="stlukes.example") == ["Dr T. Wice"]


async def test_a_partner_without_the_directory_in_its_agreement_is_not_searched(
    mercy: House, stlukes: House
) -> None:
    await mercy.at(members.found_at, (await stlukes.person(OSEI)).address)
    assert await names(mercy, text="osei") == ["Dr Y. Osei"]
    await mercy.at(lambda: Relationship.all().update(scopes=["consult"]))
    assert await names(mercy, text="osei") == []
