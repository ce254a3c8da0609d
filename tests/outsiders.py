"""Servers that are no Curbside: one actor with its own keys, who serves and signs anything."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from federation.contexts import timestamp
from federation.keys import PrivateKey, new_rsa, public_to_multikey, public_to_pem
from federation.messages import Form, Response
from tests.browsing import Answer
from tests.houses import House
from tests.network import Network, Sent

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


class Outsider:
    """`documents` by URL is what the server serves, bytes as a picture; `received` what came to its
    inbox."""

    scheme = "https"

    def __init__(self, host: str, name: str, network: Network, *, uri: str = "") -> None:
        """`uri`: the id to speak under. Those of one host serve each other's documents as well."""
        self.host, self.origin, self.name = host, f"{self.scheme}://{host}", name
        self.uri = uri or f"{self.origin}/users/{name}"
        self.rsa = PrivateKey(f"{self.uri}#main-key", self.uri, _rsa_of(name))
        ed25519 = Ed25519PrivateKey.from_private_bytes(host.encode().ljust(32, b".")[:32])
        self.ed25519 = PrivateKey(f"{self.uri}#ed25519-1", self.uri, ed25519)
        known = network.servers.get(host)
        self.documents: dict[str, Any] = known.documents if isinstance(known, Outsider) else {}
        self.documents[self.uri] = self.actor()
        self.received: list[Sent] = []
        network.servers[host] = self

    async def answer(self, sent: Sent) -> Response:
        if sent.method == "POST":
            self.received.append(sent)
            return Response(202, {}, b"", sent.url)
        found = self.documents.get(sent.url)
        if found is None:
            return Response(404, {}, b"", sent.url)
        if isinstance(found, bytes):
            return Response(200, {"content-type": "image/png"}, found, sent.url)
        headers = {"content-type": "application/activity+json"}
        return Response(200, headers, orjson.dumps(found), sent.url)

    def actor(self) -> dict[str, Any]:
        return {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": self.uri,
            "type": "Person",
            "preferredUsername": self.name,
            "name": "An outsider",
            "inbox": f"{self.uri}/inbox",
            "outbox": f"{self.uri}/outbox",
            "followers": f"{self.uri}/followers",
            "publicKey": {
                "id": self.rsa.id,
                "owner": self.uri,
                "publicKeyPem": public_to_pem(self.rsa.public.key),
            },
            "assertionMethod": [
                {
                    "id": self.ed25519.id,
                    "type": "Multikey",
                    "controller": self.uri,
                    "publicKeyMultibase": public_to_multikey(self.ed25519.public.key),  # type: ignore[arg-type]
                }
            ],
        }

    def activity(self, kind: str, content: Any, number: int = 1, **more: Any) -> dict[str, Any]:
        return {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": f"{self.origin}/activities/{kind}/{number}",
            "type": kind,
            "actor": self.uri,
            "published": timestamp(datetime.now(UTC)),
            "to": [PUBLIC],
            "cc": [],
            "object": content,
            **more,
        }

    def note(self, number: int = 1, **more: Any) -> dict[str, Any]:
        return {
            "id": f"{self.origin}/notes/{number}",
            "type": "Note",
            "attributedTo": self.uri,
            "content": "<p>hello</p>",
            "published": timestamp(datetime.now(UTC)),
            "to": [PUBLIC],
            "cc": [],
            **more,
        }

    async def sends(self, house: House, document: Any, form: Form = "cavage") -> Answer:
        """POST it to the shared inbox; `trusted` signs with Ed25519, the others with RSA."""
        return await house.receives(document, self._key(form), form)

    async def asks(self, house: House, path: str, form: Form = "cavage") -> Answer:
        return await house.asked(path, self._key(form), form)

    def _key(self, form: Form) -> PrivateKey:
        return self.ed25519 if form == "trusted" else self.rsa


@cache
def _rsa_of(name: str) -> RSAPrivateKey:
    return new_rsa()
