"""Medscape: other professionals are welcome and always named as what they are; members counted."""

import re

import pytest

from instance.models import Actor, Level, Profession
from instance.services import posting
from tests.cast import new
from tests.houses import House, Person


@pytest.fixture
async def osei(mercy: House) -> Person:
    return await mercy.person(
        new("osei", "Y. Osei", profession=Profession.PHARMACIST, level=Level.VERIFIED)
    )


def main_of(text: str) -> str:
    return text.partition("<main")[2].partition("</main>")[0]


async def test_who_is_no_physician_is_labelled_wherever_they_stand(
    mercy: House, lee: Person, osei: Person, wards: Actor
) -> None:
    post = await osei.speaks(posting.start_thread, wards, "Doses", "Words.")
    visitor, member = mercy.visitor(), await mercy.sign_in("lee")
    for browser, path in (
        *((visitor, path) for path in ("/@osei", f"/t/{post.thread_id}", "/channels/wards")),
        *((member, path) for path in ("/people", "/@osei", f"/t/{post.thread_id}")),
    ):
        assert "harmacist" in main_of((await browser.get(path)).text)


async def test_members_are_counted_by_profession_and_level(
    mercy: House, lee: Person, osei: Person
) -> None:
    await mercy.person(new("holt", "Dr B. Holt", level=Level.CHECKED))
    await mercy.person(new("kim", "K. Kim", profession=Profession.NURSE, level=Level.ATTESTED))
    page = main_of((await mercy.visitor().get("/about")).text)
    rows = re.findall(r'<th scope="row" class="bare">([^<]+)</th>(.*?)</tr>', page, re.DOTALL)
    counted = {name: [int(n) for n in re.findall(r">(\d+)</td>", cells)] for name, cells in rows}
    assert counted == {"Physician": [1, 1, 0, 0], "Nurse": [0, 0, 1, 0], "Pharmacist": [1, 0, 0, 0]}


async def test_two_names_of_one_member_count_once(mercy: House) -> None:
    await mercy.person(new("moyo", "Dr S. Moyo", pseudonym="graniteheart"))
    page = main_of((await mercy.visitor().get("/about")).text)
    [cells] = re.findall(r">Physician</th>(.*?)</tr>", page, re.DOTALL)
    assert sum(int(n) for n in re.findall(r">(\d+)</td>", cells)) == 1
