"""What each row of a list of hosts would do: worked out part by part, while the server answers."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from instance import events, raw_sql
from instance.models import (
    HostAction,
    HostImport,
    HostImportRow,
    ImportState,
    Peer,
    PeerLevel,
    Verdict,
)
from instance.outbox import trust
from instance.services import host_lists, hosts, reach
from instance.services.reach import NOTHING, Reach

PART = 500  # rows
PAGE = 100
_BETWEEN = timedelta(milliseconds=20)  # others have their turn
_CUTS = "action = 'block' AND followers + followed + consults > 0"
_COUNTS = f"""
SELECT action, verdict, count(*) AS number, sum(CASE WHEN {_CUTS} THEN 1 ELSE 0 END) AS cuts,
    sum(followers) AS followers, sum(followed) AS followed, sum(consults) AS consults
FROM host_import_row WHERE host_import_id = ?1 GROUP BY action, verdict
"""  # noqa: S608
_REACHES = Q(followers__gt=0) | Q(followed__gt=0) | Q(consults__gt=0)
CUTS = Q(action=HostAction.BLOCK) & _REACHES
SAFE = Q(action=HostAction.ALLOW) | Q(followers=0, followed=0, consults=0)


class Listed(Protocol):
    """A row as it was read, or as it is stored."""

    @property
    def host(self) -> str: ...
    @property
    def action(self) -> HostAction: ...
    @property
    def reason(self) -> str: ...


@dataclass(frozen=True)
class Judgement:
    verdict: Verdict
    reason: str = ""
    reach: Reach = NOTHING


_CHANGE = Judgement(Verdict.CHANGE)


@dataclass(frozen=True)
class Summary:
    """What a list would do, or did. `cuts`: how many of its blocks cut anything, `reach` what."""

    blocks: int
    allows: int
    same: int
    refused: int
    cuts: int
    reach: Reach


async def waiting() -> list[int]:
    """Lists whose preview is not worked out yet."""
    rows = await HostImport.filter(state=ImportState.CHECKING).order_by("id").only("id")
    return [row.id for row in rows]


async def work_out(import_id: int) -> None:
    """The preview of one list; goes on where it was left off. Two who work on one do it once."""
    found = await HostImport.get(id=import_id)
    try:
        rows = await asyncio.to_thread(host_lists.read, found.content or "", found.action)
    except host_lists.Unreadable as error:
        await _end(found, state=ImportState.UNREADABLE, problem=error.problem)
        return
    reached = await _reached(rows)
    while found.checked < len(rows):
        part = rows[found.checked : found.checked + PART]
        judgements = await judge(part, reached)
        async with in_transaction():
            if not await _step(found, checked=found.checked + len(part), total=len(rows)):
                return  # cancelled, or somebody else works on it
            await HostImportRow.bulk_create(map(_row, [found] * PART, part, judgements), PART)
            await events.publish("host_import", found.id)
        found.checked += len(part)
        await asyncio.sleep(_BETWEEN.total_seconds())
    await _end(found, state=ImportState.CHECKED)


async def judge(
    rows: Sequence[Listed], reached: Mapping[str, Reach] | None = None
) -> list[Judgement]:
    """What each would do now. Others have their turn in between, also in a transaction.

    `reached`: what these rows and others reach, where it is known by now.
    """
    reached = await _reached(rows) if reached is None else reached
    partners = await _above_partners()
    found: list[Judgement] = []
    for at in range(0, len(rows), PART):
        part = rows[at : at + PART]
        said = await trust.said_of(row.host for row in part if not row.reason)
        found += [_judged(row, said, partners, reached.get(row.host, NOTHING)) for row in part]
        await asyncio.sleep(0)
    return found


def columns(judged: Judgement) -> dict[str, Any]:
    """As a row keeps it."""
    return {
        "verdict": judged.verdict,
        "reason": judged.reason,
        "followers": judged.reach.followers,
        "followed": judged.reach.followed,
        "consults": judged.reach.consults,
    }


async def summary(import_id: int) -> Summary:
    found = await raw_sql.run(_COUNTS, [import_id])
    changes = {row["action"]: row for row in found if row["verdict"] == Verdict.CHANGE}
    blocks, allows = changes.get(HostAction.BLOCK, {}), changes.get(HostAction.ALLOW, {})
    cut = {name: int(blocks.get(name) or 0) for name in ("followers", "followed", "consults")}
    return Summary(
        blocks=blocks.get("number", 0),
        allows=allows.get("number", 0),
        same=sum(row["number"] for row in found if row["verdict"] == Verdict.SAME),
        refused=sum(row["number"] for row in found if row["verdict"] == Verdict.REFUSED),
        cuts=int(blocks.get("cuts") or 0),
        reach=Reach(**cut),
    )


async def page(import_id: int, verdict: Verdict, which: Q | None = None) -> list[HostImportRow]:
    """The first of its rows with this verdict, in the order of the file."""
    rows = HostImportRow.filter(host_import_id=import_id, verdict=verdict)
    rows = rows.filter(which) if which is not None else rows
    return await rows.order_by("line", "id").limit(PAGE)


async def _end(found: HostImport, **values: object) -> None:
    async with in_transaction():
        if await _step(found, content=None, **values):
            await events.publish("host_import", found.id)


async def _step(found: HostImport, **values: object) -> bool:
    """False where it is not as it was: cancelled, or further."""
    rows = HostImport.filter(id=found.id, state=ImportState.CHECKING, checked=found.checked)
    return bool(await rows.update(**values))


async def _reached(rows: Sequence[Listed]) -> dict[str, Reach]:
    return await reach.of({row.host for row in rows if not row.reason})


async def _above_partners() -> set[str]:
    """Every name by which a block would reach a partner."""
    partners = await Peer.filter(level=PeerLevel.TRUSTED).values_list("host", flat=True)
    return {name for host in partners for name in trust.names_of(str(host))}


def _judged(row: Listed, said: trust.Said, partners: Collection[str], reached: Reach) -> Judgement:
    if row.reason:
        return Judgement(Verdict.REFUSED, row.reason)
    own = said.get(row.host, {})
    if row.action is HostAction.ALLOW:
        if trust.has_block(row.host, said):
            return Judgement(Verdict.REFUSED, "blocked")
        return Judgement(Verdict.SAME if own.get("listed") else Verdict.CHANGE, "", reached)
    if hosts.covers_us(row.host):
        return Judgement(Verdict.REFUSED, "own")
    if row.host in partners:
        return Judgement(Verdict.REFUSED, "trusted")
    if own.get("level") == PeerLevel.BLOCKED:
        return Judgement(Verdict.SAME)
    return Judgement(Verdict.CHANGE, "", reached) if reached else _CHANGE


def _row(found: HostImport, row: host_lists.Row, judged: Judgement) -> HostImportRow:
    return HostImportRow(
        host_import_id=found.id,
        line=row.line,
        typed=row.typed,
        host=row.host,
        action=row.action,
        comment=row.comment,
        **columns(judged),
    )
