"""What the signature tests share: a small cast with keys, and requests signed by it."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from federation import cavage, digests, rfc9421
from federation.authentication import Level, Site, Verified, authenticate
from federation.errors import FederationError, KeyUnavailable
from federation.keys import PrivateKey, PublicKey, new_rsa
from federation.messages import Form, Request

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
NOW_TEXT = "Sun, 22 Nov 2026 10:00:00 GMT"
SITE = Site("https://mercy.example", "mercy.example")
INBOX = "https://mercy.example/inbox"
AS2 = "https://www.w3.org/ns/activitystreams"
PUBLIC = f"{AS2}#Public"
ACTIVITY_JSON = "application/activity+json"
PAGE = "https://mercy.example/u/lee"
COVERED = ("(request-target)", "host", "date", "digest", "content-type")

MALLORY = "https://stranger.example/u/mallory"  # an ordinary peer
OKAFOR = "https://cardio.example/u/okafor"  # a member of a trusted one
EVE = "https://blocked.example/u/eve"
LEE = "https://mercy.example/u/lee"  # ours

MALLORY_RSA = PrivateKey(f"{MALLORY}#main-key-1", MALLORY, new_rsa())
OKAFOR_RSA = PrivateKey(f"{OKAFOR}#main-key-1", OKAFOR, new_rsa())
OKAFOR_ED = PrivateKey(
    f"{OKAFOR}#ed25519-1", OKAFOR, Ed25519PrivateKey.from_private_bytes(bytes([7] * 32))
)
MALLORY_ED = PrivateKey(
    f"{MALLORY}#ed25519-1", MALLORY, Ed25519PrivateKey.from_private_bytes(bytes([8] * 32))
)
EVE_ED = PrivateKey(f"{EVE}#ed25519-1", EVE, Ed25519PrivateKey.from_private_bytes(bytes([9] * 32)))
EVERYBODY = (MALLORY_RSA, MALLORY_ED, OKAFOR_RSA, OKAFOR_ED, EVE_ED)


class KnownKeys:
    """Keys by id. `asked` records each look-up, with a "!" in front for a refresh."""

    def __init__(self, *known: PublicKey) -> None:
        self.known = {key.id: key for key in known}
        self.refreshed: dict[str, PublicKey] = {}
        self.asked: list[str] = []

    async def find(self, key_id: str, *, refresh: bool = False) -> PublicKey:
        self.asked.append(f"!{key_id}" if refresh else key_id)
        found = (self.refreshed if refresh else {}).get(key_id) or self.known.get(key_id)
        if found is None:
            raise KeyUnavailable(key_id)
        return found


class Levels:
    """Trust as the cast has it; other hosts are PUBLIC. `asked` records each question."""

    def __init__(self) -> None:
        self.levels = {"cardio.example": Level.TRUSTED, "blocked.example": Level.BLOCKED}
        self.asked: list[str] = []

    async def level(self, host: str) -> Level:
        self.asked.append(host)
        return self.levels.get(host, Level.PUBLIC)


def all_keys() -> KnownKeys:
    return KnownKeys(*(key.public for key in EVERYBODY))


def create(owner: str, /, **changes: Any) -> dict[str, Any]:
    """A public Create(Note) by `owner`; `changes` replace members of the activity."""
    note = {"id": f"{owner}/o/1", "type": "Note", "attributedTo": owner, "content": "hello"}
    activity = {
        "@context": AS2,
        "id": f"{owner}/a/1",
        "type": "Create",
        "actor": owner,
        "to": [PUBLIC],
        "cc": [],
        "object": {**note, "to": [PUBLIC], "cc": []},
    }
    return activity | changes


def follow(owner: str, /, **changes: Any) -> dict[str, Any]:
    return {"id": f"{owner}/a/2", "type": "Follow", "actor": owner, "object": LEE} | changes


def signed_post(
    document: Any,
    key: PrivateKey,
    form: Form = "cavage",
    *,
    at: datetime = NOW,
    url: str = INBOX,
) -> Request:
    """A POST of the document (JSON, or bytes as they are), signed at `at`."""
    body = document if isinstance(document, bytes) else orjson.dumps(document)
    return received("POST", url, body, sent_headers("POST", url, body, key, form, at))


def signed_get(url: str, key: PrivateKey, form: Form = "cavage", *, at: datetime = NOW) -> Request:
    return received("GET", url, b"", sent_headers("GET", url, None, key, form, at))


def sent_headers(
    method: str, url: str, body: bytes | None, key: PrivateKey, form: Form, at: datetime
) -> dict[str, str]:
    if form == "cavage":
        return cavage.sign(method, url, body, key, at)
    return rfc9421.sign(method, url, body, key, at, trusted=form == "trusted")


def received(method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Request:
    lowered = tuple((name.lower(), value) for name, value in headers.items())
    return Request(method, "/" + url.split("/", 3)[3], lowered, body)


def with_header(request: Request, name: str, *values: str) -> Request:
    """The request with this header replaced (no value: dropped; several: repeated)."""
    others = tuple((found, value) for found, value in request.headers if found != name)
    headers = others + tuple((name, value) for value in values)
    return Request(request.method, request.target, headers, request.body)


def signature_by(key: PrivateKey, text: str) -> str:
    """Base64 of a correct signature over any text at all."""
    if isinstance(key.key, RSAPrivateKey):
        return b64encode(key.key.sign(text.encode(), PKCS1v15(), SHA256())).decode()
    return b64encode(key.key.sign(text.encode())).decode()


def cavage_request(
    key: PrivateKey,
    covered: Sequence[str],
    *,
    body: bytes = b"{}",
    values: Mapping[str, str] | None = None,
    extra: str = "",
    algorithm: str = "rsa-sha256",
) -> Request:
    """A POST to our inbox that covers just these headers, with a signature that fits.

    `values` replaces headers, `extra` is appended to the Signature header.
    """
    headers = {
        "host": "mercy.example",
        "date": NOW_TEXT,
        "digest": digests.digest_of(body),
        "content-type": ACTIVITY_JSON,
    } | dict(values or {})
    known = headers | {"(request-target)": "post /inbox", "(created)": str(int(NOW.timestamp()))}
    text = "\n".join(f"{name}: {known.get(name, '')}" for name in covered)
    headers["signature"] = (
        f'keyId="{key.id}",algorithm="{algorithm}",headers="{" ".join(covered)}",'
        f'signature="{signature_by(key, text)}"{extra}'
    )
    return received("POST", INBOX, body, headers)


def rfc9421_request(
    key: PrivateKey,
    covered: Mapping[str, str],
    parameters: str | None = None,
    *,
    body: bytes = b"{}",
    headers: Mapping[str, str] | None = None,
) -> Request:
    """A POST to our inbox whose signature, over these components and values, fits.

    A component is written as in the header, quotes included, so that parameters can be added.
    """
    if parameters is None:
        parameters = f';created={int(NOW.timestamp())};keyid="{key.id}"'
    params = f"({' '.join(covered)}){parameters}"
    lines = [f"{name}: {value}" for name, value in covered.items()]
    text = "\n".join([*lines, f'"@signature-params": {params}'])
    sent = {
        "host": "mercy.example",
        "content-type": ACTIVITY_JSON,
        "content-digest": digests.content_digest_of(body),
        "signature-input": f"sig1={params}",
        "signature": f"sig1=:{signature_by(key, text)}:",
    } | dict(headers or {})
    return received("POST", INBOX, body, sent)


async def receive(request: Request, keys: KnownKeys | None = None) -> Verified:
    found = all_keys() if keys is None else keys
    return await authenticate(request, site=SITE, trust=Levels(), keys=found, now=NOW)


async def refuse(
    request: Request, error: type[FederationError], keys: KnownKeys | None = None
) -> None:
    with pytest.raises(error):
        await receive(request, keys)
