"""The pages about how a member signs in, and what needs a second step (T66, T67)."""

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from instance.models import (
    CodeApp,
    Level,
    Mail,
    Member,
    RecoveryCode,
    Role,
    Session,
    SignInStep,
)
from instance.services import second_factors
from instance.services.consults import counting, reading
from tests.browsing import Answer, Browser
from tests.cast import Houses, new
from tests.clinic import ask
from tests.houses import APP_SECRET, PASSWORD, House, Person, next_code

HERE = "/account/security"
NEW = "tumbler coffee gown"


@pytest.fixture
async def mercy(houses: Houses, are_trusted: bool) -> House:
    """It sends mails."""
    name = "Mercy General"
    return await houses.open(name, "hospital", "mercy.example", SMTP_HOST="127.0.0.1")


async def without(house: House, handle: str, **more: object) -> Browser:
    """A member who has not set up a second step, signed in."""
    person = await house.person(new(handle, f"Dr {handle.title()}", **more))
    await person.does(second_factors.drop_all)
    # Not just now: who has just joined is not asked for the password they chose a page before.
    long_ago = datetime.now(UTC) - timedelta(days=1)
    await house.at(lambda: Member.filter(id=person.member.id).update(created_at=long_ago))
    return await house.sign_in(handle)


async def set_up(browser: Browser, code: str = "", password: str = PASSWORD) -> Answer:
    page = await browser.get(f"{HERE}/app")
    [secret] = re.findall(r'class="mono address">([A-Z2-7 ]+)<', page.text)
    [draft] = re.findall(r'name="draft" value="([^"]+)"', page.text)
    code = code or pyotp.TOTP(secret.replace(" ", "")).now()
    form = {"draft": draft, "code": code, "password": password}
    return await browser.post_form(f"{HERE}/app", form)


async def mails(house: House) -> list[str]:
    return [row.kind.value for row in await house.at(lambda: Mail.all().order_by("id"))]


async def test_who_may_read_consults_sets_up_a_second_step_first(mercy: House, lee: Person) -> None:
    consult = await ask(lee)
    browser = await without(mercy, "newcomer")
    paths = ("/consults", "/consults/new", "/consults?box=open", f"/k/{consult.id}", "/k/1")
    for path in paths:
        answer = await browser.get(path)
        assert (answer.status, answer.header("location")) == (302, f"{HERE}?for=consults"), path
    for path in (f"/k/{consult.id}/stream", "/consults/stream"):
        assert (await browser.get(path)).status == 404, path
    home = await browser.get("/")
    assert "Consults open once you have a second step" in home.text
    page = await browser.get(f"{HERE}?for=consults")
    assert "Consults open once you have a second step" in page.text

    assert (await set_up(browser)).status == 200
    assert (await browser.get(f"/k/{consult.id}")).status == 200
    assert (await browser.get("/consults")).status == 200


async def test_no_door_shows_a_consult_without_a_second_factor(mercy: House, lee: Person) -> None:
    """Home, streams, counts and what comes later: they all ask `reading.visible`."""
    await ask(lee)
    consults = await lee.does(reading.in_box, "mine")
    await lee.does(second_factors.drop_all)

    assert len(consults) == 1 and await lee.does(reading.in_box, "mine") == []
    assert (await lee.does(counting.of_boxes)).mine == 0


async def test_a_form_about_a_consult_gives_back_what_was_typed(mercy: House, lee: Person) -> None:
    consult = await ask(lee)
    browser = await without(mercy, "newcomer")
    answer = await browser.post_form(f"/k/{consult.id}/comment", {"text": "Not lost."})

    assert answer.status == 403 and "Not lost." in answer.text
    assert "Consults need a second step at sign-in." in answer.text


async def test_who_may_read_no_consult_needs_none(mercy: House) -> None:
    browser = await without(mercy, "declared", level=Level.ATTESTED)
    assert (await browser.get("/consults")).status == 200
    page = (await browser.get(HERE)).text

    assert "With a second step, whoever knows it still stays outside." in page


async def test_a_steward_needs_one_to_read_for_patient_safety(mercy: House) -> None:
    browser = await without(mercy, "steward", level=Level.ATTESTED, role=Role.STEWARD)

    assert (await browser.get("/admin/consults")).header("location") == f"{HERE}?for=consults"


async def test_setting_up_needs_a_code_that_fits_and_the_password(mercy: House) -> None:
    browser = await without(mercy, "newcomer")
    wrong_code = await set_up(browser, code="000000")
    wrong_password = await set_up(browser, password="a wrong password")

    assert wrong_code.status == wrong_password.status == 422
    assert "Is the time of your phone right?" in wrong_code.text
    assert "This is not your password." in wrong_password.text
    assert await mercy.at(lambda: CodeApp.all().count()) == 0


async def test_the_code_that_set_it_up_signs_nobody_in(mercy: House) -> None:
    browser = await without(mercy, "newcomer")
    page = await browser.get(f"{HERE}/app")
    [secret] = re.findall(r'class="mono address">([A-Z2-7 ]+)<', page.text)
    [draft] = re.findall(r'name="draft" value="([^"]+)"', page.text)
    code = pyotp.TOTP(secret.replace(" ", "")).now()
    form = {"draft": draft, "code": code, "password": PASSWORD}
    assert (await browser.post_form(f"{HERE}/app", form)).status == 200
    other = mercy.visitor()
    await other.post_form("/sign-in", {"login": "newcomer", "password": PASSWORD})

    assert (await other.post_form("/sign-in/code", {"code": code})).status == 401


async def test_recovery_codes_are_shown_once(mercy: House) -> None:
    browser = await without(mercy, "newcomer")
    shown = (await set_up(browser)).text
    codes = re.findall(r"<li>([a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4})</li>", shown)

    assert len(codes) == 10 and "They are not shown again." in shown
    assert await mercy.at(lambda: RecoveryCode.all().count()) == 10
    for path in (HERE, f"{HERE}/recovery-codes", f"{HERE}/app"):
        assert not [code for code in codes if code in (await browser.get(path)).text]
    assert (await set_up(browser)).status == 302  # another phone keeps them
    assert await mercy.at(lambda: RecoveryCode.all().count()) == 10


async def test_the_page_holds_no_style_and_no_script_of_its_own(mercy: House) -> None:
    browser = await without(mercy, "newcomer")
    page = (await browser.get(f"{HERE}/app")).text
    [drawing] = re.findall(r'<svg[^>]*class="qr".*?</svg>', page, re.DOTALL)

    assert "style" not in drawing and "script" not in drawing and "data:" not in page


async def test_the_last_factor_of_a_reader_cannot_be_removed(mercy: House, lee: Person) -> None:
    browser = await mercy.sign_in("lee")
    form = {"password": PASSWORD, "code": await mercy.at(next_code, "lee")}
    answers = [
        await browser.get(f"{HERE}/app/remove"),
        await browser.post_form(f"{HERE}/app/remove", form),
    ]

    assert [answer.status for answer in answers] == [403, 403]
    assert "Set up another one before you remove" in answers[1].text
    assert "Remove the app" not in (await browser.get(HERE)).text
    assert await mercy.at(lambda: CodeApp.all().count()) == 1


@pytest.mark.parametrize(
    ("password", "code", "status"),
    [("wrong", "right", 422), (PASSWORD, "000000", 422), (PASSWORD, "right", 302)],
)
async def test_removing_a_factor_needs_password_and_code_and_is_told(
    mercy: House, password: str, code: str, status: int
) -> None:
    await mercy.person(new("declared", "Dr D. Clared", level=Level.ATTESTED))
    browser = await mercy.sign_in("declared")
    right = await mercy.at(next_code, "declared")
    form = {"password": password, "code": right if code == "right" else code}
    answer = await browser.post_form(f"{HERE}/app/remove", form)

    assert answer.status == status
    is_removed = status == 302
    assert await mercy.at(lambda: CodeApp.all().count()) == int(not is_removed)
    assert await mails(mercy) == (["factor"] if is_removed else [])


async def test_a_recovery_code_in_use_is_told(mercy: House, lee: Person) -> None:
    codes = await lee.does(second_factors.new_recovery_codes)
    browser = mercy.visitor()
    await browser.post_form("/sign-in", {"login": "lee", "password": PASSWORD})
    await browser.post_form("/sign-in/code", {"code": codes[0]})

    assert await mails(mercy) == ["recovered"]


async def test_a_new_password_ends_all_other_sessions_and_steps(mercy: House, lee: Person) -> None:
    mine, other = await mercy.sign_in("lee"), await mercy.sign_in("lee")
    half = mercy.visitor()
    await half.post_form("/sign-in", {"login": "lee", "password": PASSWORD})
    before = mine.cookies["__Host-session"]
    form = {"password": PASSWORD, "new": NEW}
    answer = await mine.post_form(f"{HERE}/password", form)

    assert answer.header("location") == f"{HERE}?done=password"
    assert (await mine.get("/account")).status == 200
    assert (await other.get("/account")).status == 404
    assert (await half.post_form("/sign-in/code", {"code": "1"})).status == 401
    assert await mercy.at(lambda: Session.all().count()) == 1
    assert await mercy.at(lambda: SignInStep.all().count()) == 0
    assert mine.cookies["__Host-session"] != before
    mine.cookies["__Host-session"] = before
    assert (await mine.get("/account")).status == 404
    assert await mails(mercy) == ["password"]


@pytest.mark.parametrize(
    ("password", "chosen", "words"),
    [
        ("wrong", NEW, "This is not your password."),
        (PASSWORD, "tooBrief7", "Use 12 characters or more."),
        (PASSWORD, "Password2024!!", "Many people use a password like this."),
        (PASSWORD, "lee@hospital.example", "Do not make it of your name"),
        (PASSWORD, "Mercy-General-1", "Do not make it of your name"),
    ],
)
async def test_a_password_that_is_not_taken_changes_nothing(
    mercy: House, lee: Person, password: str, chosen: str, words: str
) -> None:
    browser = await mercy.sign_in("lee")
    before = (await mercy.at(Member.get)).password_hash
    form = {"password": password, "new": chosen}
    answer = await browser.post_form(f"{HERE}/password", form)

    assert answer.status == 422 and words in answer.text and chosen not in answer.text
    assert (await mercy.at(Member.get)).password_hash == before


async def test_sessions_are_ended_one_by_one_and_all_at_once(mercy: House, lee: Person) -> None:
    mine, one, two = [await mercy.sign_in("lee") for _ in range(3)]
    page = (await mine.get(HERE)).text
    ends = re.findall(r'action="(/account/sessions/\d+/end)"', page)
    assert len(ends) == 3 and page.count("This one") == 1
    assert (await mine.post_form(ends[1], {})).header("location") == HERE
    assert await mercy.at(lambda: Session.all().count()) == 2
    await mine.post_form("/account/sessions/end-others", {})

    assert (await mine.get("/account")).status == 200
    assert [(await b.get("/account")).status for b in (one, two)] == [404, 404]


async def test_another_members_session_is_not_ended(mercy: House, lee: Person) -> None:
    await mercy.sign_in("lee")
    other = await without(mercy, "other")
    theirs = await mercy.at(lambda: Session.filter(member_id=lee.member.id).first())
    assert theirs is not None
    await other.post_form(f"/account/sessions/{theirs.id}/end", {})

    assert await mercy.at(lambda: Session.filter(id=theirs.id).exists())


async def test_a_draft_of_somebody_else_is_not_taken(mercy: House, lee: Person) -> None:
    """Nobody's app is set up with a secret that another person has seen."""
    browser, other = await without(mercy, "newcomer"), await mercy.sign_in("lee")
    page = await other.get(f"{HERE}/app")
    [draft] = re.findall(r'name="draft" value="([^"]+)"', page.text)
    for brought in (draft, "", "AAAA", APP_SECRET):
        form = {"draft": brought, "code": "000000", "password": PASSWORD}
        answer = await browser.post_form(f"{HERE}/app", form)
        assert answer.status == 409, brought
