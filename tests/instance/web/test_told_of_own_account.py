"""Whatever changes how a member signs in is told in the app too: mail may be off, or read by
whoever changed it."""

import re
from collections.abc import Awaitable, Callable

import pytest

from instance.models import Mail
from instance.services import addresses, resets, second_factors, signing_in
from instance.services.throttle import Source
from tests.authenticator import Authenticator
from tests.browsing import Browser
from tests.cast import LEE, Houses
from tests.houses import PASSWORD, House, next_code
from tests.instance.web.test_passkeys import add as add_passkey
from tests.instance.web.test_security import HERE, NEW, set_up

Change = Callable[[House, Browser], Awaitable[object]]
NEW_ADDRESS = "jl@hospital.example"
_UNREAD = re.compile(r'Unread</span> <a class="t" href="([^"]+)">([^<]+)</a>')


async def _password(mercy: House, browser: Browser) -> None:
    await browser.post_form(f"{HERE}/password", {"password": PASSWORD, "new": NEW})


async def _app(mercy: House, browser: Browser) -> None:
    await set_up(browser)


async def _passkey(mercy: House, browser: Browser) -> None:
    await add_passkey(browser, Authenticator(mercy.origin))


async def _passkey_removed(mercy: House, browser: Browser) -> None:
    [path] = re.findall(r'href="(/account/security/passkeys/\d+/remove)"', await _page(browser))
    form = {"password": PASSWORD, "code": await mercy.at(next_code, "lee")}
    await browser.post_form(path, form)


async def _codes(mercy: House, browser: Browser) -> None:
    await browser.post_form(f"{HERE}/recovery-codes", {"password": PASSWORD})


async def _recovery(mercy: House, browser: Browser) -> None:
    lee = await mercy.person(LEE)
    codes = await lee.does(second_factors.new_recovery_codes)
    assert await lee.does(second_factors.accept, codes[0])


async def _reset(mercy: House, browser: Browser) -> None:
    password = await mercy.at(resets.reset, "lee")
    await browser.get("/sign-in")  # they are signed out
    form = {"login": "lee", "password": password}
    assert (await browser.post_form("/sign-in", form)).status == 302


async def _address(mercy: House, browser: Browser) -> None:
    lee = await mercy.person(LEE)
    [session] = await lee.does(signing_in.sessions)
    session.member = lee.member
    await mercy.at(addresses.ask, session, NEW_ADDRESS, PASSWORD, Source("203.0.113.9"))
    [mail] = await mercy.at(lambda: Mail.filter(kind="confirm"))
    code = (mail.code or b"").decode()
    await mercy.at(addresses.confirm, session, code, Source("203.0.113.9"))


async def _page(browser: Browser) -> str:
    return (await browser.get(HERE)).text


# In this order: some end what another one starts from.
CHANGES: dict[Change, str] = {
    _passkey: "A passkey of your account was added or removed.",
    _passkey_removed: "A passkey of your account was added or removed.",
    _app: "What you show beside your password when you sign in was changed.",
    _codes: "You have new recovery codes. The old ones do not work any more.",
    _recovery: "One of your recovery codes was used. It does not work again.",
    _address: "Mails about your account go to another address from now on.",
    _password: "Your password was changed. You are signed out everywhere else.",
    _reset: "An administrator gave you a new password and removed your second step.",
}


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
async def test_a_change_of_how_one_signs_in_stands_among_the_notifications(houses: Houses) -> None:
    # Mails are sent: another address is confirmed by one.
    mercy = await houses.open("Mercy General", "hospital", "mercy.example", SMTP_HOST="127.0.0.1")
    await mercy.person(LEE)
    browser = await mercy.sign_in("lee")
    for change, words in CHANGES.items():
        await change(mercy, browser)

        page = (await browser.get("/notifications")).text
        [(path, said)] = _UNREAD.findall(page)
        assert said == words
        assert (await browser.get(path)).header("location") == HERE  # and it is read
