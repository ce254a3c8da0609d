"""A network of peers that answer from a table, and remember what they were asked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from federation.authentication import Level
from federation.client import Client
from federation.keys import PrivateKey, new_rsa
from federation.messages import Response
from federation.origin import PRODUCTION, Development

NOW = datetime(2026, 11, 22, 10, 0, 0, tzinfo=UTC)
ACTIVITY_JSON = "application/activity+json"
OURS = "https://mercy.example/actor"


@dataclass(frozen=True)
class Sent:
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None


class ScriptedNetwork:
    """A transport. What it has no answer for is 404."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Response | Exception]] = {}
        self.requests: list[Sent] = []

    @property
    def asked(self) -> list[str]:
        return [request.url for request in self.requests]

    def serve(
        self,
        url: str,
        content: Any,
        *,
        kind: str = ACTIVITY_JSON,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        body = content if isinstance(content, bytes) else orjson.dumps(content)
        found = {"content-type": kind, **(headers or {})}
        self.answers[url] = [Response(status, found, body, url)]

    def redirect(self, url: str, location: str, status: int = 302) -> None:
        self.answers[url] = [Response(status, {"location": location}, b"", url)]

    def answer(
        self, url: str, *statuses: int | Exception, headers: Mapping[str, str] | None = None
    ) -> None:
        """One answer after the other; the last one for ever."""
        self.answers[url] = [
            given if isinstance(given, Exception) else Response(given, headers or {}, b"", url)
            for given in statuses
        ]

    async def __call__(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> Response:
        self.requests.append(Sent(method, url, dict(headers), body))
        waiting = self.answers.get(url) or [Response(404, {}, b"", url)]
        given = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if isinstance(given, Exception):
            raise given
        return given


class Trusting:
    """What a client asks: every host is as it is called here, and else PUBLIC."""

    def __init__(self, **levels: Level) -> None:
        self._levels = levels

    async def level(self, host: str) -> Level:
        return self._levels.get(host.partition(".")[0], Level.PUBLIC)


everybody = Trusting()


def client_on(network: ScriptedNetwork, peers: Iterable[str] = ()) -> Client:
    """A client of ours on that network; `peers` are development pairs."""
    return Client(
        user_agent="Curbside/0 (+https://mercy.example)",
        development=Development(frozenset(peers)) if peers else PRODUCTION,
        private_networks=(),
        trust=everybody,
        transport=network,
        clock=lambda: NOW,
    )


@cache
def rsa_key() -> PrivateKey:
    return PrivateKey(f"{OURS}#main-key-1", OURS, new_rsa())


@cache
def ed25519_key() -> PrivateKey:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    return PrivateKey(f"{OURS}#ed25519-1", OURS, key)
