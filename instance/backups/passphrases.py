"""`secret.key` in a file of its own, encrypted with a passphrase: scrypt, AES-256-GCM (T63)."""

import hashlib
import os
from base64 import b64decode, b64encode
from pathlib import Path

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from instance.backups import BackupRefused

LEAST = 12  # characters
SUFFIX = ".key"
_COST = {"n": 2**17, "r": 8, "p": 1}  # 128 MiB, less than a second
_COST_MOST = {"n": 2**20, "r": 16, "p": 4}  # of a file that somebody else may have written
_DAMAGED = "Take a copy of it from another place, or use an earlier backup."
_PURPOSE = b"curbside backup key "


def seal(key: bytes, passphrase: str, name: str) -> bytes:
    """The file's content. `name`: of its backup; with another one's it does not open."""
    salt, nonce = os.urandom(16), os.urandom(12)
    sealed = AESGCM(_derived(passphrase, salt, _COST)).encrypt(nonce, key, _bound(name))
    content = {
        "format": 1,
        "backup": name,
        "kdf": {"name": "scrypt", "salt": b64encode(salt).decode(), **_COST},
        "nonce": b64encode(nonce).decode(),
        "key": b64encode(sealed).decode(),
    }
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def unseal(file: Path, passphrase: str, name: str, sha256: str) -> bytes:
    """`sha256`: as it was written. Raises BackupRefused: no such file, a damaged one, another
    backup's, a wrong passphrase."""
    content = _read(file)
    try:
        found = orjson.loads(content)
        kdf, belongs_to = found["kdf"], found["backup"]
        cost = {one: int(kdf[one]) for one in _COST}
        salt, nonce, sealed = (
            b64decode(one) for one in (kdf["salt"], found["nonce"], found["key"])
        )
        if kdf["name"] != "scrypt" or any(not 1 <= cost[one] <= _COST_MOST[one] for one in cost):
            raise ValueError
    except (ValueError, TypeError, KeyError):
        raise BackupRefused(f"{file} is no key of a backup. {_DAMAGED}") from None
    if belongs_to != name:
        raise BackupRefused(
            f"{file} is the key of the backup {belongs_to}, not of {name}. Name the right one with"
            " --key."
        )
    if hashlib.sha256(content).hexdigest() != sha256:
        raise BackupRefused(f"{file} is damaged: it is not as it was written. {_DAMAGED}")
    try:
        derived = _derived(passphrase, salt, cost)
        return AESGCM(derived).decrypt(nonce, sealed, _bound(name))
    except (InvalidTag, ValueError):
        raise BackupRefused(
            f"The passphrase does not open {file}. It is the one that was given when this backup"
            " was made."
        ) from None


def _read(file: Path) -> bytes:
    """Raises BackupRefused."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise BackupRefused(
            f"The key of this backup is missing: {file}. Without it nothing sealed can be read."
            " Name the file, or the folder that --key-to put it in, with --key."
        ) from None
    except OSError as error:
        raise BackupRefused(f"{file}: {error.strerror}. Look at its permissions.") from None


def _derived(passphrase: str, salt: bytes, cost: dict[str, int]) -> bytes:
    return Scrypt(salt=salt, length=32, **cost).derive(passphrase.encode())


def _bound(name: str) -> bytes:
    return _PURPOSE + name.encode()
