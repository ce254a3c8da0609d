"""Whether what stands in a file was written by whom it names: by the proofs in it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from federation import proofs
from federation.actor_keys import listed_keys
from federation.errors import FederationError
from federation.keys import PublicKey
from instance import config
from instance.models import ActorKey


def keys_of(document: dict[str, Any]) -> dict[str, PublicKey]:
    """By id, the keys that an actor's document lists; none where it is no such document."""
    try:
        return {key.id: key for key in listed_keys(document, config.current().development)}
    except FederationError:
        return {}


async def contradicts(document: Mapping[str, Any]) -> bool:
    """Whether we know the actor by that id, with none of the keys of this document."""
    known = await ActorKey.filter(actor__uri=str(document.get("id")), algorithm="ed25519")
    listed = document.get("assertionMethod")
    said = {
        entry.get("publicKeyMultibase")
        for entry in (listed if isinstance(listed, list) else [listed])
        if isinstance(entry, Mapping)
    }
    return bool(known) and not {row.public for row in known} & said


def is_proven(create: dict[str, Any], keys: Mapping[str, PublicKey], now: datetime) -> bool:
    """Whether a `Create` carries a proof by one of these keys."""
    key = keys.get(proofs.proof_method(create) or "")
    if key is None:
        return False
    try:
        proofs.check_proof(create, key, now)
    except FederationError:
        return False
    return True
