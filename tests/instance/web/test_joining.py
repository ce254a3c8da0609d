"""Invited, joined and verified, by forms alone (ux.md J3); what a link tells nobody (T64, T70)."""

import html
import re
from datetime import timedelta

import pyotp
import pytest

from instance.models import CaseKind, Invitation, Level, Mail, Member, Session, VerificationCase
from instance.services import invitations
from tests import rosters
from tests.authenticator import Authenticator
from tests.browsing import Answer, Browser
from tests.cast import LEE as COLLEAGUE
from tests.cast import Houses
from tests.houses import House, Person
from tests.instance.queries import queries
from tests.inviting import (
    LEE,
    OFFICER,
    PASSWORD,
    account,
    confirmed,
    invited,
    mailed,
    now,
    passes,
)
from tests.rosters import line

INVITATIONS = "/admin/invitations"


@pytest.fixture
async def mercy(houses: Houses, are_trusted: bool) -> House:
    """It sends mails."""
    return await houses.open("Mercy General", "hospital", "mercy.example", SMTP_HOST="127.0.0.1")


@pytest.fixture
async def officer(mercy: House) -> Person:
    return await mercy.person(OFFICER)


async def on_roster(officer: Person) -> None:
    person = line("7", LEE, "Jane", "Lee", "Physician", "Practising", "Hospital medicine")
    await rosters.take(officer, rosters.table(person))


async def text(browser: Browser, path: str, status: int = 200) -> str:
    answer = await browser.get(path)
    assert answer.status == status, answer.text
    return re.sub(r"\s+", " ", html.unescape(answer.text))


async def test_who_is_invited_and_on_the_roster_is_verified_in_a_few_forms(
    mercy: House, officer: Person
) -> None:
    await on_roster(officer)
    staff = await mercy.sign_in("officer")
    assert "Nobody was invited yet." in await text(staff, INVITATIONS)
    answer = await staff.post_form(INVITATIONS, {"email": LEE})
    assert answer.header("location") == f"{INVITATIONS}?done=sent"
    assert "<b>1</b>sent" in await text(staff, INVITATIONS)
    [(_, code)] = await mailed(mercy)

    browser = mercy.visitor()
    await browser.get(f"/join/{code}")
    assert "<b>Jane Lee</b><br>Hospital medicine" in await text(browser, "/join")
    browser = await confirmed(mercy, code)
    page = await text(browser, "/join")
    assert 'value="jlee"' in page and "Colleagues see you as Jane Lee." in page
    answer = await browser.post_form("/join/account", account())
    assert answer.header("location") == "/join/second-step"
    assert (await set_up_app(browser)).status == 200  # and no password is asked a second time
    done = await text(browser, "/join/done")
    assert "You are verified" in done and "second step" not in done
    assert (await browser.get("/consults")).status == 200
    member = await mercy.at(lambda: Member.get(email=LEE))
    assert member.level is Level.VERIFIED and member.has_second_factor
    assert "<b>1</b>have joined" in await text(staff, INVITATIONS)


async def test_who_is_not_on_the_roster_joins_and_waits(mercy: House, officer: Person) -> None:
    browser = mercy.visitor()
    await browser.get(f"/join/{await invited(officer)}")
    assert "You are not on the roster yet" in await text(browser, "/join")
    browser = await confirmed(mercy, (await again(officer)))
    await browser.get("/join")
    await browser.post_form("/join/account", account())
    done = await text(browser, "/join/done")
    assert "A verification officer looks within 1 working day." in done
    assert "You are not on Mercy General's roster yet." in done
    case = await mercy.at(lambda: VerificationCase.get().select_related("member"))
    assert (case.kind, case.member.email) == (CaseKind.JOINED, LEE)


async def again(officer: Person) -> str:
    await passes(officer.home, timedelta(minutes=6))
    return await invited(officer)


async def test_a_passkey_is_made_without_another_password(mercy: House, officer: Person) -> None:
    browser = await confirmed(mercy, await invited(officer))
    await browser.get("/join")
    await browser.post_form("/join/account", account())
    page = await browser.get("/join/second-step")
    options = html.unescape(re.findall(r'data-options="([^"]*)"', page.text)[0])
    phone = Authenticator(mercy.origin)
    form = {"name": "Phone", "answer": phone.create(options)}
    before = browser.cookies["__Host-session"]
    answer = await browser.post_form("/join/second-step/passkey", form)
    assert answer.status == 200 and 'href="/join/done"' in answer.text
    assert browser.cookies["__Host-session"] != before  # T67
    assert (await browser.get("/join/second-step")).header("location") == "/account/security"
    assert (await browser.post_form("/join/second-step/passkey", form)).status == 404


async def test_later_on_a_second_step_takes_the_password(mercy: House, officer: Person) -> None:
    browser = await confirmed(mercy, await invited(officer))
    await browser.get("/join")
    await browser.post_form("/join/account", account())
    earlier = now() - timedelta(minutes=16)
    await mercy.at(lambda: Session.all().update(created_at=earlier))
    assert (await set_up_app(browser, "/account/security/app")).status == 422
    assert (await browser.post_form("/join/second-step/app", {})).status == 404


async def test_opening_the_link_uses_nothing_up_and_leaks_nothing(
    mercy: House, officer: Person
) -> None:
    """T70: the code becomes a cookie; under its address there is no page that could name it."""
    code = await invited(officer)
    for _ in range(2):  # a filter of mail, then the person
        answer = await mercy.visitor().get(f"/join/{code}")
        assert (answer.status, answer.header("location")) == (303, "/join")
        assert answer.header("referrer-policy") == "no-referrer"
        assert answer.header("cache-control") == "private, no-store"
        assert answer.body == b"" or code not in answer.text
    cookie = next(value for name, value in answer.headers if name.lower() == "set-cookie")
    assert cookie.startswith("__Host-join=") and "HttpOnly" in cookie and "Secure" in cookie
    browser = mercy.visitor()
    await browser.get(f"/join/{code}")
    assert code not in await text(browser, "/join")
    browser = await confirmed(mercy, code)
    assert code not in browser.cookies.values()  # a new one, once the mailbox is confirmed (T67)


async def test_no_page_says_why_a_link_does_not_work(mercy: House, officer: Person) -> None:
    """T64: unknown, used, withdrawn and over are the same bytes, after the same queries."""
    ruiz = await mercy.person(COLLEAGUE)
    codes = {
        "withdrawn": await invited(officer, "a@hospital.example"),
        "used": await invited(officer, "b@hospital.example"),
        "over": await invited(officer, "c@hospital.example"),
        "unknown": "x" * 22,
    }
    await officer.does(invitations.invite, ruiz.member.email)
    for name, values in {
        "a": {"withdrawn_at": now()},
        "b": {"used_at": now()},
        "c": {"expires_at": now()},
    }.items():
        address = f"{name}@hospital.example"
        await mercy.at(lambda a=address, v=values: Invitation.filter(email=a).update(**v))  # type: ignore[misc]
    shown = set()
    for code in codes.values():
        browser = mercy.visitor()
        await browser.get(f"/join/{code}")
        await browser.get("/sign-in")  # the form token of a visitor is there
        with queries() as made:
            answer = await browser.get("/join")
        token = re.sub(r'value="[0-9a-f]{64}"', "", answer.text)
        shown.add((answer.status, token, len(made)))
    assert len(shown) == 1
    [(status, page, _)] = shown
    assert status == 404 and "This link does not work" in page


async def test_the_steps_can_be_left_and_taken_up_again(mercy: House, officer: Person) -> None:
    code = await invited(officer)
    first = await confirmed(mercy, code)
    assert "Your account" in await text(first, "/join")
    assert "Create account" in await text(first, "/join")  # the browser is known
    second = await confirmed(mercy, code)  # another day, another computer
    assert "Create account" in await text(second, "/join")
    assert "This link does not work" in await text(first, "/join", 404)  # one browser at a time
    await second.post_form("/join/account", account())
    assert (await set_up_app(second)).status == 200


async def test_refused_forms_keep_what_was_typed_but_the_password(
    mercy: House, officer: Person
) -> None:
    browser = await confirmed(mercy, await invited(officer))
    await browser.get("/join")
    form = account(agrees="", pseudonym="murmur", name="Dr Jane Lee", profession="nurse")
    answer = await browser.post_form("/join/account", form)
    assert answer.status == 422 and "Tick the box to join." in answer.text
    for kept in ('value="murmur"', 'value="Dr Jane Lee"', '<option value="nurse" selected>'):
        assert kept in answer.text
    assert PASSWORD not in answer.text
    answer = await browser.post_form("/join/confirm", {"code": "1"})
    assert answer.status == 422 and "This code does not fit" in html.unescape(answer.text)


@pytest.mark.parametrize("field", ["role", "level", "email", "is_public", "invited_by"])
async def test_nothing_else_can_be_sent_with_the_form(
    mercy: House, officer: Person, field: str
) -> None:
    """T70, T72: a code for the role of an owner."""
    browser = await confirmed(mercy, await invited(officer))
    await browser.get("/join")
    await browser.post_form("/join/account", account(**{field: "owner"}))
    member = await mercy.at(lambda: Member.get(email=LEE))
    assert (member.role, member.level) == ("member", Level.ATTESTED)


async def test_who_is_signed_in_is_told_so(mercy: House, officer: Person) -> None:
    code = await invited(officer)
    browser = await mercy.sign_in("officer")
    await browser.get(f"/join/{code}")
    assert "You are signed in as" in await text(browser, "/join")
    assert (await browser.post_form("/join/account", account())).status == 200
    assert await mercy.at(lambda: Member.filter(email=LEE).count()) == 0


async def test_without_a_link_there_is_nothing_to_join_by(mercy: House) -> None:
    browser = mercy.visitor()
    assert "This link does not work" in await text(browser, "/join", 404)
    for path in ("/join/code", "/join/confirm", "/join/account"):
        answer = await browser.post_form(path, account(code="123456"))
        assert answer.status == 404, path


async def test_a_form_from_elsewhere_is_not_taken(mercy: House, officer: Person) -> None:
    browser = await confirmed(mercy, await invited(officer))
    await browser.get("/join")
    browser.origin = mercy.origin
    browser._token = "0" * 64
    assert (await browser.post_form("/join/account", account())).status == 403


async def test_officers_resend_and_withdraw_on_the_page(mercy: House, officer: Person) -> None:
    await invited(officer)
    row = await mercy.at(Invitation.get)
    browser = await mercy.sign_in("officer")
    assert "Withdraw" in await text(browser, INVITATIONS)
    soon = await browser.post_form(f"{INVITATIONS}/{row.id}/resend", {})
    assert soon.status == 409 and "less than 5 minutes ago" in soon.text
    done = await browser.post_form(f"{INVITATIONS}/{row.id}/withdraw", {})
    assert done.header("location") == f"{INVITATIONS}?done=withdrawn"
    assert "<b>1</b>withdrawn" in await text(browser, INVITATIONS)
    refused = await browser.post_form(INVITATIONS, {"email": "no address"})
    assert refused.status == 422 and 'value="no address"' in refused.text
    assert (await browser.post_form(f"{INVITATIONS}/1/withdraw", {})).status == 404


async def test_everybody_is_invited_with_a_bar_that_says_how_far_it_is(
    mercy: House, officer: Person
) -> None:
    await on_roster(officer)
    browser = await mercy.sign_in("officer")
    assert (await browser.post_form(f"{INVITATIONS}/roster", {})).status == 302
    page = await text(browser, INVITATIONS)
    assert "0 of 1 person" in page and f'hx-sse:connect="{INVITATIONS}/stream"' in page
    assert "http-equiv" not in page  # what somebody types beside it is not lost
    await mercy.at(invitations.go_on, now())
    assert "Last time 1 person was invited." in await text(browser, INVITATIONS)
    assert await mercy.at(lambda: Mail.filter(address=LEE).count()) == 1


async def test_the_page_is_nobody_elses(mercy: House) -> None:
    await mercy.person(COLLEAGUE)
    browser = await mercy.sign_in("lee")
    assert (await browser.get(INVITATIONS)).status == 404
    assert (await browser.post_form(INVITATIONS, {"email": LEE})).status == 404


async def set_up_app(browser: Browser, path: str = "/join/second-step") -> Answer:
    page = await browser.get(path)
    [secret] = re.findall(r'class="mono address">([A-Z2-7 ]+)<', page.text)
    [draft] = re.findall(r'name="draft" value="([^"]+)"', page.text)
    form = {"draft": draft, "code": pyotp.TOTP(secret.replace(" ", "")).now()}
    return await browser.post_form(path if path.endswith("/app") else f"{path}/app", form)
