"""The chain over the audit record (T73): one seal per entry, in one order, and an anchor a day.

Entries are written inside the transactions of what they tell of, many at once. Only afterwards,
and one sealer at a time, each gets a number without gaps and a hash over the seal before it.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from hashlib import sha256
from typing import Any

import orjson
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from federation import proofs
from instance import raw_sql
from instance.ids import id_at
from instance.models import AuditAnchor, AuditSeal
from instance.outbox import local

log = logging.getLogger(__name__)

FIRST = "0" * 64  # what the first seal follows
LOWEST = -(2**63)  # also what nobody puts in who goes by the rules
# How much later than the clock said an entry may be committed, with the clocks of two hosts apart.
LATE = timedelta(minutes=5)
_PAGE = 100
clock = partial(datetime.now, UTC)
_LOCK = 0x43555341  # the key of the advisory lock; any number that is only ours
_ENTRY = "e.id AS entry_id, e.at, e.action, e.actor_uri, e.host, e.subject, e.detail"
_LAST = "SELECT number, hash, sealed_at FROM audit_seal ORDER BY number DESC LIMIT 1"
_COVERED = """
SELECT covers_until FROM audit_seal WHERE covers_until IS NOT NULL ORDER BY number DESC LIMIT 1
"""
_BARE = """
SELECT {entry} FROM audit_entry e LEFT JOIN audit_seal s ON s.id = e.id
WHERE s.id IS NULL AND e.id IN ({marks}) ORDER BY e.id
"""
BARE = f"""
SELECT e.id, {_ENTRY} FROM audit_entry e LEFT JOIN audit_seal s ON s.id = e.id
WHERE s.id IS NULL AND e.id > ?1 ORDER BY e.id LIMIT ?2
"""  # noqa: S608
CHAIN = f"""
SELECT s.id, s.number, s.entry_hash, s.hash, s.sealed_at, s.covers_until, {_ENTRY}
FROM audit_seal s LEFT JOIN audit_entry e ON e.id = s.id
WHERE s.number > ?1 ORDER BY s.number LIMIT ?2
"""  # noqa: S608


async def seal(now: datetime, *, everything: bool = False) -> int:
    """Give a seal to what has none; returns how many. Looks back `LATE`, or at `everything`."""
    after = LOWEST if everything else id_at(now - LATE)
    count = 0
    while True:
        rows = await raw_sql.run(BARE, [after, _PAGE])
        is_last = len(rows) < _PAGE
        if rows:
            count += await _seal([row["id"] for row in rows], now, is_last)
        if is_last:
            return count
        after = rows[-1]["id"]


async def anchor(now: datetime) -> AuditAnchor | None:
    """Sign the last seal of the last day that is over, where that was not done; None: it was.

    Only of that day: a signature that is missing further back was taken away, or the record behind
    it was written anew, and is not given again.
    """
    if await _to_sign(now) is None:
        return None
    async with in_transaction():
        await _alone()
        last = await _to_sign(now)
        if last is None:
            return None
        ours = await local.institution()
        key = await local.private_key(ours, "ed25519")
        day = day_of(last.sealed_at)
        bare = anchor_document(ours.uri, day.isoformat(), last.number, last.hash)
        made = await AuditAnchor.create(
            day=day,
            number=last.number,
            hash=last.hash,
            key=local.public_text(key.public.key),
            document=proofs.add_proof(bare, key, datetime.now(UTC)),
        )
    # Whoever rewrites the tables does not rewrite the log: `curbside audit verify --log`.
    log.info("audit anchor %s %s %s", day, made.number, made.hash)
    return made


def day_of(at: Any) -> date:
    return raw_sql.time(at).astimezone(UTC).date()


def anchor_document(institution: str, day: str, number: int, chain_hash: str) -> dict[str, Any]:
    """What is signed, but for the proof."""
    return {
        "type": "AuditAnchor",
        "institution": institution,
        "day": day,
        "number": str(number),
        "hash": chain_hash,
    }


def canonical(row: Mapping[str, Any]) -> dict[str, Any]:
    """An entry as it is hashed and exported, the same from both databases."""
    detail = row["detail"]
    return {
        "id": str(row["entry_id"]),
        "at": instant(row["at"]),
        "action": row["action"],
        "actor": row["actor_uri"],
        "host": row["host"],
        "subject": row["subject"],
        "detail": _parsed(detail) if isinstance(detail, str) else detail,
    }


def entry_hash(row: Mapping[str, Any]) -> str:
    return _digest(canonical(row))


def chain_hash(
    before: str, number: int, entry: str, sealed_at: Any, covers_until: Any | None
) -> str:
    """`before`: the hash of the seal with the number below."""
    covers = instant(covers_until) if covers_until is not None else None
    return _digest([before, number, entry, instant(sealed_at), covers])


def instant(at: Any) -> str:
    """To the microsecond, in UTC."""
    return raw_sql.time(at).astimezone(UTC).isoformat(timespec="microseconds")


async def _seal(ids: Sequence[int], now: datetime, is_last: bool) -> int:
    async with in_transaction():
        await _alone()
        # Asked again: another sealer may have been faster.
        sql = _BARE.format(entry=_ENTRY, marks=raw_sql.marks(len(ids)))
        rows = await raw_sql.run(sql, ids)
        found = await raw_sql.run(_LAST, [])
        number, before = (found[0]["number"], found[0]["hash"]) if found else (0, FIRST)
        # The clock of now: it took its time until nobody else was sealing.
        sealed_at = clock()
        if found:
            sealed_at = max(sealed_at, raw_sql.time(found[0]["sealed_at"]))
        covered = await raw_sql.run(_COVERED, [])
        is_news = not covered or now > raw_sql.time(covered[0]["covers_until"])
        made = []
        for row in rows:
            number += 1
            is_end = is_news and is_last and row is rows[-1]
            covers_until = min(now, sealed_at) if is_end else None
            entry = entry_hash(row)
            before = chain_hash(before, number, entry, sealed_at, covers_until)
            made.append(
                AuditSeal(
                    id=row["entry_id"],
                    number=number,
                    entry_hash=entry,
                    hash=before,
                    sealed_at=sealed_at,
                    covers_until=covers_until,
                )
            )
        await AuditSeal.bulk_create(made)
    if made:
        log.info("audit sealed %s %s", number, before)
    return len(made)


async def _to_sign(now: datetime) -> AuditSeal | None:
    """A day is over `LATE` after midnight, when no host's clock says otherwise."""
    today = datetime.combine(day_of(now - LATE), time(), UTC)
    last = await AuditSeal.filter(sealed_at__lt=today).order_by("-number").first()
    known = await AuditAnchor.all().order_by("-day").first()
    if last is None or (known is not None and known.day >= day_of(last.sealed_at)):
        return None
    return last


async def _alone() -> None:
    """One sealer at a time, until the transaction ends. On SQLite every transaction is alone."""
    if get_connection("default").capabilities.dialect == "postgres":
        await raw_sql.run("SELECT pg_advisory_xact_lock(?1::bigint)", [_LOCK])


def _parsed(detail: str) -> Any:
    """The text as it is where somebody put in what is no JSON."""
    try:
        return orjson.loads(detail)
    except orjson.JSONDecodeError:
        return detail


def _digest(value: Any) -> str:
    return sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()
