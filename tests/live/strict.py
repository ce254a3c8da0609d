"""The strictest of tests.strict_server on a port of loopback, for a real Curbside to deal with."""

import asyncio
import threading
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any, TypeVar

import aiohttp
from aiohttp import web

from federation.messages import Response
from federation.origin import Development
from federation.signing import sign
from tests.houses import ACTIVITY
from tests.network import Network, Sent
from tests.strict_server import Habits, StrictServer

T = TypeVar("T")

STRICTEST = Habits(demands_signed_fetch=True, key_is_a_path=True, refuses=("rfc9421",))


class LiveStrictServer(StrictServer):
    """It signs what it reads, and serves from a loop in a thread of its own."""

    scheme = "http"

    def __init__(self, port: int, other: str) -> None:
        """`other`: the host, with its port, of the one server it talks with."""
        super().__init__(Network(), STRICTEST, f"localhost:{port}")
        self.development = Development(frozenset({self.host, other}))
        self._port = port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self) -> "LiveStrictServer":
        self._thread.start()
        self._do(self._open())
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def posts(self, inbox: str, document: Any) -> int:
        """What the inbox answered."""
        return self._do(self._sent(self.signed(inbox, document))).status

    def has(self, **wanted: Any) -> bool:
        """Whether it verified such an activity."""
        return any(wanted.items() <= one.items() for one in list(self.accepted))

    async def read(self, url: str) -> Response:
        signed = sign("GET", url, None, self.rsa, "cavage", datetime.now(UTC))
        return await self._sent(Sent("GET", url, {"Accept": ACTIVITY, **signed}))

    async def _sent(self, sent: Sent) -> Response:
        asked = self._session.request(
            sent.method, sent.url, headers=dict(sent.headers), data=sent.body or None
        )
        async with asked as answer:
            return Response(answer.status, dict(answer.headers), await answer.read(), sent.url)

    async def _serve(self, request: web.Request) -> web.Response:
        url = f"{self.origin}{request.path_qs}"
        body = await request.read()
        answer = await self.answer(Sent(request.method, url, dict(request.headers), body))
        return web.Response(status=answer.status, headers=dict(answer.headers), body=answer.body)

    async def _open(self) -> None:
        self._session = aiohttp.ClientSession()
        self._runner = web.ServerRunner(web.Server(self._serve))  # type: ignore[arg-type]
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()

    async def _close(self) -> None:
        await self._runner.cleanup()
        await self._session.close()

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)
