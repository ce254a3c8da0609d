"""Sign and verify HTTP requests as draft-cavage-http-signatures-12 says, which most peers speak.

Pure functions over headers and bytes: no network, no clock but the one passed in. Stricter than
the draft where federation.md 9.1 (F-SIG-1 to F-SIG-5) is.
"""

import binascii
import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from federation import digests
from federation.errors import SignatureRefused
from federation.keys import PrivateKey, PublicKey
from federation.messages import Claim, Request, has_controls
from federation.origin import authority_and_target

ACTIVITY_JSON = "application/activity+json"
FUTURE = timedelta(seconds=60)  # how far ahead `created` may be, F-SIG-4
MAXIMUM_HEADER = 8192

_PADDING, _HASH = PKCS1v15(), SHA256()
_PARAMETER = re.compile(
    r'([A-Za-z]+)=(?:"((?:[^"\\\x00-\x1f\x7f]++|\\["\\])*+)"|([0-9]{1,15}))', re.ASCII
)
_SEPARATOR = re.compile(r"[ \t]*,[ \t]*", re.ASCII)
_ESCAPED = re.compile(r"\\(.)")
_NEEDED = frozenset({"keyId", "headers"})
_STRINGS = frozenset({"keyId", "algorithm", "headers", "signature"})
_TIMES = frozenset({"created", "expires"})
_KNOWN = {name.lower(): name for name in _STRINGS | _TIMES}
_ALGORITHMS = frozenset({None, "rsa-sha256", "hs2019"})
_HEADER_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+", re.ASCII)
_TIMED = frozenset({"(created)", "(expires)"})
_PSEUDO_HEADERS = frozenset({"(request-target)", *_TIMED})
_COVERED = frozenset({"(request-target)", "host"})
_COVERED_WITH_BODY = _COVERED | {"digest"}
_TIMES_COVERED = frozenset({"date", "(created)"})
_ONCE = ("signature", "host", "date", "digest")
_HTTP_DATE = re.compile(r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT", re.ASCII)


def sign(
    method: str,
    url: str,
    body: bytes | None,
    key: PrivateKey,
    now: datetime,
    content_type: str = ACTIVITY_JSON,
    *,
    also: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """All headers to send with the request, Host and Content-Type (with a body) included.

    Source: federation.md 9.1. `body` None: nothing is sent, and no digest is made. `also`: more
    headers, which are signed like the others.
    """
    host, target = authority_and_target(url)
    headers = {"Host": host, "Date": format_datetime(now.astimezone(UTC), usegmt=True)}
    if body is not None:
        headers["Digest"] = digests.digest_of(body)
        headers["Content-Type"] = content_type
    headers |= also or {}
    lines = [f"(request-target): {method.lower()} {target}"]
    lines += [f"{name.lower()}: {value}" for name, value in headers.items()]
    text = "\n".join(lines).encode()
    if isinstance(key.key, Ed25519PrivateKey):
        algorithm, signature = "hs2019", key.key.sign(text)
    else:
        algorithm, signature = "rsa-sha256", key.key.sign(text, _PADDING, _HASH)
    covered = " ".join(["(request-target)", *(name.lower() for name in headers)])
    headers["Signature"] = (
        f'keyId="{key.id}",algorithm="{algorithm}",headers="{covered}",'
        f'signature="{b64encode(signature).decode()}"'
    )
    return headers


def parse(request: Request) -> Claim:
    """What the Signature header claims. Raises SignatureRefused.

    Source: F-SIG-1 (what has to be covered), F-SIG-2 (algorithm), F-SIG-5 (repeats, quoting).
    """
    request.require_single(_ONCE)
    named, signature = _parts(request.single("signature"))
    if not request.has(named.headers):
        raise SignatureRefused("a covered header is missing")
    is_bodiless = request.method in ("GET", "HEAD") and not request.body
    if not (named.covers_a_get if is_bodiless else named.covers_a_body):
        raise SignatureRefused("the signature covers too little")
    return Claim(
        "cavage",
        named.key_id,
        named.covered,
        _decoded(signature),
        named.algorithm,
        named.created,
        named.expires,
    )


def check_date(claim: Claim, request: Request, now: datetime, window: timedelta) -> None:
    """Refuse what was signed longer than `window` ago, or ahead of us. Source: F-SIG-4.

    Only covered times count, but for `expires`: that one can only narrow.
    """
    if "date" in claim.covered and abs(now - _date(request.single("date"))) > window:
        raise SignatureRefused("the date is outside the window")
    if "(created)" in claim.covered:
        check_created(claim, now, window)
    check_expires(claim, now)


def check_created(claim: Claim, now: datetime, window: timedelta) -> None:
    """`created` is within `window` before now, or FUTURE after it. Source: F-SIG-4."""
    age = now.timestamp() - (claim.created or 0)
    if claim.created is None or age > window.total_seconds() or -age > FUTURE.total_seconds():
        raise SignatureRefused("created is outside the window")


def check_expires(claim: Claim, now: datetime) -> None:
    if claim.expires is not None and now.timestamp() > claim.expires:
        raise SignatureRefused("the signature has expired")


def check_digest(claim: Claim, request: Request) -> None:
    """The body is the one that was signed. Source: F-SIG-3, T09. Raises SignatureRefused."""
    if request.method == "POST" or request.body or "digest" in claim.covered:
        digests.check_digest(request)
    if request.all("content-digest"):
        digests.check_content_digest(request)


def check_host(request: Request, authority: str) -> None:
    """Host names us, by our configured name. Source: F-SIG-5."""
    host = (request.single("host") or "").lower()
    if host != authority and host != f"{authority}:443":
        raise SignatureRefused("the request is for another host")


def verify(claim: Claim, request: Request, key: PublicKey, *, authority: str) -> None:
    """The key signed this request, for us. Dates and body have their own checks.

    `authority`: our configured `host` or `host:port`. Raises SignatureRefused.
    Source: F-SIG-2: the key decides the algorithm; there is no PSS and no HMAC here.
    """
    check_host(request, authority)
    text = _signing_string(claim, request)
    try:
        if isinstance(key.key, Ed25519PublicKey):
            if claim.algorithm == "rsa-sha256":
                raise SignatureRefused("the algorithm is not the key's")
            key.key.verify(claim.signature, text)
        else:
            key.key.verify(claim.signature, text, _PADDING, _HASH)
    except InvalidSignature:
        raise SignatureRefused("the signature does not fit") from None


class _Named(NamedTuple):
    """What a Signature header says beside the signature. `headers`: of what is `covered`, those
    that are headers."""

    key_id: str
    covered: tuple[str, ...]
    headers: frozenset[str]
    covers_a_get: bool
    covers_a_body: bool
    algorithm: str | None
    created: int | None
    expires: int | None


def _parts(header: str | None) -> tuple[_Named, str]:
    """And its signature, which of nearly all senders comes last."""
    if not header or len(header) > MAXIMUM_HEADER:
        raise SignatureRefused("no usable Signature header")
    named, mark, rest = header.rpartition(',signature="')
    if mark and rest.find('"') == len(rest) - 1 and "\\" not in rest:
        return _named_before(named), rest[:-1]
    found = _read_parameters(header)
    if "signature" not in found:
        raise SignatureRefused("incomplete Signature header")
    return _named(found), found["signature"]


@lru_cache(maxsize=512)
def _named_before(header: str) -> _Named:
    """What is before the signature came before."""
    found = _read_parameters(header)
    if "signature" in found:
        raise SignatureRefused("repeated signature parameter")
    return _named(found)


def _named(parameters: Mapping[str, str]) -> _Named:
    if not _NEEDED <= parameters.keys():
        raise SignatureRefused("incomplete Signature header")
    algorithm = parameters.get("algorithm")
    if algorithm not in _ALGORITHMS:
        raise SignatureRefused("unknown signature algorithm")
    covered = _names(parameters["headers"])
    if not {name[1:-1] for name in _TIMED.intersection(covered)} <= parameters.keys():
        raise SignatureRefused("a covered time is missing")
    return _Named(
        parameters["keyId"],
        covered,
        frozenset(covered) - _PSEUDO_HEADERS,
        _covers_enough(covered, _COVERED),
        _covers_enough(covered, _COVERED_WITH_BODY),
        algorithm,
        _seconds(parameters.get("created")),
        _seconds(parameters.get("expires")),
    )


def _read_parameters(header: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    position = 0
    while True:
        match = _PARAMETER.match(header, position)
        if match is None:
            raise SignatureRefused("malformed Signature header")
        end, (name, text, number) = match.end(), match.groups()
        if name in found or _KNOWN.get(name.lower(), name) != name:
            raise SignatureRefused("repeated or misspelt signature parameter")
        if (name in _STRINGS and text is None) or (name in _TIMES and number is None):
            raise SignatureRefused("a signature parameter of the wrong type")
        if text is not None and "\\" in text:
            text = _ESCAPED.sub(r"\1", text)
        found[name] = number if text is None else text
        if end == len(header):
            return found
        separator = _SEPARATOR.match(header, end)
        if separator is None:
            raise SignatureRefused("malformed Signature header")
        position = separator.end()


def _names(text: str) -> tuple[str, ...]:
    covered = tuple(text.split(" "))
    if len(set(covered)) != len(covered):
        raise SignatureRefused("a header is listed twice")
    if not all(name in _PSEUDO_HEADERS or _HEADER_NAME.fullmatch(name) for name in covered):
        raise SignatureRefused("a covered header is unknown")
    return covered


def _covers_enough(covered: tuple[str, ...], required: frozenset[str]) -> bool:
    return required.issubset(covered) and not _TIMES_COVERED.isdisjoint(covered)


def _decoded(text: str) -> bytes:
    try:
        signature = binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        raise SignatureRefused("the signature is not base64") from None
    # Two spellings of the same bytes can differ in the last of four characters each alone.
    last = signature[(len(signature) - 1) // 3 * 3 :]
    if not signature or not text.endswith(binascii.b2a_base64(last, newline=False).decode()):
        raise SignatureRefused("the signature is not plain base64")
    return signature


def _seconds(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdecimal() or not text.isascii() or len(text) > 15:
        raise SignatureRefused("a time is not a number of seconds")
    return int(text)


@lru_cache(maxsize=64)  # all that comes within a second says the same
def _date(text: str | None) -> datetime:
    try:
        if text is None or not _HTTP_DATE.fullmatch(text):
            raise ValueError
        return parsedate_to_datetime(text).replace(tzinfo=UTC)
    except ValueError:
        raise SignatureRefused("not an HTTP date") from None


def _signing_string(claim: Claim, request: Request) -> bytes:
    lines: list[str] = []
    values = request.values
    for name in claim.covered:
        is_beside = name in _PSEUDO_HEADERS
        value = _beside_headers(name, claim, request) if is_beside else values.get(name)
        if value is None:
            raise SignatureRefused("a covered value is missing")
        lines.append(f"{name}: {value}")
    text = "\n".join(lines)
    # A line break in a value would let one header speak as two.
    if not text.isascii() or has_controls(" ".join(lines)):
        raise SignatureRefused("a covered value is unprintable")
    return text.encode()


def _beside_headers(name: str, claim: Claim, request: Request) -> str | int | None:
    if name == "(request-target)":
        return f"{request.method.lower()} {request.target}"
    return claim.created if name == "(created)" else claim.expires
