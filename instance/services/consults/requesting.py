"""What our stewards do about consults that they need not read: ask another hospital to recall,
recall by its address, and see what is held (6.4.1)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson
from tortoise.transactions import in_transaction

from federation import recalls
from federation.recalls import REASONS, Asked
from instance import config, events
from instance.errors import FormRefused, NotFound
from instance.models import Actor, Consult, Delivery, Member, Recall, Status, Tombstone
from instance.outbox import local, posts
from instance.outbox.enqueue import enqueue
from instance.services import audit, duties, members
from instance.services.consults import break_glass, history, obeying, recalling, receipts
from instance.services.consults.recalling import By
from instance.services.duties import Duty

_FORGOTTEN_AFTER = timedelta(days=30)  # what became of a request that was sent


@dataclass(frozen=True)
class Held:
    """A consult that waits for its asker or a steward. `proven` of `asked` hospitals deleted."""

    consult: Consult
    recall: Recall
    asked: int
    proven: int


async def ask(member: Member, consult_id: int, chosen: Collection[str], reason: str) -> None:
    """Ask the hospital of a consult that is read here to recall from it, as a steward.

    Raises NotFound for anybody else, FormRefused. A second click asks nothing twice; but again
    what was not taken.
    """
    consult = await recalling.keepers(member, consult_id)
    if consult.is_local or not duties.may(member, Duty.SAFETY):
        raise NotFound
    asked = await recalling.chosen(consult, chosen, reason)
    async with in_transaction():
        await _ask(await _locked(consult), asked, await members.speaking_as(member))


async def at_address(member: Member, address: str, reason: str) -> Consult:
    """All of the consult at `/k/<id>`, whether this steward reads it or not: nothing of it is
    shown. Raises NotAllowed, FormRefused."""
    duties.require(member, Duty.SAFETY)
    problems = {}
    if reason not in REASONS:
        problems["reason"] = "Choose why it is recalled."
    consult = await break_glass.named(address)
    if consult is None:
        problems["address"] = "No consult is at this address."
    if problems or consult is None:
        raise FormRefused(problems)
    asked = Asked((consult.uri,), reason)
    by = await members.speaking_as(member)
    async with in_transaction():
        if consult.is_local:
            current = await history.locked(consult.id)
            await recalling.carry_out(current, asked, By(by.uri, by.host), datetime.now(UTC))
        else:
            await _ask(await _locked(consult), asked, by)
    return consult


async def held(member: Member) -> list[Held]:
    """The oldest first, of consults of ours. Raises NotAllowed."""
    duties.require(member, Duty.SAFETY)
    rows = Recall.filter(released_at=None, consult__status=Status.HELD, consult__is_local=True)
    first: dict[int, Recall] = {}
    for row in await rows.order_by("id").select_related("consult"):
        first.setdefault(row.consult_id, row)
    found = []
    for row in first.values():
        asked = await receipts.of_recalls(row.consult)
        proven = sum(one.purged_at is not None for one in asked)
        found.append(Held(row.consult, row, asked=len(asked), proven=proven))
    return found


async def not_taken(consult: Consult, rows: Sequence[Recall]) -> dict[int, Delivery]:
    """Those of these requests that were given up, by id: it was refused, or never arrived. It is
    known as long as deliveries are kept."""
    waiting = [row for row in rows if not row.deletion_uri and not consult.is_local]
    host, found = consult.group.host, {}
    gave_up = Delivery.filter(host=host, gave_up_at__not_isnull=True, activity__type="Offer")
    sent = gave_up.order_by("activity_id").select_related("activity")
    for delivery in await sent if waiting else ():
        asked = recalls.asked_in(orjson.loads(delivery.activity.body or b"{}"))
        what = set(asked.what) if asked is not None else set()
        # It was written down before it was sent, and ids come in that order.
        earlier = [row for row in waiting if row.id < delivery.activity_id]
        same = [row.id for row in earlier if set(row.named) == what]
        if same:
            found[max(same)] = delivery
    return found


async def _locked(consult: Consult) -> Consult:
    current = await Consult.filter(id=consult.id).select_for_update().get()
    await current.fetch_related("group")
    return current


async def _ask(consult: Consult, asked: Asked, by: Actor) -> None:
    """Also for what is gone here: its hospital may have what did not come yet."""
    is_gone = await obeying.is_gone(consult, asked.what)
    deletion_uri = await _deletion_of(consult) if is_gone else ""
    if is_gone:
        await obeying.close_requests(consult, asked, deletion_uri)
    now, ours = datetime.now(UTC), await local.institution()
    before = Recall.filter(consult_id=consult.id)
    rows = await (before if is_gone else before.filter(deletion_uri=""))
    lost = await not_taken(consult, rows)
    for row in rows:
        is_old = not row.deletion_uri and row.recalled_at < now - _FORGOTTEN_AFTER
        if set(asked.what) <= set(row.named) and row.id not in lost and not is_old:
            return
    if asked.images and is_gone:
        return
    await Recall.create(
        consult=consult,
        named=list(asked.what),
        reason=asked.reason,
        by_uri=by.uri,
        by_host=config.current().host,
        recalled_at=now,
        deletion_uri=deletion_uri,
    )
    key = await local.private_key(ours, "ed25519")
    uri, group = posts.activity_uri(), consult.group
    document = recalls.request(uri, asked, to=group.uri, key=key, now=now)
    await enqueue(document, sender=ours, inboxes=[group.inbox], as_partner=True)
    await audit.record(
        "consult.recall_asked",
        actor_uri=by.uri,
        host=group.host,
        subject=consult.uri,
        reason=asked.reason,
        posts=len(asked.named),
        images=len(asked.images),
    )
    await events.publish("consult", consult.id)


async def _deletion_of(consult: Consult) -> str:
    """The last one there was."""
    last = await Tombstone.filter(consult_id=consult.id).order_by("-deleted_at", "-id").first()
    return last.deletion_uri if last is not None else ""
