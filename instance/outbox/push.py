"""One message to one device through the push service of its browser.

Encrypted for the device alone (RFC 8291, aes128gcm), signed with our key (VAPID, RFC 8292). What a
push service sees is that this server sends something to a device of which it does not say whose.
"""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

import orjson
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    derive_private_key,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from federation.client import Client
from federation.errors import FetchFailed, UnsafeAddress
from instance.outbox import push_draft
from instance.outbox.push_keys import derived, encoded, point

SAME_LENGTH = 512  # of every message: its length would tell the push service what it says
_RECORD = 4096
_SIGNED_FOR = timedelta(hours=12)  # of the 24 that RFC 8292 allows at most
_GONE = frozenset({404, 410})
_LATER = frozenset({408, 425, 429})

Outcome = Literal["taken", "gone", "later", "refused"]


@dataclass(frozen=True)
class Device:
    """Where a device takes messages, and the keys that its browser made for us.

    `is_standard`: it reads RFC 8291, and not the drafts before.
    """

    endpoint: str
    p256dh: bytes
    auth: bytes
    is_standard: bool = True


@dataclass(frozen=True)
class Letter:
    """`topic`: of what waits at the push service under one, the last is delivered."""

    payload: bytes
    topic: str
    lives: timedelta
    is_urgent: bool


@dataclass(frozen=True)
class Answer:
    """`after`: how long the push service wants to be left alone; `error`: what it said."""

    outcome: Outcome
    after: timedelta | None = None
    error: str = ""


def new_key() -> tuple[bytes, str]:
    """A private key, and the public one as browsers take it (`applicationServerKey`)."""
    key = generate_private_key(SECP256R1())
    private = key.private_numbers().private_value.to_bytes(32, "big")
    return private, encoded(point(key.public_key()))


def encrypted(
    plain: bytes, device: Device, sender: EllipticCurvePrivateKey, salt: bytes, padding: int = 0
) -> bytes:
    """A body of one record. `sender` and `salt` are for this message alone.

    Source: RFC 8291 section 3.4, RFC 8188 section 2.
    """
    theirs, ours = device.p256dh, point(sender.public_key())
    receiver = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), theirs)
    shared = sender.exchange(ECDH(), receiver)
    secret = derived(shared, device.auth, b"WebPush: info\0" + theirs + ours, 32)
    key = derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    sealed = AESGCM(key).encrypt(nonce, plain + b"\x02" + bytes(padding), None)
    return salt + _RECORD.to_bytes(4, "big") + bytes([len(ours)]) + ours + sealed


def signed(private: bytes, endpoint: str, contact: str, now: datetime) -> tuple[str, str]:
    """Who sends, and our key. `contact`: whom a push service may write to, as a URI."""
    key = derive_private_key(int.from_bytes(private, "big"), SECP256R1())
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((now + _SIGNED_FOR).timestamp()),
        "sub": contact,
    }
    head = {"typ": "JWT", "alg": "ES256"}
    said = f"{encoded(orjson.dumps(head))}.{encoded(orjson.dumps(claims))}"
    r, s = decode_dss_signature(key.sign(said.encode(), ECDSA(SHA256())))
    signature = encoded(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return f"{said}.{signature}", encoded(point(key.public_key()))


def authorization(private: bytes, endpoint: str, contact: str, now: datetime) -> str:
    """The header that says who sends."""
    text, key = signed(private, endpoint, contact, now)
    return f"vapid t={text}, k={key}"


async def send(
    client: Client, device: Device, letter: Letter, private: bytes, contact: str, now: datetime
) -> Answer:
    """One try. Raises nothing that a push service can bring about."""
    headers = {
        "content-type": "application/octet-stream",
        "ttl": str(int(letter.lives.total_seconds())),
        "urgency": "high" if letter.is_urgent else "normal",
        "topic": letter.topic,
    }
    try:
        body, more = _sealed(letter.payload, device, private, contact, now)
        response = await client.post(device.endpoint, body, {**headers, **more})
    except UnsafeAddress:
        return Answer("gone", error="unsafe")
    except (FetchFailed, ValueError) as error:
        return Answer("later", error=type(error).__name__)
    return _read(response.status, response.headers.get("retry-after", ""))


def _sealed(
    payload: bytes, device: Device, private: bytes, contact: str, now: datetime
) -> tuple[bytes, dict[str, str]]:
    """The body, and the headers that say how it is read and who sent it."""
    padding = max(0, SAME_LENGTH - len(payload))
    sender, salt = generate_private_key(SECP256R1()), os.urandom(16)
    if device.is_standard:
        who = authorization(private, device.endpoint, contact, now)
        body = encrypted(payload, device, sender, salt, padding)
        return body, {"authorization": who, "content-encoding": "aes128gcm"}
    text, key = signed(private, device.endpoint, contact, now)
    body = push_draft.encrypted(payload, device.p256dh, device.auth, sender, salt, padding)
    return body, push_draft.headers(text, key, sender, salt)


def _read(status: int, retry_after: str) -> Answer:
    if 200 <= status < 300:
        return Answer("taken")
    if status in _GONE:
        return Answer("gone", error=str(status))
    if status in _LATER or status >= 500:
        is_given = retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 8
        return Answer(
            "later", timedelta(seconds=int(retry_after)) if is_given else None, str(status)
        )
    return Answer("refused", error=str(status))
