"""An application in a test: it registers, is let in through the pages, and calls with its token."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import orjson

from tests.browsing import Answer, Browser
from tests.houses import House
from tests.network import Sent

EVERYTHING = "read write follow push"
BACK = "https://phone.example/back?kept=yes"
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


@dataclass
class Phone:
    """One application at one house; `token` once somebody let it in."""

    house: House
    client_id: str
    secret: str
    token: str = ""

    async def calls(
        self, method: str, path: str, body: Any = None, kind: str = "", **headers: str
    ) -> Answer:
        """`body`: as JSON, unless it is bytes of this `kind`."""
        raw = body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
        kind = kind or ("application/json" if raw and not isinstance(body, bytes) else "")
        sent = {**({"Content-Type": kind} if kind else {}), **headers}
        if self.token:
            sent = {"Authorization": f"Bearer {self.token}", **sent}
        url = self.house.origin + path
        return await self.house.request(Sent(method, url, sent, raw))

    async def get(self, path: str) -> Answer:
        return await self.calls("GET", path)

    async def reads(self, path: str) -> Any:
        answer = await self.get(path)
        assert answer.status == 200, answer.text
        return answer.json

    def asks(self, **more: str) -> dict[str, str]:
        """What stands in the address of the page of consent."""
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": BACK,
            "scope": EVERYTHING,
            "state": "a state",
        }
        return {**asked, **more}

    async def is_let_in(self, browser: Browser, identity: str = "", **more: str) -> str:
        """The code that comes of a member's yes."""
        page = await browser.get(f"/oauth/authorize?{urlencode(self.asks(**more))}")
        assert page.status == 200, page.text
        form = {name: value for name, value in _HIDDEN.findall(page.text) if name != "csrf_token"}
        form |= {"answer": "yes", **({"identity": identity} if identity else {})}
        answer = await browser.post_form("/oauth/authorize", form)
        assert answer.status == 302, answer.text
        return parse_qs(urlsplit(answer.header("location")).query)["code"][0]

    async def exchanges(self, code: str, **more: str) -> Answer:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": self.client_id,
            "client_secret": self.secret,
            "redirect_uri": BACK,
        }
        return await self.posts("/oauth/token", {**form, **more})

    async def posts(self, path: str, form: Mapping[str, str]) -> Answer:
        """A form, without a token."""
        raw = urlencode({name: value for name, value in form.items() if value}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self.house.request(Sent("POST", self.house.origin + path, headers, raw))


async def installed(house: House, scopes: str = EVERYTHING) -> Phone:
    """An application that registered itself."""
    body = {"client_name": "Phone", "redirect_uris": BACK, "scopes": scopes}
    url = f"{house.origin}/api/v1/apps"
    headers = {"Content-Type": "application/json"}
    answer = await house.request(Sent("POST", url, headers, orjson.dumps(body)))
    assert answer.status == 200, answer.text
    return Phone(house, answer.json["client_id"], answer.json["client_secret"])


async def signed_in(house: House, handle: str, scopes: str = EVERYTHING) -> Phone:
    """One that this member let in."""
    phone = await installed(house, scopes)
    code = await phone.is_let_in(await house.sign_in(handle), scope=scopes)
    phone.token = (await phone.exchanges(code)).json["access_token"]
    return phone
