"""Remote people who write to the inbox: their servers on loopback, documents, signed activities."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import orjson

from federation import cavage
from federation.keys import PrivateKey, new_rsa, public_to_pem
from tests.bench.load import Letter, raw_post

_AS2 = "https://www.w3.org/ns/activitystreams"
_PUBLIC = f"{_AS2}#Public"
_BODY = 2_000  # bytes of an activity, as most of the fediverse's are
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Person:
    """Somebody at `http://localhost:<port>`. All share one key pair, under ids of their own."""

    uri: str
    key: PrivateKey

    def document(self) -> dict[str, Any]:
        public = public_to_pem(self.key.public.key)
        return {
            "@context": [_AS2, "https://w3id.org/security/v1"],
            "id": self.uri,
            "type": "Person",
            "preferredUsername": self.uri.rpartition("/")[2],
            "inbox": f"{self.uri}/inbox",
            "followers": f"{self.uri}/followers",
            "publicKey": {"id": self.key.id, "owner": self.uri, "publicKeyPem": public},
        }

    def create(self) -> dict[str, Any]:
        """A new public post of about two kilobytes."""
        number = next(_numbers)
        shown = {"to": [_PUBLIC], "cc": [f"{self.uri}/followers"]}
        note = {
            "id": f"{self.uri}/o/{number}",
            "type": "Note",
            "attributedTo": self.uri,
            "published": datetime.now(UTC).isoformat(),
            "content": "<p>An ordinary paragraph about an ordinary case.</p>",
            **shown,
        }
        activity = {
            "@context": _AS2,
            "id": f"{self.uri}/a/{number}",
            "type": "Create",
            "actor": self.uri,
            **shown,
            "object": note,
        }
        missing = _BODY - len(orjson.dumps(activity))
        note["content"] = f"{note['content']}<p>{'word ' * (missing // 5)}</p>"
        return activity

    def reply(self, parent: str, channel: str) -> dict[str, Any]:
        """A new public answer to a post in a channel, as long as a new post."""
        activity = self.create()
        for layer in (activity, activity["object"]):
            layer |= {"cc": [channel], "audience": channel}
        activity["object"]["inReplyTo"] = parent
        return activity

    def like(self, post: str) -> dict[str, Any]:
        uri, to = f"{self.uri}/l/{next(_numbers)}", [_PUBLIC]
        named = {"id": uri, "type": "Like", "actor": self.uri, "object": post}
        return {"@context": _AS2, **named, "to": to}

    def follow(self, target: str) -> dict[str, Any]:
        uri = f"{self.uri}/f/{next(_numbers)}"
        return {"@context": _AS2, "id": uri, "type": "Follow", "actor": self.uri, "object": target}

    def letter(self, activity: dict[str, Any], inbox: str) -> Letter:
        """To be sent within the hour that a signature holds."""
        body = orjson.dumps(activity)
        return cavage.sign("POST", inbox, body, self.key, datetime.now(UTC)), body

    def signed(self, activity: dict[str, Any], inbox: str) -> bytes:
        """The whole request of such a letter."""
        return raw_post("/" + inbox.split("/", 3)[3], *self.letter(activity, inbox))


def people(ports: Sequence[int], each: int) -> list[Person]:
    """`each` people per server, mixed, so that neighbours are of different servers."""
    shared = PrivateKey("", "", new_rsa())
    found = []
    for number in range(each):
        for port in ports:
            uri = f"http://localhost:{port}/u/p{number}"
            found.append(Person(uri, replace(shared, id=f"{uri}#main-key", owner=uri)))
    return found


@asynccontextmanager
async def served(cast: Sequence[Person], ports: Sequence[int]) -> AsyncIterator[None]:
    """Their servers: GET gives the documents, POST is answered 202 and forgotten."""
    bodies = {person.uri: orjson.dumps(person.document()) for person in cast}
    servers = [await asyncio.start_server(_Peer(port, bodies), "127.0.0.1", port) for port in ports]
    try:
        yield
    finally:
        for server in servers:
            server.close()


@dataclass(frozen=True)
class _Peer:
    port: int
    bodies: dict[str, bytes]

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(_content_length(head))
                writer.write(self._answer(head))
        except (asyncio.IncompleteReadError, OSError):
            writer.close()

    def _answer(self, head: bytes) -> bytes:
        method, target, _ = head.split(b" ", 2)
        body = self.bodies.get(f"http://localhost:{self.port}{target.decode()}", b"")
        status = b"202 Accepted" if method == b"POST" else b"200 OK" if body else b"404 Not Found"
        kind = b"Content-Type: application/activity+json\r\n"
        return b"HTTP/1.1 %b\r\n%bContent-Length: %d\r\n\r\n%b" % (status, kind, len(body), body)


def turns(cast: Sequence[Person]) -> Iterator[Person]:
    return itertools.cycle(cast)


def _content_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0
