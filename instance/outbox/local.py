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
from instance import config
from instance.ids import new_id
from instance.models import Actor, ActorKey, ActorKind, Member

Algorithm = Literal["rsa", "ed25519"]

_PATHS = {ActorKind.PERSON: "u", ActorKind.CHANNEL: "c", ActorKind.CONSULT: "g"}
# Loading a private key costs as much as 100 signatures (performance.md): keep the objects.
_LOADED: OrderedDict[int, keys.PrivateKey] = OrderedDict()
_LOADED_MAX = 10_000


@dataclass(frozen=True)
class Draft:
    """An actor with its keys, made before the transaction that stores it."""

    actor: Actor
    keys: list[ActorKey]

    async def save(self) -> Actor:
        await self.actor.save(force_create=True)
        for key in self.keys:
            await key.save(force_create=True)
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
    made: list[ActorKey] = [_new_key(actor, keys.new_ed25519())]
    if kind is not ActorKind.CONSULT:
        made.append(_new_key(actor, await asyncio.to_thread(keys.new_rsa)))
    return Draft(actor, made)


async def private_key(actor: Actor, algorithm: Algorithm) -> keys.PrivateKey:
    """The newest key of one of our actors, loaded once per process."""
    row = (
        await ActorKey.filter(actor_id=actor.id, algorithm=algorithm, private__not_isnull=True)
        .order_by("-id")
        .only("id", "uri")
        .first()
    )
    if row is None:
        raise LookupError(f"{actor.uri} has no {algorithm} key")
    if row.id not in _LOADED:
        stored = await ActorKey.get(id=row.id)
        loaded = keys.private_from_bytes(stored.private)
        _LOADED[row.id] = keys.PrivateKey(stored.uri, actor.uri, loaded)
        if len(_LOADED) > _LOADED_MAX:
            _LOADED.popitem(last=False)
    return _LOADED[row.id]


async def institution() -> Actor:
    """Our instance actor, `/actor`."""
    return await Actor.get(uri=config.current().uri("/actor"))


def public_text(key: RSAPublicKey | Ed25519PublicKey) -> str:
    """How a public key is stored: SPKI PEM for RSA, Multikey for Ed25519."""
    if isinstance(key, RSAPublicKey):
        return keys.public_to_pem(key)
    return keys.public_to_multikey(key)


def _new_key(actor: Actor, private: RSAPrivateKey | Ed25519PrivateKey) -> ActorKey:
    is_rsa = isinstance(private, RSAPrivateKey)
    public = private.public_key()
    return ActorKey(
        actor_id=actor.id,
        uri=f"{actor.uri}#{'main-key' if is_rsa else 'ed25519'}-1",
        algorithm="rsa" if is_rsa else "ed25519",
        public=public_text(public),
        private=keys.private_to_bytes(private),
    )
