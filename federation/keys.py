"""RSA and Ed25519 keys: make, store, publish, and refuse the weak ones.

Source: federation.md 4 (publicKeyPem, Multikey), 11.1 (fingerprints); threat T11.
"""

import re
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Literal, TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    generate_private_key,
)

from federation.errors import Malformed

AnyPublicKey: TypeAlias = RSAPublicKey | Ed25519PublicKey
AnyPrivateKey: TypeAlias = RSAPrivateKey | Ed25519PrivateKey
Algorithm = Literal["rsa", "ed25519"]

MINIMUM_RSA_BITS = 2048  # F-SIG-2
_MAXIMUM_RSA_BITS = 8192  # one verification of a larger key costs milliseconds: a cheap attack
HIDDEN_DIGITS = 8  # of a fingerprint: only a telephone tells them (11.1.1)
_MULTIKEY_ED25519 = b"\xed\x01"
_PEM = re.compile(
    r"\s*-----BEGIN ((?:RSA )?PUBLIC KEY)-----\s[A-Za-z0-9+/=\s]{1,8192}-----END \1-----\s*"
)
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_MAXIMUM_BASE58 = 256  # the conversion is quadratic; a signature needs 88 characters

_FIELD = 2**255 - 19
# The y coordinates of the eight points whose order divides 8. With such a key one signature fits
# every message, and no library refuses them for us.
_SMALL_ORDER = {
    0,
    1,
    _FIELD - 1,
    0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
    0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
}


@dataclass(frozen=True)
class PublicKey:
    """A key somebody signs with: its id, and the actor (`owner`) it speaks for.

    `may_assert`: the owner lists it in `assertionMethod`. A key found in `publicKey` alone signs
    requests, never proofs (T16).
    """

    id: str
    owner: str
    key: AnyPublicKey
    may_assert: bool = True

    @property
    def algorithm(self) -> Algorithm:
        return "rsa" if isinstance(self.key, RSAPublicKey) else "ed25519"

    @cached_property
    def is_strong(self) -> bool:
        """See `require_strong`; found out once, because a key that is kept is asked each time."""
        try:
            require_strong(self.key)
        except Malformed:
            return False
        return True


@dataclass(frozen=True)
class PrivateKey:
    """A key of ours, with the id peers find its public half under."""

    id: str
    owner: str
    key: AnyPrivateKey = field(repr=False)

    @property
    def public(self) -> PublicKey:
        return PublicKey(self.id, self.owner, self.key.public_key())


def new_rsa() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=MINIMUM_RSA_BITS)


def new_ed25519() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


def private_to_bytes(key: AnyPrivateKey) -> bytes:
    """PKCS#8 DER, unencrypted: seal it before it is stored."""
    return key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def private_from_bytes(data: bytes) -> AnyPrivateKey:
    """The inverse of private_to_bytes. Raises Malformed."""
    try:
        key = serialization.load_der_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Malformed("not a private key") from error
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        raise Malformed("not an RSA or Ed25519 private key")
    return key


def public_to_pem(key: AnyPublicKey) -> str:
    """SPKI in PEM, as `publicKeyPem` has it."""
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()


def public_from_pem(pem: object, *, minimum_rsa_bits: int = MINIMUM_RSA_BITS) -> AnyPublicKey:
    """The key in a `publicKeyPem`. Raises Malformed for anything but one strong public key.

    Source: F-SIG-2, T11: certificates and private keys are refused by their PEM label.
    `minimum_rsa_bits` exists for the 1024-bit key of published vectors.
    """
    if not isinstance(pem, str) or not _PEM.fullmatch(pem):
        raise Malformed("not one public key in PEM")
    try:
        key = serialization.load_pem_public_key(pem.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Malformed("not a public key") from error
    if not isinstance(key, RSAPublicKey | Ed25519PublicKey):
        raise Malformed("not an RSA or Ed25519 public key")
    require_strong(key, minimum_rsa_bits=minimum_rsa_bits)
    return key


def require_strong(key: AnyPublicKey, *, minimum_rsa_bits: int = MINIMUM_RSA_BITS) -> None:
    """Refuse keys under which anybody can sign. Raises Malformed. Source: F-SIG-2, T11."""
    if isinstance(key, RSAPublicKey):
        if not minimum_rsa_bits <= key.key_size <= _MAXIMUM_RSA_BITS:
            raise Malformed(f"RSA key of {key.key_size} bits")
        # Exponents that are even or below 3 do not get this far: the library loads none.
        if key.public_numbers().e >= 2**32:
            raise Malformed("RSA key with an unusable exponent")
        return
    y = int.from_bytes(key.public_bytes_raw(), "little") & (2**255 - 1)
    if y >= _FIELD or y in _SMALL_ORDER:
        raise Malformed("Ed25519 key of small order or not in canonical form")


def public_to_multikey(key: Ed25519PublicKey) -> str:
    """`publicKeyMultibase` (FEP-521a): z6Mk…"""
    return "z" + base58_encode(_MULTIKEY_ED25519 + key.public_bytes_raw())


def public_from_multikey(text: object) -> Ed25519PublicKey:
    """The Ed25519 key in a `publicKeyMultibase`. Raises Malformed for any other kind."""
    if not isinstance(text, str) or not text.startswith("z"):
        raise Malformed("not a base58btc Multikey")
    data = base58_decode(text[1:])
    if len(data) != 34 or not data.startswith(_MULTIKEY_ED25519):
        raise Malformed("not an Ed25519 Multikey")
    key = Ed25519PublicKey.from_public_bytes(data[2:])
    require_strong(key)
    return key


def fingerprint(key: AnyPublicKey) -> str:
    """64 hex digits that two administrators compare (federation.md 11.1).

    RSA: SHA-256 of the SPKI DER. Ed25519: SHA-256 of the 32 raw bytes.
    """
    if isinstance(key, Ed25519PublicKey):
        return sha256(key.public_bytes_raw()).hexdigest()
    der = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return sha256(der).hexdigest()


def comparable(fingerprint: str) -> str:
    """In groups of 4, as it is read out; the last 8 digits are for the telephone alone."""
    shown = fingerprint[:-HIDDEN_DIGITS] + "·" * HIDDEN_DIGITS
    return " ".join(shown[i : i + 4] for i in range(0, len(shown), 4))


def grouped(fingerprint: str) -> str:
    """The whole of a fingerprint of our own, to be read out."""
    return " ".join(fingerprint[i : i + 4] for i in range(0, len(fingerprint), 4))


def has_tail(fingerprint: str, typed: str) -> bool:
    """Whether the digits that were heard are its last 8, however they were written."""
    digits = re.sub(r"[\s:.-]", "", typed).lower()
    return len(digits) == HIDDEN_DIGITS and digits == fingerprint[-HIDDEN_DIGITS:]


def base58_encode(data: bytes) -> str:
    """Base58 in Bitcoin's alphabet, without the multibase prefix."""
    number = int.from_bytes(data, "big")
    digits = ""
    while number:
        number, rest = divmod(number, 58)
        digits = _BASE58[rest] + digits
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + digits


def base58_decode(text: str) -> bytes:
    """The inverse of base58_encode. Raises Malformed, also for more than 256 characters."""
    if len(text) > _MAXIMUM_BASE58 or any(character not in _BASE58 for character in text):
        raise Malformed("not base58")
    number = 0
    for character in text:
        number = number * 58 + _BASE58.index(character)
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")
