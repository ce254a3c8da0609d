"""How this server does: what `/health/ready`, `/metrics`, `curbside status` and the start page of
Administration know of it, and from when on each thing is wrong. One place for all of them.

Ids, counts and times; nothing of what anybody wrote, and nothing by host, person or specialty.
"""

import asyncio
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from instance import config, database, raw_sql, sealed
from instance.models import AlertKind, Session
from instance.services import alerts, backups, deliveries, observations

ANSWERS_WITHIN = 5.0  # seconds, as long as `/health` gives it
DISK_LEAST = 2 * 1024**3  # bytes: from here on somebody has to make room
DISK_FULL = 64 * 1024**2  # and from here on nothing is written any more
CLOCK_MOST = timedelta(minutes=1)  # partners refuse signatures from five on (F-SIG-4)
CERTIFICATE_LEAST = timedelta(days=14)
WORKER_MOST = timedelta(minutes=1)
SEEN_WITHIN = timedelta(minutes=15)

_PROBE = "SELECT 1 AS one FROM actor LIMIT 1"
_APPLIED = "SELECT name FROM tortoise_migrations WHERE app = ?1"
_QUEUES = """
SELECT 'deliveries' AS queue, count(*) AS number, min(created_at) AS since
FROM delivery WHERE due_at IS NOT NULL
UNION ALL SELECT 'mails', count(*), min(created_at) FROM mail WHERE due_at IS NOT NULL
UNION ALL SELECT 'pushes', count(*), min(due_at) FROM push_message
UNION ALL SELECT 'fetches', count(*), min(created_at) FROM "fetch"
UNION ALL SELECT 'jobs', count(*), min(created_at) FROM (
    SELECT created_at FROM export WHERE state = 'making'
    UNION ALL SELECT created_at FROM host_import WHERE state = 'checking'
    UNION ALL SELECT created_at FROM roster_import WHERE state IN ('checking', 'importing')
) AS jobs
"""
_BEHIND = """
SELECT (SELECT count(*) FROM "fetch" WHERE due_at < ?1 AND claimed_until IS NULL)
    + (SELECT count(*) FROM push_message WHERE due_at < ?1 AND claimed_until IS NULL) AS number
"""


@dataclass(frozen=True)
class Queue:
    """`since`: when what waits for the longest came."""

    size: int = 0
    since: datetime | None = None


@dataclass(frozen=True)
class Signs:
    """What is None is not known; without an answer of the database all that only it knows.

    `late`: how much should have been done a quarter of an hour ago, and nobody is at it.
    `clock_off`: by how much ours is fast. `certificate_until`: long ago where it does not hold.
    """

    at: datetime
    database_seconds: float | None = None
    migration: str = ""
    missing: tuple[str, ...] = ()  # migrations of this code that were not applied
    unknown: tuple[str, ...] = ()  # and those of another one
    workers: tuple[datetime, ...] = ()  # when each was seen last
    queues: dict[str, Queue] = field(default_factory=dict)
    late: int = 0
    sessions: int = 0
    silent: tuple[str, ...] = ()
    alerts: int = 0
    disk_free: int | None = None
    disk_size: int | None = None
    has_key: bool = False
    backup_at: datetime | None = None
    certificate_until: datetime | None = None
    clock_off: timedelta | None = None


@dataclass(frozen=True)
class Problem:
    """`is_down`: nobody can work here before it is mended."""

    code: str
    is_down: bool = False


async def look(now: datetime | None = None) -> Signs:
    """Everything. Raises nothing because the database is gone."""
    signs = await of_machine(now or datetime.now(UTC))
    seconds = await database_seconds()
    if seconds is None:
        return signs
    missing, unknown, newest = await _migrations()
    signs = replace(
        signs, database_seconds=seconds, migration=newest, missing=missing, unknown=unknown
    )
    return signs if missing else await _with_work(await with_observations(signs))


async def of_machine(now: datetime) -> Signs:
    """What is known without a database, as of one that does not answer."""
    free, size = await disk()
    return Signs(now, disk_free=free, disk_size=size, has_key=has_key())


async def with_observations(signs: Signs) -> Signs:
    """And what was written down of workers and of what is around us."""
    seen = await observations.all_of_them()
    certificate = seen.get(observations.CERTIFICATE)
    until = certificate.value if certificate is not None else None
    clock = seen.get(observations.CLOCK)
    off = clock.value if clock is not None else None
    return replace(
        signs,
        workers=tuple(sorted(row.at for row in seen.values() if observations.is_worker(row))),
        certificate_until=datetime.fromtimestamp(until, UTC) if until is not None else None,
        clock_off=timedelta(seconds=off) if off is not None else None,
    )


async def _with_work(signs: Signs) -> Signs:
    standing = await alerts.current(signs.at)
    return replace(
        signs,
        queues=await _queues(),
        late=await behind(signs.at) + await (await deliveries.late(signs.at)).count(),
        sessions=await Session.filter(seen_at__gt=signs.at - SEEN_WITHIN).count(),
        backup_at=await backups.last(),
        silent=tuple(one.host for one in standing if one.kind is AlertKind.SILENT),
        alerts=len(standing),
    )


def problems(signs: Signs) -> list[Problem]:
    """What is wrong, the worst first."""
    return [Problem(code, is_down) for code, (is_down, is_so) in _RULES.items() if is_so(signs)]


async def is_ready() -> bool:
    """Whether requests may be sent here: the database answers and has the tables of this code, and
    the key is there. As quick as it must be in a flood (T75).

    With a full disk all can be read, and a page says what cannot be stored; with the tables of a
    newer version this one goes on, until it is started again. A proxy that let nobody in would make
    an outage of either.
    """
    if not has_key():
        return False
    try:
        async with asyncio.timeout(ANSWERS_WITHIN):
            missing, _, _ = await _migrations()
    except Exception:  # the edge: whatever it is, it does not answer
        return False
    return not missing


async def database_seconds() -> float | None:
    """How long it takes to answer; None where it does not."""
    began = time.perf_counter()
    try:
        async with asyncio.timeout(ANSWERS_WITHIN):
            await raw_sql.run(_PROBE, ())
    except Exception:  # the edge: whatever it is, it does not answer
        return None
    return time.perf_counter() - began


async def disk() -> tuple[int | None, int | None]:
    """Bytes that are free where our data is, and of how many."""
    try:
        found = await asyncio.to_thread(shutil.disk_usage, config.current().data)
    except OSError:
        return None, None
    return found.free, found.total


def has_key() -> bool:
    return (config.current().data / sealed.KEY_FILE).is_file()


async def _migrations() -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """Which are missing, which are another version's, and the newest that was applied."""
    rows = await raw_sql.look_up(_APPLIED, [database.APP])
    applied, known = {row["name"] for row in rows}, set(database.known_migrations())
    newest = max(applied, default="")
    return tuple(sorted(known - applied)), tuple(sorted(applied - known)), newest


async def _queues() -> dict[str, Queue]:
    rows = await raw_sql.run(_QUEUES, ())
    return {
        row["queue"]: Queue(row["number"], raw_sql.time(row["since"]) if row["since"] else None)
        for row in rows
    }


async def behind(now: datetime) -> int:
    """How many fetches and messages to devices should have gone a quarter of an hour ago."""
    [row] = await raw_sql.run(_BEHIND, [now - deliveries.LATE_AFTER])
    return int(row["number"])


# Each with whether nobody can work here while it is so.
_RULES: dict[str, tuple[bool, Callable[[Signs], bool]]] = {
    "database": (True, lambda s: s.database_seconds is None),
    "migrations": (True, lambda s: bool(s.missing or s.unknown)),
    "key": (True, lambda s: not s.has_key),
    "disk_full": (True, lambda s: s.disk_free is not None and s.disk_free < DISK_FULL),
    "disk_low": (
        False,
        lambda s: s.disk_free is not None and DISK_FULL <= s.disk_free < DISK_LEAST,
    ),
    "no_worker": (
        False,
        lambda s: (
            s.database_seconds is not None
            and not s.missing
            and not any(at > s.at - WORKER_MOST for at in s.workers)
        ),
    ),
    "late": (False, lambda s: s.late > 0),
    "silent": (False, lambda s: bool(s.silent)),
    "certificate": (
        False,
        lambda s: (
            s.certificate_until is not None and s.certificate_until < s.at + CERTIFICATE_LEAST
        ),
    ),
    "backup_old": (
        False,
        lambda s: s.backup_at is not None and s.backup_at < s.at - backups.STALE_AFTER,
    ),
    "clock": (False, lambda s: s.clock_off is not None and abs(s.clock_off) > CLOCK_MOST),
}
CODES = tuple(_RULES)
