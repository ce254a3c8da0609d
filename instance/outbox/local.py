"""Our own actors: their ids, addresses and keys."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from federation import keys
from instance import config, raw_sql, sealed
from instance.ids import new_id
from instance.models import Actor, ActorKey, ActorKind, Member, OutboxActivity
from instance.outbox import finding

Algorithm = Literal["rsa", "ed25519"]

_PATHS = {ActorKind.PERSON: "u", ActorKind.CHANNEL: "c", ActorKind.CONSULT: "g"}
# Loading a private key costs as much as 100 signatures (performance.md): keep the objects.
_LOADED: OrderedDict[int, keys.PrivateKey] = OrderedDict()
_LOADED_MAX = 10_000
# Asked for every delivery.
_NEWEST_KEY = """
SELECT id FROM actor_key WHERE actor_id = ?1 AND algorithm = ?2 AND private IS NOT NULL
    AND retired_at IS NULL ORDER BY id DESC LIMIT 1
"""


@dataclass(frozen=True)
class Draft:
    """An actor with its keys, made before the transaction that stores it."""

    actor: Actor
    keys: list[ActorKey]

    async def save(self) -> Actor:
        await self.actor.save(force_create=True)
        for key in self.keys:
            await key.save(force_create=True)
        await finding.keep(self.actor)
        return self.actor


async def draft_actor(
    kind: ActorKind, handle: str, *, name: str, member: Member | None = None, public: bool = False
) -> Draft:
    """Make ids and keys for a new actor of ours; nothing is stored.

    A consult's Group gets no RSA key: only peers that speak F-SIG-8 ever meet it.
    """
    settings = config.current()
    actor_id = new_id(random_time=kind is ActorKind.PERSON)
    is_institution = kind is ActorKind.INSTITUTION
    uri = settings.uri("/actor" if is_institution else f"/{_PATHS[kind]}/{actor_id}")
    actor = Actor(
        id=actor_id,
        uri=uri,
        kind=kind,
        is_local=True,
        host=settings.host,
        handle=handle,
        local_handle=handle.casefold() if kind is not ActorKind.CONSULT else None,
        name=name,
        inbox=f"{uri}/inbox",
        shared_inbox=settings.uri("/inbox"),
        followers_uri=None if kind is ActorKind.CONSULT else f"{uri}/followers",
        discoverable=public or is_institution,
        member_id=member.id if member else None,
    )
    return Draft(actor, await _new_keys(actor, 1))


async def regained_group(uri: str, consult_id: int) -> Draft:
    """The Group of a consult of ours that is not here any more; nothing is stored."""
    draft = await draft_actor(ActorKind.CONSULT, f"consult-{consult_id}", name="Consult")
    actor = draft.actor
    actor.id, actor.uri, actor.inbox = int(uri.rpartition("/")[2]), uri, f"{uri}/inbox"
    return Draft(actor, await _new_keys(actor, 1))


def key_of_group(uri: str) -> keys.PublicKey:
    """The first key of a Group of ours, whether the Group is here or not."""
    return keys.PublicKey(f"{uri}#ed25519-1", uri, _derived(uri).public_key())


async def draft_keys(actor: Actor) -> list[ActorKey]:
    """New keys for one of our actors, under ids that none of its keys had; nothing is stored."""
    uris = await ActorKey.filter(actor_id=actor.id).values_list("uri", flat=True)
    numbers = [int(str(uri).rpartition("-")[2]) for uri in uris]
    return await _new_keys(actor, 1 + max(numbers, default=0))


async def private_key(actor: Actor, algorithm: Algorithm) -> keys.PrivateKey:
    """The key that one of our actors signs with, loaded once per process."""
    rows = await raw_sql.look_up(_NEWEST_KEY, [actor.id, algorithm])
    if not rows:
        raise LookupError(f"{actor.uri} has no {algorithm} key")
    return await _loaded(rows[0]["id"], actor)


async def signing_key(
    activity: OutboxActivity, algorithm: Algorithm, *, attempts: int
) -> keys.PrivateKey:
    """The key a queued activity goes out with; its `actor` loaded.

    The `Update` that tells of a new key is signed with the one before it (9.3), so that who has
    that can check it. Who has not will refuse it, and is sent it again under the new one; a partner
    takes nothing but the pinned one, so the two go on in turn.
    """
    in_turn = attempts % 2 == 0 and (attempts == 0 or activity.as_partner)
    if activity.type == "Update" and in_turn:
        rows = ActorKey.filter(actor_id=activity.actor_id, algorithm=algorithm)
        before = rows.filter(private__not_isnull=True, retired_at__gte=activity.created_at)
        row = await before.order_by("id").only("id").first()
        if row is not None:
            return await _loaded(row.id, activity.actor)
    return await private_key(activity.actor, algorithm)


async def _loaded(key_id: int, actor: Actor) -> keys.PrivateKey:
    if key_id not in _LOADED:
        stored = await ActorKey.get(id=key_id)
        if key_id in _LOADED:  # by one of the others that asked at the same time
            return _LOADED[key_id]
        loaded = keys.private_from_bytes(stored.private)
        _LOADED[key_id] = keys.PrivateKey(stored.uri, actor.uri, loaded)
        if len(_LOADED) > _LOADED_MAX:
            _LOADED.popitem(last=False)
    return _LOADED[key_id]


async def institution() -> Actor:
    """Our instance actor, `/actor`."""
    return await Actor.get(uri=config.current().uri("/actor"))


def public_text(key: RSAPublicKey | Ed25519PublicKey) -> str:
    """How a public key is stored: SPKI PEM for RSA, Multikey for Ed25519."""
    if isinstance(key, RSAPublicKey):
        return keys.public_to_pem(key)
    return keys.public_to_multikey(key)


async def _new_keys(actor: Actor, number: int) -> list[ActorKey]:
    is_first_of_group = actor.kind is ActorKind.CONSULT and number == 1
    first = _derived(actor.uri) if is_first_of_group else keys.new_ed25519()
    made = [_new_key(actor, first, number)]
    if actor.kind is not ActorKind.CONSULT:
        made.append(_new_key(actor, await asyncio.to_thread(keys.new_rsa), number))
    return made


def _derived(group_uri: str) -> Ed25519PrivateKey:
    """Made again from `secret.key` when a backup is older than a consult: else nobody could tell
    what its Group said, nor go on with it. Those of a rotation are drawn."""
    seed = sealed.current().digest("key of a consult's group", group_uri)
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))


def _new_key(actor: Actor, private: RSAPrivateKey | Ed25519PrivateKey, number: int) -> ActorKey:
    is_rsa = isinstance(private, RSAPrivateKey)
    public = private.public_key()
    return ActorKey(
        actor_id=actor.id,
        uri=f"{actor.uri}#{'main-key' if is_rsa else 'ed25519'}-{number}",
        algorithm="rsa" if is_rsa else "ed25519",
        public=public_text(public),
        private=keys.private_to_bytes(private),
    )
