"""How deliveries to each host go, by the hour: counted as results are written, kept for a month.

Times are kept as counts of how many arrived within which limit, so that a percentile is the limit
below which it lies.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from math import ceil

from instance import raw_sql
from instance.models import DeliveryHour

KEPT = timedelta(days=31)
WITHIN = (
    0.1,
    0.25,
    0.5,
    1,
    2,
    5,
    10,
    30,
    60,
    300,
    1_800,
    7_200,
    43_200,
    86_400,
    604_800,
)  # seconds
HOURS, DAYS = 24, 30

_AT_ONCE = 500  # rows of one statement
_ADD = """
INSERT INTO delivery_hour (host, hour, bucket, count) VALUES {rows}
ON CONFLICT (host, hour, bucket) DO UPDATE SET count = delivery_hour.count + excluded.count
"""
_OF_ALL = """
SELECT hour, bucket, sum(count) AS number FROM delivery_hour WHERE hour >= ?1 GROUP BY hour, bucket
"""


@dataclass(frozen=True)
class Tally:
    """What became of tries. `times`: how many arrived, by place in `WITHIN`."""

    times: Mapping[int, int] = field(default_factory=dict)
    failed: int = 0
    gave_up: int = 0

    @property
    def arrived(self) -> int:
        return sum(self.times.values())

    @property
    def tries(self) -> int:
        return self.arrived + self.failed + self.gave_up

    def within(self, share: float) -> float | None:
        """In how many seconds this share of what arrived was there; None where nothing did."""
        needed, seen = ceil(self.arrived * share), 0
        for place in sorted(self.times):
            seen += self.times[place]
            if seen >= needed > 0:
                return WITHIN[place]
        return None


@dataclass(frozen=True)
class Slot:
    """An hour or a day, from `at` on."""

    at: datetime
    tally: Tally


@dataclass(frozen=True)
class Figures:
    """Of one host, oldest first, without gaps; the last slot is the one that goes on."""

    slots: tuple[Slot, ...]
    total: Tally


class Count:
    """What is counted of one batch of results, to be written once."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._found: Counter[tuple[str, int]] = Counter()

    def arrived(self, host: str, queued_at: datetime) -> None:
        seconds = (self._now - queued_at).total_seconds()
        place = bisect_left(WITHIN, seconds)
        self._found[host, min(place, len(WITHIN) - 1)] += 1

    def failed(self, host: str) -> None:
        self._found[host, DeliveryHour.FAILED] += 1

    def gave_up(self, host: str) -> None:
        self._found[host, DeliveryHour.GAVE_UP] += 1

    async def write(self) -> None:
        """In the caller's transaction; in one order, because two workers count the same hosts."""
        hour = _hour(self._now)
        rows = sorted(self._found.items())
        for start in range(0, len(rows), _AT_ONCE):
            part = rows[start : start + _AT_ONCE]
            marks = ", ".join(
                f"({raw_sql.marks(4, first=4 * place + 1)})" for place in range(len(part))
            )
            values = [
                value for (host, bucket), count in part for value in (host, hour, bucket, count)
            ]
            await raw_sql.run(_ADD.format(rows=marks), values)


async def last_hours(hosts: Iterable[str], now: datetime) -> dict[str, Figures]:
    """The last 24 hours of each of these hosts."""
    starts = [_hour(now) - timedelta(hours=ago) for ago in reversed(range(HOURS))]
    found: dict[str, list[DeliveryHour]] = {host: [] for host in hosts}
    for row in await DeliveryHour.filter(host__in=list(found), hour__gte=starts[0]):
        found[row.host].append(row)
    return {
        host: _figures(starts, ((_hour(row.hour), row) for row in rows))
        for host, rows in found.items()
    }


async def last_day(now: datetime) -> Figures:
    """The last 24 hours of all hosts together."""
    starts = [_hour(now) - timedelta(hours=ago) for ago in reversed(range(HOURS))]
    rows = await raw_sql.run(_OF_ALL, [starts[0]])
    counted = [
        DeliveryHour(host="", hour=raw_sql.time(r["hour"]), bucket=r["bucket"], count=r["number"])
        for r in rows
    ]
    return _figures(starts, ((_hour(row.hour), row) for row in counted))


async def last_days(host: str, now: datetime, zone: tzinfo) -> Figures:
    """The last 30 days of one host, as the calendar of `zone` has them."""
    today = _midnight(now, zone)
    starts = [_midnight(today - timedelta(days=ago), zone) for ago in reversed(range(DAYS))]
    rows = await DeliveryHour.filter(host=host, hour__gte=starts[0])
    return _figures(starts, ((_midnight(row.hour, zone), row) for row in rows))


def _figures(starts: Sequence[datetime], rows: Iterable[tuple[datetime, DeliveryHour]]) -> Figures:
    """`rows`: each with the start of the slot it belongs to."""
    found: dict[datetime, Counter[int]] = {start: Counter() for start in starts}
    for start, row in rows:
        if start in found:  # a clock may have gone back
            found[start][row.bucket] += row.count
    return Figures(
        slots=tuple(Slot(start, _tally(counts)) for start, counts in found.items()),
        total=_tally(sum(found.values(), Counter())),
    )


def _tally(counts: Counter[int]) -> Tally:
    return Tally(
        times={place: count for place, count in counts.items() if place >= 0},
        failed=counts[DeliveryHour.FAILED],
        gave_up=counts[DeliveryHour.GAVE_UP],
    )


def _hour(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _midnight(at: datetime, zone: tzinfo) -> datetime:
    return at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
