"""What a member writes before it is sent: saved often, from more than one tab, lost never.

What is saved over what somebody has not seen, or after it was sent, becomes a draft of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from instance import raw_sql, sealed
from instance.errors import Conflict, NotFound, TooMany
from instance.ids import new_id
from instance.models import Actor, Consult, Draft, DraftState, Hold, Level, Member, NotificationKind
from instance.outbox import local, standing
from instance.services import audit, media, members, notifications

MOST = 200  # of one member
_COUNT = """
SELECT count(*) AS number FROM consult_draft WHERE member_id = ?1 AND consult_id IS NULL
"""
# A press on Send that comes later than this is no second press.
SENT_KEPT = timedelta(days=7)
KEPT = timedelta(days=30)  # of one that nobody touches, held or not (domain.md 8)
TOLD_BEFORE = timedelta(days=7)


@dataclass(frozen=True)
class LetThrough:
    """A steward's word that what was held identifies nobody; `asker` is told."""

    by: Actor
    reason: str
    asker: Actor


class Overtaken(Conflict):
    """It was changed elsewhere since, or sent. `draft`: where the words are kept now."""

    shown = "This draft was changed in another tab. Your text is kept as a draft of its own."

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self.draft = draft


async def save(member: Member, key: int, version: int, words: Mapping[str, Any]) -> Draft:
    """Keep what was typed. `version`: what the writer knows of it, 0 of a new one.

    The same words again change nothing, whoever brings them; so a second press does no harm.
    Raises Overtaken, with the words kept, and NotAllowed below level L2.
    """
    members.require_level(standing.claims_of(member), Level.CHECKED)
    async with in_transaction():
        await Member.filter(id=member.id).select_for_update().first()  # one tab after the other
        draft = await Draft.get_or_none(member_id=member.id, key=key)
        if draft is None:
            return await _new(member, key, words)
        if _has(draft, words):
            return draft
        if is_known := draft.consult_id is None and draft.version == version:
            draft.words, draft.version = dict(words), version + 1
            draft.saved_at, draft.told_at = datetime.now(UTC), None
            draft.state = DraftState.DRAFT  # what was held is not what stands here now
            await draft.save(update_fields=["words", "version", "saved_at", "told_at", "state"])
        else:
            draft = await _new(member, new_id(), words)
    if not is_known:
        raise Overtaken(draft)
    return draft


async def of(member: Member) -> list[Draft]:
    """What waits to be finished, the latest first."""
    return await _unsent(member).order_by("-saved_at", "-id").limit(MOST)


async def count(member: Member) -> int:
    [found] = await raw_sql.look_up(_COUNT, [member.id])
    return int(found["number"])


async def get(member: Member, key: int) -> Draft:
    """Raises NotFound alike for an unknown draft and one of somebody else."""
    draft = await Draft.get_or_none(member_id=member.id, key=key)
    if draft is None:
        raise NotFound
    return draft


async def discard(member: Member, key: int) -> None:
    """Raises NotFound; what was sent is not taken back by this."""
    draft = await get(member, key)
    if draft.consult_id is not None:
        raise Conflict("This draft was sent. Open the consult to withdraw it.")
    async with in_transaction():
        await media.discard(member, key)
        await draft.delete()


async def clone(member: Member, consult: Consult) -> Draft:
    """A new draft with the words of a consult that was not answered; who may read is asked anew."""
    words = {name: value for name, value in consult.facts.items() if name != "tick_version"}
    words["target_hours"] = str(words["target_hours"])
    return await save(member, new_id(), 0, words)


async def hold(draft: Draft, now: datetime) -> None:
    """It cannot be sent as it is: something in it identifies (domain.md 3.3)."""
    if draft.state is not DraftState.HELD:
        draft.state, draft.held_at, draft.note = DraftState.HELD, now, None
        await draft.save(update_fields=["state", "held_at", "note"])


def held() -> QuerySet[Draft]:
    """All that wait for their askers, or for a steward."""
    return Draft.filter(state=DraftState.HELD, consult_id=None)


async def locked_as(draft: Draft) -> Draft:
    """In the caller's transaction, as it was read and held. Raises Conflict."""
    current = held().filter(id=draft.id, version=draft.version).select_for_update()
    found = await current.first()
    if found is None:
        raise Conflict("Its asker changed it meanwhile, sent it, or threw it away.")
    return found


async def sent_as(draft: Draft) -> Consult | None:
    """The consult that came of it. In the transaction that would make one: it keeps others out."""
    current = await Draft.filter(id=draft.id).select_for_update().first()
    if current is None or current.consult_id is None:
        return None
    return await Consult.get(id=current.consult_id)


async def mark_sent(draft: Draft, consult: Consult, let: LetThrough | None = None) -> None:
    """Forget its words. In the transaction that stores the consult. What was held stays known, and
    who let it through."""
    digest = _digest(draft.words)
    rows = Draft.filter(id=draft.id)
    await rows.update(words=None, note=None, digest=digest, consult_id=consult.id)
    if draft.held_at is None:
        return
    hold_row = Hold(consult=consult, held_at=draft.held_at)
    if let is not None:
        hold_row.released_by_uri, hold_row.release_reason = let.by.uri, let.reason
        by, host, subject = let.by.uri, let.by.host, consult.uri
        await audit.record("draft.released", actor_uri=by, host=host, subject=subject)
        await notifications.anew(let.asker, NotificationKind.DRAFT_RELEASED, let.by)
    await hold_row.save(force_create=True)


async def purge(now: datetime) -> None:
    """What nobody touches, a week after its member was told."""
    unsent = Draft.filter(consult_id=None)
    for row in await unsent.filter(told_at__lt=now - TOLD_BEFORE).select_related("member"):
        async with in_transaction():
            same = Draft.filter(id=row.id, version=row.version, told_at=row.told_at)
            still = await same.select_for_update().first()
            if still is not None and still.consult_id is None:
                await media.discard(row.member, row.key)
                await still.delete()
    ours = await local.institution()
    old = unsent.filter(told_at=None, saved_at__lt=now - (KEPT - TOLD_BEFORE))
    for row in await old.select_related("member"):
        async with in_transaction():
            if await old.filter(id=row.id).update(told_at=now):
                to = await members.speaking_as(row.member)
                await notifications.anew(to, NotificationKind.DRAFT_ENDS, ours)


def ends_at(draft: Draft) -> datetime:
    """When it is deleted, if nobody touches it."""
    at = draft.saved_at + KEPT
    return at if draft.told_at is None else max(at, draft.told_at + TOLD_BEFORE)


def _unsent(member: Member) -> QuerySet[Draft]:
    return Draft.filter(member_id=member.id, consult_id=None)


async def _new(member: Member, key: int, words: Mapping[str, Any]) -> Draft:
    if await count(member) >= MOST:
        raise TooMany(f"You have {MOST} drafts. Send or discard one, then save this again.")
    now = datetime.now(UTC)
    return await Draft.create(member=member, key=key, words=dict(words), saved_at=now)


def _has(draft: Draft, words: Mapping[str, Any]) -> bool:
    known = draft.digest if draft.consult_id is not None else _digest(draft.words)
    return known == _digest(words)


def _digest(words: Mapping[str, Any]) -> str:
    plain = orjson.dumps(dict(words), option=orjson.OPT_SORT_KEYS).decode()
    return sealed.current().digest("draft", plain)
