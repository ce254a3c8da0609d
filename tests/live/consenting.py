"""A member at the real pages who lets an application act for them."""

import re

from instance.demo.world import PASSWORD, Home
from tests.live.browsing import Browser

OOB = "urn:ietf:wg:oauth:2.0:oob"
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


def code_for(home: Home, url: str, who: str) -> str:
    """Through sign-in and consent, as a browser goes from the address the application shows."""
    browser = Browser()
    to_sign_in = browser.get(url).location
    form = {"login": who, "password": PASSWORD, "next": url.removeprefix(home.url)}
    back = browser.post(f"{home.url}/sign-in", form, page=home.url + to_sign_in)
    page = browser.get(home.url + back.location)
    assert "Let this application act for you?" in page.text, page.text[:2000]
    fields = {**dict(_HIDDEN.findall(page.text)), "answer": "yes", "identity": who}
    shown = browser.post_raw(f"{home.url}/oauth/authorize", fields)
    [code] = re.findall(r"<code>([^<]+)</code>", shown.text)
    return str(code)
