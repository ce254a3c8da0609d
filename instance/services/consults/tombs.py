"""What a history keeps of what was deleted: that it was there, and not a word (6.4)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tortoise.expressions import Q

from federation import vocabulary
from instance import raw_sql
from instance.models import Consult, Contribution, Delivery, HistoryEntry, OutboxActivity
from instance.outbox import consults as documents


async def bury(consult: Consult, notes: list[Contribution], now: datetime) -> None:
    """Forget the words of these posts, in the caller's transaction, which holds the consult.

    What is queued with them does not leave any more: who misses it reads Tombstones (6.2.4).
    """
    uris = {note.uri for note in notes}
    async with raw_sql.erasing():
        for note in notes:
            note.body, note.deleted_at = {}, now
            await note.save(update_fields=["body", "deleted_at"])
    await bury_entries(consult, lambda inner: _names(inner) in uris, now)


async def bury_entries(consult: Consult, is_meant: Any, now: datetime) -> None:
    """Entries whose activity `is_meant`, of this consult; ours are signed again."""
    for entry in await HistoryEntry.filter(consult_id=consult.id).order_by("seq"):
        inner = entry.document["object"]
        if inner.get("type") in ("Tombstone", "Delete") or not is_meant(inner):
            continue
        if consult.is_local:
            entry.document = await documents.entombed(consult, entry.document, now)
        else:
            entry.document |= {"object": documents.tombstone(entry.document, now)}
        async with raw_sql.erasing():
            await entry.save(update_fields=["document"])
            await _cancel(entry.activity_uri, now)


async def _cancel(activity_uri: str, now: datetime) -> None:
    for activity in await OutboxActivity.filter(uri=activity_uri).only("id"):
        is_free = Q(claimed_until=None) | Q(claimed_until__lt=now)
        waiting = Delivery.filter(is_free, activity_id=activity.id, due_at__not_isnull=True)
        await waiting.delete()
        await OutboxActivity.filter(id=activity.id).update(body=None)


def _names(inner: Mapping[str, Any]) -> str:
    return vocabulary.id_of(inner.get("object"))
