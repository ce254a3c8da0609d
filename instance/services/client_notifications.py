"""What applications see of what members are told: of one identity, and of public posts.

Nothing of consults, standing, agreements or duties is ever among it: such kinds have no type that
Mastodon knows (mastodon-api.md 3), and no application learns that there are any. Where its user
lets it read consults, what somebody writes to them alone is a mention, each message one.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from instance import events
from instance.errors import NotFound
from instance.models import Actor, Block, Member, Notification, NotificationKind, Participant
from instance.services import feed_sources
from instance.services.consults import reading
from instance.services.feed_sources import Bounds

TYPES: Mapping[NotificationKind, str] = {
    NotificationKind.REPLY: "mention",
    NotificationKind.MENTION: "mention",
    NotificationKind.FOLLOW: "follow",
    NotificationKind.FOLLOW_REQUEST: "follow_request",
    NotificationKind.LIKE: "favourite",
    NotificationKind.BOOST: "reblog",
    NotificationKind.EDITED: "update",
    NotificationKind.POLL: "poll",
    NotificationKind.THREAD: "status",
}
# With the scope `consults`.
ALL_TYPES: Mapping[NotificationKind, str] = {**TYPES, NotificationKind.PRIVATE: "mention"}
_ROUNDED = 16
_WITHOUT_POST = (NotificationKind.FOLLOW, NotificationKind.FOLLOW_REQUEST)


@dataclass(frozen=True)
class Reader:
    """One identity, as which an application acts. `member`: who it is of, where they let this
    application read consults; None where not, and then nothing tells that there are any."""

    actor: Actor
    member: Member | None = None

    @property
    def types(self) -> Mapping[NotificationKind, str]:
        return TYPES if self.member is None else ALL_TYPES


@dataclass(frozen=True)
class Wanted:
    """`types` and `without` as Mastodon names them; no `types`: all. `by_id`: of one account."""

    types: Collection[str] = ()
    without: Collection[str] = ()
    by_id: int | None = None

    def kinds(self, known: Mapping[NotificationKind, str]) -> list[NotificationKind]:
        asked = set(self.types) or set(known.values())
        return [kind for kind, name in known.items() if name in asked - set(self.without)]


EVERYTHING = Wanted()


async def page(reader: Reader, bounds: Bounds, wanted: Wanted = EVERYTHING) -> list[Notification]:
    """The newest first; each as entities need it."""
    query = loaded(await of(reader, wanted))
    rows: list[Notification] = await feed_sources.page(query, "id", bounds)
    return rows[::-1] if bounds.is_upward else rows


async def of(reader: Reader, wanted: Wanted) -> QuerySet[Notification]:
    rows = (await seen_by(reader)).filter(kind__in=wanted.kinds(reader.types))
    return rows if wanted.by_id is None else rows.filter(by_id=wanted.by_id)


async def by_id(reader: Reader, notification_id: int) -> Notification:
    """Raises NotFound, also for what no application may see."""
    row = await loaded(await seen_by(reader)).get_or_none(id=notification_id)
    if row is None:
        raise NotFound
    return row


async def dismiss(reader: Reader, notification_id: int) -> None:
    """Gone for applications; on the member's page it is read, and stays. Raises NotFound."""
    row = await by_id(reader, notification_id)
    await put_away(reader, Notification.filter(id=row.id))


async def clear(reader: Reader) -> None:
    """All that an application may see, and nothing else."""
    await put_away(reader, _told(reader))


async def count_unread(reader: Reader, most: int, wanted: Wanted = EVERYTHING) -> int:
    unread = (await of(reader, wanted)).filter(read_at=None)
    return len(await unread.limit(most).values_list("id", flat=True))


async def read_up_to(reader: Reader, last_read_id: int) -> None:
    """As an application says, in the caller's transaction.

    Some of them count in numbers that keep 53 bits of an id, so what is beside it is meant too.
    """
    now = datetime.now(UTC)
    rows = _told(reader).filter(read_at=None, id__lte=last_read_id + _ROUNDED)
    await rows.update(read_at=now)
    await _read_on_page(reader, now)
    if reader.actor.member_id is not None:
        await events.publish("notification", reader.actor.member_id)


async def last_read(reader: Reader) -> Notification | None:
    """The newest before which, and with which, everything was read, wherever it was."""
    rows = await seen_by(reader)
    unread = await rows.filter(read_at=None).order_by("id").first()
    if unread is not None:
        rows = rows.filter(id__lt=unread.id)
    return await rows.order_by("-id").first()


async def mark_for_all(reader: Reader, last_read_id: int) -> int | None:
    """What may be kept of it, for applications that may read no consults see it as well: in the
    place of a message what was read before it; None where that is nothing."""
    if reader.member is None:
        return last_read_id
    first, last = last_read_id - _ROUNDED, last_read_id + _ROUNDED
    messages = Notification.filter(identity_id=reader.actor.id, message_id__not_isnull=True)
    if not await messages.filter(id__gte=first, id__lte=last).exists():
        return last_read_id
    rows = await seen_by(Reader(reader.actor))
    row = await rows.filter(id__lte=last).order_by("-id").first()
    return row.id if row is not None else None


async def seen_by(reader: Reader) -> QuerySet[Notification]:
    """Without what was dismissed, what is of a post that is gone, of a server that is blocked, or
    of somebody whom this identity blocked. Of whom it wants to hear nothing, nothing is told."""
    in_channel = Q(post__thread__group_id=None) | Q(post__thread__group__is_blocked=False)
    of_post = Q(in_channel, post__deleted_at=None, post__author__is_blocked=False)
    there = Q(kind__in=_WITHOUT_POST) | Q(of_post, post_id__not_isnull=True)
    if reader.member is not None:
        there |= await _readable(reader.actor, reader.member)
    rows = _told(reader).filter(there, dismissed_at=None, by__is_blocked=False)
    blocked = await Block.filter(actor_id=reader.actor.id).values_list("target_id", flat=True)
    return rows.exclude(by_id__in=list(blocked))


def _told(reader: Reader) -> QuerySet[Notification]:
    """Of what is private the single messages: what stands for all of them is for the page."""
    told = Q(kind__in=list(TYPES))
    if reader.member is not None:
        told |= Q(message_id__not_isnull=True)
    return Notification.filter(told, identity_id=reader.actor.id)


async def _readable(actor: Actor, member: Member) -> Q:
    """The messages that this identity may read, and this member at all (T50, T56, T87)."""
    with_them = Participant.filter(actor_uri=actor.uri, is_institution=False)
    consults = (await reading.visible(member)).filter(is_private=True, purged_at=None)
    theirs = consults.filter(id__in=Subquery(with_them.values("consult_id")))
    return Q(
        message_id__not_isnull=True,
        message__deleted_at=None,
        message__refused_at=None,
        message__consult_id__in=Subquery(theirs.values("id")),
    )


def loaded(rows: QuerySet[Notification]) -> QuerySet[Notification]:
    return rows.select_related("by", "post__author", "post__thread__group")


async def _read_on_page(reader: Reader, now: datetime) -> None:
    """What stands there for several messages is read when each of them is."""
    if reader.member is None:
        return
    of_private = Notification.filter(identity_id=reader.actor.id, kind=NotificationKind.PRIVATE)
    told = of_private.filter(message_id__not_isnull=True)
    groups = "message__consult__group_id"
    known, unread = told.values(groups), told.filter(read_at=None).values(groups)
    here = of_private.filter(message_id=None, read_at=None, by_id__in=Subquery(known))
    await here.exclude(by_id__in=Subquery(unread)).update(read_at=now)


async def put_away(reader: Reader, rows: QuerySet[Notification]) -> None:
    now = datetime.now(UTC)
    async with in_transaction():
        await rows.filter(read_at=None).update(read_at=now)
        await rows.filter(dismissed_at=None).update(dismissed_at=now)
        await _read_on_page(reader, now)
        if reader.actor.member_id is not None:
            await events.publish("notification", reader.actor.member_id)
