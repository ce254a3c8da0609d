"""Digests of a request's body: `Digest` (RFC 3230) and `Content-Digest` (RFC 9530)."""

import re
from binascii import b2a_base64
from hashlib import sha256, sha512
from hmac import compare_digest

from federation.errors import SignatureRefused
from federation.messages import Request

_HASHES = {"sha-256": sha256, "sha-512": sha512}
_MAXIMUM_LENGTH = 1024
_MEMBER = re.compile(r"([A-Za-z][A-Za-z0-9-]{0,31})=([^,\s]{1,256})", re.ASCII)
_SEPARATOR = re.compile(r"[ \t]*,[ \t]*")


def digest_of(body: bytes) -> str:
    """The value of a `Digest` header."""
    return f"SHA-256={_base64_hash('sha-256', body)}"


def content_digest_of(body: bytes) -> str:
    """The value of a `Content-Digest` header."""
    return f"sha-256=:{_base64_hash('sha-256', body)}:"


def check_digest(request: Request) -> None:
    """`Digest` is there once and fits the body.

    Source: F-SIG-3, T09: SHA-256 is required; SHA-512 has to fit as well when it is given; other
    algorithms are ignored. Raises SignatureRefused.
    """
    value = request.single("digest")
    if value == digest_of(request.body):
        return  # nearly all are, to the letter
    members = _members(value)
    if "sha-256" not in members:
        raise SignatureRefused("no SHA-256 in Digest")
    _compare(members, request.body, enclosed_in="")


def check_content_digest(request: Request) -> None:
    """`Content-Digest` is there once and fits the body.

    Source: F-SIG-7: at least one of sha-256 and sha-512; all of these fit. Raises SignatureRefused.
    """
    members = _members(request.single("content-digest"))
    if not members.keys() & _HASHES.keys():
        raise SignatureRefused("no sha-256 or sha-512 in Content-Digest")
    _compare(members, request.body, enclosed_in=":")


def _members(value: str | None) -> dict[str, str]:
    if value is None or len(value) > _MAXIMUM_LENGTH:
        raise SignatureRefused("no digest of the body")
    members: dict[str, str] = {}
    for text in _SEPARATOR.split(value):
        found = _MEMBER.fullmatch(text)
        if found is None or found[1].lower() in members:
            raise SignatureRefused("malformed digest")
        members[found[1].lower()] = found[2]
    return members


def _compare(members: dict[str, str], body: bytes, *, enclosed_in: str) -> None:
    for algorithm in members.keys() & _HASHES.keys():
        # Text against text: a second spelling of the right bytes (hex, no padding) is refused too.
        expected = f"{enclosed_in}{_base64_hash(algorithm, body)}{enclosed_in}"
        if not compare_digest(members[algorithm].encode(), expected.encode()):
            raise SignatureRefused(f"the {algorithm} digest is not the body's")


def _base64_hash(algorithm: str, body: bytes) -> str:
    return b2a_base64(_HASHES[algorithm](body).digest(), newline=False).decode()
