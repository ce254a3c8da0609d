"""Clinical text and private keys at rest: AES-256-GCM, key outside the database (T63).

Short secrets that are only compared, such as recovery codes, are kept as a keyed hash: who has the
database alone cannot try them all.

The key is `secret.key` in CURBSIDE_DATA. A sealed value is base64 of nonce and ciphertext.
"""

import hashlib
import hmac
import os
from base64 import b64decode, b64encode
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tortoise.fields.base import Field
from tortoise.models import Model

KEY_FILE = "secret.key"
_NONCE_BYTES = 12
_SEAL = 16  # characters: those bytes in base64
_NOTHING = 40  # characters: how long an empty object is, sealed; any other is longer


class Box:
    """Seals and opens short texts with one key. `open` raises InvalidTag for a wrong key."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._hash_key = hmac.digest(key, b"curbside hashes", "sha256")

    def seal(self, plain: bytes) -> str:
        nonce = os.urandom(_NONCE_BYTES)
        return b64encode(nonce + self._cipher.encrypt(nonce, plain, None)).decode()

    def open(self, sealed: str) -> bytes:
        raw = b64decode(sealed)
        return self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], None)

    def can_open(self, sealed: str) -> bool:
        try:
            self.open(sealed)
        except (InvalidTag, ValueError):
            return False
        return True

    def token(self, purpose: str, text: str) -> str:
        """What a browser may carry and bring back, and nobody but us can read or make."""
        nonce = os.urandom(_NONCE_BYTES)
        return b64encode(
            nonce + self._cipher.encrypt(nonce, text.encode(), purpose.encode())
        ).decode()

    def of_token(self, purpose: str, token: str) -> str | None:
        """The text of a token of ours for this purpose; None for anything else."""
        try:
            raw = b64decode(token, validate=True)
            nonce, sealed = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
            return self._cipher.decrypt(nonce, sealed, purpose.encode()).decode()
        except (InvalidTag, ValueError):
            return None

    def digest(self, kind: str, text: str) -> str:
        """64 hex digits, the same each time; of another `kind` different ones."""
        return hmac.new(self._hash_key, f"{kind}\0{text}".encode(), hashlib.sha256).hexdigest()


def seal_of(sealed: str) -> str:
    """What no other sealed value has, the same words sealed again neither."""
    return sealed[:_SEAL]


def has_words(sealed: str) -> bool:
    """Whether a sealed object has anything in it; without opening it."""
    return len(sealed) > _NOTHING


def load_box(data: Path) -> Box:
    """The box of an institution; its key file is made on first use, readable by us alone."""
    path = data / KEY_FILE
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(AESGCM.generate_key(256))
            file.flush()
            os.fsync(file.fileno())
    return Box(path.read_bytes())


_current: ContextVar[Box] = ContextVar("curbside_box")


def use(box: Box) -> None:
    _current.set(box)


def current() -> Box:
    return _current.get()


class SealedJSONField(Field[Any], dict):  # type: ignore[type-arg]
    """A JSON value stored sealed. Cannot be searched or compared in the database, by intent."""

    SQL_TYPE = "TEXT"
    indexable = False

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> str | None:
        return None if value is None else current().seal(orjson.dumps(value))

    def to_python_value(self, value: Any) -> Any:
        return orjson.loads(current().open(value)) if isinstance(value, str) else value


class SealedBytesField(Field[bytes], bytes):  # type: ignore[misc]
    """Bytes stored sealed: private keys, documents that wait for delivery."""

    SQL_TYPE = "TEXT"
    indexable = False

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> str | None:
        return None if value is None else current().seal(value)

    def to_python_value(self, value: Any) -> Any:
        return current().open(value) if isinstance(value, str) else value
