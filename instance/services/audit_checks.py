"""Whether the audit record is as it was sealed, and what is wrong in sentences (T73).

Reads the whole chain in pages and gives way between them: a long record takes its time and holds
nobody up.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tortoise.connection import get_connection

from federation import keys, proofs
from federation.errors import FederationError
from instance import config, events, raw_sql
from instance.models import ActorKey, AuditAnchor, AuditCheck, AuditSeal
from instance.outbox import local
from instance.services import seals

EVENT = "audit-check"
PROBLEMS_MOST = 50
UNSEALED_AFTER = timedelta(minutes=1)
SIGNED_AFTER = timedelta(hours=1)  # of the end of a day
STANDS_STILL = timedelta(minutes=1)
_PAGE = 500
_LOW = """
SELECT 'Seal ' AS what, number AS number FROM audit_seal WHERE number < 1 OR id < 1
UNION ALL SELECT 'Entry ', id FROM audit_entry WHERE id < 1 LIMIT ?1
"""
_GUARDS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgres": "SELECT tgname AS name FROM pg_trigger WHERE tgenabled = 'A' UNION ALL"
    " SELECT conname FROM pg_constraint WHERE contype = 'c'",
}
# What each table needs (migration 0009).
_GUARDED_BY = {
    "sqlite": ("no_update", "no_delete", "no_replace", "no_low"),
    "postgres": ("append_only", "from_1"),
}
_TABLES = ("audit_entry", "audit_seal", "audit_anchor")
_LOGGED = re.compile(r"audit (?:sealed|anchor \S+) (\d{1,18}) ([0-9a-f]{64})\b")
Moved = Callable[[int, int], Awaitable[object]]


@dataclass(frozen=True)
class UnknownKey:
    """A key (Multikey) that signed days of the record, and that nobody here has on file any more:
    one of ours from before, or somebody else's."""

    key: str
    first: date
    last: date
    days: int


@dataclass
class Result:
    """`since`: the first seal."""

    sealed: int = 0
    since: datetime | None = None
    days: int = 0
    unknown_keys: list[UnknownKey] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    more: int = 0

    @property
    def holds(self) -> bool:
        return not self.problems

    def note(self, problem: str) -> None:
        if len(self.problems) < PROBLEMS_MOST:
            self.problems.append(problem)
        else:
            self.more += 1


async def verify(moved: Moved | None = None, log_lines: Iterable[str] = ()) -> Result:
    """Read everything once. `moved` is told how many of how many seals were read.

    `log_lines`: of the server's log, which names hashes as they were when they were made.
    """
    result, chain = Result(), _Chain()
    logged = {int(m[1]): m[2] for line in log_lines for m in _LOGGED.finditer(line)}
    total = await AuditSeal.all().count()
    while rows := await raw_sql.run(seals.CHAIN, [chain.number, _PAGE]):
        for row in rows:
            result.since = result.since or raw_sql.time(row["sealed_at"])
            try:
                chain.take(row, result)
            except (TypeError, ValueError):
                result.note(f"Seal {row['number']} or entry {row['id']} cannot be read.")
            _compare_log(row, logged, result)
        result.sealed += len(rows)
        if moved is not None:
            await moved(result.sealed, max(total, result.sealed))
        await asyncio.sleep(0)
    for number in sorted(number for number in logged if number > chain.number):
        result.note(f"Seal {number} was removed: the log has it.")
    for row in await raw_sql.run(_LOW, [PROBLEMS_MOST]):
        result.note(f"{row['what']}{row['number']} was put in where the record does not reach.")
    await _check_guards(result)
    await _check_anchors(chain.number, result)
    result.unknown_keys = await unknown_keys()
    await _check_days(chain.days, result)
    await _check_bare(chain.covered, result)
    return result


async def unknown_keys() -> list[UnknownKey]:
    """By the first day that each signed."""
    institution = await local.institution()
    stored = set(await ActorKey.filter(actor_id=institution.id).values_list("public", flat=True))
    signed: dict[str, list[date]] = {}
    for key, day in await AuditAnchor.all().order_by("day").values_list("key", "day"):
        if key not in stored:
            signed.setdefault(key, []).append(day)
    return [UnknownKey(key, days[0], days[-1], len(days)) for key, days in signed.items()]


async def ask() -> AuditCheck:
    """Have a worker verify; one that waits already is enough."""
    waiting = await AuditCheck.filter(finished_at=None).order_by("-id").first()
    if waiting is not None:
        return waiting
    made = await AuditCheck.create()
    await events.publish(EVENT, made.id)
    return made


async def last() -> tuple[AuditCheck | None, AuditCheck | None]:
    """The one that is under way, and the last that was finished."""
    under_way = await AuditCheck.filter(finished_at=None).order_by("-id").first()
    finished = await AuditCheck.filter(finished_at__not_isnull=True).order_by("-id").first()
    return under_way, finished


async def work_off(now: datetime) -> Result | None:
    """Do what was asked for, if nobody else does; None: there is nothing to do."""
    check = await AuditCheck.filter(finished_at=None).order_by("id").first()
    if check is None:
        return None
    mine = AuditCheck.filter(id=check.id, finished_at=None)
    is_free = (
        mine.filter(moved_at=None)
        if check.moved_at is None
        else mine.filter(moved_at=check.moved_at, moved_at__lt=now - STANDS_STILL)
    )
    if not await is_free.update(moved_at=now):
        return None

    async def moved(done: int, total: int) -> None:
        await mine.update(done=done, total=total, moved_at=datetime.now(UTC))

    result = await verify(moved)
    problems = [*result.problems, *([f"And {result.more} more."] if result.more else [])]
    await mine.update(
        finished_at=datetime.now(UTC), done=result.sealed, total=result.sealed, problems=problems
    )
    return result


class _Chain:
    """Goes along the seals in their order. After a break it goes on from what is stored."""

    def __init__(self) -> None:
        self.number = 0
        self.covered: datetime | None = None
        self.days: dict[date, int] = {}  # the number of each day's last seal
        self._sealed_at: datetime | None = None
        self._hash = seals.FIRST

    def take(self, row: Mapping[str, Any], result: Result) -> None:
        number, entry_id = row["number"], row["id"]
        is_next = number == self.number + 1
        if not is_next:
            gone = f"Seal {self.number + 1} was"
            if number > self.number + 2:
                gone = f"Seals {self.number + 1} to {number - 1} were"
            result.note(f"{gone} removed, and the entries with them or not.")
        self._check_entry(row, result)
        expected = seals.chain_hash(
            self._hash, number, row["entry_hash"], row["sealed_at"], row["covers_until"]
        )
        if is_next and expected != row["hash"]:
            result.note(
                f"Seal {number}, of entry {entry_id}, does not follow from the one before it: seals"
                " were changed or put in another order."
            )
        self._check_times(row, result)
        self.days[seals.day_of(row["sealed_at"])] = number
        self.number, self._hash = number, row["hash"]

    def _check_times(self, row: Mapping[str, Any], result: Result) -> None:
        """No seal makes room for entries that are put in: neither by what it covers, nor by when
        it was made."""
        sealed_at, is_odd = raw_sql.time(row["sealed_at"]), False
        if self._sealed_at is not None:
            is_odd = sealed_at < self._sealed_at
        if row["covers_until"] is not None:
            covers = raw_sql.time(row["covers_until"])
            is_odd = is_odd or covers > sealed_at + seals.LATE
            self.covered = max(self.covered or covers, covers)
        if is_odd or sealed_at > datetime.now(UTC) + seals.LATE:
            result.note(
                f"Seal {row['number']} says {_said(sealed_at)}, which cannot be; or the clock was"
                " set back."
            )
        self._sealed_at = sealed_at

    def _check_entry(self, row: Mapping[str, Any], result: Result) -> None:
        if row["entry_id"] is None:
            result.note(f"Entry {row['id']} was removed: its seal {row['number']} is still there.")
            return
        at = raw_sql.time(row["at"])
        if seals.entry_hash(row) != row["entry_hash"]:
            result.note(f"Entry {row['id']} of {_said(at)} was changed after it was sealed.")
        if self.covered is not None and at < self.covered - seals.LATE:
            result.note(_inserted(row["id"], at, self.covered))


def _compare_log(row: Mapping[str, Any], logged: dict[int, str], result: Result) -> None:
    hash_then = logged.get(row["number"])
    if hash_then is not None and hash_then != row["hash"]:
        result.note(
            f"Seal {row['number']} is not the one that the log names: the record was rewritten."
        )


async def _check_guards(result: Result) -> None:
    """Whoever took them away may have changed what no seal or signature holds yet."""
    dialect = get_connection("default").capabilities.dialect
    there = {row["name"] for row in await raw_sql.run(_GUARDS[dialect], [])}
    for table in _TABLES:
        for guard in _GUARDED_BY[dialect]:
            if f"{table}_{guard}" not in there:
                result.note(f"The database does not guard the record: {table}_{guard} is missing.")


async def _check_anchors(last_number: int, result: Result) -> None:
    ours = config.current().uri("/actor")
    for row in await AuditAnchor.all().order_by("number"):
        result.days += 1
        found = await AuditSeal.get_or_none(number=row.number)
        if found is None and row.number > last_number:
            result.note(f"On {row.day} there were {row.number} seals, now {last_number} are left.")
        elif found is None or found.hash != row.hash:
            result.note(f"The record up to seal {row.number} is not the one signed on {row.day}.")
        if not _is_signed(row, ours):
            result.note(f"The signature of {row.day} does not fit: the anchor was changed.")


def _is_signed(row: AuditAnchor, ours: str) -> bool:
    bare = seals.anchor_document(ours, row.day.isoformat(), row.number, row.hash)
    document = dict(row.document)
    proof = document.pop("proof", None)
    if document != bare or not isinstance(proof, dict):
        return False
    try:
        key = keys.PublicKey(
            str(proof.get("verificationMethod")), ours, keys.public_from_multikey(row.key)
        )
        proofs.check_proof({**bare, "proof": proof}, key, datetime.now(UTC))
    except FederationError:
        return False
    return True


async def _check_days(days: Mapping[date, int], result: Result) -> None:
    """Each day is signed at its last seal, but the newest one, which may not be over."""
    signed = {row.day: row.number for row in await AuditAnchor.all()}
    due = seals.day_of(datetime.now(UTC) - SIGNED_AFTER)
    for day in sorted(days)[:-1]:
        if day < due and signed.get(day) != days[day]:
            result.note(f"{day} is not signed at its last seal {days[day]}.")


async def _check_bare(covered: datetime | None, result: Result) -> None:
    """What has no seal: put in while nobody sealed, or left by a worker that is down."""
    after, now = seals.LOWEST, datetime.now(UTC)
    while rows := await raw_sql.run(seals.BARE, [after, _PAGE]):
        for row in rows:
            at = raw_sql.time(row["at"])
            if at >= now - UNSEALED_AFTER:
                continue
            if covered is not None and at < covered - seals.LATE:
                result.note(_inserted(row["id"], at, covered))
            else:
                result.note(f"Entry {row['id']} of {_said(at)} has no seal: sealing stands still.")
        after = rows[-1]["id"]
        await asyncio.sleep(0)


def _inserted(entry_id: int, at: datetime, covered: datetime) -> str:
    return (
        f"Entry {entry_id} says {_said(at)}, but was put in after {_said(covered)}, when everything"
        " before was sealed; or the clock was set back."
    )


def _said(at: datetime) -> str:
    return f"{at.astimezone(UTC):%d %b %Y, %H:%M:%S} UTC"
