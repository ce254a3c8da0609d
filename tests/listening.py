"""An application that listens in a test: over a socket or to server-sent events of one house."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from quart.testing.connections import WebsocketDisconnectError

from tests.clients import Phone

PATIENCE = 8.0
PATH = "/api/v1/streaming"


class Came(NamedTuple):
    """One event; of a socket with the stream it says it is of."""

    event: str
    payload: Any = None
    stream: tuple[str, ...] = ()


ENDED = Came("ended")


class Socket:
    """What comes over one socket, and what is said on it."""

    def __init__(self, connection: Any) -> None:
        """`last`: all that the last event says."""
        self._connection = connection
        self.last: Any = None

    async def next(self) -> Came:
        try:
            async with asyncio.timeout(PATIENCE):
                said = json.loads(await self._connection.receive())
        except WebsocketDisconnectError:
            return ENDED
        self.last = json.loads(said.get("payload", "null"))
        if "error" in said:
            return Came("error", (said["status"], said["error"]))
        return _came(said["event"], said.get("payload"), tuple(said["stream"]))

    async def says(self, kind: str, stream: str, **more: Any) -> None:
        await self._connection.send(json.dumps({"type": kind, "stream": stream, **more}))

    async def says_raw(self, text: str | bytes) -> None:
        await self._connection.send(text)

    async def is_heard(self) -> None:
        """All that was said before had its effect: what is said next is answered."""
        await self.says("subscribe", "none of ours")
        assert (await self.next())[0] == "error"


class Lines:
    """What comes as server-sent events."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def next(self) -> Came:
        async with asyncio.timeout(PATIENCE):
            while text := (await self._connection.receive()).decode():
                if not text.startswith(":"):
                    name, data, *rest = text.split("\n")
                    assert rest == ["", ""] and data.startswith("data: ")
                    return _came(name.removeprefix("event: "), data.removeprefix("data: "))
        return ENDED

    async def is_open(self) -> bool:
        async with asyncio.timeout(PATIENCE):
            return bool((await self._connection.receive()).startswith(b":"))


def _came(event: str, payload: str | None, stream: tuple[str, ...] = ()) -> Came:
    """Of an update its id, of a boost or a thread that of what is handed on as well."""
    if payload is None or payload == "undefined":
        return Came(event, None, stream)
    assert "\n" not in payload
    if event in ("update", "status.update"):
        status = json.loads(payload)
        inner = (status["reblog"] or {}).get("id")
        return Came(event, (int(status["id"]), int(inner)) if inner else int(status["id"]), stream)
    if event == "conversation":
        return Came(event, int(json.loads(payload)["id"]), stream)
    if event == "announcement":
        return Came(event, json.loads(payload)["content"], stream)
    if event == "announcement.reaction":
        reaction = json.loads(payload)
        return Came(event, (reaction["name"], reaction["count"]), stream)
    if event == "notification":
        return Came(event, json.loads(payload)["type"], stream)
    return Came(event, int(payload), stream)


@asynccontextmanager
async def socket(phone: Phone, *streams: str, query: str = "", **how: Any) -> AsyncIterator[Socket]:
    """Open, and subscribed to these."""
    headers = {"host": phone.house.host, "authorization": f"Bearer {phone.token}"}
    client = phone.house.app.test_client(use_cookies=False)
    path = how.pop("path", f"{PATH}?{query}" if query else PATH)
    how = {"headers": headers, "scheme": "wss", **how}
    async with client.websocket(path, **how) as connection:
        opened = Socket(connection)
        for name in streams:
            await opened.says("subscribe", name)
        if streams:
            await opened.is_heard()
        yield opened


@asynccontextmanager
async def lines(phone: Phone, name: str, **headers: str) -> AsyncIterator[Lines]:
    sent = {"host": phone.house.host, "authorization": f"Bearer {phone.token}", **headers}
    client = phone.house.app.test_client(use_cookies=False)
    async with client.request(f"{PATH}/{name}", headers=sent, scheme="https") as connection:
        await connection.send_complete()
        async with asyncio.timeout(PATIENCE):
            assert await connection.receive() == b":)\n\n"
        yield Lines(connection)
        await connection.disconnect()
