"""A push service and the browsers behind it: what is sent is decrypted as a browser does.

What is sent as the drafts had it (`Crypto-Key`) is taken and kept as it came: applications open it.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import deque
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from federation.messages import Response
from tests.network import Sent


def b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


@dataclass
class Phone:
    """A browser that allowed messages. `shown`: what it could decrypt."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    auth: bytes = b"0123456789abcdef"
    shown: list[dict[str, Any]] = field(default_factory=list)

    @property
    def subscription(self) -> dict[str, str]:
        """What it hands to the page."""
        return {"endpoint": self.endpoint, "p256dh": b64(point(self.key)), "auth": b64(self.auth)}

    def opens(self, body: bytes) -> bytes:
        """RFC 8291 from the receiving end, with nothing of the code that is tested."""
        salt, length = body[:16], body[20]
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        shared = self.key.exchange(ec.ECDH(), public)
        info = b"WebPush: info\0" + point(self.key) + sender
        secret = _step(_step(self.auth, shared), info + b"\1")
        prk = _step(salt, secret)
        key = _step(prk, b"Content-Encoding: aes128gcm\0\1")[:16]
        nonce = _step(prk, b"Content-Encoding: nonce\0\1")[:12]
        plain = AESGCM(key).decrypt(nonce, sealed, None)
        text, mark, padding = plain.rpartition(b"\2")
        assert mark and not padding.strip(b"\0")
        return text


class PushService:
    """A server in a `Network`. `answers`: statuses to give instead of taking a message."""

    def __init__(self, origin: str = "https://push.example") -> None:
        self.origin, self.phones = origin, dict[str, Phone]()
        self.answers: deque[tuple[int, dict[str, str]]] = deque()
        self.taken: list[Sent] = []
        self.sizes: list[int] = []

    def phone(self, name: str = "one") -> Phone:
        phone = Phone(f"{self.origin}/send/{name}")
        self.phones[phone.endpoint] = phone
        return phone

    async def answer(self, sent: Sent) -> Response:
        headers = {name.lower(): value for name, value in sent.headers.items()}
        self._require_signed(headers["authorization"], headers.get("crypto-key", ""))
        if self.answers:
            status, more = self.answers.popleft()
            return Response(status, more, b"", sent.url)
        phone = self.phones.get(sent.url)
        if phone is None:
            return Response(410, {}, b"", sent.url)
        assert int(headers["ttl"]) > 0
        assert len(headers["topic"]) <= 32 and headers["urgency"] in ("normal", "high")
        if headers["content-encoding"] == "aes128gcm":
            phone.shown.append(orjson.loads(phone.opens(sent.body)))
        else:
            assert headers["content-encoding"] == "aesgcm" and headers["encryption"]
        self.taken.append(sent)
        self.sizes.append(len(sent.body))
        return Response(201, {}, b"", sent.url)

    def _require_signed(self, header: str, keys: str) -> None:
        """RFC 8292: a token for this origin, signed with the key that stands beside it; before it
        was in a header of its own."""
        if header.startswith("WebPush "):
            parts = {"t": header[8:], "k": keys.rpartition(";p256ecdsa=")[2]}
        else:
            parts = dict(part.strip().split("=", 1) for part in header[6:].split(","))
        public = raw(parts["k"])
        key = ECKey.import_key(
            {"kty": "EC", "crv": "P-256", "x": b64(public[1:33]), "y": b64(public[33:])}
        )
        claims = jwt.decode(parts["t"], key, algorithms=["ES256"]).claims
        assert claims["aud"] == self.origin and claims["sub"].startswith(("mailto:", "https:"))


def _step(key: bytes, text: bytes) -> bytes:
    return hmac.digest(key, text, sha256)
