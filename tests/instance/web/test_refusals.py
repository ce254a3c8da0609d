"""What an answer that refuses looks like, to anybody: kept nowhere, and telling nothing."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from instance.models import Level
from tests.browsing import Answer
from tests.cast import Houses, new
from tests.clinic import ask, seen_at
from tests.houses import ACTIVITY, House, Person
from tests.outsiders import Outsider

Ask = Callable[[str], Awaitable[Answer]]
_PLACE = re.compile(r"<[^<>]+>")


def consult_addresses(house: House) -> list[str]:
    """Every route to a consult or a thing of one, `{}` for the number."""
    found = {_PLACE.sub("{}", rule.rule) for rule in house.app.url_map.iter_rules()}
    wanted = [path for path in found if path.startswith(("/k/", "/g/", "/o/"))]
    return sorted(path for path in wanted if path.count("{}") == 1 and "inbox" not in path)


async def not_for_them(house: House, numbers: dict[str, list[int]], asking: Ask) -> None:
    for path in consult_addresses(house):
        for number in numbers[path[1]]:
            there, nowhere = await asking(path.format(number)), await asking(path.format(7))
            assert there == nowhere, path
            if there.status == 405:  # a form's address
                continue
            assert there.status == 404, path
            assert there.header("cache-control") == "private, no-store", path
            for name in ("Accept", "Signature", "Signature-Input"):
                assert name in there.header("vary").split(", "), path


async def test_a_consult_that_is_not_for_them_answers_like_one_that_never_was(
    houses: Houses,
    mercy: House,
    stlukes: House,
    heart: House,
    lee: Person,
    okafor: Person,
    stranger: Outsider,
) -> None:
    consult = await ask(lee, people=(okafor.address,))
    await houses.settle()
    there = await seen_at(stlukes, consult)
    await mercy.person(new("guest", "A Guest", level=Level.ATTESTED))
    colleague = await mercy.sign_in("guest")
    root = int(consult.root_uri.rpartition("/")[2])
    numbers = {"k": [consult.id, there.id], "g": [consult.group_id], "o": [root]}
    key, named = await heart.institution_key(), await okafor.key()
    readers: list[Ask] = [
        mercy.asked,
        mercy.visitor().get,
        colleague.get,
        lambda path: colleague.get(path, Accept=ACTIVITY),
        lambda path: mercy.asked(path, key),
        lambda path: mercy.asked(path, named),
        lambda path: stranger.asks(mercy, path),
    ]
    assert len(consult_addresses(mercy)) >= 6

    for asking in readers:
        await not_for_them(mercy, numbers, asking)


@pytest.mark.parametrize("accept", ["text/html", ACTIVITY])
async def test_a_page_that_does_not_exist_is_kept_by_nobody(accept: str, mercy: House) -> None:
    for path in ("/nothing", "/@nobody", "/t/7", "/u/7", "/static/nothing"):
        answer = await mercy.visitor().get(path, Accept=accept)
        assert answer.status == 404
        assert "no-store" in answer.header("cache-control") or path.startswith("/static/")


@pytest.mark.parametrize(
    "hosts",
    [
        [],
        [""],
        ["evil.example"],
        ["mercy.example.evil.example"],
        ["mercy.example", "evil.example"],
        ["evil.example", "mercy.example"],
        ["mercy.example", "mercy.example"],
        ["mercy.example:8443"],
        ["user@mercy.example"],
        ["mercy.example."],
    ],
)
async def test_a_request_for_another_host_is_for_nobody_here(
    hosts: list[str], mercy: House, lee: Person
) -> None:
    scope_headers = [("host", host) for host in hosts]
    for path in ("/", "/actor", "/inbox", "/nothing", "/static/nothing"):
        status, headers, body = await raw(mercy, path, scope_headers)
        assert status == 421, path
        assert b"evil" not in body and b"evil" not in headers


async def test_our_host_may_be_written_in_capitals(mercy: House) -> None:
    status, _, _ = await raw(mercy, "/actor", [("host", "MERCY.Example")])

    assert status == 200


async def raw(
    house: House, path: str, headers: list[tuple[str, str]], method: str = "GET"
) -> tuple[int, bytes, bytes]:
    """One request with exactly these headers: status, headers and body of its answer."""
    sent: list[Any] = []
    scope: Any = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers],
        "client": ("203.0.113.9", 5000),
        "server": ("127.0.0.1", 8000),
        "extensions": {},
    }
    never = asyncio.Event()
    waiting = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Any:
        if waiting:
            return waiting.pop()
        return await never.wait()

    async def send(message: Any) -> None:
        sent.append(message)

    await house.app(scope, receive, send)
    start = sent[0]
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return start["status"], repr(start["headers"]).encode(), body
