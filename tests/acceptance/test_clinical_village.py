"""Clinical Village: colleagues found by specialty, town or institution, and career stage."""

import pytest

from instance.models import Stage
from instance.services import profiles
from tests.cast import OKAFOR, new
from tests.houses import House, Person


@pytest.fixture
async def village(mercy: House, stlukes: House, lee: Person) -> House:
    """Three here, and one of St. Luke's who is known here by having been asked for."""
    await mercy.person(new("abara", "Dr I. Abara", "cardiology", stage=Stage.TRAINEE))
    moreau = await mercy.person(new("moreau", "Dr C. Moreau", "cardiology"))
    await moreau.does(profiles.change, moreau.actor, {"town": "Duluth"}, {"town": "members"})
    okafor = await stlukes.person(OKAFOR)
    browser = await mercy.sign_in("lee")
    await browser.post_form("/follow", {"address": okafor.address})
    return mercy


async def found(house: House, query: str) -> set[str]:
    page = (await (await house.sign_in("lee")).get(f"/people?{query}")).text
    everybody = ("Dr J. Lee", "Dr I. Abara", "Dr C. Moreau", "Dr A. Okafor")
    listed = page.partition("<main")[2]
    return {name for name in everybody if name in listed}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"Dr J. Lee", "Dr I. Abara", "Dr C. Moreau", "Dr A. Okafor"}),
        ("specialty=cardiology", {"Dr I. Abara", "Dr C. Moreau", "Dr A. Okafor"}),
        ("specialty=cardiology&stage=trainee", {"Dr I. Abara"}),
        ("q=duluth", {"Dr C. Moreau"}),
        ("host=stlukes.example", {"Dr A. Okafor"}),
        ("host=mercy.example&specialty=cardiology", {"Dr I. Abara", "Dr C. Moreau"}),
        ("specialty=dermatology", set()),
    ],
)
async def test_the_directory_finds_colleagues_by_what_is_asked(
    village: House, query: str, names: set[str]
) -> None:
    assert await found(village, query) == names


async def test_the_directory_is_for_members_alone(village: House) -> None:
    page = await village.visitor().get("/people?specialty=cardiology")
    assert page.status == 404 and "Moreau" not in page.text
