"""Passkeys with an authenticator of Chromium's own; a code app with no script at all."""

from typing import TYPE_CHECKING, Any

import pyotp
import pytest

from tests.browser.axe import violations
from tests.browser.conftest import Sits
from tests.browser.demo import Demo
from tests.browser.people import Person

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession

pytestmark = pytest.mark.xdist_group("demo")

HERE = "/account/security"
PHONE: dict[str, Any] = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Phone:
    """A virtual authenticator in the browser of a person. `verifies`: finger or PIN are right."""

    def __init__(self, person: Person) -> None:
        self.devtools: CDPSession = person.context.new_cdp_session(person.page)
        self.devtools.send("WebAuthn.enable")
        added = self.devtools.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE})
        self.id = added["authenticatorId"]

    def keys(self) -> list[Any]:
        asked = {"authenticatorId": self.id}
        found: list[Any] = self.devtools.send("WebAuthn.getCredentials", asked)["credentials"]
        return found

    def verifies(self, right: bool) -> None:
        said = {"authenticatorId": self.id, "isUserVerified": right}
        self.devtools.send("WebAuthn.setUserVerified", said)


def sign_out(person: Person) -> None:
    person.go("/account")
    person.click("Sign out", within=person.page.locator(".page-head"))


def recovery_code(person: Person) -> str:
    return str(person.page.locator(".codes li").first.inner_text())


def remove(person: Person, code: str) -> None:
    """So that the next test finds the member as the demonstration made them."""
    person.write("Your password", person.house.passwords["haddad"])
    person.write("Code of your app, or a recovery code", code)
    person.click("Remove")
    person.page.get_by_text("It is removed.").wait_for()


def test_a_passkey_is_made_signs_in_alone_and_as_second_step_and_is_removed(
    demo: Demo, sits: Sits
) -> None:
    haddad = sits(demo.mercy, "haddad")
    phone, password = Phone(haddad), demo.mercy.passwords["haddad"]
    haddad.go(HERE)
    haddad.click("Add a passkey", "link")
    haddad.write("Name", "Phone")
    haddad.write("Your password", password)
    haddad.click("Make the passkey")
    haddad.page.get_by_text("They are not shown again.").wait_for()
    code = recovery_code(haddad)
    [key] = phone.keys()
    assert key["isResidentCredential"] and key["rpId"] == "localhost"
    haddad.click("I have kept them", "link")
    assert haddad.page.get_by_text("Phone", exact=True).count() == 1
    assert violations(haddad.page) == [] and haddad.scrolls_sideways(1280, 390, 320) == []

    sign_out(haddad)
    haddad.go("/sign-in?next=%2Fconsults")
    phone.verifies(False)  # a stranger's finger
    haddad.click("Use a passkey")
    haddad.page.get_by_text("Nothing was signed.").wait_for()
    phone.verifies(True)
    haddad.click("Use a passkey")
    haddad.page.get_by_role("heading", name="Consults", level=1).wait_for()

    sign_out(haddad)
    haddad.go("/sign-in")
    haddad.write("Hospital e-mail or handle", "haddad")
    haddad.write("Password", password)
    haddad.click("Sign in")
    haddad.page.get_by_role("heading", name="Second step", level=1).wait_for()
    assert violations(haddad.page) == [] and haddad.scrolls_sideways(1280, 390, 320) == []
    haddad.click("Use a passkey")
    haddad.page.get_by_role("heading", name="Home", exact=True).wait_for()

    haddad.go(HERE)
    haddad.click("Remove Phone", "link")
    remove(haddad, code)
    assert haddad.page.get_by_text("not used yet").count() == 0


def test_a_code_app_is_set_up_and_used_without_a_script(demo: Demo, sits: Sits) -> None:
    haddad = sits(demo.mercy, "haddad", scripts=False, width=390)
    password = demo.mercy.passwords["haddad"]
    haddad.go("/account/security/passkeys/new")
    assert haddad.page.get_by_text("Passkeys need JavaScript").is_visible()
    assert not haddad.page.get_by_role("button", name="Make the passkey").is_visible()
    haddad.go(HERE)
    haddad.click("Set up a code app", "link")
    secret = haddad.page.locator(".mono.address").inner_text().replace(" ", "")
    assert haddad.page.locator("svg.qr").bounding_box()["width"] > 200  # type: ignore[index]
    haddad.write("Code of the app", pyotp.TOTP(secret).now())
    haddad.write("Your password", password)
    haddad.click("Set up")
    code, other = (haddad.page.locator(".codes li").nth(n).inner_text() for n in (0, 1))
    haddad.click("I have kept them", "link")
    sign_out(haddad)
    haddad.go("/sign-in")
    haddad.write("Hospital e-mail or handle", "haddad")
    haddad.write("Password", password)
    haddad.click("Sign in")
    haddad.write("Code of your app, or a recovery code", code)
    haddad.click("Sign in")
    haddad.page.get_by_role("heading", name="Home", exact=True).wait_for()
    haddad.go(HERE)
    haddad.click("Remove the app", "link")
    remove(haddad, other)
