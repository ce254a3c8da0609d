"""Take over a list of hosts: nothing happens before an administrator has seen what it would do.

A block that cuts a follower or a consult takes a second one (T82); a partner and our own server are
never blocked by a list. What is done is one transaction.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

from tortoise.transactions import in_transaction

from instance import config, events, raw_sql
from instance.errors import NotFound, TrustRefused
from instance.models import (
    HostAction,
    HostImport,
    HostImportRow,
    ImportState,
    Member,
    Peer,
    PeerLevel,
    Verdict,
)
from instance.services import audit, duties, host_lists, host_previews, hosts, members
from instance.services.duties import Duty
from instance.services.reach import NOTHING, Reach

OPEN = (ImportState.CHECKING, ImportState.CHECKED, ImportState.WAITING)


_CHANGES = """
SELECT id, host, action, comment, followers, followed, consults FROM host_import_row
WHERE host_import_id = ?1 AND verdict = 'change' ORDER BY id
"""


class _Row(NamedTuple):
    """A row that changes something, as it is stored; thousands of them are read at once."""

    id: int
    host: str
    action: HostAction
    comment: str
    followers: int
    followed: int
    consults: int
    reason: str = ""
    grew: bool = False  # it cuts more than those who confirmed have seen


async def start(by: Member, content: str, action: HostAction) -> HostImport:
    """Keep a list to be looked at; `action` is what its rows do where they do not say."""
    duties.require(by, Duty.HOSPITALS)
    async with in_transaction():
        found = await HostImport.create(by=by, content=content, action=action)
        await events.publish("host_import", found.id)
    return found


async def confirm(by: Member, import_id: int) -> HostImport:
    """Do what the preview showed or, where that cuts somebody off, say yes as the first of two.

    Every row is judged once more: what became a partner meanwhile stays one, and what cuts more
    than before waits for somebody else again. Raises TrustRefused.
    """
    duties.require(by, Duty.HOSPITALS)
    async with in_transaction():
        found = await _locked(import_id)
        if found.state not in (ImportState.CHECKED, ImportState.WAITING):
            raise TrustRefused("There is nothing to confirm about this list.")
        is_second = found.state is ImportState.WAITING and found.confirmed_by_id is not None
        if is_second and found.confirmed_by_id == by.id:
            raise TrustRefused("You confirmed this list yourself. Another administrator has to.")
        rows = await _judged_again(found)
        grew = is_second and any(row.grew for row in rows)
        is_agreed = is_second and not grew and await _may_still(found.confirmed_by_id)
        found.problem = "grew" if grew else ""
        if not is_agreed and any(map(_cuts, rows)):
            found.state, found.confirmed_by_id = ImportState.WAITING, by.id
            await _record("hosts.import_confirmed", by, found, rows)
        else:
            await _apply(rows)
            await hosts.decided_here(await _blocked_by(found))
            found.state, found.ended_at = ImportState.DONE, datetime.now(UTC)
            await _record("hosts.imported", by, found, rows)
        await found.save(update_fields=["state", "problem", "confirmed_by_id", "ended_at"])
    return found


async def cancel(by: Member, import_id: int) -> None:
    duties.require(by, Duty.HOSPITALS)
    async with in_transaction():
        found = await _locked(import_id)
        if found.state not in OPEN:
            raise TrustRefused("There is nothing to cancel about this list.")
        found.state, found.content = ImportState.CANCELLED, None
        found.ended_at = datetime.now(UTC)
        await found.save(update_fields=["state", "content", "ended_at"])
        await _record("hosts.import_cancelled", by, found, [])


async def by_id(import_id: int) -> HostImport:
    found = await HostImport.get_or_none(id=import_id).select_related("by", "confirmed_by")
    if found is None:
        raise NotFound
    return found


async def open_ones() -> list[HostImport]:
    """Those that wait for somebody, the oldest first."""
    return await HostImport.filter(state__in=OPEN).order_by("id")


async def exported(name: str) -> bytes:
    """`blocks.csv`, `allows.csv` or `hosts.json`: what stands here now."""
    if name == "hosts.json":
        return host_lists.document(await _blocks(), await _allows())
    is_blocks = name == "blocks.csv"
    rows = await (_blocks() if is_blocks else _allows())
    return host_lists.table(rows, blocked=is_blocks).encode()


async def _locked(import_id: int) -> HostImport:
    found = await HostImport.filter(id=import_id).select_for_update().first()
    if found is None:
        raise NotFound
    return found


async def _judged_again(found: HostImport) -> list[_Row]:
    """Those that still change something. Others have their turn in between."""
    stored = await raw_sql.run(_CHANGES, [found.id])
    rows = [_Row(**row)._replace(action=HostAction(row["action"])) for row in stored]
    kept: list[_Row] = []
    for row, now in zip(rows, await host_previews.judge(rows), strict=True):
        if now.verdict is not Verdict.CHANGE or _reach(row) != now.reach:
            await HostImportRow.filter(id=row.id).update(**host_previews.columns(now))
            row = row._replace(grew=now.reach.exceeds(_reach(row)), **vars(now.reach))
        if now.verdict is Verdict.CHANGE:
            kept.append(row)
    return kept


async def _may_still(member_id: int | None) -> bool:
    first = await Member.get_or_none(id=member_id)
    return first is not None and duties.may(first, Duty.HOSPITALS)


async def _apply(rows: Sequence[_Row]) -> None:
    now = datetime.now(UTC)
    blocks = {row.host: row.comment for row in rows if row.action is HostAction.BLOCK}
    allows = {row.host: row.comment for row in rows if row.action is HostAction.ALLOW}
    if blocks:
        await hosts.shut(blocks, now, by_list=True)
    if allows:
        await hosts.list_these(allows, now)


async def _blocked_by(found: HostImport) -> list[str]:
    """Also what was blocked before: from now on it is so because of this list as well."""
    verdicts = (Verdict.CHANGE, Verdict.SAME)
    rows = HostImportRow.filter(host_import_id=found.id, verdict__in=verdicts)
    names = await rows.filter(action=HostAction.BLOCK).values_list("host", flat=True)
    return [str(name) for name in names]


def _cuts(row: _Row) -> bool:
    return row.action is HostAction.BLOCK and bool(_reach(row))


def _reach(row: _Row) -> Reach:
    is_nothing = not (row.followers or row.followed or row.consults)
    return NOTHING if is_nothing else Reach(row.followers, row.followed, row.consults)


async def _blocks() -> list[tuple[str, str]]:
    rows = Peer.filter(level=PeerLevel.BLOCKED).order_by("host")
    return [(host, comment) for host, comment in await rows.values_list("host", "comment")]


async def _allows() -> list[tuple[str, str]]:
    rows = Peer.filter(allowed_at__not_isnull=True).exclude(level=PeerLevel.BLOCKED)
    listed = await rows.order_by("host").values_list("host", "comment")
    return [(host, comment) for host, comment in listed]


async def _record(action: str, by: Member, found: HostImport, rows: Sequence[_Row]) -> None:
    """One entry for all of it. The rows stay in their table; `digest` proves that they are those
    that were confirmed."""
    actor, settings = await members.speaking_as(by), config.current()
    told = sorted(f"{row.action.value} {row.host}" for row in rows)
    await audit.record(
        action,
        actor_uri=actor.uri,
        host=settings.host,
        subject=settings.uri(f"/admin/hospitals/import/{found.id}"),
        rows=len(rows),
        cuts=sum(map(_cuts, rows)),
        digest=sha256("\n".join(told).encode()).hexdigest(),
    )
