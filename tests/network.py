"""What lies between the servers of the cast: requests go from one to the other in memory."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

import orjson

from federation.messages import Response


@dataclass(frozen=True)
class Sent:
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    @property
    def target(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    @property
    def document(self) -> dict[str, Any]:
        """What a POST carries; empty for a GET."""
        return dict(orjson.loads(self.body)) if self.body else {}


class Server(Protocol):
    async def answer(self, sent: Sent) -> Response: ...


class Network:
    """A transport for every client of the cast. A host nobody has is unreachable.

    `sent` keeps what went over it, in order; `down` are hosts that do not answer now,
    and what `broken` fits arrives nowhere.
    """

    def __init__(self) -> None:
        self.servers: dict[str, Server] = {}
        self.down: set[str] = set()
        self.sent: list[Sent] = []
        self.broken: Callable[[Sent], bool] | None = None
        self._lost: list[Callable[[Sent], bool]] = []
        self._answers: dict[str, list[Response]] = {}

    def lose(self, which: Callable[[Sent], bool]) -> None:
        """The next request this fits is answered 202 and never arrives."""
        self._lost.append(which)

    def answer_once(self, host: str, status: int, **headers: str) -> None:
        """The next POST to this host gets this answer instead of arriving; repeat it for more."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._answers.setdefault(host, []).append(Response(status, named, b"", ""))

    def posts(self, host: str, kind: str | None = None) -> list[Sent]:
        """The POSTs that were sent to a host, of one type of activity or all."""
        found = [sent for sent in self.sent if sent.method == "POST" and sent.host == host]
        return [sent for sent in found if kind in (None, sent.document.get("type"))]

    async def __call__(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> Response:
        sent = Sent(method, url, dict(headers), body or b"")
        server = self.servers.get(sent.host)
        is_broken = self.broken is not None and self.broken(sent)
        if server is None or sent.host in self.down or is_broken:
            raise ConnectionRefusedError(sent.host)
        self.sent.append(sent)
        for which in self._lost:
            if which(sent):
                self._lost.remove(which)
                return Response(202, {}, b"", url)
        if method == "POST" and self._answers.get(sent.host):
            return self._answers[sent.host].pop(0)
        return await server.answer(sent)
