"""A hospital leaves a consult: those who stay hear of it, and what it holds goes (6.2.6).

What decides an end only writes down who leaves what (`note`). The rest takes a signature for each
consult, and follows at once, one transaction each.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tortoise.expressions import Subquery
from tortoise.transactions import in_transaction

from federation import vocabulary
from federation.receipts import LEFT
from instance import config, events, raw_sql
from instance.models import Consult, Departure, Participant, Receipt
from instance.outbox import consults as documents
from instance.services.consults import history, purging, receipts

EVENT = "departure"  # wakes who tells of it
_PAGE = 100


async def note(host: str, now: datetime) -> None:
    """In the transaction that ends trust: of ours it leaves all it takes part in. Its rows as a
    participant are for the caller to delete."""
    rows = Participant.filter(host=host, consult__is_local=True).order_by("id")
    actors: dict[int, list[str]] = {}
    for row in await rows:
        actors.setdefault(row.consult_id, []).append(row.actor_uri)
    left = await Consult.filter(id__in=list(actors)).order_by("id") if actors else []
    known = Departure.filter(host=host, consult_id__in=list(actors))
    await known.delete()  # it came back meanwhile
    await Departure.bulk_create(
        Departure(consult=consult, host=host, actor_uris=actors[consult.id], left_at=now)
        for consult in left
    )
    await receipts.expect_of_leaver(left, host, now)
    await events.publish(EVENT, 0)


async def tell(now: datetime) -> None:
    """Those who stay get a Remove, the leaver a Delete that asks for a receipt."""
    waiting = Departure.filter(told_at=None, consult__awaited_since=None)
    while rows := await waiting.order_by("id").limit(_PAGE):
        for row in rows:
            async with in_transaction():
                await _tell(row.id, now)


async def purge(now: datetime) -> None:
    """Others' consults in which nobody here takes part any more: their words go, a receipt comes,
    also where nobody asks for one."""
    ours = Participant.filter(host=config.current().host)
    left = Consult.filter(is_local=False, purged_at=None)
    left = left.exclude(id__in=Subquery(ours.values("consult_id")))
    while ids := await left.order_by("id").limit(_PAGE).values_list("id", flat=True):
        for consult_id in ids:
            async with in_transaction():
                consult = await left.select_for_update().get_or_none(id=consult_id)
                if consult is not None:
                    await _purge(consult, consult.uri, now)


async def obey(consult: Consult, deletion_uri: str, now: datetime) -> None:
    """Its hospital asks to delete it. In the caller's transaction, which holds the consult."""
    if consult.purged_at is None:
        await _purge(consult, deletion_uri, now)
    else:
        await consult.fetch_related("group")
        left = await purging.left(consult.id)
        host, at = consult.group.host, consult.purged_at
        await receipts.answer(host, deletion_uri, [consult.uri], left, at, now)


async def hear(consult: Consult, removal: Mapping[str, Any], now: datetime) -> None:
    """A peer's Group says who left its consult, in the caller's transaction."""
    named = removal.get("object")
    uris = [uri for uri in (named if isinstance(named, list) else [named]) if isinstance(uri, str)]
    rows = await Participant.filter(consult_id=consult.id, actor_uri__in=uris)
    await Participant.filter(id__in=[row.id for row in rows]).delete()
    said_at = vocabulary.time_of("published", removal.get("published")) or now
    for host in sorted({row.host for row in rows}):
        gone = [row.actor_uri for row in rows if row.host == host]
        values = {"actor_uris": gone, "left_at": min(said_at, now), "told_at": now}
        await Departure.update_or_create(defaults=values, consult_id=consult.id, host=host)


def is_removal(consult: Consult, inner: Mapping[str, Any]) -> bool:
    target = vocabulary.id_of(inner.get("target"))
    return inner.get("type") == "Remove" and target == documents.members_uri(consult)


async def of_consult(consult: Consult) -> list[Departure]:
    return await raw_sql.where(Departure, "consult_id = ?1 ORDER BY id", [consult.id])


async def _tell(departure_id: int, now: datetime) -> None:
    row = await Departure.filter(told_at=None).select_for_update().get_or_none(id=departure_id)
    if row is None:
        return
    consult = await history.locked(row.consult_id)
    removal = await documents.removal(consult, row.actor_uris, row.left_at)
    await history.append(consult, removal, now)
    await consult.save(update_fields=["last_seq"])
    row.told_at = now
    await row.save(update_fields=["told_at"])
    expected = Receipt.filter(consult_id=consult.id, host=row.host, reason=LEFT)
    receipt = await expected.order_by("-asked_at", "-id").first()
    if receipt is not None:
        await receipts.ask(receipt, now)
    await events.publish("consult", consult.id)


async def _purge(consult: Consult, named: str, now: datetime) -> None:
    await consult.fetch_related("group")
    remaining = await purging.purge(consult, now)
    await receipts.answer(consult.group.host, named, [consult.uri], remaining, now, now)
