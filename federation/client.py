"""The one HTTP client for everything outgoing: guarded against being sent where it must not go.

`Client` holds the rules on URLs, redirects, sizes, types and ids. They stand in front of any
transport. Source: F-DOC-4, threats T03, T15, T30, T35-T38.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from copy import copy
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from federation.addresses import Network
from federation.answers import MAX_BYTES, activity_in, date_of, json_in, refuse, usable
from federation.connections import Connections, Transport, certificate_end
from federation.errors import FetchFailed, HostBlocked
from federation.guard import Guard
from federation.keys import PrivateKey
from federation.messages import Form, Response
from federation.origin import Development, host_of
from federation.signers import Level, Trust
from federation.signing import signed

ACCEPT_ACTIVITY = (
    'application/ld+json; profile="https://www.w3.org/ns/activitystreams", '
    "application/activity+json"
)
FORM = "application/x-www-form-urlencoded"
MAX_REDIRECTS = 3
TOTAL_SECONDS = 10.0
FILE_BYTES, FILE_SECONDS = 10 * 1024 * 1024, 40.0

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Watched:
    """`read`: what has come since, b"" at the end."""

    status: int
    read: Callable[[], Awaitable[bytes]]


class Client:
    """`private_networks`: ranges that hospitals peer over and that are therefore allowed. `trust`
    is asked before each request that reads something, also where a redirect leads (T84).

    Everything raised is FetchFailed, naming hosts; UnsafeAddress or HostBlocked where nothing was
    even tried.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        development: Development,
        private_networks: Sequence[Network],
        trust: Trust,
        transport: Transport | None = None,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        self.development = development
        self._trust = trust
        self._user_agent = user_agent
        self._guard = Guard(development, tuple(private_networks))
        self._network = Connections(self._guard)
        self._transport: Transport = transport or self._network
        self._clock = clock

    def asking(self, trust: Trust) -> "Client":
        """The same client, which asks somebody else where it may go."""
        other = copy(self)
        other._trust = trust
        return other

    @asynccontextmanager
    async def towards(self, origin: str) -> AsyncIterator["Client"]:
        """A client for what an owner named: `origin` may have a private address, and any port.

        It has connections of its own, so that no other request gets there over them (T35).
        """
        other = copy(self)
        other._guard = replace(self._guard, named=origin)
        other._network = Connections(other._guard, reads_posts=True)
        if self._transport is self._network:
            other._transport = other._network
        try:
            yield other
        finally:
            await other._network.close()

    async def get_document(
        self, url: str, *, key: PrivateKey | None = None, form: Form = "cavage"
    ) -> dict[str, Any]:
        """The document that lives at `url`, whose `id` says so.

        One that names another id of the origin that answered is taken only as served at that id:
        callers go on with the document's `id`, which may differ from `url`. Signed with `key` for
        the origin of `url` and no other. Source: F-DOC-4, T03.
        """
        async with _in_time():
            response = await self._get(url, ACCEPT_ACTIVITY, key, form)
            document = activity_in(response)
            if not self._lives_at(document, response.url):
                identifier = self._id_at_origin(document, response.url)
                own = key if self._guard.same_origin(identifier, url) else None
                response = await self._get(identifier, ACCEPT_ACTIVITY, own, form)
                document = activity_in(response)
                if not self._lives_at(document, response.url):
                    refuse(response.url, "serves a document under an id it does not have")
            return document

    async def get_json(
        self,
        url: str,
        *,
        accept: str = "application/json",
        may_leave: bool = True,
        key: PrivateKey | None = None,
        form: Form = "cavage",
    ) -> dict[str, Any]:
        """A JSON object that is no activity (WebFinger, NodeInfo): same guard, no id to compare.

        `may_leave=False` refuses redirects to another origin.
        """
        async with _in_time():
            response = await self._get(url, accept, key, form, may_leave=may_leave)
            return json_in(response)

    async def get_file(
        self,
        url: str,
        *,
        key: PrivateKey | None = None,
        form: Form = "cavage",
        may_leave: bool = False,
    ) -> bytes:
        """A file, whatever it holds; unless it `may_leave`, no redirect leads away from where it is
        asked."""
        async with _in_time(FILE_SECONDS):
            other = copy(self)
            other.development = self.development.with_files()
            other._guard = replace(self._guard, development=other.development)
            other._network = Connections(other._guard, FILE_BYTES)
            if self._transport is self._network:
                other._transport = other._network
            try:
                response = await other._get(
                    url, "image/*", key, form, may_leave=may_leave, most=FILE_BYTES
                )
            finally:
                await other._network.close()
            return response.body

    async def get_with_token(self, url: str, token: str) -> dict[str, Any]:
        """JSON for whoever has this bearer token; no redirect is followed with it."""
        async with _in_time():
            headers = {"accept": "application/json", "authorization": f"Bearer {token}"}
            return json_in(usable(await self._read(self._guard.vetted(url), headers)))

    async def post_form(
        self, url: str, form: Mapping[str, str], headers: Mapping[str, str]
    ) -> tuple[int, dict[str, Any]]:
        """Status and the JSON object answered, of a refusal too. Of a client `towards` alone."""
        async with _in_time():
            sent = {"accept": "application/json", "content-type": FORM, **_lowered(headers)}
            vetted, body = self._guard.vetted(url), urlencode(form).encode()
            answer = await self._exchange("POST", vetted, sent, body)
            return answer.status, json_in(answer)

    def vetted(self, url: str) -> str:
        """The URL as it will be asked, which is the one to sign. UnsafeAddress if it may not be."""
        return self._guard.vetted(url)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Response:
        """Whatever was answered, a redirect too: none is followed (T37). `headers` from `sign`."""
        async with _in_time():
            vetted = self._guard.vetted(url)
            kind = {"content-type": "application/activity+json"}
            return await self._exchange("POST", vetted, kind | _lowered(headers), body)

    async def addresses(self, url: str) -> list[str]:
        return await self._guard.addresses(url)

    async def clock_of(self, url: str) -> datetime | None:
        """What a server says the time is, whatever else it answers."""
        async with _in_time():
            return date_of(await self._read(self._guard.vetted(url), {}))

    async def certificate_end(self, url: str) -> datetime | None:
        """Until when the certificate holds that a server shows: long ago where it does not hold.
        None over http, and where nothing goes over the network."""
        parts = urlsplit(self._guard.vetted(url))
        if parts.scheme != "https" or self._transport is not self._network:
            return None
        address, *_ = await self._guard.addresses(url)
        async with _in_time():
            return await certificate_end(address, parts.port or 443, parts.hostname or "")

    @asynccontextmanager
    async def watched(
        self, url: str, headers: Mapping[str, str]
    ) -> AsyncIterator["Watched | None"]:
        """An answer of which somebody wants to see when each piece comes. None where nothing goes
        over the network."""
        vetted = self._guard.vetted(url)
        if self._transport is not self._network:
            yield None
            return
        async with _in_time():
            try:
                async with self._network.opened("GET", vetted, headers, None) as answer:
                    yield Watched(answer.status, answer.content.readany)
            except OSError as error:
                raise FetchFailed(f"{urlsplit(url).netloc}: {type(error).__name__}") from None

    async def close(self) -> None:
        await self._network.close()

    async def _get(
        self,
        url: str,
        accept: str,
        key: PrivateKey | None,
        form: Form,
        may_leave: bool = True,
        most: int = MAX_BYTES,
    ) -> Response:
        """Follows redirects. A signature is made for the first origin only, and not again once a
        redirect has led away from it: the way back is another's choice."""
        target = first = self._guard.vetted(url)
        for _ in range(1 + MAX_REDIRECTS):
            headers = {"accept": accept}
            if key is not None:
                made = await signed("GET", target, None, key, form, self._clock())
                headers |= _lowered(made)
            response = await self._read(target, headers)
            if response.status not in _REDIRECTS:
                return usable(response, most)
            target = self._guard.redirected(target, response.headers.get("location"))
            if not self._guard.same_origin(target, first):
                key = None
                if not may_leave:
                    refuse(first, "redirects to another host")
        refuse(first, "redirects too often")

    async def _read(self, url: str, headers: Mapping[str, str]) -> Response:
        host = host_of(url, self.development)
        if await self._trust.level(host) is Level.BLOCKED:
            raise HostBlocked(host)
        return await self._exchange("GET", url, headers, None)

    async def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> Response:
        sent = {"user-agent": self._user_agent, "accept-encoding": "identity", **headers}
        try:
            response = await self._transport(method, url, sent, body)
        except OSError as error:
            # The message of the error may hold the whole URL.
            host = urlsplit(url).netloc
            raise FetchFailed(f"{host}: {type(error).__name__}", host=host) from None
        return replace(response, url=url)

    def _lives_at(self, document: dict[str, Any], url: str) -> bool:
        identifier = document.get("id")
        if not isinstance(identifier, str) or "#" in identifier:
            return False
        return identifier == url or self._guard.vetted(identifier) == url

    def _id_at_origin(self, document: dict[str, Any], url: str) -> str:
        identifier = document.get("id")
        if not isinstance(identifier, str) or not self._guard.same_origin(identifier, url):
            refuse(url, "answered with a document of another origin, or one without id")
        return identifier


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@asynccontextmanager
async def _in_time(seconds: float | None = None) -> AsyncIterator[None]:
    """One limit over everything, redirects and a dripping body included (T30)."""
    try:
        async with asyncio.timeout(seconds or TOTAL_SECONDS):
            yield
    except TimeoutError:
        raise FetchFailed("no answer in time") from None
