"""One request as each reader sends it, and all that can be seen of its answer."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from federation.keys import PrivateKey
from federation.messages import Form
from federation.signing import sign
from instance.web.api import rates
from tests.browsing import Browser
from tests.houses import ACTIVITY, House
from tests.instance.queries import queries

HTML = "text/html"
# What else a client may accept; each of them could be another way to the same thing.
VARIANTS: Mapping[str, Mapping[str, str]] = {
    "page": {"accept": HTML},
    "document": {"accept": ACTIVITY, "if-none-match": "*"},
    "linked data": {"accept": "application/ld+json", "range": "bytes=0-9"},
    "stream": {"accept": "text/event-stream", "last-event-id": "1"},
    "head": {"accept": HTML},
}
_VISITED = {"__Host-visitor": "x"}  # a server's: on it hangs what stands in a visitor's forms
_NUMBER = re.compile(r"\d{6,}")  # a value in a statement
# Made anew for each answer: how long ago something was, a challenge to a passkey, a draft's number.
_FRESH = re.compile(r"<time[^>]*>.*?</time>|challenge&#34;: &#34;[\w-]+|\d{17,19}")


_EACH_ITS_OWN = ("x-ratelimit-reset", "x-request-id")


@dataclass(frozen=True)
class Reply:
    """What came back, with the number that was asked for masked where it is repeated."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str
    statements: tuple[str, ...]

    @property
    def whole(self) -> str:
        return f"{self.headers}\n{self.body}".lower()

    def difference(self, other: "Reply") -> str:
        """In what two differ; "" where nobody can tell them apart."""
        found = []
        if self.status != other.status:
            found.append(f"status {self.status}, {other.status}")
        if self.headers != other.headers:
            found.append(f"headers {sorted(set(self.headers) ^ set(other.headers))}")
        if self.body != other.body:
            found.append(f"body {_first_difference(self.body, other.body)}")
        if self.statements != other.statements:
            found.append(
                f"{len(self.statements)} statements, {len(other.statements)}: "
                f"{_first_difference_of(self.statements, other.statements)}"
            )
        return "; ".join(found)


@dataclass
class Reader:
    """Somebody who may not read. `hidden`: which of the consults are closed to them; `variants`:
    what they ask for of each address. One with a browser has the `token` of its forms; a server a
    key; an application a `bearer` token.
    """

    name: str
    house: House
    hidden: tuple[str, ...]
    browser: Browser | None = None
    key: PrivateKey | None = None
    form: Form = "trusted"
    token: str = ""
    bearer: str = ""
    variants: tuple[str, ...] = ("page",)

    async def ask(
        self, method: str, path: str, *, at: str = "", variant: str, form: str = ""
    ) -> Reply:
        host = at + self.house.host
        headers = {"host": host, **VARIANTS[variant]}
        cookies = self.browser.cookies if self.browser is not None else _VISITED
        headers["cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        body = None
        if method == "POST":
            fields = dict(part.split("=", 1) for part in form.split("&") if part)
            body = urlencode({**fields, "csrf_token": self.token}).encode()
            headers["content-type"] = "application/x-www-form-urlencoded"
            headers["origin"] = self.house.origin
        if self.bearer:
            headers["authorization"] = f"Bearer {self.bearer}"
        if self.key is not None:
            url, now = f"https://{host}{path}", datetime.now(UTC)
            signed = sign(method, url, body, self.key, self.form, now)
            headers |= {name.lower(): value for name, value in signed.items()}
        if variant == "head":
            method = "HEAD"
        return await seen(self.house, method, path, headers, body)


async def seen(
    house: House, method: str, path: str, sent: Mapping[str, str], body: bytes | None
) -> Reply:
    """One request to its application, and what it asked its database meanwhile."""

    async def run() -> Reply:
        house.app.config["RATES"] = rates.Rates()  # nobody here asks too often
        client = house.app.test_client(use_cookies=False)
        with queries() as made:
            send = {"GET": client.get, "HEAD": client.head, "POST": client.post}[method]
            answer = await send(path, headers=dict(sent), data=body, scheme="https")
            content = bytes(await answer.get_data(as_text=False))
        statements = tuple(_NUMBER.sub("?", one) for one in made)
        text = content.decode(errors="replace")
        headers = tuple(
            one for one in answer.headers.items() if one[0].lower() not in _EACH_ITS_OWN
        )
        return Reply(answer.status_code, headers, text, statements)

    return await house.at(run)


def masked(reply: Reply, *numbers: int) -> Reply:
    """Without the numbers that stood in the address, which pages repeat."""
    if not numbers:
        return reply
    named = re.compile("|".join(map(str, numbers)))
    headers = tuple((name, named.sub("#", value)) for name, value in reply.headers)
    return Reply(reply.status, headers, named.sub("#", reply.body), reply.statements)


def settled(reply: Reply, *, is_fresh: bool) -> Reply:
    """Without what is another at every time; `is_fresh`: without all that it says."""
    if not is_fresh:
        return Reply(reply.status, reply.headers, _FRESH.sub("#", reply.body), reply.statements)
    headers = tuple((name, value) for name, value in reply.headers if name != "Content-Length")
    return Reply(reply.status, headers, "", reply.statements)


def _first_difference(one: str, other: str) -> str:
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    at = min(len(one), len(other)) if at is None else at
    start = max(0, at - 40)
    return f"{one[start : at + 80]!r} / {other[start : at + 80]!r}"


def _first_difference_of(one: tuple[str, ...], other: tuple[str, ...]) -> str:
    longest = one if len(one) >= len(other) else other
    for at, statement in enumerate(longest):
        if at >= len(one) or at >= len(other) or one[at] != other[at]:
            return statement[:300]
    return ""
