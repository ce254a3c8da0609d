"""The pages of verification officers about members, and of members about their own career."""

import pytest

from instance.models import Level, Member, Role, Stage, VerificationCase
from instance.services import member_lists
from tests.browsing import Browser
from tests.cast import new
from tests.houses import House, Person

WHY = "A complaint, file 12."


@pytest.fixture
async def officer(mercy: House) -> Browser:
    await mercy.person(new("officer", "Dr O. Fficer", role=Role.OFFICER))
    return await mercy.sign_in("officer")


@pytest.fixture
async def moyo(mercy: House) -> Person:
    return await mercy.person(
        new("moyo", "Dr S. Moyo", level=Level.VERIFIED, pseudonym="heart1", legal_name="Sena Móyo")
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=moyo", True),
        ("q=sena", True),
        ("q=s+moyo", True),
        ("q=moyo%40hospital.example", True),
        ("level=3", True),
        ("level=1", False),
        ("role=owner", False),
        ("suspended=yes", False),
        ("q=heart1", False),
        ("level=9&role=emperor&after=x", True),
    ],
)
async def test_members_are_found_by_name_handle_and_mail_and_never_by_pseudonym(
    officer: Browser, moyo: Person, query: str, found: bool
) -> None:
    page = await officer.get(f"/admin/members?{query}")
    assert page.status == 200
    assert ("Dr S. Moyo" in page.text) is found
    listed = page.text.partition("<table")[2]
    assert "heart1" not in listed


async def test_a_long_list_comes_in_pages(
    mercy: House, officer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        await mercy.person(new(f"p{number}", f"Dr P{number}"))
    monkeypatch.setattr(member_lists, "PAGE", 2)
    monkeypatch.setattr(member_lists, "_AT_ONCE", 3)
    seen, url = [], "/admin/members?q=dr"
    while url:
        page = (await officer.get(url)).text
        seen += [word for word in ("Fficer", "P0", "P1", "P2", "P3", "P4") if f"{word}</a>" in page]
        link = page.partition('href="/admin/members?q=dr&amp;')[2].partition('"')[0]
        url = "/admin/members?q=dr&" + link.replace("&amp;", "&") if link else ""
    assert seen == ["Fficer", "P0", "P1", "P2", "P3", "P4"]


async def test_the_page_of_a_member_names_no_pseudonym_and_a_pseudonym_has_no_page(
    officer: Browser, moyo: Person
) -> None:
    page = (await officer.get("/admin/members/moyo")).text
    assert "Sena Móyo" in page and "moyo@hospital.example" in page and "heart1" not in page
    assert (await officer.get("/admin/members/heart1")).status == 404
    form = {"reason": WHY}
    assert (await officer.post_form("/admin/members/heart1/suspend", form)).status == 404


async def test_an_officer_suspends_and_the_member_reads_why_when_they_are_back(
    mercy: House, officer: Browser, moyo: Person
) -> None:
    moyos = await mercy.sign_in("moyo")
    refused = await officer.post_form("/admin/members/moyo/suspend", {"reason": ""})
    assert refused.status == 422 and "Say why" in refused.text
    done = await officer.post_form("/admin/members/moyo/suspend", {"reason": WHY})
    assert done.header("location") == "/admin/members/moyo"
    assert "Suspended since" in (await officer.get("/admin/members/moyo")).text
    assert "moyo" in (await officer.get("/admin/members?suspended=yes")).text
    assert (await moyos.get("/account")).status == 404
    await officer.post_form("/admin/members/moyo/restore", {"reason": "Settled by the board."})
    moyos = await mercy.sign_in("moyo")
    page = (await moyos.get("/account/career")).text
    assert WHY in page and "Settled by the board." in page and "Dr O. Fficer" in page
    told = (await moyos.get("/notifications")).text
    assert "Your account is open again." in told


async def test_an_officer_changes_stage_and_facts(
    mercy: House, officer: Browser, moyo: Person
) -> None:
    form = {"stage": "retired", "reason": WHY}
    assert (await officer.post_form("/admin/members/moyo/stage", form)).status == 302
    refused = await officer.post_form("/admin/members/moyo/stage", {**form, "stage": "practising"})
    assert refused.status == 422 and "Say what you have seen." in refused.text
    facts = {"profession": "nurse", "specialty1": "cardiology", "specialty2": "cardiology"}
    facts |= {"jurisdiction": "gb", "reason": WHY}
    assert (await officer.post_form("/admin/members/moyo/facts", facts)).status == 302
    member = await mercy.at(Member.get, id=moyo.member.id)
    assert member.stage is Stage.RETIRED and member.specialties == ["cardiology"]
    assert member.jurisdiction == "GB"
    again = {"reason": WHY}
    assert (await officer.post_form("/admin/members/moyo/recheck", again)).status == 302
    assert "Asked to be checked again" in (await officer.get("/admin/members/moyo")).text


async def test_an_officer_finds_no_form_about_themselves(officer: Browser) -> None:
    page = (await officer.get("/admin/members/officer")).text
    assert "Nobody decides about their own account." in page and 'name="reason"' not in page
    answer = await officer.post_form("/admin/members/officer/suspend", {"reason": WHY})
    assert answer.status == 403


async def test_a_member_says_that_they_retired_or_moved_on(mercy: House, moyo: Person) -> None:
    browser = await mercy.sign_in("moyo")
    for wrong in ("", "practising", "emperor"):
        assert (await browser.post_form("/account/career", {"stage": wrong})).status == 422
    assert (await browser.post_form("/account/career", {"stage": "retired"})).status == 302
    assert (await mercy.at(Member.get, id=moyo.member.id)).stage is Stage.RETIRED
    assert (await browser.post_form("/account/career", {"stage": "practising"})).status == 302
    assert (await mercy.at(Member.get, id=moyo.member.id)).stage is Stage.RETIRED
    case = await mercy.at(VerificationCase.get, member_id=moyo.member.id)
    assert case.stage is Stage.PRACTISING
    assert "A verification officer looks at it" in (await browser.get("/account/career")).text
