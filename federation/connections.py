"""How requests get over the network: a pool of connections to addresses that were vetted.

Every address of a name is, and again when the socket is made: nobody else can. Source: T35, T39.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Protocol
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from federation.answers import MAX_BYTES
from federation.errors import UnsafeAddress
from federation.guard import Guard, RefusedAddress
from federation.messages import Response

_CONNECTIONS, _CONNECTIONS_PER_HOST = 100, 4  # T39
_DRAIN_BYTES, _DRAIN_SECONDS = 64 * 1024, 2.0


class Transport(Protocol):
    """Makes one request, follows nothing. Raises OSError when there is no answer."""

    async def __call__(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> Response: ...


class Connections:
    """A transport; whoever asks limits how long it takes. Its pool is made with the first request,
    because it belongs to a loop."""

    def __init__(self, guard: Guard, most: int = MAX_BYTES, *, reads_posts: bool = False) -> None:
        self._guard, self._most, self._reads_posts = guard, most, reads_posts
        self._session: aiohttp.ClientSession | None = None
        self._starting = asyncio.Lock()

    async def __call__(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> Response:
        await self._starting.acquire()  # all in one turn of the loop would keep everybody waiting
        asyncio.get_running_loop().call_soon(self._starting.release)
        async with self.opened(method, url, headers, body) as answer:
            is_read = self._reads_posts or method != "POST"
            content = await (_bounded(answer, self._most) if is_read else _drained(answer))
            found = {name.lower(): value for name, value in answer.headers.items()}
            return Response(answer.status, found, content, url)

    @asynccontextmanager
    async def opened(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer, nothing of its body read."""
        session = self._session = self._session or self._open()
        try:
            async with session.request(
                method,
                _exactly(url),
                headers=headers,
                data=body,
                allow_redirects=False,
            ) as answer:
                yield answer
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, RefusedAddress):
                raise UnsafeAddress(f"{urlsplit(url).netloc} is not a public address") from None
            raise
        except aiohttp.ClientError as error:
            raise OSError(type(error).__name__) from error

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=_CONNECTIONS,
                limit_per_host=_CONNECTIONS_PER_HOST,
                resolver=_Resolver(self._guard),
                socket_factory=self._guard.new_socket,
            ),
            timeout=aiohttp.ClientTimeout(),  # none
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,  # a small answer must not unpack to a large one
            trust_env=False,
        )


@lru_cache(maxsize=2048)  # an inbox is written to again and again
def _exactly(url: str) -> URL:
    """What was signed, and nothing made of it."""
    return URL(url, encoded=True)


async def certificate_end(address: str, port: int, name: str) -> datetime:
    """Long ago where it does not hold for that name. OSError when nothing answers."""
    context = ssl.create_default_context()
    try:
        _, writer = await asyncio.open_connection(address, port, ssl=context, server_hostname=name)
    except ssl.SSLCertVerificationError:
        return datetime.fromtimestamp(0, UTC)
    try:
        shown = writer.get_extra_info("peercert")
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(shown["notAfter"]), UTC)
    finally:
        writer.close()


class _Resolver(AbstractResolver):
    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=str(place[0]),
                port=port,
                family=found,
                proto=protocol,
                flags=socket.AI_NUMERICHOST,
            )
            for found, _, protocol, _, place in await self._guard.resolve(host, port, family)
        ]

    async def close(self) -> None:
        """Nothing is held."""


async def _bounded(answer: aiohttp.ClientResponse, most: int) -> bytes:
    """The body, and one byte more than allowed where there is more."""
    content = bytearray()
    async for chunk in answer.content.iter_any():
        content += chunk
        if len(content) > most:
            return bytes(content[: most + 1])
    return bytes(content)


async def _drained(answer: aiohttp.ClientResponse) -> bytes:
    """Reads a little, so that the connection serves again; keeps nothing. The status of a POST
    stands, however its body goes on: to send again what was accepted would be worse."""
    if answer.content.at_eof():
        return b""
    try:
        async with asyncio.timeout(_DRAIN_SECONDS):
            left = _DRAIN_BYTES
            while left > 0 and (chunk := await answer.content.read(left)):
                left -= len(chunk)
    except (TimeoutError, aiohttp.ClientError):
        answer.close()
    return b""
