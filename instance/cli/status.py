"""status: how this server does, for who was woken by it. Works while it is down, and while the
database is gone; changes nothing."""

import asyncio
import http.client
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import orjson

from instance import config as settings_of
from instance.cli import running
from instance.config import Config
from instance.database import Database
from instance.services import delivery_figures, vital_signs
from instance.services.vital_signs import Queue, Signs

WELL, WRONG, DOWN = 0, 1, 2
_READY = "/health/ready"
_SECONDS = 5.0
_BARS = "▁▂▃▄▅▆▇█"
_WIDE = 20
MEND = {
    "server": "Start it: curbside serve. Its log says why it ended.",
    "not_ready": "It runs and takes no requests: its log says why.",
    "database": "See whether it runs and can be reached: its address is CURBSIDE_DATABASE.",
    "migrations": "Have one version everywhere: curbside migrate, then start it all again.",
    "key": "Bring secret.key back from where it is kept apart. Without it consults stay sealed.",
    "disk_full": "Make room at once, nothing is taken any more: df -h",
    "disk_low": "Make room, or give the data a larger disk: df -h",
    "no_worker": "Start one: curbside worker, or curbside serve without --no-worker.",
    "late": "See in the worker's log whether it hangs; then start it again.",
    "silent": "See why: curbside trust health HOST. All is kept; call them if it lasts.",
    "certificate": "Renew it where TLS ends, such as: certbot renew",
    "backup_old": "See why the nightly one failed, then make one: curbside backup",
    "clock": "Let a time server set it: timedatectl set-ntp true",
}


@dataclass(frozen=True)
class Report:
    """`is_reached`: whether a process answers at CURBSIDE_LISTEN; `is_ready`: and takes requests.
    `tries`: of each of the last hours how many deliveries arrived and how many failed."""

    signs: Signs
    tries: tuple[tuple[int, int], ...]
    is_reached: bool
    is_ready: bool

    @property
    def codes(self) -> list[str]:
        """What is wrong, the worst first."""
        found = [problem.code for problem in vital_signs.problems(self.signs)]
        if not self.is_reached:
            return ["server", *found]
        return found if found or self.is_ready else ["not_ready"]

    @property
    def exit_code(self) -> int:
        is_down = any(problem.is_down for problem in vital_signs.problems(self.signs))
        if is_down or not self.is_ready:
            return DOWN
        return WRONG if self.codes else WELL


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--watch", type=click.IntRange(1, 3600), metavar="SECONDS", help="Again and again.")
def status(as_json: bool, watch: int | None) -> None:
    """How this server does: whether it answers, its database, workers, queues, disk, certificate
    and clock; and what to do about what is wrong. Works while it is down.

    Ends with 0 when all is well, 1 when something is wrong, 2 when nobody can work.
    """
    config = running.settings()
    while True:
        found = asyncio.run(report(config))
        if watch and not as_json:
            click.clear()
        click.echo(orjson.dumps(fields(found)).decode() if as_json else "\n".join(lines(found)))
        if not watch:
            raise click.exceptions.Exit(found.exit_code)
        time.sleep(watch)


async def report(config: Config) -> Report:
    """Of the server that these settings describe."""
    settings_of.use(config)
    is_reached, is_ready = await asyncio.to_thread(_asked, config)
    signs, tries = await _signs(config)
    return Report(signs, tries, is_reached, is_ready)


def _asked(config: Config) -> tuple[bool, bool]:
    """Whether a process answers where it should listen, and whether it takes requests."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(config.listen_host, config.listen_host)  # noqa: S104
    connection = http.client.HTTPConnection(host, config.listen_port, timeout=_SECONDS)
    try:
        connection.request("GET", _READY)
        return True, connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False, False
    finally:
        connection.close()


async def _signs(config: Config) -> tuple[Signs, tuple[tuple[int, int], ...]]:
    """Nothing is made or migrated by looking: a file that is not there stays so."""
    now = datetime.now(UTC)
    if not _has_file(config.database_url):
        return await vital_signs.of_machine(now), ()
    database = Database(config.database_url)
    try:
        async with asyncio.timeout(_SECONDS):
            await database.open()
    except Exception:  # the edge: whatever it is, it does not answer
        return await vital_signs.of_machine(now), ()
    try:
        signs = await vital_signs.look(now)
        return signs, await _tries(signs)
    finally:
        await database.close()


def _has_file(url: str) -> bool:
    """True of PostgreSQL, which has none."""
    path = url.removeprefix("sqlite://")
    return path == url or Path(path).is_file()


async def _tries(signs: Signs) -> tuple[tuple[int, int], ...]:
    if signs.database_seconds is None or signs.missing:
        return ()
    found = await delivery_figures.last_day(signs.at)
    return tuple(
        (slot.tally.arrived, slot.tally.failed + slot.tally.gave_up) for slot in found.slots
    )


def fields(found: Report) -> dict[str, Any]:
    """For programs: times in UTC, None where something is not known."""
    signs = found.signs
    return {
        "ok": found.exit_code == WELL,
        "problems": [{"code": code, "mend": MEND[code]} for code in found.codes],
        "server": {"answers": found.is_reached, "ready": found.is_ready},
        "database_seconds": signs.database_seconds,
        "migration": signs.migration,
        "migrations_missing": signs.missing,
        "migrations_unknown": signs.unknown,
        "workers": signs.workers,
        "queues": {
            name: {"size": queue.size, "since": queue.since} for name, queue in signs.queues.items()
        },
        "late": signs.late,
        "silent": signs.silent,
        "alerts": signs.alerts,
        "sessions": signs.sessions,
        "deliveries_by_hour": found.tries,
        "disk_free": signs.disk_free,
        "disk_size": signs.disk_size,
        "has_key": signs.has_key,
        "backup_at": signs.backup_at,
        "certificate_until": signs.certificate_until,
        "clock_off_seconds": signs.clock_off.total_seconds()
        if signs.clock_off is not None
        else None,
    }


def lines(found: Report) -> Iterator[str]:
    """What a person reads: the rows, then what to do."""
    signs, codes = found.signs, set(found.codes)
    yield from (
        _row("server", _server(found), bool(codes & {"server", "not_ready"})),
        _row("database", _database(signs), "database" in codes),
        _row("tables", _tables(signs), "migrations" in codes),
    )
    if signs.queues:
        yield from _work(found, codes)
    yield from (
        _row("disk", _disk(signs), bool(codes & {"disk_full", "disk_low"})),
        _row("key", "secret.key is there" if signs.has_key else "no secret.key", "key" in codes),
        _row("certificate", _certificate(signs), "certificate" in codes),
        _row("clock", _clock(signs), "clock" in codes),
    )
    yield ""
    for code in found.codes:
        yield f"{code}: {MEND[code]}"
    if not found.codes:
        yield "All is well."


def _work(found: Report, codes: set[str]) -> Iterator[str]:
    """What nobody knows without the database."""
    signs = found.signs
    yield _row("worker", _workers(signs), "no_worker" in codes)
    for name, queue in signs.queues.items():
        yield _row(name, _queue(queue, signs), False)
    yield from (
        _row("late", f"{signs.late} wait for 15 minutes and more", "late" in codes),
        _row("sent", _sent(found.tries), False),
        _row("partners", _silent(signs), "silent" in codes),
        _row("backup", _backup(signs), "backup_old" in codes),
        _row("browsers", f"{signs.sessions} signed in were here in the last 15 minutes", False),
        _row("alerts", f"{signs.alerts} open", False),
    )


def _row(name: str, said: str, is_wrong: bool) -> str:
    return f"{'WRONG' if is_wrong else 'ok   '} {name:<12} {said}"


def _server(found: Report) -> str:
    if not found.is_reached:
        return "nothing answers at CURBSIDE_LISTEN"
    return "takes requests" if found.is_ready else "answers, and takes no requests"


def _database(signs: Signs) -> str:
    if signs.database_seconds is None:
        return "does not answer"
    return f"answers within {signs.database_seconds * 1000:.1f} ms"


def _tables(signs: Signs) -> str:
    if signs.missing:
        return f"{len(signs.missing)} migrations are missing, the first is {signs.missing[0]}"
    if signs.unknown:
        return f"they are of a newer version: {signs.unknown[-1]}"
    return f"of this version ({signs.migration})" if signs.migration else "not known"


def _workers(signs: Signs) -> str:
    if not signs.workers:
        return "none was seen"
    return f"{len(signs.workers)} seen, the last {_ago(signs.workers[-1], signs)} ago"


def _queue(queue: Queue, signs: Signs) -> str:
    since = f", the oldest for {_ago(queue.since, signs)}" if queue.since else ""
    return f"{queue.size:,} wait{since}"


def _sent(tries: tuple[tuple[int, int], ...]) -> str:
    if not any(map(sum, tries)):
        return "none in 24 hours"
    arrived, failed = ([hour[place] for hour in tries] for place in (0, 1))
    return f"{bars(arrived)} {sum(arrived):,} arrived, {sum(failed):,} failed, in 24 hours"


def _silent(signs: Signs) -> str:
    return f"silent: {', '.join(signs.silent)}" if signs.silent else "all take what we send"


def _disk(signs: Signs) -> str:
    if signs.disk_free is None or not signs.disk_size:
        return "not known"
    used = 1 - signs.disk_free / signs.disk_size
    full = round(used * _WIDE)
    bar = "█" * full + "░" * (_WIDE - full)
    return f"{bar} {used:.0%} used, {signs.disk_free / 1024**3:,.1f} GB left"


def _backup(signs: Signs) -> str:
    at = signs.backup_at
    return f"the last {_ago(at, signs)} ago" if at is not None else "none was made here"


def _certificate(signs: Signs) -> str:
    if signs.certificate_until is None:
        return "not known"
    days = (signs.certificate_until - signs.at).days
    return f"holds for {days} days" if days >= 0 else "does not hold"


def _clock(signs: Signs) -> str:
    if signs.clock_off is None:
        return "not known: nobody to compare it with"
    seconds = signs.clock_off.total_seconds()
    return f"{abs(seconds):.1f} s {'fast' if seconds > 0 else 'slow'}, by the clocks of others"


def bars(counts: list[int]) -> str:
    """One a number, the highest full."""
    highest = max(counts, default=0) or 1
    return "".join(_BARS[-(-one * (len(_BARS) - 1) // highest)] for one in counts)


def _ago(at: datetime, signs: Signs) -> str:
    seconds = max(timedelta(), signs.at - at).total_seconds()
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


COMMANDS = (status,)
