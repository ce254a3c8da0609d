"""An application of elsewhere is let in by a person in Chromium, and what it may do taken back."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.browser.axe import violations
from tests.browser.conftest import Sits
from tests.browser.demo import Demo

pytestmark = pytest.mark.xdist_group("demo")

BACK = "http://127.0.0.1:9/back?kept=yes"  # another origin, where nobody is


def test_a_visitor_signs_in_lets_it_in_and_is_sent_to_it(demo: Demo, sits: Sits) -> None:
    haddad = sits(demo.mercy, width=390)
    api = haddad.context.request
    body = {"client_name": "Phone", "redirect_uris": BACK, "scopes": "read write follow push"}
    app = api.post(f"{demo.mercy.url}/api/v1/apps", data=body).json()
    asked = {
        "response_type": "code",
        "client_id": app["client_id"],
        "redirect_uri": BACK,
        "scope": "read write follow push",
        "state": "a state",
    }
    haddad.page.route("http://127.0.0.1:9/**", lambda route: route.fulfill(body="Back."))
    haddad.go(f"/oauth/authorize/?{urlencode(asked)}")
    haddad.write("Hospital e-mail or handle", "haddad")
    haddad.write("Password", demo.mercy.passwords["haddad"])
    haddad.click("Sign in")
    haddad.page.get_by_role("heading", name="Let this application act for you?").wait_for()
    assert violations(haddad.page) == [] and haddad.scrolls_sideways(1280, 390, 320) == []
    assert haddad.page.get_by_text("It learns nothing of consults.").is_visible()

    haddad.click("Let it in")

    haddad.page.get_by_text("Back.").wait_for()
    query = parse_qs(urlsplit(haddad.page.url).query)
    assert (query["kept"], query["state"]) == (["yes"], ["a state"])
    form = {
        **{name: app[name] for name in ("client_id", "client_secret")},
        "grant_type": "authorization_code",
        "code": query["code"][0],
        "redirect_uri": BACK,
    }
    token = api.post(f"{demo.mercy.url}/oauth/token", form=form).json()["access_token"]
    own = f"{demo.mercy.url}/api/v1/accounts/verify_credentials"
    headers = {"Authorization": f"Bearer {token}"}
    assert api.get(own, headers=headers).json()["acct"] == "haddad"
    haddad.go("/account/security")
    assert violations(haddad.page) == [] and haddad.scrolls_sideways(1280, 390, 320) == []
    haddad.click("Take it back: what Phone may do")
    haddad.page.get_by_text("The application may do nothing for you any more.").wait_for()
    assert api.get(own, headers=headers).status == 401
