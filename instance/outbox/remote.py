"""Actors and keys of others: fetched, checked against the pin, cached (federation.md 9.3). In
memory, until a verified activity needs them stored: an unsigned request writes nothing."""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Any
from weakref import WeakValueDictionary

from federation import actor_keys, keys, proofs
from federation.authentication import Level
from federation.client import Client
from federation.collections import Budget, Walked
from federation.errors import (
    FederationError,
    FetchFailed,
    HostBlocked,
    KeyNotYet,
    KeyUnavailable,
    Malformed,
)
from federation.origin import host_of
from instance import config, raw_sql
from instance.errors import TooMany
from instance.models import Actor, Left, Peer, PeerLevel
from instance.outbox import (
    asking,
    forms,
    key_failures,
    limits,
    remote_actors,
    stored_keys,
    trust,
)
from instance.outbox.key_places import Places
from instance.outbox.remote_actors import URI_MAX, Fetched
from instance.outbox.stored_keys import FRESH

PER_MINUTE = {Level.PUBLIC: 10, Level.TRUSTED: 60}  # keys: of a registered domain, of a host
REFRESH_AFTER = timedelta(minutes=5)
_FORMER_FOR = timedelta(hours=48)
_CACHE_MAX = 5_000
_ROWS_MOST = 500
_EVER = timedelta(days=36_500)
_GONE = 410
_VOUCHING = """
SELECT id FROM peer WHERE host = ?1 AND (pinned_at IS NOT NULL OR level = 'trusted')
"""

MayAsk = Callable[[], bool]


def _always() -> bool:
    return True


class Directory:
    """Finds keys and actors of one institution's correspondents; `Keys` of authentication."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._asking = asking.Asking(client)
        self._fetched: OrderedDict[str, Fetched] = OrderedDict()  # by the id of the actor
        self._ids: OrderedDict[str, str] = OrderedDict()  # another URL of it -> id of the actor
        self._rows = raw_sql.Again(Actor, _ROWS_MOST)
        self._failures = key_failures.Failures()
        self._gone: OrderedDict[str, datetime] = OrderedDict()  # actors whose server said 410
        self._places = Places()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def find(
        self, key_id: str, *, refresh: bool = False, may_ask: MayAsk = _always
    ) -> keys.PublicKey:
        """The key with this id: from the pin, a fresh row, or its owner's document.

        Raises KeyUnavailable, also while a former failure or a limit stands; and TooMany instead
        of fetching anything where that is not to be (`may_ask`). A trusted peer's member who is
        unproven here or without standing is asked for again (F-STD-1, F-ACT-1).
        """
        stored = None if refresh else await stored_keys.find(key_id, datetime.now(UTC), FRESH)
        if stored is not None and not stored.is_a_peers:
            return stored.key
        peer = await _vouching_peer(host_of(key_id, _dev()))
        pinned = await _pinned_key(key_id, peer)
        if pinned is not None:
            return pinned
        if stored is None:
            return await self._find_listed_or_last(key_id, refresh=refresh, may_ask=may_ask)
        if not await _is_outdated(stored, peer):
            return stored.key
        try:
            return await self._find_listed(key_id, refresh=True, may_ask=may_ask)
        except (KeyUnavailable, TooMany):
            if not stored.is_proven:
                raise
            return stored.key

    async def fetch(self, uri: str, *, refresh: bool = False) -> Fetched:
        """The document of the actor with this very id, from memory where it is fresh enough.

        One from before its host was trusted is not: it was read without the pin. Raises Malformed
        where something else is served there, for good, and KeyUnavailable.
        """
        fetched = await self._at(uri, refresh=refresh)
        if fetched.uri != uri:
            raise Malformed(f"{host_of(uri, _dev())} serves another actor under that id")
        return fetched

    async def store(self, uri: str) -> Actor:
        """The row of a remote actor, brought up to date from what was fetched last.

        Call it inside the transaction of a verified activity; it does not fetch. Raises
        KeyUnavailable for somebody unknown, and for who is gone.
        """
        found = await raw_sql.look_up(*raw_sql.one_of(Actor, "uri", uri))
        row = self._rows.read(found[0]) if found else None
        fetched = self._fetched.get(uri)
        if fetched is None:
            if row is None or uri in self._gone:
                raise KeyUnavailable(f"{host_of(uri, _dev())} was not asked for its actor")
            return row
        if row is not None and row.fetched_at and row.fetched_at >= fetched.at:
            return row
        host = host_of(uri, _dev())
        if forms.is_told_in(fetched.document):
            await forms.learn(host)
        if row is None:
            await self._require_room_for_one(host)
        return await remote_actors.save(uri, fetched, await keys_of_standing(host, fetched.at))

    async def _require_room_for_one(self, host: str) -> None:
        """T78: a server has so many accounts that nobody here knew. Raises TooMany."""
        left_here, now = limits.current().left_here, datetime.now(UTC)
        one = Counter({Left.PEOPLE: 1})
        is_partner = await trust.is_trusted(host)
        await left_here.require_room(host, one, now, is_partner=is_partner)
        left_here.add(host, one, now)

    def forget(self, uri: str) -> None:
        """An actor says that their document changed: who asks next reads it anew."""
        self._fetched.pop(uri, None)

    async def resolve(self, target: str) -> Actor:
        """The actor behind an address or a URL, for a signed-in member; fetches, then stores."""
        uri = target if "://" in target else await self._asking.look_up(target)
        if config.current().is_ours(uri):
            ours = await Actor.get_or_none(uri=uri) if len(uri) <= URI_MAX else None
            if ours is None:
                raise KeyUnavailable("no actor of ours")
            return ours
        return await self.store((await self._at(uri)).uri)

    async def get(self, url: str) -> dict[str, Any]:
        """A document; it lives at its `id`, which may differ from `url`: the caller compares."""
        return await self._asking.get(url)

    async def get_as_partner(self, url: str) -> dict[str, Any]:
        """A document of a partner in which trust rests, who has to confirm it."""
        return await self._asking.get_as_partner(url)

    async def file(self, url: str, owner: str) -> bytes:
        """A file of the partner `owner`. Raises FetchFailed."""
        return await self._asking.file(url, owner)

    async def picture(self, url: str) -> bytes:
        """A public file, which may be anywhere. Raises FetchFailed."""
        return await self._asking.picture(url)

    async def _find_listed_or_last(
        self, key_id: str, *, refresh: bool, may_ask: MayAsk
    ) -> keys.PublicKey:
        """The key, or where its owner is gone (410) the last one known: they may still say so."""
        try:
            return await self._find_listed(key_id, refresh=refresh, may_ask=may_ask)
        except KeyUnavailable:
            last = await stored_keys.find(key_id, datetime.now(UTC), _EVER)
            if last is None or last.key.owner not in self._gone:
                raise
            return last.key

    async def introduction(self, host: str) -> dict[str, Any]:
        """The institution of a host that may be on no list yet, for an administrator."""
        client = self.client.asking(trust.Introductions())
        return await asking.Asking(client).introduced_by(host)

    async def walk(self, url: str, budget: Budget) -> Walked:
        """A collection, read page by page as our institution."""
        return await self._asking.walk(url, budget)

    async def _find_listed(self, key_id: str, *, refresh: bool, may_ask: MayAsk) -> keys.PublicKey:
        url = key_id.partition("#")[0]
        fetched = await self._at(url, refresh=refresh, for_request=True, may_ask=may_ask)
        try:
            return actor_keys.find_key(fetched.listed, key_id)
        except KeyUnavailable:
            if refresh:
                raise
        # Its owner may have a new key since we fetched, which they sign with from now on.
        fetched = await self._at(url, refresh=True, for_request=True, may_ask=may_ask)
        return actor_keys.find_key(fetched.listed, key_id)

    async def _at(
        self,
        url: str,
        *,
        refresh: bool = False,
        for_request: bool = False,
        may_ask: MayAsk = _always,
    ) -> Fetched:
        """The actor whose document, or whose key, is at `url`; its id may be another."""
        if host_of(url, _dev()) == config.current().host:
            raise KeyUnavailable("ours are not fetched")
        level = await _require_open(host_of(self._ids.get(url, url), _dev()))
        now = datetime.now(UTC)
        oldest = now - (REFRESH_AFTER if refresh else FRESH)
        known = self._known(url)
        if known and known.at > oldest and (known.proven or level is not Level.TRUSTED):
            return known
        if not may_ask():
            raise TooMany(retry_after_seconds=60)
        async with self._locks.setdefault(url, asyncio.Lock()):  # one fetch in flight per URL
            known = self._known(url)
            if known and known.at >= now:  # fetched by another task while this one waited
                return known
            return await self._fetch(self._ids.get(url, url), now, for_request)

    def _known(self, url: str) -> Fetched | None:
        return self._fetched.get(self._ids.get(url, url))

    async def _fetch(self, url: str, now: datetime, for_request: bool) -> Fetched:
        host = host_of(url, _dev())
        self._failures.require_none(url, host, now)
        level = await _require_open(host)
        _require_within_limit(host, level)
        async with self._places.one(host, level) if for_request else nullcontext():
            try:
                fetched = await self._fetch_and_check(url, now)
            except (FederationError, OSError) as error:
                self._failures.remember(url, level, error, now)
                if isinstance(error, FetchFailed) and error.status == _GONE:
                    _remember(self._gone, url, now)
                    self._fetched.pop(url, None)
                said = f"{host}: {type(error).__name__}"
                if key_failures.is_silence(error):
                    raise KeyNotYet(said, again_at=self._failures.until(url)) from error
                raise KeyUnavailable(said) from error
        _remember(self._fetched, fetched.uri, fetched)
        self._failures.forget(url)
        self._gone.pop(fetched.uri, None)
        if fetched.uri != url:
            _remember(self._ids, url, fetched.uri)
        return fetched

    async def _fetch_and_check(self, url: str, now: datetime) -> Fetched:
        """What is believed about an actor: its own document, whichever URL led to it (T03)."""
        document = await self.get(url)
        if "inbox" not in document:
            # GoToSocial serves a key on its own; its owner must list it back.
            owner = actor_keys.owner_named_by(document, url, _dev())
            document = await self.get(owner)
            if document.get("id") != owner:
                raise KeyUnavailable("the key's owner is somebody else")
        remote_actors.check(document)
        host = host_of(document["id"], _dev())
        if host == config.current().host:
            raise Malformed("an actor of ours, served by somebody else")
        level = await _require_open(host)
        if level is Level.TRUSTED:
            await _require_pinned_proof(document, host, now)
        return Fetched(document, level is Level.TRUSTED, now)


async def pinned_key(host: str) -> keys.PublicKey | None:
    """The Ed25519 key of a peer's institution that two people compared by telephone."""
    peer = await Peer.get_or_none(host=host)
    if peer is None or not peer.pinned_ed25519 or not peer.actor_uri:
        return None
    key = keys.public_from_multikey(peer.pinned_ed25519)
    return keys.PublicKey(str(peer.pinned_ed25519_uri), peer.actor_uri, key)


class Pinned:
    """`federation.authentication.Keys`: the key of a peer's institution that people compared, and
    no other."""

    async def find(self, key_id: str, *, refresh: bool = False) -> keys.PublicKey:
        found = await pinned_key(host_of(key_id, _dev()))
        if found is None or found.id != key_id:
            raise KeyUnavailable("not the key that was compared")
        return found


async def keys_of_standing(host: str, now: datetime) -> list[keys.PublicKey]:
    """What a partner's standing and its lists may be signed with: the pin, and for two days the
    key that vouched for it (F-STD-1). None without a pin."""
    peer, pinned = await Peer.get_or_none(host=host), await pinned_key(host)
    if peer is None or pinned is None:
        return []
    is_new = peer.pinned_at is not None and peer.pinned_at > now - _FORMER_FOR
    if not peer.former_ed25519 or not is_new:
        return [pinned]
    former = keys.public_from_multikey(peer.former_ed25519)
    return [pinned, keys.PublicKey(str(peer.former_ed25519_uri), pinned.owner, former)]


async def _pinned_key(key_id: str, peer: Peer | None) -> keys.PublicKey | None:
    """A trusted peer's Application keys come from the pin, never from a fetch (11.1.7)."""
    if peer is None or not peer.pinned_at or not peer.actor_uri:
        return None
    if key_id == peer.pinned_ed25519_uri and peer.pinned_ed25519:
        key = keys.public_from_multikey(peer.pinned_ed25519)
        return keys.PublicKey(key_id, peer.actor_uri, key)
    if key_id == peer.pinned_rsa_uri and peer.pinned_rsa:
        return keys.PublicKey(key_id, peer.actor_uri, keys.public_from_pem(peer.pinned_rsa))
    if key_id.partition("#")[0] == peer.actor_uri and await trust.is_trusted(peer.host):
        raise KeyUnavailable(f"{peer.host} uses a key that is not the pinned one")
    return None


async def _vouching_peer(host: str) -> Peer | None:
    """A peer's row where it says anything about keys; of most hosts there is none that does."""
    found = await raw_sql.look_up(_VOUCHING, [host])
    return await Peer.get(id=found[0]["id"]) if found else None


async def _is_outdated(stored: stored_keys.Stored, peer: Peer | None) -> bool:
    """Whether a trusted peer would vouch for more than we have. `peer`: the key's host's row."""
    if stored.is_proven and stored.has_standing:
        return False
    may_be_trusted = peer is not None and peer.level is PeerLevel.TRUSTED
    return may_be_trusted and await trust.is_trusted(stored.host)


async def _require_open(host: str) -> Level:
    """Also for what is in memory: that was read before it was closed."""
    level = await trust.level(host)
    if level is Level.BLOCKED:
        raise HostBlocked(host)
    return level


def _require_within_limit(host: str, level: Level) -> None:
    """Ten a minute for all that one registration pays for; a peer has its own, higher one (9.3)."""
    is_known = level is Level.TRUSTED or host in _dev().peers
    name = host if is_known else limits.registered_domain(host)
    per_minute = PER_MINUTE[Level.TRUSTED if level is Level.TRUSTED else Level.PUBLIC]
    if not limits.current().key_fetches.take(name, per_minute):
        raise KeyNotYet(f"{name} was asked {per_minute} times within a minute")


async def _require_pinned_proof(document: Mapping[str, Any], host: str, now: datetime) -> None:
    """F-ACT-1: stolen TLS could swap a member's key; only the pinned institution vouches."""
    pinned = await pinned_key(host)
    if pinned is None or proofs.proof_method(dict(document)) != pinned.id:
        raise KeyUnavailable(f"{host} sent an actor without its institution's proof")
    proofs.check_proof(dict(document), pinned, now)


def _remember(cache: "OrderedDict[str, Any]", key: str, value: Any) -> None:
    cache[key] = value
    cache.move_to_end(key)
    if len(cache) > _CACHE_MAX:
        cache.popitem(last=False)


def _dev() -> Any:
    return config.current().development


_current: ContextVar[Directory] = ContextVar("curbside_directory")


def use(directory: Directory) -> None:
    _current.set(directory)


def directory() -> Directory:
    return _current.get()
