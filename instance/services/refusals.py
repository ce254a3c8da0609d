"""How often a day something that came was not used, and why: what administrators can look at.

Counted in memory where it happens, because a flood must not write; brought here every few seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from tortoise.expressions import F
from tortoise.transactions import in_transaction

from instance.models import Refusal

KEPT = timedelta(days=30)
REASONS_MAX = 100  # a day: part of a reason is what others wrote
OTHER = "other"
_REASON_MAX = 60  # as in the table


@dataclass(frozen=True)
class Day:
    day: date
    counts: dict[str, int]  # by reason, most frequent first


async def add(counts: Mapping[str, int], now: datetime) -> None:
    """Add what was counted since the last call to this day's numbers."""
    if not counts:
        return
    day = now.astimezone(UTC).date()
    async with in_transaction():
        known = {row.reason for row in await Refusal.filter(day=day, host="").only("reason")}
        for reason, count in sorted(_within(counts, known).items()):
            row, _ = await Refusal.get_or_create(day=day, reason=reason, host="")
            await Refusal.filter(id=row.id).update(count=F("count") + count)


async def days(now: datetime, many: int = 7) -> list[Day]:
    """The last days, today first."""
    today = now.astimezone(UTC).date()
    rows = await Refusal.filter(day__gt=today - timedelta(days=many)).order_by("-count", "reason")
    found: dict[date, dict[str, int]] = {}
    for row in rows:
        counts = found.setdefault(row.day, {})
        counts[row.reason] = counts.get(row.reason, 0) + row.count
    return [Day(day, found[day]) for day in sorted(found, reverse=True)]


def _within(counts: Mapping[str, int], known: set[str]) -> dict[str, int]:
    kept: dict[str, int] = {}
    for name, count in sorted(counts.items(), key=lambda item: -item[1]):
        reason = name[:_REASON_MAX]
        if reason not in known and len(known) >= REASONS_MAX:
            reason = OTHER
        known.add(reason)
        kept[reason] = kept.get(reason, 0) + count
    return kept
