"""What `vital_signs` know, as Prometheus reads it. Nothing is said of what is not known."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from instance.metrics import Metric, gauge
from instance.services.vital_signs import CODES, Signs, problems

_DAY = 86_400


def of(signs: Signs, version: str) -> list[Metric]:
    """Everything that is known now."""
    wrong = {problem.code for problem in problems(signs)}
    return [
        gauge("build_info", "The version that runs.", {(version,): 1}, ("version",)),
        gauge("up_database", "Whether the database answers.", _known(signs.database_seconds, True)),
        gauge("database_answer_seconds", "How long it takes to.", _known(signs.database_seconds)),
        gauge(
            "problem",
            "Whether this is wrong now: see `curbside status`.",
            {(code,): float(code in wrong) for code in CODES},
            ("code",),
        ),
        gauge("migration", "The number of the newest migration.", _migration(signs)),
        gauge(
            "migrations_missing", "Migrations of this code that were not applied.", _missing(signs)
        ),
        gauge("sealed_key_present", "Whether secret.key is there.", {(): float(signs.has_key)}),
        gauge("disk_free_bytes", "Room left where the data is.", _known(signs.disk_free)),
        gauge("disk_size_bytes", "Of how much.", _known(signs.disk_size)),
        *_of_work(signs),
        *_of_surroundings(signs),
    ]


def _of_work(signs: Signs) -> Iterable[Metric]:
    if signs.database_seconds is None or signs.missing:
        return
    yield gauge("queue_size", "What waits.", _by_queue(_sizes(signs)), ("queue",))
    yield gauge(
        "queue_oldest_seconds",
        "For how long the oldest of it has waited.",
        _by_queue({name: _age(queue.since, signs) for name, queue in signs.queues.items()}),
        ("queue",),
    )
    yield gauge("late", "What waits for 15 minutes and nobody is at it.", {(): signs.late})
    yield gauge(
        "workers", "Worker processes that were seen within a day.", {(): len(signs.workers)}
    )
    if signs.workers:
        beat = _age(max(signs.workers), signs)
        yield gauge("worker_beat_seconds", "Since the last sign of a worker.", {(): beat})
    yield gauge("sessions", "Browsers seen in the last 15 minutes.", {(): signs.sessions})
    yield gauge(
        "partners_silent", "Partners that take nothing for 30 minutes.", {(): len(signs.silent)}
    )
    yield gauge("alerts", "What administrators were told of and goes on.", {(): signs.alerts})


def _of_surroundings(signs: Signs) -> Iterable[Metric]:
    if signs.backup_at is not None:
        age = _age(signs.backup_at, signs)
        yield gauge("backup_age_seconds", "Since the last backup.", {(): age})
    if signs.certificate_until is not None:
        days = -_age(signs.certificate_until, signs, least=None) / _DAY
        yield gauge("certificate_days", "For how long our certificate holds.", {(): days})
    if signs.clock_off is not None:
        seconds = signs.clock_off.total_seconds()
        yield gauge("clock_off_seconds", "By how much our clock is fast.", {(): seconds})


def _age(since: datetime | None, signs: Signs, least: float | None = 0.0) -> float:
    seconds = (signs.at - since).total_seconds() if since is not None else 0.0
    return seconds if least is None else max(least, seconds)


def _known(value: float | None, is_whether: bool = False) -> Mapping[tuple[str, ...], float]:
    if is_whether:
        return {(): float(value is not None)}
    return {} if value is None else {(): value}


def _migration(signs: Signs) -> Mapping[tuple[str, ...], float]:
    number = signs.migration.partition("_")[0]
    return {(): int(number)} if number.isdecimal() else {}


def _missing(signs: Signs) -> Mapping[tuple[str, ...], float]:
    return {} if signs.database_seconds is None else {(): len(signs.missing)}


def _sizes(signs: Signs) -> dict[str, float]:
    return {name: queue.size for name, queue in signs.queues.items()}


def _by_queue(values: Mapping[str, float]) -> Mapping[tuple[str, ...], float]:
    return {(name,): value for name, value in values.items()}
