"""Notifications that say the same of one thing within half a day, taken together.

A group is what its members have in common, so nothing is kept of one: its key says it all.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, replace

from tortoise.queryset import QuerySet

from instance.errors import NotFound
from instance.ids import read_id
from instance.models import Notification, NotificationKind
from instance.services import client_notifications, feed_sources
from instance.services.client_notifications import TYPES, Reader, Wanted
from instance.services.feed_sources import Bounds

GROUPED = (NotificationKind.FOLLOW, NotificationKind.LIKE, NotificationKind.BOOST)
SAMPLE = 8  # accounts that are told of a group
_SPAN = 12 * 3_600_000 << 16  # of ids, which begin with the milliseconds (`instance.ids`)
_ROWS_MOST = 400  # that one page looks through
_COUNTED_MOST = 2_000
_ALONE = "ungrouped"


@dataclass(frozen=True)
class Group:
    """`rows`: those of this page, the newest first; `count`: of all pages."""

    key: str
    rows: Sequence[Notification]
    count: int


@dataclass(frozen=True)
class Page:
    """`ids`: of all rows that were looked through."""

    groups: Sequence[Group]
    ids: Sequence[int]


def key_of(row: Notification, grouped: Collection[NotificationKind] = GROUPED) -> str:
    return _key(row.kind, row.post_id, row.id, grouped)


def kinds_of(types: Collection[str]) -> Collection[NotificationKind]:
    """Those of these types that can be taken together; without any: all."""
    return [kind for kind in GROUPED if not types or TYPES[kind] in types]


async def page(
    reader: Reader, bounds: Bounds, wanted: Wanted, grouped: Collection[NotificationKind] = GROUPED
) -> Page:
    """The newest group first; a group may go on on the next page."""
    found: dict[str, list[Notification]] = {}
    ids: list[int] = []
    async for row in _rows(reader, bounds, wanted):
        key = key_of(row, grouped)
        if key not in found and len(found) == bounds.limit:
            break
        found.setdefault(key, []).append(row)
        ids.append(row.id)
    counts = await _counts(reader, ids, grouped)
    groups = [
        Group(key, sorted(rows, key=lambda row: -row.id), max(counts.get(key, 0), len(rows)))
        for key, rows in found.items()
    ]
    return Page(sorted(groups, key=lambda group: -group.rows[0].id), ids)


async def by_key(reader: Reader, key: str) -> Group:
    """Raises NotFound."""
    rows = await members(reader, key, Bounds(limit=SAMPLE))
    if not rows:
        raise NotFound
    count = await (await _of_key(reader, key)).limit(_COUNTED_MOST).count()
    return Group(key, rows, count)


async def members(reader: Reader, key: str, bounds: Bounds) -> list[Notification]:
    """Those of one group, the newest first."""
    query = client_notifications.loaded(await _of_key(reader, key))
    rows: list[Notification] = await feed_sources.page(query, "id", bounds)
    return rows[::-1] if bounds.is_upward else rows


async def dismiss(reader: Reader, key: str) -> None:
    ids = await (await _of_key(reader, key)).values_list("id", flat=True)
    await client_notifications.put_away(reader, Notification.filter(id__in=list(ids)))


async def count_unread(
    reader: Reader, most: int, wanted: Wanted, grouped: Collection[NotificationKind] = GROUPED
) -> int:
    rows = (await client_notifications.of(reader, wanted)).filter(read_at=None).order_by("-id")
    found = await rows.limit(_COUNTED_MOST).values_list("kind", "post_id", "id")
    return min(most, len({_key(kind, post, one, grouped) for kind, post, one in found}))


async def _rows(reader: Reader, bounds: Bounds, wanted: Wanted) -> AsyncIterator[Notification]:
    """From the end that the bounds begin at, some at a time."""
    left = _ROWS_MOST
    while left > 0:
        some = replace(bounds, limit=min(left, 2 * bounds.limit))
        rows = await client_notifications.page(reader, some, wanted)
        for row in reversed(rows) if bounds.is_upward else rows:
            yield row
        left -= len(rows)
        if len(rows) < some.limit:
            return
        edge = rows[0].id if bounds.is_upward else rows[-1].id
        name = "min_id" if bounds.is_upward else "max_id"
        bounds = replace(bounds, **{name: edge})


async def _counts(
    reader: Reader, ids: Sequence[int], grouped: Collection[NotificationKind]
) -> dict[str, int]:
    """Of the groups that these belong to."""
    if not ids:
        return {}
    first, end = min(ids) // _SPAN * _SPAN, (max(ids) // _SPAN + 1) * _SPAN
    near = await client_notifications.seen_by(reader)
    near = near.filter(kind__in=list(grouped), id__gte=first, id__lt=end)
    found: dict[str, int] = {}
    rows = await near.order_by("-id").limit(_COUNTED_MOST).values_list("kind", "post_id", "id")
    for kind, post_id, row_id in rows:
        key = _key(kind, post_id, row_id, grouped)
        found[key] = found.get(key, 0) + 1
    return found


async def _of_key(reader: Reader, key: str) -> QuerySet[Notification]:
    """Raises NotFound for what is no key."""
    name, *numbers = key.split("-")
    ids = [read_id(number) for number in numbers]
    kind = next((one for one in GROUPED if TYPES[one] == name), None)
    rows = await client_notifications.seen_by(reader)
    if name == _ALONE and len(ids) == 1 and ids[0] is not None:
        return rows.filter(id=ids[0])
    last = ids[-1] if ids else None
    if kind is None or last is None or last > 2**63 // _SPAN or len(ids) > 2:
        raise NotFound
    post_id = ids[0] if len(ids) == 2 else None
    return rows.filter(
        kind=kind, post_id=post_id, id__gte=last * _SPAN, id__lt=min((last + 1) * _SPAN, 2**63 - 1)
    )


def _key(
    kind: NotificationKind, post_id: int | None, row_id: int, grouped: Collection[NotificationKind]
) -> str:
    if kind not in grouped:
        return f"{_ALONE}-{row_id}"
    about = [TYPES[NotificationKind(kind)], *([str(post_id)] if post_id is not None else [])]
    return "-".join([*about, str(row_id // _SPAN)])
