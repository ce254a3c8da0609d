"""What the institution tells all its members: an owner writes it, and ends it.

Who has read it, or what they think of it, is kept of one identity, as an application says.
"""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from tortoise.functions import Count
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from instance import config, events, raw_sql
from instance.errors import FormRefused, NotFound
from instance.models import (
    Actor,
    Announcement,
    AnnouncementDismissed,
    AnnouncementReaction,
    Member,
)
from instance.services import audit, duties, members
from instance.services.duties import Duty

TEXT_MAX, AT_ONCE, REACTIONS_MOST = 2_000, 5, 8
EVENT = "announcement"
REACTED = "reacted/"  # an event of this kind ends with what somebody thinks of one
_NAME_MAX = 32


@dataclass(frozen=True)
class Reaction:
    """`is_own`: the reader's is among them."""

    name: str
    count: int
    is_own: bool


@dataclass(frozen=True)
class Shown:
    """One as one identity sees it."""

    row: Announcement
    is_read: bool
    reactions: tuple[Reaction, ...]


async def current() -> list[Announcement]:
    return await raw_sql.where(Announcement, "ended_at IS NULL ORDER BY id DESC", [])


async def waiting_for(own: Collection[Actor]) -> list[Announcement]:
    """Those that stand and that a member, by whichever name, did not put away."""
    rows = await current()
    if not rows:
        return []
    away = AnnouncementDismissed.filter(actor_id__in=[actor.id for actor in own])
    known = await away.values_list("announcement_id", flat=True)
    return [row for row in rows if row.id not in known]


async def publish(by: Member, text: str) -> Announcement:
    """At once; the same again, while it stands, is the same. Raises NotAllowed, FormRefused."""
    duties.require(by, Duty.SETTINGS)
    text = "\n".join(line.rstrip() for line in text.strip().splitlines())
    if not text:
        raise FormRefused({"text": "Write what you want to tell."})
    if len(text) > TEXT_MAX:
        raise FormRefused({"text": f"Use at most {TEXT_MAX:,} characters."})
    async with in_transaction():
        await Member.filter(id=by.id).select_for_update().first()  # a second click
        standing = {row.text: row for row in await current()}
        if text in standing:
            return standing[text]
        if len(standing) >= AT_ONCE:
            raise FormRefused({"text": "End one of those below before you tell more."})
        row = await Announcement.create(text=text, published_at=datetime.now(UTC))
        await _record("announcement.published", by, row)
        await events.publish(EVENT, row.id)
    return row


async def end(by: Member, announcement_id: int) -> None:
    """Shown to nobody from now on. Raises NotAllowed; NotFound for one that is over."""
    duties.require(by, Duty.SETTINGS)
    async with in_transaction():
        row = await _one(announcement_id)
        if not await _running().filter(id=row.id).update(ended_at=datetime.now(UTC)):
            raise NotFound
        await _record("announcement.ended", by, row)
        await events.publish(EVENT, row.id)


async def shown_to(actor: Actor, *, also_dismissed: bool = False) -> list[Shown]:
    """Those that stand, the newest first."""
    rows = await current()
    ids = [row.id for row in rows]
    dismissed = await AnnouncementDismissed.filter(
        actor_id=actor.id, announcement_id__in=ids
    ).values_list("announcement_id", flat=True)
    reactions = await _reactions(actor, ids)
    return [
        Shown(row, row.id in dismissed, tuple(reactions.get(row.id, ())))
        for row in rows
        if also_dismissed or row.id not in dismissed
    ]


async def dismiss(actor: Actor, announcement_id: int) -> None:
    """Raises NotFound."""
    row = await _one(announcement_id)
    await AnnouncementDismissed.get_or_create(announcement_id=row.id, actor_id=actor.id)


async def react(actor: Actor, announcement_id: int, name: str) -> None:
    """Raises NotFound; FormRefused for what is no emoji, or one too many."""
    row = await _one(announcement_id)
    if not _is_emoji(name):
        raise FormRefused({"name": "is not a recognized emoji"})
    named = await AnnouncementReaction.filter(announcement_id=row.id).distinct().values_list("name")
    if (name,) not in named and len(named) >= REACTIONS_MOST:
        raise FormRefused({"name": "is one more than there can be"})
    async with in_transaction():
        mine = {"announcement_id": row.id, "actor_id": actor.id, "name": name}
        _, is_new = await AnnouncementReaction.get_or_create(**mine)
        if is_new:
            await events.publish(f"{REACTED}{name}", row.id)


async def unreact(actor: Actor, announcement_id: int, name: str) -> None:
    """Raises NotFound."""
    row = await _one(announcement_id)
    if _is_emoji(name):
        mine = AnnouncementReaction.filter(announcement_id=row.id, actor_id=actor.id)
        async with in_transaction():
            if await mine.filter(name=name).delete():
                await events.publish(f"{REACTED}{name}", row.id)


async def count_of(announcement_id: int, name: str) -> int | None:
    """How many think so of one that stands; None where it is over."""
    if not await _running().filter(id=announcement_id).exists():
        return None
    return await AnnouncementReaction.filter(announcement_id=announcement_id, name=name).count()


def _running() -> QuerySet[Announcement]:
    return Announcement.filter(ended_at=None)


async def _one(announcement_id: int) -> Announcement:
    row = await _running().get_or_none(id=announcement_id)
    if row is None:
        raise NotFound
    return row


async def _reactions(actor: Actor, ids: Collection[int]) -> dict[int, list[Reaction]]:
    rows = AnnouncementReaction.filter(announcement_id__in=list(ids))
    own = set(await rows.filter(actor_id=actor.id).values_list("announcement_id", "name"))
    counted = rows.annotate(count=Count("id")).group_by("announcement_id", "name")
    found: dict[int, list[Reaction]] = {}
    for one, name, count in sorted(await counted.values_list("announcement_id", "name", "count")):
        found.setdefault(one, []).append(Reaction(name, count, (one, name) in own))
    return found


def _is_emoji(name: str) -> bool:
    """A picture or a key cap, with what joins and colours it."""
    kinds = {unicodedata.category(sign) for sign in name[: _NAME_MAX + 1]}
    allowed = {"So", "Sk", "Me", "Mn", "Cf", "Nd", "Po", "Sm"}
    is_word = len(name) <= _NAME_MAX and "," not in name  # as events have it
    return is_word and bool(kinds & {"So", "Me"}) and kinds <= allowed


async def _record(action: str, by: Member, row: Announcement) -> None:
    actor, ours = await members.speaking_as(by), config.current()
    await audit.record(
        action, actor_uri=actor.uri, host=ours.host, subject=ours.uri("/actor"), number=str(row.id)
    )
