"""A right request with its frame spoilt, through the door that reads raw requests."""

import asyncio
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.fuzzing import examples
from tests.houses import House, Person, posted
from tests.outsiders import Outsider

Headers = list[tuple[bytes, bytes]]
_numbers = count(1)
_VALUES = (
    *(b"", b" ", b",", b'""', b"keyId", b'keyId="",signature=""', b"sig1=()", b"sig1=::", b"\xff"),
    *(
        b"mercy.example",
        b"mercy.example:443",
        b"MERCY.example.",
        b"elsewhere.example",
        b"localhost",
    ),
    *(b"SHA-256=", b"MD5=x", b"SHA-256=AAAA,SHA-512=BBBB", b"sha-256=:AAAA:", b"text/plain"),
    *(
        b"Thu, 01 Jan 1970 00:00:00 GMT",
        b"Thu, 32 Foo 2026 25:61:61 GMT",
        b"0",
        b"1e400",
        b"x" * 9000,
    ),
    *(b"application/ld+json", b"application/activity+json; charset=utf-16", b"gzip", b"chunked"),
)
_NAMES = (
    *(b"signature", b"date", b"digest", b"content-type", b"host", b"content-digest"),
    *(b"signature-input", b"x-forwarded-host", b"content-encoding", b"content-length", b"date "),
)
_TARGETS = ("/inbox", "/inbox?x=1", "//inbox", "/%69nbox", "/inbox/", "/actor/inbox")
_WAYS = ("drop", "repeat", "replace", "cut", "flip", "add", "upper", "pad", "join")


def in_one_line(value: bytes) -> bytes:
    """No server hands a line break on."""
    return value.translate(None, b"\r\n\0")


spoiling = st.lists(
    st.tuples(
        st.sampled_from(_WAYS),
        st.integers(0, 4_000),
        st.sampled_from(_NAMES),
        st.sampled_from(_VALUES) | st.binary(max_size=12).map(in_one_line),
    ),
    max_size=3,
)


@dataclass(frozen=True)
class Raw:
    """A request as a server reads it from its socket."""

    target: str
    headers: Headers
    body: bytes

    def signed_part(self) -> Any:
        """What the signature stands for. Space around a value is no part of it."""
        named = (b"host", b"date", b"digest", b"content-type")
        values = [(name, value.strip(b" \t")) for name, value in self.headers if name in named]
        return self.target, sorted(values), self.body


@examples(120)
@given(steps=spoiling, target=st.sampled_from(_TARGETS), byte=st.integers(-2, 400))
async def test_only_what_was_signed_is_taken_and_nothing_else_is_written(
    mercy: House, lee: Person, stranger: Outsider, steps: Any, target: str, byte: int
) -> None:
    """T08, T09, T10, and section 8: nothing is written before a signature verifies."""
    right = follow(stranger, lee)
    spoilt = with_a_byte_changed(replace(right, headers=spoil(right.headers, steps)), byte)
    if byte % 4 == 0:
        spoilt = replace(spoilt, target=target)
    before = await mercy.rows()
    status = await knock(mercy, spoilt)
    assert status in (202, 400, 401, 403, 404, 405, 408, 413, 415, 421, 429), status
    if status == 202:
        assert spoilt.signed_part() == right.signed_part()
    else:
        assert await mercy.rows() == before


async def test_the_right_request_is_taken(mercy: House, lee: Person, stranger: Outsider) -> None:
    before = await mercy.rows()
    assert await knock(mercy, follow(stranger, lee)) == 202
    assert await mercy.rows() != before


def follow(by: Outsider, whom: Person) -> Raw:
    document = by.activity("Follow", whom.uri, next(_numbers))
    sent = posted("https://mercy.example/inbox", document, by.rsa, "cavage")
    headers = {"Host": sent.host, **sent.headers}
    lowered = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    return Raw(sent.target, list(dict(lowered).items()), sent.body)


def spoil(headers: Headers, steps: Any) -> Headers:
    spoilt = list(headers)
    for way, number, name, value in steps:
        if way == "add" or not spoilt:
            spoilt.append((name, value))
            continue
        place = number % len(spoilt)
        known, old = spoilt.pop(place)
        at = number % max(len(old), 1)
        changed = {
            "repeat": [(known, old), (known, value or old)],
            "replace": [(known, value)],
            "cut": [(known, old[:at])],
            "flip": [(known, old[:at] + bytes([old[at] ^ 1]) + old[at + 1 :] if old else value)],
            "upper": [(known, old.swapcase())],
            "pad": [(known, b" " + old + b"\t")],
            "join": [(known, old + b"," + value)],
        }
        spoilt[place:place] = changed.get(way, [])
    return spoilt


def with_a_byte_changed(request: Raw, place: int) -> Raw:
    if place < 0 or place % 3:
        return request
    at = place % len(request.body)
    return replace(request, body=request.body[:at] + b"~" + request.body[at + 1 :])


async def knock(house: House, request: Raw) -> int:
    path, _, query = request.target.partition("?")
    scope: dict[str, Any] = {
        **{"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST"},
        **{"scheme": "https", "path": path, "raw_path": path.encode(), "root_path": ""},
        **{"query_string": query.encode(), "headers": request.headers, "extensions": {}},
        **{"client": ("192.0.2.1", 1), "server": ("mercy.example", 443), "state": {}},
    }
    answers: list[Any] = []
    bodies = iter([{"type": "http.request", "body": request.body, "more_body": False}])

    async def incoming() -> Any:
        if message := next(bodies, None):
            return message
        return await asyncio.Event().wait()  # who hangs up gets no answer

    async def send(message: Any) -> None:
        answers.append(message)

    await house.app.asgi_app(scope, incoming, send)  # type: ignore[arg-type]
    return int(answers[0]["status"])
