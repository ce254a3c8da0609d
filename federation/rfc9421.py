"""Sign and verify HTTP requests as RFC 9421 says, in the strict profile of federation.md 9.2.

The signature base and its verification are the library's; what a request may look like is decided
here, before the library sees it. Pure: no network, no clock but the one passed in.
"""

import binascii
import re
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureAlgorithm,
    MappingKeyResolver,
    algorithms,
)

from federation import digests
from federation.cavage import ACTIVITY_JSON, MAXIMUM_HEADER, check_created, check_expires
from federation.errors import Malformed, SignatureRefused
from federation.keys import Algorithm, PrivateKey, PublicKey
from federation.messages import TRUSTED_LIFETIME, TRUSTED_TAG, Claim, Request
from federation.origin import authority_and_target

MAXIMUM_LABELS = 2  # each may cost a key fetch

# The subset of Structured Fields that F-SIG-7 leaves: names without parameters, strings, integers.
_KEY = r"[a-z*][a-z0-9_.*-]*"
_STRING = r'"(?:[^"\\\x00-\x1f\x7f-\U0010ffff]++|\\["\\])*+"'
# Groups repeat without `+`: Python before 3.11.5 takes the begin of one that does not fit.
_INPUT = re.compile(
    rf"({_KEY})=(\( *+((?:{_STRING}(?: ++{_STRING})*)?) *+\)"
    rf"((?:; *+{_KEY}=(?:{_STRING}|-?[0-9]++))*))"
)
_SIGNATURE = re.compile(rf"({_KEY})=:([A-Za-z0-9+/=]{{1,2048}}):")
_PARAMETER = re.compile(rf"; *+({_KEY})=(?:({_STRING})|(-?[0-9]++))")
_QUOTED = re.compile(_STRING)
_SEPARATOR = re.compile(r"[ \t]*,[ \t]*")
_ESCAPED = re.compile(r"\\(.)")

_TEXTS = frozenset({"keyid", "alg", "nonce", "tag"})
_TIMES = frozenset({"created", "expires"})
_DERIVED = frozenset({"@method", "@target-uri", "@authority", "@scheme", "@path", "@query"})
_HEADER_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+", re.ASCII)
_TARGETS = ({"@target-uri"}, {"@authority", "@path", "@query"})
_ONCE = ("signature", "signature-input", "host", "date", "digest", "content-digest")
_ALGORITHMS: dict[Algorithm, type[HTTPSignatureAlgorithm]] = {
    "rsa": algorithms.RSA_V1_5_SHA256,
    "ed25519": algorithms.ED25519,
}
_ALGORITHM_NAMES = frozenset({None, *(kind.algorithm_id for kind in _ALGORITHMS.values())})


class _Fields(dict[str, str]):
    """Headers by name, in the shape the library reads and writes."""


@dataclass
class _Message:
    method: str
    url: str
    headers: _Fields


class _Verifier(HTTPMessageVerifier):
    """The library asks its own clock; check_date has asked the caller's."""

    def validate_created_and_expires(self, sig_input: Any, max_age: Any = None) -> None:
        return None


def sign(
    method: str,
    url: str,
    body: bytes | None,
    key: PrivateKey,
    now: datetime,
    content_type: str = ACTIVITY_JSON,
    *,
    trusted: bool = False,
    also: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """All headers to send with the request, Host and Content-Type (with a body) included.

    Source: federation.md 9.2. `trusted` is the form of F-SIG-8 (nonce, expires, tag); it raises
    ValueError for a key that is not Ed25519. `also`: more headers, which are signed as well.
    """
    if trusted and not isinstance(key.key, Ed25519PrivateKey):
        raise ValueError("the trusted form needs an Ed25519 key")
    message, covered = _unsigned(method, url, body is not None, content_type)
    message.headers |= also or {}
    covered += [name.lower() for name in also or {}]
    try:
        _signer(key).sign(
            message,
            key_id=key.id,
            created=now,
            label="sig1",
            covered_component_ids=covered,
            body=body,
            **(_trusted_parameters(now) if trusted else {}),
        )
    except HTTPMessageSignaturesException:
        raise Malformed("not a URL that can be signed") from None
    return dict(message.headers)


def parse(request: Request) -> Claim:
    """The first of parse_all."""
    return parse_all(request)[0]


def parse_all(request: Request) -> tuple[Claim, ...]:
    """What the request's signatures claim, in order. Raises SignatureRefused.

    Source: F-SIG-5, F-SIG-7. One that breaks the profile spoils the request: whoever reads only
    the other one would see another sender.
    """
    request.require_single(_ONCE)
    inputs = _members(request.single("signature-input"), _INPUT)
    signatures = _members(request.single("signature"), _SIGNATURE)
    labels = [match[1] for match in inputs]
    encoded = {match[1]: match[2] for match in signatures}
    if len(set(labels)) != len(labels) or len(encoded) != len(signatures):
        raise SignatureRefused("a signature label is used twice")
    if set(labels) != encoded.keys() or len(labels) > MAXIMUM_LABELS:
        raise SignatureRefused("signatures and their inputs do not match")
    return tuple(_claim(match, encoded[match[1]], request) for match in inputs)


def check_date(claim: Claim, request: Request, now: datetime, window: timedelta) -> None:
    """Refuse what was signed longer than `window` ago, ahead of us, or has expired.

    Source: F-SIG-4. Raises SignatureRefused.
    """
    check_created(claim, now, window)
    check_expires(claim, now)


def check_digest(claim: Claim, request: Request) -> None:
    """The body is the one that was signed. Source: F-SIG-7, T09. Raises SignatureRefused."""
    if request.method not in ("GET", "HEAD") or request.body or request.all("content-digest"):
        digests.check_content_digest(request)
    if request.all("digest"):
        digests.check_digest(request)


def verify(claim: Claim, request: Request, key: PublicKey, *, origin: str) -> None:
    """The key signed this request, for us. Dates and body have their own checks.

    `origin`: our configured one; with the raw target it makes `@target-uri`, so no forwarded or
    absolute-form name counts. Raises SignatureRefused.
    """
    signature = b64encode(claim.signature).decode()
    headers = _Fields(_header_fields(request.headers))
    # One signature is left, so that the library verifies the one that was asked for.
    headers["signature-input"] = f"{claim.label}={claim.input}"
    headers["signature"] = f"{claim.label}=:{signature}:"
    verifier = _Verifier(
        signature_algorithm=_ALGORITHMS[key.algorithm],
        key_resolver=MappingKeyResolver(public_keys={claim.key_id: key.key}, private_keys={}),
    )
    try:
        verifier.verify(_Message(request.method, origin + request.target, headers), max_age=None)
    except HTTPMessageSignaturesException:
        raise SignatureRefused("the signature does not fit") from None


def _unsigned(
    method: str, url: str, has_body: bool, content_type: str
) -> tuple[_Message, list[str]]:
    """The request before it is signed, and what the signature is to cover."""
    host, target = authority_and_target(url)
    scheme = url.partition(":")[0].lower()
    message = _Message(method.upper(), f"{scheme}://{host}{target}", _Fields(Host=host))
    if not has_body:
        return message, ["@method", "@target-uri"]
    message.headers["Content-Type"] = content_type
    return message, ["@method", "@target-uri", "content-digest", "content-type"]


def _signer(key: PrivateKey) -> HTTPMessageSigner:
    return HTTPMessageSigner(
        signature_algorithm=_ALGORITHMS[key.public.algorithm],
        key_resolver=MappingKeyResolver(public_keys={}, private_keys={key.id: key.key}),
    )


def _trusted_parameters(now: datetime) -> dict[str, Any]:
    return {
        "expires": now + timedelta(seconds=TRUSTED_LIFETIME),
        "nonce": secrets.token_urlsafe(16),
        "tag": TRUSTED_TAG,
    }


def _header_fields(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name, value in headers:
        value = value.strip(" \t")
        fields[name] = f"{fields[name]}, {value}" if name in fields else value
    return fields


def _members(header: str | None, pattern: re.Pattern[str]) -> list[re.Match[str]]:
    if not header or len(header) > MAXIMUM_HEADER:
        raise SignatureRefused("no usable Signature and Signature-Input")
    found = []
    position = 0
    while True:
        match = pattern.match(header, position)
        if match is None:
            raise SignatureRefused("malformed Signature or Signature-Input")
        found.append(match)
        if match.end() == len(header):
            return found
        separator = _SEPARATOR.match(header, match.end())
        if separator is None:
            raise SignatureRefused("malformed Signature or Signature-Input")
        position = separator.end()


def _claim(member: re.Match[str], signature: str, request: Request) -> Claim:
    label, value, components, rest = member.groups()
    covered = tuple(_unquoted(text) for text in _QUOTED.findall(components))
    _check_covered(covered, request)
    texts, times = _parameters(rest)
    if "keyid" not in texts or "created" not in times:
        raise SignatureRefused("keyid and created are required")
    if texts.get("alg") not in _ALGORITHM_NAMES:
        raise SignatureRefused("unknown signature algorithm")
    try:
        decoded = b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        raise SignatureRefused("the signature is not base64") from None
    return Claim(
        form="rfc9421",
        key_id=texts["keyid"],
        covered=covered,
        signature=decoded,
        algorithm=texts.get("alg"),
        created=times["created"],
        expires=times.get("expires"),
        nonce=texts.get("nonce"),
        tag=texts.get("tag"),
        label=label,
        input=value,
    )


def _parameters(text: str) -> tuple[dict[str, str], dict[str, int]]:
    texts: dict[str, str] = {}
    times: dict[str, int] = {}
    for name, string, number in _PARAMETER.findall(text):
        if name in texts or name in times:
            raise SignatureRefused("a signature parameter is given twice")
        if name in _TEXTS and string:
            texts[name] = _unquoted(string)
        elif name in _TIMES and 0 < len(number) <= 15:
            times[name] = int(number)
        else:
            raise SignatureRefused("an unknown signature parameter, or one of the wrong type")
    return texts, times


def _check_covered(covered: tuple[str, ...], request: Request) -> None:
    names = set(covered)
    if len(names) != len(covered):
        raise SignatureRefused("a component is listed twice")
    for name in covered:
        if name in _DERIVED:
            continue
        if not _HEADER_NAME.fullmatch(name) or request.header(name) is None:
            raise SignatureRefused("a covered component is unknown or missing")
    if "@method" not in names or not any(target <= names for target in _TARGETS):
        raise SignatureRefused("the signature does not cover what is asked for")
    has_body = request.method not in ("GET", "HEAD") or bool(request.body)
    if has_body and "content-digest" not in names:
        raise SignatureRefused("the signature does not cover the body")


def _unquoted(text: str) -> str:
    return _ESCAPED.sub(r"\1", text[1:-1])
