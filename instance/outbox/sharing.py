"""What we hold together with a partner: for the day on which it comes back from a backup.

`/shared` names each consult that both take part in, with the last number that is here;
`/shared/history` gives a partner entries of a consult of its own as we have them. Nothing of a
consult is told to anybody but its owner, and to a participant nothing but its number.
"""

from datetime import UTC, datetime
from typing import Any

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from federation import contexts
from federation.authentication import Reader
from instance import config
from instance.errors import NotFound
from instance.models import Consult, HistoryEntry, Participant, RemoteStatusList, Restore
from instance.outbox import trust

PAGE = 50


async def page(reader: Reader, after: int) -> dict[str, Any]:
    """Consults after the one with this id of ours. On the first page besides: lists of standing of
    the reader's own, as it signed them."""
    rows = await _with(reader.host).filter(id__gt=after).order_by("id").limit(PAGE)
    uri = config.current().uri("/shared")
    found: dict[str, Any] = {
        "@context": contexts.CONSULT,
        "id": f"{uri}?after={after}",
        "type": "OrderedCollectionPage",
        "partOf": uri,
        "orderedItems": [{"id": row.uri, "cs:seq": row.last_seq} for row in rows],
    }
    if len(rows) == PAGE:
        found["next"] = f"{uri}?after={rows[-1].id}"
    lately = Restore.filter(restored_at__gt=datetime.now(UTC) - trust.HELD_FOR)
    restore = await lately.order_by("-restored_at").first()
    if restore is not None:
        found["cs:restored"] = contexts.timestamp(restore.made_at)
    if not after:
        lists = RemoteStatusList.filter(host=reader.host, document__isnull=False)
        found["cs:statusLists"] = [row.document for row in await lists.order_by("id")]
    return found


async def history(reader: Reader, consult_uri: str, after: int) -> dict[str, Any]:
    """Entries of the reader's own consult after this number, ascending, and who takes part as far
    as we were told. Raises NotFound for any other."""
    rows = Consult.filter(uri=consult_uri, is_local=False, purged_at=None, frozen_at=None)
    consult = await rows.filter(group__host=reader.host).select_related("group").first()
    if consult is None or not await trust.agreed_on_consults(reader.host):
        raise NotFound
    entries = HistoryEntry.filter(consult_id=consult.id, seq__gt=after).order_by("seq")
    readers = Participant.filter(consult_id=consult.id).order_by("id")
    return {
        "@context": contexts.CONSULT,
        "id": f"{config.current().uri('/shared/history')}?of={consult_uri}&after={after}",
        "type": "OrderedCollectionPage",
        "orderedItems": [row.document for row in await entries.limit(PAGE)],
        "cs:members": [row.actor_uri for row in await readers],
    }


def _with(host: str) -> QuerySet[Consult]:
    takes_part = Participant.filter(host=host).values("consult_id")
    ours = Q(is_local=True, id__in=Subquery(takes_part))
    return Consult.filter(ours | Q(is_local=False, group__host=host), purged_at=None)


def is_since(text: str) -> datetime | None:
    """The moment that a partner's backup was made; None for what is none."""
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
