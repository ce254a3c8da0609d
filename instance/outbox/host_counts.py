"""How much each server leaves here, counted in memory and written down every few seconds (T78).

A request looks nothing up: of a server that writes, its numbers are read once a minute. What two
processes count apart is put together when it is written and read again.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import NamedTuple

from instance import raw_sql
from instance.errors import TooMany
from instance.models import Left

READ_AGAIN_AFTER = timedelta(minutes=1)
_HOSTS_MOST = 10_000
_RETRY_MOST = 3600  # seconds, as federation.md 12 lets them wait
_READ = """
SELECT kind, count, 0 AS a_day, 0 AS in_all, 0 AS which FROM host_day WHERE host = ?1 AND day = ?2
UNION ALL SELECT kind, count, 0, 0, 1 FROM host_total WHERE host = ?1
UNION ALL SELECT kind, 0, a_day, in_all, 2 FROM host_limit WHERE host = ?1
"""


class Limit(NamedTuple):
    a_day: int
    in_all: int


USUAL = {
    Left.POSTS: Limit(5_000, 200_000),
    Left.BYTES: Limit(50_000_000, 2_000_000_000),
    Left.PEOPLE: Limit(1_000, 50_000),
    Left.REACTIONS: Limit(20_000, 1_000_000),
    Left.REPORTS: Limit(200, 10_000),
    Left.CONSULTS: Limit(1_000, 100_000),
}
PARTNERS = 10  # times as much


def usual(kind: Left, *, is_partner: bool) -> Limit:
    return _of_a_partner(USUAL[kind]) if is_partner else USUAL[kind]


@cache
def _of_a_partner(usual: Limit) -> Limit:
    return Limit(usual.a_day * PARTNERS, usual.in_all * PARTNERS)


@dataclass
class _Host:
    """`room`: how much more it may leave today."""

    day: date
    read_at: datetime
    is_partner: bool
    room: dict[Left, int]


class HostCounts:
    """Of one institution in one process."""

    def __init__(self) -> None:
        self._hosts: dict[str, _Host] = {}
        self._unwritten: dict[tuple[str, date], Counter[Left]] = {}

    async def require_room(
        self, host: str, cost: Mapping[Left, int], now: datetime, *, is_partner: bool
    ) -> None:
        """Raises TooMany where one more would be more than the server may leave here. `now` is in
        UTC."""
        found = await self._of(host, now, is_partner)
        for kind, many in cost.items():
            if many > found.room[kind]:
                raise TooMany(retry_after_seconds=_until_tomorrow(now))

    def add(self, host: str, cost: Mapping[Left, int], now: datetime) -> None:
        """It is stored. `now` is in UTC."""
        found, today = self._hosts.get(host), now.date()
        unwritten = self._unwritten.get((host, today))
        if unwritten is None:
            unwritten = self._unwritten[host, today] = Counter()
        for kind, many in cost.items():
            unwritten[kind] += many
            if found is not None:
                found.room[kind] -= many

    def take(self) -> Counter[tuple[str, date, Left]]:
        """What is not written down yet; whoever takes it writes it, or gives it back."""
        taken, self._unwritten = self._unwritten, {}
        return Counter(
            {(*of, kind): many for of, counts in taken.items() for kind, many in counts.items()}
        )

    def give_back(self, taken: Counter[tuple[str, date, Left]]) -> None:
        for (host, day, kind), many in taken.items():
            self._unwritten.setdefault((host, day), Counter())[kind] += many

    def forget(self, host: str) -> None:
        """An administrator decided something else: it is read again."""
        self._hosts.pop(host, None)

    async def _of(self, host: str, now: datetime, is_partner: bool) -> _Host:
        today, known = now.date(), self._hosts.get(host)
        if known is not None and known.day == today and known.is_partner is is_partner:
            if now - known.read_at < READ_AGAIN_AFTER:
                return known
        room = await self._room(host, today, is_partner)
        if len(self._hosts) >= _HOSTS_MOST:
            self._hosts.pop(next(iter(self._hosts)))
        found = self._hosts[host] = _Host(today, now, is_partner, room)
        return found

    async def _room(self, host: str, today: date, is_partner: bool) -> dict[Left, int]:
        limits = {kind: usual(kind, is_partner=is_partner) for kind in Left}
        on_day, in_all = Counter[Left](), Counter[Left]()
        for row in await raw_sql.look_up(_READ, [host, today]):
            kind = Left(row["kind"])
            if row["which"] == 2:
                limits[kind] = Limit(int(row["a_day"]), int(row["in_all"]))
            else:
                (in_all if row["which"] else on_day)[kind] += int(row["count"])
        for (name, day), counts in self._unwritten.items():
            if name == host:
                in_all.update(counts)
                on_day.update(counts if day == today else ())
        return {
            kind: min(limit.a_day - on_day[kind], limit.in_all - in_all[kind])
            for kind, limit in limits.items()
        }


def _until_tomorrow(now: datetime) -> int:
    tomorrow = datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), datetime.min.time())
    return min(_RETRY_MOST, max(1, round((tomorrow.replace(tzinfo=UTC) - now).total_seconds())))
