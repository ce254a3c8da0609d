"""What applications see of what members are told: of one identity, and of public posts alone.

Nothing of consults, standing, agreements or duties is ever among it: such kinds have no type that
Mastodon knows (mastodon-api.md 3), and no application learns that there are any.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from tortoise.expressions import Q
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from instance import events
from instance.errors import NotFound
from instance.models import Actor, Block, Notification, NotificationKind
from instance.services import feed_sources
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
_ROUNDED = 16
_WITHOUT_POST = (NotificationKind.FOLLOW, NotificationKind.FOLLOW_REQUEST)


@dataclass(frozen=True)
class Wanted:
    """`types` and `without` as Mastodon names them; no `types`: all. `by_id`: of one account."""

    types: Collection[str] = ()
    without: Collection[str] = ()
    by_id: int | None = None

    @property
    def kinds(self) -> list[NotificationKind]:
        asked = set(self.types) or set(TYPES.values())
        return [kind for kind, name in TYPES.items() if name in asked - set(self.without)]


EVERYTHING = Wanted()


async def page(actor: Actor, bounds: Bounds, wanted: Wanted = EVERYTHING) -> list[Notification]:
    """The newest first; each as entities need it."""
    query = loaded(await of(actor, wanted))
    rows: list[Notification] = await feed_sources.page(query, "id", bounds)
    return rows[::-1] if bounds.is_upward else rows


async def of(actor: Actor, wanted: Wanted) -> QuerySet[Notification]:
    rows = (await seen_by(actor)).filter(kind__in=wanted.kinds)
    return rows if wanted.by_id is None else rows.filter(by_id=wanted.by_id)


async def by_id(actor: Actor, notification_id: int) -> Notification:
    """Raises NotFound, also for what no application may see."""
    row = await loaded(await seen_by(actor)).get_or_none(id=notification_id)
    if row is None:
        raise NotFound
    return row


async def dismiss(actor: Actor, notification_id: int) -> None:
    """Gone for applications; on the member's page it is read, and stays. Raises NotFound."""
    row = await by_id(actor, notification_id)
    await put_away(actor, Notification.filter(id=row.id))


async def clear(actor: Actor) -> None:
    """All that an application may see, and nothing else."""
    await put_away(actor, Notification.filter(identity_id=actor.id, kind__in=list(TYPES)))


async def count_unread(actor: Actor, most: int, wanted: Wanted = EVERYTHING) -> int:
    unread = (await of(actor, wanted)).filter(read_at=None)
    return len(await unread.limit(most).values_list("id", flat=True))


async def read_up_to(actor: Actor, last_read_id: int) -> None:
    """As an application says, in the caller's transaction.

    Some of them count in numbers that keep 53 bits of an id, so what is beside it is meant too.
    """
    rows = Notification.filter(identity_id=actor.id, kind__in=list(TYPES), read_at=None)
    await rows.filter(id__lte=last_read_id + _ROUNDED).update(read_at=datetime.now(UTC))
    if actor.member_id is not None:
        await events.publish("notification", actor.member_id)


async def last_read(actor: Actor) -> Notification | None:
    """The newest before which, and with which, everything was read, wherever it was."""
    rows = await seen_by(actor)
    unread = await rows.filter(read_at=None).order_by("id").first()
    if unread is not None:
        rows = rows.filter(id__lt=unread.id)
    return await rows.order_by("-id").first()


async def seen_by(actor: Actor) -> QuerySet[Notification]:
    """Without what was dismissed, what is of a post that is gone, of a server that is blocked, or
    of somebody whom this identity blocked. Of whom it wants to hear nothing, nothing is told."""
    in_channel = Q(post__thread__group_id=None) | Q(post__thread__group__is_blocked=False)
    of_post = Q(in_channel, post__deleted_at=None, post__author__is_blocked=False)
    there = Q(kind__in=_WITHOUT_POST) | Q(of_post, post_id__not_isnull=True)
    rows = Notification.filter(
        there,
        identity_id=actor.id,
        kind__in=list(TYPES),
        dismissed_at=None,
        by__is_blocked=False,
    )
    blocked = await Block.filter(actor_id=actor.id).values_list("target_id", flat=True)
    return rows.exclude(by_id__in=list(blocked))


def loaded(rows: QuerySet[Notification]) -> QuerySet[Notification]:
    return rows.select_related("by", "post__author", "post__thread__group")


async def put_away(actor: Actor, rows: QuerySet[Notification]) -> None:
    now = datetime.now(UTC)
    async with in_transaction():
        await rows.filter(read_at=None).update(read_at=now)
        await rows.filter(dismissed_at=None).update(dismissed_at=now)
        if actor.member_id is not None:
            await events.publish("notification", actor.member_id)
