"""What others learn of the end of this server: its date, and the deletion of its actors."""

from datetime import datetime
from typing import Any

from federation import contexts, proofs, vocabulary
from federation.addressing import PUBLIC
from instance import raw_sql
from instance.models import Actor, Closing
from instance.outbox import local
from instance.outbox.posts import activity_uri

_EVERYBODY = """
SELECT DISTINCT coalesce(shared_inbox, inbox) AS inbox FROM actor
WHERE NOT is_local AND gone_at IS NULL AND NOT is_blocked LIMIT 50000
"""


async def announced() -> Closing | None:
    """The closing that stands, before its date, on it and after it."""
    found = await raw_sql.where(Closing, "agreed_at IS NOT NULL AND called_off_at IS NULL", [])
    return found[0] if found else None


async def is_over() -> bool:
    """Whether all was said. Until then the keys of who goes are served: by them it is believed."""
    closing = await announced()
    return closing is not None and closing.ended_at is not None


async def known_inboxes() -> set[str]:
    """Of every server that we know anybody of: one each."""
    return {row["inbox"] for row in await raw_sql.run(_EVERYBODY, [])}


async def deleted(actor: Actor, to: list[str], now: datetime) -> dict[str, Any]:
    """`Delete` of an actor, with its proof: whoever gets it second-hand may believe it. `to`: the
    partners that know it, or nobody by name where everybody may."""
    fields = {
        "@context": contexts.PUBLIC,
        "id": activity_uri(),
        "type": "Delete",
        "actor": actor.uri,
        "published": contexts.timestamp(now),
        "to": to or [PUBLIC],
        "cc": [],
        "object": actor.uri,
    }
    built = vocabulary.parse(fields).to_wire()
    return proofs.add_proof(built, await local.private_key(actor, "ed25519"), now)


def tombstone(actor: Actor, gone_at: datetime) -> dict[str, Any]:
    """What is left of an actor of ours (5.4)."""
    return {
        "@context": contexts.PUBLIC,
        "id": actor.uri,
        "type": "Tombstone",
        "formerType": "Group" if actor.kind.value == "channel" else "Person",
        "deleted": contexts.timestamp(gone_at),
    }
