"""StudentDoc, the part of promotion: a student becomes a trainee at graduation, on evidence."""

from datetime import UTC, datetime

import pytest

from instance.models import CaseKind, Level, Member, Role, Stage, VerificationCase
from instance.services import lifecycle
from tests.cast import new
from tests.houses import House, Person


@pytest.fixture
async def kim(mercy: House) -> Person:
    return await mercy.person(new("kim", "K. Kim", level=Level.ATTESTED, stage=Stage.STUDENT))


@pytest.fixture
async def officer(mercy: House) -> Person:
    return await mercy.person(new("officer", "Dr O. Fficer", role=Role.OFFICER))


async def now_of(person: Person) -> Member:
    return await person.home.at(Member.get, id=person.member.id)


async def test_a_graduate_says_so_and_waits_for_an_officer(mercy: House, kim: Person) -> None:
    browser = await mercy.sign_in("kim")
    assert (await browser.post_form("/account/career", {"stage": "trainee"})).status == 302
    assert (await now_of(kim)).stage is Stage.STUDENT
    [case] = await mercy.at(lambda: VerificationCase.all())
    assert (case.kind, case.stage) == (CaseKind.STAGE, Stage.TRAINEE)


async def test_an_officer_promotes_on_evidence_and_the_level_waits_for_its_own(
    mercy: House, kim: Person, officer: Person
) -> None:
    why, now = "Diploma of June.", datetime.now(UTC)
    await officer.does(lifecycle.move_on, "kim", Stage.TRAINEE, "diploma", why, now)
    found = await now_of(kim)
    assert (found.stage, found.level) == (Stage.TRAINEE, Level.ATTESTED)
    page = (await (await mercy.sign_in("kim")).get("/account/career")).text
    assert why in page


async def test_nobody_promotes_themselves(mercy: House, officer: Person, kim: Person) -> None:
    browser = await mercy.sign_in("kim")
    path = "/admin/members/kim/stage"
    assert (await browser.post_form(path, {"stage": "trainee"})).status in (403, 404)
    assert (await now_of(kim)).stage is Stage.STUDENT
