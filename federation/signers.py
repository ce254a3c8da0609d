"""Whose signature a request carries: from its headers to one key that verifies it.

Cheap checks first; a blocked host or a malformed signature causes no fetch.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple, Protocol

from federation import cavage, rfc9421
from federation.errors import FederationError, HostBlocked, KeyUnavailable, SignatureRefused
from federation.keys import PublicKey
from federation.messages import Claim, Form, Request, has_controls
from federation.origin import PRODUCTION, Development, host_of, is_same_origin


class Level(IntEnum):
    """How far a host is trusted (federation.md 11). TRUSTED: ACTIVE in both directions."""

    BLOCKED = 0
    PUBLIC = 1
    TRUSTED = 2


class Trust(Protocol):
    async def level(self, host: str) -> Level:
        """`host` is what origin.host_of gives: with a port where it is not the default one."""
        ...


class Keys(Protocol):
    async def find(self, key_id: str, *, refresh: bool = False) -> PublicKey:
        """The key whose id is exactly `key_id`, listed by its owner (federation.md 9.3).

        `refresh`: past the cache, within the limits on fetching. Raises KeyUnavailable.
        """
        ...


@dataclass(frozen=True)
class Site:
    """What we are called, by configuration: never by a header of the request."""

    origin: str
    authority: str
    development: Development = PRODUCTION


WINDOWS = {Level.PUBLIC: timedelta(hours=1), Level.TRUSTED: timedelta(minutes=5)}  # F-SIG-4

_MAXIMUM_KEY_ID = 1024
_TARGET = re.compile(r"/(?!/)[\x21\x22\x24-\x7e]*", re.ASCII)


class Signed(NamedTuple):
    """A verified signature. `form` is "trusted" only with an Ed25519 key (F-SIG-8)."""

    claim: Claim
    key: PublicKey
    host: str
    level: Level

    @property
    def form(self) -> Form:
        if self.claim.trusted_form and self.key.algorithm == "ed25519":
            return "trusted"
        return self.claim.form


async def signer_of(
    request: Request,
    *,
    site: Site,
    trust: Trust,
    keys: Keys,
    now: datetime,
    query_may_be_unsigned: bool = False,
) -> Signed:
    """The first signature whose key can be had, verified; those after it do not matter (F-SIG-7).

    Source: federation.md 8 (order), 9. `query_may_be_unsigned`: F-SIG-6. Raises SignatureRefused,
    and HostBlocked before anything is fetched.
    """
    unavailable: KeyUnavailable | None = None
    for claim, host, level in await _senders(_claims(request), site, trust):
        _check_without_key(claim, request, site, level, now)
        try:
            key = await keys.find(claim.key_id)
        except KeyUnavailable as error:
            unavailable = error
            continue
        readings = _readings(claim, request, query_may_be_unsigned=query_may_be_unsigned)
        try:
            _verify_any(claim, readings, key, site)
        except SignatureRefused as error:
            key = await _renewed_key(claim, key, keys, error)
            _verify_any(claim, readings, key, site)
        return _strict_enough(Signed(claim, key, host, level), request)
    raise unavailable or KeyUnavailable("no key")


def key_host(key_id: str, dev: Development) -> str:
    """The host a key id belongs to. Raises SignatureRefused for what is no https id (T05)."""
    try:
        if len(key_id) <= _MAXIMUM_KEY_ID:
            return host_of(key_id, dev)
    except FederationError:
        pass
    raise SignatureRefused("the key id is not an https id")


def check_key(key: PublicKey, key_id: str, dev: Development) -> None:
    """Whatever a cache says: the key is the one asked for, of its owner's origin, and strong.

    Source: T05, T07, T11. Raises SignatureRefused.
    """
    if key.id != key_id:
        raise SignatureRefused("another key than the one named")
    if not _is_own(key.id, key.owner, dev):
        raise SignatureRefused("not of its owner's origin")
    if not key.is_strong:
        raise SignatureRefused("not a key that counts")


_is_own = lru_cache(maxsize=1024)(is_same_origin)


def _claims(request: Request) -> Sequence[Claim]:
    if not _TARGET.fullmatch(request.target):
        raise SignatureRefused("not a plain path as target")
    if has_controls("".join(request.values.values())):
        raise SignatureRefused("a control character in a header")
    if "signature-input" in request.values:
        # No way back to a cavage header beside it: that one might name somebody else.
        return rfc9421.parse_all(request)
    return (cavage.parse(request),)


async def _senders(
    claims: Sequence[Claim], site: Site, trust: Trust
) -> list[tuple[Claim, str, Level]]:
    """Who may be asked for a key. One blocked host blocks the request, whatever its place in it."""
    senders: list[tuple[Claim, str, Level]] = []
    for claim in claims:
        host = key_host(claim.key_id, site.development)
        level = await trust.level(host)
        if level is Level.BLOCKED:
            raise HostBlocked(host)
        senders.append((claim, host, level))
    return senders


def _check_without_key(
    claim: Claim, request: Request, site: Site, level: Level, now: datetime
) -> None:
    if claim.form == "cavage":
        cavage.check_host(request, site.authority)
        cavage.check_date(claim, request, now, WINDOWS[level])
        cavage.check_digest(claim, request)
    else:
        rfc9421.check_date(claim, request, now, WINDOWS[level])
        rfc9421.check_digest(claim, request)
    if level is Level.TRUSTED and request.method == "POST" and not claim.trusted_form:
        raise SignatureRefused("a trusted peer has to sign in the trusted form")  # F-SIG-8


def _strict_enough(signed: Signed, request: Request) -> Signed:
    """F-SIG-8 again, now that the kind of key is known."""
    if signed.level is Level.TRUSTED and request.method == "POST" and signed.form != "trusted":
        raise SignatureRefused("the trusted form needs an Ed25519 key")
    return signed


def _readings(claim: Claim, request: Request, *, query_may_be_unsigned: bool) -> list[Request]:
    """What the sender may have signed: the request, or (F-SIG-6) the same without its query."""
    if not query_may_be_unsigned or claim.form != "cavage" or "?" not in request.target:
        return [request]
    return [request, replace(request, target=request.target.partition("?")[0])]


async def _renewed_key(
    claim: Claim, key: PublicKey, keys: Keys, refused: SignatureRefused
) -> PublicKey:
    """The peer may have a new key under the old id; how often we ask is the finder's to limit."""
    renewed = await keys.find(claim.key_id, refresh=True)
    if renewed == key:
        raise refused  # it would say the same again
    return renewed


def _verify_any(claim: Claim, readings: Sequence[Request], key: PublicKey, site: Site) -> None:
    check_key(key, claim.key_id, site.development)
    for reading in readings[:-1]:
        try:
            return _verify(claim, reading, key, site)
        except SignatureRefused:
            continue
    _verify(claim, readings[-1], key, site)


def _verify(claim: Claim, request: Request, key: PublicKey, site: Site) -> None:
    if claim.form == "cavage":
        cavage.verify(claim, request, key, authority=site.authority)
    else:
        rfc9421.verify(claim, request, key, origin=site.origin)
