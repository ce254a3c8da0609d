"""A person's browser in a test: cookies, Origin and form tokens, no scripts."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

import orjson

from tests.network import Sent

_TOKEN = re.compile(r'name="csrf_token" value="([0-9a-f]+)"')


@dataclass(frozen=True)
class Answer:
    """`number`: of the request, which each has its own."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    number: str = field(default="", compare=False)

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    def header(self, name: str) -> str:
        return dict((found.lower(), value) for found, value in self.headers).get(name.lower(), "")


class Browser:
    """Keeps cookies, sends Origin, and fills the form token in as a page would."""

    def __init__(self, origin: str, request: Callable[[Sent], Awaitable[Answer]]) -> None:
        self.origin, self.request = origin, request
        self.cookies: dict[str, str] = {}
        self._token = ""

    async def get(self, path: str, **headers: str) -> Answer:
        return await self._send(Sent("GET", self.origin + path, {"Accept": "text/html", **headers}))

    async def post_form(self, path: str, data: Mapping[str, Any]) -> Answer:
        """`data` values may be lists. The token comes from a page of this session."""
        fields = urlencode({**data, "csrf_token": await self.form_token()}, doseq=True)
        kind = "application/x-www-form-urlencoded"
        headers = {"Accept": "text/html", "Origin": self.origin, "Content-Type": kind}
        return await self._send(Sent("POST", self.origin + path, headers, fields.encode()))

    async def form_token(self) -> str:
        """The one that stands in the forms of this session."""
        if not self._token:
            await self.get("/account")
            if not self._token:
                await self.get("/sign-in")
        return self._token

    async def _send(self, sent: Sent) -> Answer:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {**sent.headers, **({"Cookie": cookie} if cookie else {})}
        answer = await self.request(replace(sent, headers=headers))
        for name, value in answer.headers:
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
                self._token = ""  # it hangs on the cookie
        is_page = answer.status == 200 and answer.header("content-type").startswith("text/html")
        found = _TOKEN.search(answer.text) if is_page else None
        self._token = found.group(1) if found else self._token
        return answer
