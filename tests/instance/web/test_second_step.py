"""The second step at sign-in, in a browser: half signed in is not signed in (T65 to T67)."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from instance.models import CodeApp, Level, Member, RecoveryCode, Session, SignInStep
from instance.services import second_factors
from tests.browsing import Answer, Browser
from tests.cast import LEE, new
from tests.houses import APP_SECRET, PASSWORD, House, Person, next_code

WRONG = "000000"


async def half_in(house: House, handle: str = "lee") -> Browser:
    """Somebody who knew the password."""
    browser = house.visitor()
    answer = await browser.post_form("/sign-in", {"login": handle, "password": PASSWORD})
    assert answer.header("location") == "/sign-in/code"
    return browser


async def types(browser: Browser, code: str) -> Answer:
    return await browser.post_form("/sign-in/code", {"code": code})


async def is_in(browser: Browser) -> bool:
    return (await browser.get("/account")).status == 200


async def test_who_knew_the_password_alone_is_nobody(mercy: House, lee: Person) -> None:
    browser = await half_in(mercy)

    assert not await is_in(browser)
    assert (await browser.get("/consults")).status == 404
    assert (await browser.get("/")).text.count("Sign out") == 0
    assert await mercy.at(lambda: Session.all().count()) == 0


async def test_the_code_of_the_app_lets_in_and_works_once(mercy: House, lee: Person) -> None:
    first, second = await half_in(mercy), await half_in(mercy)
    code = await mercy.at(next_code, "lee")

    assert (await types(first, code)).status == 302 and await is_in(first)
    again = await types(second, code)
    assert again.status == 401 and "That code does not fit." in again.text
    assert not await is_in(second)


@pytest.mark.parametrize(
    ("late", "fits"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_code_fits_one_step_early_or_late_and_no_more(late: int, fits: bool) -> None:
    now = datetime(2026, 11, 26, 12, 0, 17, tzinfo=UTC)
    code = pyotp.TOTP(APP_SECRET).at(now + timedelta(seconds=30 * late))

    assert (second_factors.step_of(APP_SECRET, code, now) is not None) is fits


async def test_an_older_code_than_the_last_one_does_not_work(mercy: House, lee: Person) -> None:
    browser = await half_in(mercy)
    now = int(datetime.now(UTC).timestamp()) // 30
    await mercy.at(lambda: CodeApp.all().update(last_step=now + 1))

    assert (await types(browser, pyotp.TOTP(APP_SECRET).now())).status == 401


async def test_a_recovery_code_lets_in_once(mercy: House, lee: Person) -> None:
    codes = await lee.does(second_factors.new_recovery_codes)
    browser, other = await half_in(mercy), await half_in(mercy)

    assert (await types(browser, f" {codes[0].upper()} ")).status == 302
    assert await is_in(browser)
    assert (await types(other, codes[0])).status == 401
    assert (await types(other, codes[1].replace("-", ""))).status == 302


async def test_recovery_codes_are_not_in_the_database(mercy: House, lee: Person) -> None:
    codes = await lee.does(second_factors.new_recovery_codes)
    stored = " ".join([row.code_hash for row in await mercy.at(lambda: RecoveryCode.all())])
    files = [path.read_bytes() for path in mercy.config.data.parent.glob("*.sqlite3*")]

    assert not [code for code in codes if code.replace("-", "") in stored]
    assert not [file for file in files if APP_SECRET.encode() in file]


async def test_five_wrong_codes_are_heard_and_the_sixth_is_not(mercy: House, lee: Person) -> None:
    browser = await half_in(mercy)
    answers = [(await types(browser, WRONG)).status for _ in range(7)]
    code = await mercy.at(next_code, "lee")

    assert answers == [401] * 5 + [429] * 2
    assert (await types(browser, code)).status == 429
    again = await half_in(mercy)  # the password was right, so this is no try
    assert (await types(again, code)).status == 429


async def test_the_second_step_is_owed_for_five_minutes(mercy: House, lee: Person) -> None:
    browser = await half_in(mercy)
    over = {"expires_at": datetime.now(UTC) - timedelta(seconds=1)}
    await mercy.at(lambda: SignInStep.all().update(**over))

    late = await types(browser, await mercy.at(next_code, "lee"))
    assert late.status == 401 and "took longer than 5 minutes" in late.text
    assert (await browser.get("/sign-in/code")).header("location") == "/sign-in"
    assert SignInStep.LIVES == timedelta(minutes=5)


async def test_a_step_is_of_the_browser_that_knew_the_password(mercy: House, lee: Person) -> None:
    await half_in(mercy)
    other = mercy.visitor()
    await other.get("/sign-in")
    other.cookies["__Host-step"] = "made-up"

    assert (await types(other, await mercy.at(next_code, "lee"))).status == 401
    assert not await is_in(other)


async def test_each_step_has_a_token_of_its_own(mercy: House, lee: Person) -> None:
    """T67: what a browser had before is worth nothing afterwards."""
    browser = await half_in(mercy)
    step = browser.cookies["__Host-step"]
    await types(browser, await mercy.at(next_code, "lee"))

    assert browser.cookies["__Host-session"] not in ("", step)
    assert browser.cookies["__Host-step"] == ""
    browser.cookies = {"__Host-session": step}
    assert not await is_in(browser)


async def test_a_suspended_member_does_not_finish_the_second_step(
    mercy: House, lee: Person
) -> None:
    browser = await half_in(mercy)
    code = await mercy.at(next_code, "lee")
    gone = {"suspended_at": datetime.now(UTC)}
    await mercy.at(lambda: Member.filter(id=lee.member.id).update(**gone))

    assert (await types(browser, code)).status == 401
    assert await mercy.at(lambda: Session.all().count()) == 0


async def test_who_has_no_second_factor_is_in_after_the_password(mercy: House) -> None:
    attested = await mercy.person(new("declared", "Dr D. Clared", level=Level.ATTESTED))
    await attested.does(second_factors.drop_all)
    browser = mercy.visitor()
    answer = await browser.post_form("/sign-in", {"login": "declared", "password": PASSWORD})

    assert answer.header("location") == "/" and await is_in(browser)


async def test_the_second_step_leads_to_the_page_that_was_asked_for(
    mercy: House, lee: Person
) -> None:
    browser = mercy.visitor()
    form = {"login": LEE.handle, "password": PASSWORD, "next": "/consults?box=mine"}
    answer = await browser.post_form("/sign-in", form)
    page = await browser.get(answer.header("location"))

    assert 'name="next" value="/consults?box=mine"' in page.text
