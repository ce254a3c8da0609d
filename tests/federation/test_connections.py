"""How requests share what they go out over."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from federation.connections import Connections
from federation.guard import Guard
from federation.origin import Development


async def test_requests_that_are_ready_at_once_start_in_turns_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    turn, started = 0, []

    async def count() -> None:
        nonlocal turn
        while True:
            turn += 1
            await asyncio.sleep(0)

    @asynccontextmanager
    async def opened(*_: object) -> AsyncIterator[Any]:
        started.append(turn)
        yield SimpleNamespace(status=202, headers={}, content=SimpleNamespace(at_eof=lambda: True))

    monkeypatch.setattr(Connections, "opened", opened)
    connections = Connections(Guard(Development()))
    counting = asyncio.create_task(count())
    post = ("POST", "https://a.example/inbox", dict[str, str](), b"{}")
    answers = await asyncio.gather(*(connections(*post) for _ in range(9)))
    counting.cancel()
    assert [answer.status for answer in answers] == [202] * 9
    assert len(set(started)) == 9
