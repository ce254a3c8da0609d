"""Actors and keys of others: fetched, checked against the pin, cached (federation.md 9.3).

What is fetched stays in memory until a verified activity needs it stored: an unsigned request
writes nothing.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from weakref import WeakValueDictionary

from federation import actor_keys, keys, proofs, vocabulary, webfinger
from federation.authentication import Level
from federation.client import Client
from federation.errors import FederationError, HostBlocked, KeyUnavailable, Malformed
from federation.messages import Form
from federation.origin import host_of, require_same_origin
from instance import config, html
from instance.models import Actor, ActorKey, ActorKind, Peer, PeerLevel
from instance.outbox import local, standing, stored_keys, trust

FRESH = timedelta(hours=24)
FORM_REMEMBERED = timedelta(days=7)
_REFRESH_AFTER = timedelta(minutes=5)
_NEGATIVE_FOR = timedelta(minutes=5)
_PER_MINUTE = 10
_CACHE_MAX = 5_000


@dataclass(frozen=True)
class Fetched:
    """An actor document that passed every check. `proven`: its proof fits the pin."""

    document: dict[str, Any]
    proven: bool
    at: datetime


class Directory:
    """Finds keys and actors of one institution's correspondents; `Keys` of authentication."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._fetched: OrderedDict[str, Fetched] = OrderedDict()
        self._failed: OrderedDict[str, datetime] = OrderedDict()
        self._asked: dict[str, list[datetime]] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def find(self, key_id: str, *, refresh: bool = False) -> keys.PublicKey:
        """The key with this id: from the pin, a fresh row, or its owner's document.

        Raises KeyUnavailable, also while a former failure or the limit per host stands.
        """
        peer = await Peer.get_or_none(host=host_of(key_id, _dev()))
        pinned = await _pinned_key(key_id, peer)
        if pinned is not None:
            return pinned
        if not refresh:
            stored = await _stored_key(key_id, peer)
            if stored is not None:
                return stored
        fetched = await self.fetch(key_id.partition("#")[0], refresh=refresh)
        return actor_keys.find_key(fetched.document, key_id, _dev())

    async def fetch(self, uri: str, *, refresh: bool = False) -> Fetched:
        """The actor document at `uri`, from memory where it is fresh enough.

        One from before its host was trusted is not: it was read without the pin.
        """
        now = datetime.now(UTC)
        known = self._fetched.get(uri)
        if known and known.at > now - (_REFRESH_AFTER if refresh else FRESH):
            if known.proven or not await trust.is_trusted(host_of(uri, _dev())):
                return known
        async with self._locks.setdefault(uri, asyncio.Lock()):  # one fetch in flight per actor
            return await self._fetch_once(uri, now)

    async def store(self, uri: str) -> Actor:
        """The row of a remote actor, brought up to date from what was fetched last.

        Call it inside the transaction of a verified activity; it does not fetch.
        """
        row = await Actor.get_or_none(uri=uri)
        fetched = self._fetched.get(uri)
        if fetched is None:
            if row is None:
                raise KeyUnavailable(f"{host_of(uri, _dev())} was not asked for its actor")
            return row
        if row is not None and row.fetched_at and row.fetched_at >= fetched.at:
            return row
        return await _save(uri, fetched)

    async def resolve(self, target: str) -> Actor:
        """The actor behind an address or a URL, for a signed-in member; fetches, then stores."""
        uri = target if "://" in target else await webfinger.lookup(self.client, target)
        if config.current().is_ours(uri):
            return await Actor.get(uri=uri)
        await self.fetch(uri)
        return await self.store(uri)

    async def get(self, url: str) -> dict[str, Any]:
        """A document, fetched as our institution in the form its host understands."""
        institution = await local.institution()
        host = host_of(url, _dev())
        if await trust.level(host) is Level.BLOCKED:
            raise HostBlocked(host)
        form = await form_for(host)
        algorithm: local.Algorithm = "ed25519" if form == "trusted" else "rsa"
        key = await local.private_key(institution, algorithm)
        return await self.client.get_document(url, key=key, form=form)

    async def _fetch_once(self, uri: str, now: datetime) -> Fetched:
        known = self._fetched.get(uri)
        if known and known.at >= now:  # fetched by another task while this one waited
            return known
        if self._failed.get(uri, now) > now:
            raise KeyUnavailable(f"{host_of(uri, _dev())} could not be asked recently")
        host = host_of(uri, _dev())
        recent = [at for at in self._asked.get(host, []) if at > now - timedelta(minutes=1)]
        if len(recent) >= _PER_MINUTE and await trust.level(host) is not Level.TRUSTED:
            raise KeyUnavailable(f"{host} was asked {_PER_MINUTE} times within a minute")
        self._asked[host] = [*recent, now]
        try:
            fetched = await self._fetch_and_check(uri, host, now)
        except (FederationError, OSError) as error:
            _remember(self._failed, uri, now + _NEGATIVE_FOR)
            raise KeyUnavailable(f"{host}: {type(error).__name__}") from error
        _remember(self._fetched, uri, fetched)
        return fetched

    async def _fetch_and_check(self, uri: str, host: str, now: datetime) -> Fetched:
        document = await self.get(uri)
        if "inbox" not in document:
            # GoToSocial serves a key on its own; its owner must list it back.
            document = await self.get(actor_keys.owner_named_by(document, uri, _dev()))
        check_actor(document)
        proven = await trust.level(host) is Level.TRUSTED
        if proven:
            await _require_pinned_proof(document, host, now)
        return Fetched(document, proven, now)


def check_actor(document: Mapping[str, Any]) -> None:
    """Refuse an actor whose parts are of different origins (federation.md 4, T03, T05)."""
    actor = vocabulary.parse(dict(document))
    if not isinstance(actor, vocabulary.Actor) or not actor.id:
        raise Malformed("not an actor")
    endpoints = document.get("endpoints")
    shared = endpoints.get("sharedInbox") if isinstance(endpoints, Mapping) else None
    parts = [document.get("inbox"), shared, document.get("outbox"), document.get("followers")]
    require_same_origin(actor.id, *[p for p in parts if isinstance(p, str)], dev=_dev())
    if not isinstance(document.get("inbox"), str):
        raise Malformed("an actor without inbox")
    keys_in(document)


def keys_in(document: Mapping[str, Any]) -> list[keys.PublicKey]:
    """The usable keys an actor's document lists; raises for a private key among them (T11)."""
    return actor_keys.listed_keys(dict(document), _dev())


async def form_for(host: str) -> Form:
    """How to sign for a host: never below F-SIG-8 for a trusted one; else what worked last."""
    if await trust.level(host) is Level.TRUSTED:
        return "trusted"
    peer = await Peer.get_or_none(host=host)
    if peer and peer.form and peer.form_at and peer.form_at > datetime.now(UTC) - FORM_REMEMBERED:
        return "rfc9421" if peer.form == "rfc9421" else "cavage"
    return "cavage"


async def pinned_key(host: str) -> keys.PublicKey | None:
    """The Ed25519 key of a peer's institution that two people compared by telephone."""
    peer = await Peer.get_or_none(host=host)
    if peer is None or not peer.pinned_ed25519 or not peer.actor_uri:
        return None
    key = keys.public_from_multikey(peer.pinned_ed25519)
    return keys.PublicKey(str(peer.pinned_ed25519_uri), peer.actor_uri, key)


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


async def _stored_key(key_id: str, peer: Peer | None) -> keys.PublicKey | None:
    """A key we keep, while its owner's document is fresh; for a trusted peer, proven too.

    `peer`: what we know of the key's host, read just before.
    """
    stored = await stored_keys.find(key_id, datetime.now(UTC) - FRESH)
    if stored is None:
        return None
    may_be_trusted = peer is not None and peer.level is PeerLevel.TRUSTED
    if not stored.is_proven and may_be_trusted and await trust.is_trusted(stored.host):
        return None
    return stored.key


async def _require_pinned_proof(document: Mapping[str, Any], host: str, now: datetime) -> None:
    """F-ACT-1: stolen TLS could swap a member's key; only the pinned institution vouches."""
    pinned = await pinned_key(host)
    if pinned is None or proofs.proof_method(dict(document)) != pinned.id:
        raise KeyUnavailable(f"{host} sent an actor without its institution's proof")
    proofs.check_proof(dict(document), pinned, now)


async def _save(uri: str, fetched: Fetched) -> Actor:
    document = fetched.document
    endpoints = document.get("endpoints")
    shared = endpoints.get("sharedInbox") if isinstance(endpoints, Mapping) else None
    page = document.get("url")
    values: dict[str, Any] = {
        "kind": _kind(document),
        "host": host_of(uri, _dev()),
        "handle": html.plain(str(document.get("preferredUsername") or ""), 100),
        "name": html.plain(str(document.get("name") or ""), 200),
        "summary": html.plain(str(document.get("summary") or ""), 2000),
        "inbox": document["inbox"],
        "shared_inbox": shared if isinstance(shared, str) else None,
        "followers_uri": _text_or_none(document.get("followers")),
        "page_url": page if isinstance(page, str) and page.startswith("http") else None,
        "proven_at": fetched.at if fetched.proven else None,
        "fetched_at": fetched.at,
    }
    actor, _ = await Actor.update_or_create(defaults=values, uri=uri)
    await ActorKey.filter(actor_id=actor.id).delete()
    for key in keys_in(document):
        public = local.public_text(key.key)
        await ActorKey.create(actor=actor, uri=key.id, algorithm=key.algorithm, public=public)
    await _save_standing(actor, fetched)
    return actor


async def _save_standing(actor: Actor, fetched: Fetched) -> None:
    """Keep a standing that holds; one that does not is as if there were none (F-STD-1)."""
    statement = fetched.document.get("cs:standing")
    issuer = await pinned_key(actor.host)
    if not fetched.proven or not isinstance(statement, Mapping) or issuer is None:
        return
    ceiling = await trust.ceiling(actor.host)
    try:
        claims = standing.check(
            statement, subject=actor.uri, issuer_key=issuer, ceiling=ceiling, now=fetched.at
        )
    except standing.StandingRefused:
        return
    await standing.store(actor, statement, claims, *standing.dates(statement))


def _kind(document: Mapping[str, Any]) -> ActorKind:
    if document["type"] == "Group":
        is_consult = document.get("cs:visibility") == "consult"
        return ActorKind.CONSULT if is_consult else ActorKind.CHANNEL
    return ActorKind.INSTITUTION if document["type"] == "Application" else ActorKind.PERSON


def _remember(cache: "OrderedDict[str, Any]", key: str, value: Any) -> None:
    cache[key] = value
    cache.move_to_end(key)
    if len(cache) > _CACHE_MAX:
        cache.popitem(last=False)


def _text_or_none(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _dev() -> Any:
    return config.current().development


_current: ContextVar[Directory] = ContextVar("curbside_directory")


def use(directory: Directory) -> None:
    _current.set(directory)


def directory() -> Directory:
    return _current.get()
