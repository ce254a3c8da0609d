"""What a member writes before it is sent: saved often, from more than one tab, lost never.

What is saved over what somebody has not seen, or after it was sent, becomes a draft of its own.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from instance import raw_sql, sealed
from instance.errors import Conflict, NotFound, TooMany
from instance.ids import new_id
from instance.models import Consult, Draft, DraftState, Level, Member
from instance.outbox import standing
from instance.services import media, members

MOST = 200  # of one member
_COUNT = """
SELECT count(*) AS number FROM consult_draft WHERE member_id = ?1 AND consult_id IS NULL
"""
# A press on Send that comes later than this is no second press.
_SENT_KEPT = timedelta(days=7)


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
            draft.saved_at = datetime.now(UTC)
            await draft.save(update_fields=["words", "version", "saved_at"])
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


async def hold(draft: Draft) -> None:
    """It cannot be sent as it is: something in it identifies (domain.md 3.3)."""
    draft.state = DraftState.HELD
    await draft.save(update_fields=["state"])


async def sent_as(draft: Draft) -> Consult | None:
    """The consult that came of it. In the transaction that would make one: it keeps others out."""
    current = await Draft.filter(id=draft.id).select_for_update().first()
    if current is None or current.consult_id is None:
        return None
    return await Consult.get(id=current.consult_id)


async def mark_sent(draft: Draft, consult: Consult) -> None:
    """Forget its words. In the transaction that stores the consult."""
    digest = _digest(draft.words)
    await Draft.filter(id=draft.id).update(words=None, digest=digest, consult_id=consult.id)


async def purge(now: datetime) -> None:
    await Draft.filter(consult_id__not_isnull=True, saved_at__lt=now - _SENT_KEPT).delete()


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
