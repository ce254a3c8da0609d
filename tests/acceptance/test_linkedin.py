"""LinkedIn, the profile part: training, certification and posts held, each for chosen readers."""

import json

import pytest

from instance.services import members, profiles
from tests.cast import OKAFOR
from tests.houses import House, Person

CURRICULUM = {
    "positions": "Attending, Mercy General, since 2019\nChief resident, Northfield",
    "training": "Northfield School of Medicine, 2011\nResidency, Northfield",
    "certification": "Internal Medicine, 2015",
    "languages": "English, Korean",
}


@pytest.fixture
async def curriculum(lee: Person) -> dict[str, str]:
    """By field, one of its readers each."""
    readers = dict(
        zip(CURRICULUM, ("public", "partners", "members", "private"), strict=True),
    )
    await lee.does(profiles.change, lee.actor, CURRICULUM, readers)
    return readers


async def test_a_curriculum_is_read_line_by_line_by_colleagues(
    mercy: House, lee: Person, curriculum: dict[str, str]
) -> None:
    await mercy.person(OKAFOR)
    page = (await (await mercy.sign_in("okafor")).get("/@lee")).text
    for kind, text in CURRICULUM.items():
        for line in text.splitlines():
            assert (line in page) is (curriculum[kind] != "private")
    for heading in ("Posts held", "Training", "Board certification"):
        assert f"<dt>{heading}</dt>" in page


async def test_a_partner_hospital_reads_what_is_for_partners(
    mercy: House, stlukes: House, lee: Person, curriculum: dict[str, str]
) -> None:
    known = await stlukes.at(members.found_at, lee.address)
    said = json.dumps(known.properties)
    assert "Chief resident" in said and "Residency" in said
    assert "Internal Medicine" not in said and "Korean" not in said


async def test_anybody_reads_what_is_public_and_no_more(
    mercy: House, lee: Person, curriculum: dict[str, str]
) -> None:
    page = (await mercy.visitor().get("/@lee")).text
    assert "Chief resident" in page
    assert not any(word in page for word in ("Residency", "Internal Medicine", "Korean"))


async def test_role_and_level_stand_beside_the_name_whatever_is_hidden(
    mercy: House, lee: Person, curriculum: dict[str, str]
) -> None:
    """A curriculum is what somebody says; the badge is what the hospital vouches for."""
    for browser in (mercy.visitor(), await mercy.sign_in("lee")):
        page = (await browser.get("/@lee")).text
        assert "Verified physician" in page
