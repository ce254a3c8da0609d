"""A new server: its first owner by a link that works once, then six steps (ux.md J1, T70)."""

import asyncio
import html
import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from instance.models import FirstRun, Invitation, Member, Role
from instance.services import first_run, members, self_test, settings
from instance.services.doctor import Finding
from tests import rosters
from tests.browsing import Browser
from tests.cast import LEE, Houses, new
from tests.houses import House, Person
from tests.inviting import PASSWORD
from tests.rosters import line

OWNER = {
    "name": "Dr A. Ruiz",
    "email": "ruiz@hospital.example",
    "handle": "ruiz",
    "password": PASSWORD,
}
HOSPITAL = {
    "name": "Mercy Harbour Hospital",
    "address": "1 Harbour Street",
    "country": "us-va",
    "on_call": "extension 7777",
    "mail_domains": "hospital.example",
}


@pytest.fixture
async def mercy(houses: Houses, are_trusted: bool) -> House:
    """It sends mails, and has nobody."""
    return await houses.open("Mercy General", "hospital", "mercy.example", SMTP_HOST="127.0.0.1")


@pytest.fixture
async def code(mercy: House) -> str:
    return await mercy.at(first_run.new_code)


async def comes(house: House, code: str) -> Browser:
    browser = house.visitor()
    answer = await browser.get(f"/set-up/{code}")
    assert (answer.status, answer.header("location")) == (303, "/set-up")
    assert answer.header("referrer-policy") == "no-referrer"
    return browser


async def founded(house: House, code: str) -> Browser:
    browser = await comes(house, code)
    await browser.get("/set-up")
    answer = await browser.post_form("/set-up/account", OWNER)
    assert answer.header("location") == "/join/second-step"
    return browser


async def text(browser: Browser, path: str = "/set-up") -> str:
    answer = await browser.get(path)
    assert answer.status == 200, answer.text
    return re.sub(r"\s+", " ", html.unescape(answer.text))


async def all_is_well() -> list[Finding]:
    return [Finding("name", True, "All is well.")]


async def test_a_server_is_set_up_by_six_steps_in_any_order(
    mercy: House, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = await founded(mercy, code)
    page = await browser.get("/join/second-step")
    [secret] = re.findall(r'class="mono address">([A-Z2-7 ]+)<', page.text)
    [draft] = re.findall(r'name="draft" value="([^"]+)"', page.text)
    assert "0 of 6 needed steps done" in await text(browser)
    form = {"draft": draft, "code": pyotp.TOTP(secret.replace(" ", "")).now()}
    codes = await browser.post_form("/join/second-step/app", form)
    assert codes.status == 200 and 'href="/set-up"' in codes.text
    assert "1 of 6 needed steps done" in await text(browser)

    assert "5 steps are left before this server is set up." in await text(browser, "/about")
    assert (await browser.post_form("/set-up/rules", {"agrees": "yes"})).status == 302
    assert (await browser.post_form("/set-up/hospital", HOSPITAL)).status == 302
    monkeypatch.setattr(self_test, "run", all_is_well)
    assert (await browser.post_form("/set-up/self-test", {})).status == 302
    second = {"email": "second@hospital.example"}
    assert (await browser.post_form("/set-up/second", second)).status == 302
    assert "5 of 6 needed steps done" in await text(browser)
    owner = await mercy.at(lambda: Member.get(email=OWNER["email"]))
    actor = await mercy.at(members.speaking_as, owner)
    await rosters.take(Person(mercy, owner, actor), rosters.table(line("1", "")))

    assert "This server is set up." in await text(browser)
    assert (await browser.get("/set-up")).status == 404  # it is over
    assert "left before this server is set up" not in await text(browser, "/about")
    assert (await mercy.at(Invitation.get)).email == "second@hospital.example"
    about = await text(mercy.visitor(), "/about")
    for said in ("Mercy Harbour Hospital", "1 Harbour Street, US-VA", "extension 7777"):
        assert said in about
    assert (await mercy.at(settings.read)).mail_domains == "hospital.example"


async def test_the_link_works_once(mercy: House, code: str) -> None:
    await founded(mercy, code)
    late = await comes(mercy, code)
    assert (await late.get("/set-up")).status == 404
    assert (await late.post_form("/set-up/account", OWNER | {"handle": "other"})).status == 404
    assert await mercy.at(first_run.new_code) == ""  # and no other is printed


async def test_of_two_who_come_at_once_one_becomes_the_owner(mercy: House, code: str) -> None:
    browsers = [await comes(mercy, code) for _ in range(3)]
    for browser in browsers:
        await browser.get("/set-up")
    forms = [
        OWNER | {"handle": f"ruiz{number}", "email": f"r{number}@hospital.example"}
        for number in range(3)
    ]
    answers = await asyncio.gather(
        *(b.post_form("/set-up/account", f) for b, f in zip(browsers, forms, strict=True))
    )
    assert sorted(answer.status for answer in answers)[0] == 302
    assert sum(answer.status == 302 for answer in answers) == 1
    assert await mercy.at(lambda: Member.filter(role=Role.OWNER).count()) == 1
    assert await mercy.at(lambda: Member.all().count()) == 1


async def test_the_link_is_good_for_24_hours_and_the_newest_alone(mercy: House, code: str) -> None:
    newer = await mercy.at(first_run.new_code)
    assert (await (await comes(mercy, code)).get("/set-up")).status == 404
    assert (await (await comes(mercy, newer)).get("/set-up")).status == 200
    row = await mercy.at(FirstRun.get)
    assert row.code_hash and newer not in row.code_hash
    assert row.code_until is not None
    assert timedelta(hours=23) < row.code_until - datetime.now(UTC) <= timedelta(hours=24)
    over = {"code_until": datetime.now(UTC)}
    await mercy.at(lambda: FirstRun.all().update(**over))
    assert (await (await comes(mercy, newer)).get("/set-up")).status == 404


async def test_where_there_is_an_owner_no_link_works(mercy: House, code: str) -> None:
    await mercy.person(new("owner", "Dr O. Wner", role=Role.OWNER))
    assert (await (await comes(mercy, code)).get("/set-up")).status == 404


async def test_nobody_else_finds_the_page_and_physicians_are_not_locked_out(
    mercy: House, code: str
) -> None:
    assert (await mercy.visitor().get("/set-up")).status == 404
    await founded(mercy, code)
    await mercy.person(LEE)
    browser = await mercy.sign_in("lee")
    assert (await browser.get("/set-up")).status == 404
    for step in ("hospital", "self-test", "second", "rules"):
        assert (await browser.post_form(f"/set-up/{step}", HOSPITAL)).status == 404, step
    home = await browser.get("/consults")
    assert home.status == 200 and "set up" not in home.text


async def test_what_is_wrong_is_said_and_what_was_typed_is_kept(mercy: House, code: str) -> None:
    browser = await comes(mercy, code)
    await browser.get("/set-up")
    refused = await browser.post_form("/set-up/account", OWNER | {"password": "short"})
    assert refused.status == 422 and 'value="Dr A. Ruiz"' in refused.text
    browser = await founded(mercy, code)
    refused = await browser.post_form("/set-up/hospital", HOSPITAL | {"on_call": " "})
    assert refused.status == 422 and 'value="1 Harbour Street"' in refused.text
    refused = await browser.post_form("/set-up/rules", {"rules": "Be kind."})
    assert refused.status == 422 and "Be kind." in refused.text
    refused = await browser.post_form("/set-up/second", {"email": "nobody"})
    assert refused.status == 422 and 'value="nobody"' in refused.text
    refused = await browser.post_form("/set-up/second", {"email": OWNER["email"].upper()})
    assert refused.status == 422 and "This is your own address." in refused.text
    assert not await mercy.at(lambda: Invitation.all().count())
    assert "Ask another person." in refused.text


async def test_each_field_of_the_first_account_that_is_missing_is_named_in_their_order(
    mercy: House, code: str
) -> None:
    browser = await comes(mercy, code)
    await browser.get("/set-up")
    refused = await browser.post_form("/set-up/account", dict.fromkeys(OWNER, ""))
    summary = refused.text.partition("There is a problem")[2].partition("</ul>")[0]
    assert re.findall(r'href="#([a-z]+)"', summary) == ["name", "email", "handle", "password"]
    refused = await browser.post_form("/set-up/account", OWNER | {"handle": ""})
    assert refused.status == 422
    assert await mercy.at(lambda: Member.all().count()) == 0


async def test_who_sets_up_a_server_is_not_told_of_an_invitation(mercy: House, code: str) -> None:
    browser = await founded(mercy, code)
    assert "Your invitation" not in await text(browser, "/join/second-step")


async def test_a_failed_check_shows_its_cure_and_a_command(
    mercy: House, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(self_test, "CHECKS", (self_test._key, self_test._backups))
    browser = await founded(mercy, code)
    await browser.post_form("/set-up/self-test", {})
    page = await text(browser, "/set-up?step=tested")
    assert "1 of 2 checks passed" in page
    assert "Nobody has said how long backups are kept." in page
    assert "CURBSIDE_BACKUP_DAYS=30 curbside serve" in page


async def test_a_server_from_before_is_not_set_up_again(mercy: House) -> None:
    await mercy.person(new("owner", "Dr O. Wner", role=Role.OWNER))
    browser = await mercy.sign_in("owner")
    assert (await browser.get("/set-up")).status == 404
    assert "left before this server is set up" not in await text(browser, "/")
