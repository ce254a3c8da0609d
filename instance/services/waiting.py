"""What is wrong or waits for somebody, for the duties that a member holds: the start page.

So many questions to the database, however much waits: a line counts up to `MOST`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.queryset import QuerySet

from instance.models import (
    BreakGlass,
    Follow,
    FollowState,
    HostImport,
    ImportState,
    KeyCheck,
    Member,
    Peer,
    PeerLevel,
    RosterImport,
    RosterState,
    Subscription,
)
from instance.services import (
    alerts,
    audit_checks,
    backups,
    cases,
    deliveries,
    duties,
    mails,
    reports,
    restoring,
    settings,
    vital_signs,
)
from instance.services.consults import break_glass, consenting, drafts, receipts
from instance.services.duties import Duty
from instance.services.keeping import Keeping

MOST = 99
SERVER = ("disk_full", "disk_low", "certificate", "clock")
NOT_CHECKED_AFTER = timedelta(days=2)
RESTORED_FOR = timedelta(days=14)  # it is named what is missing since


@dataclass(frozen=True)
class Line:
    """`group`: safety, people, hospitals, server or content. `code` says what it is, `name` which
    hospital or channel, of several the first. `url`: where it is dealt with."""

    group: str
    code: str
    url: str
    count: int = 1
    name: str = ""


async def lines_for(member: Member, kept: Keeping, now: datetime | None = None) -> list[Line]:
    """Nothing of a duty that they do not hold (T72)."""
    now = now or datetime.now(UTC)
    found: list[Line] = []
    for duty, look in _LOOKS.items():
        if duties.may(member, duty):
            found += await look(member, now)
    return found + await _content(kept)


async def _people(_: Member, __: datetime) -> list[Line]:
    holders = await duties.holders(Duty.HOSPITALS).limit(2).count()
    return [Line("people", "one_administrator", "/admin/people")] if holders < 2 else []


async def _roster(member: Member, __: datetime) -> list[Line]:
    states = (RosterState.MATCHING, RosterState.CHECKED, RosterState.WAITING)
    brought = RosterImport.filter(state__in=states)
    lines = await _counted("people", "rosters", "/admin/roster", brought)
    return lines + await _counted("people", "cases", "/admin/verification", cases.to_decide(member))


async def _safety(member: Member, now: datetime) -> list[Line]:
    asked: list[BreakGlass] = await break_glass.waiting(member, now)
    to_decide = [row for row in asked if row.asked_by_id != member.id]
    lines = [Line("safety", "reading", "/admin/consults", len(to_decide))] if to_decide else []
    to_sign = await consenting.to_sign(member)
    lines += await _counted("safety", "held", "/admin/held", drafts.held())
    lines += [Line("safety", "to_sign", "/admin/to-sign", len(to_sign))] if to_sign else []
    return lines


async def _hospitals(_: Member, now: datetime) -> list[Line]:
    peers = Peer.exclude(level=PeerLevel.BLOCKED)
    about = (
        ("keys_changed", alerts.keys_changed()),
        ("silent", peers.filter(alerts.is_silent(), paused_at=None)),
        ("paused", peers.filter(paused_at__not_isnull=True)),
        ("offered", Peer.filter(id__in=await _peers_of(alerts.offers()))),
        ("comparing", Peer.filter(id__in=await _peers_of(KeyCheck.all()))),
        ("ending", Peer.filter(id__in=await _peers_of(alerts.ending(now)))),
        ("overdue", Peer.filter(host__in=list(await receipts.overdue(now)))),
    )
    lines = [line for code, rows in about for line in await _of_peers(code, rows)]
    brought = HostImport.filter(state__in=(ImportState.CHECKED, ImportState.WAITING))
    lines += await _counted("hospitals", "imports", "/admin/hospitals", brought)
    failing = Subscription.exclude(error="")
    lists = "/admin/hospitals/lists#followed"
    lines += await _counted("hospitals", "lists_failing", lists, failing)
    lines += await _counted("hospitals", "lists_waiting", lists, Subscription.filter(waiting__gt=0))
    gave_up = sum(one.count for one in await alerts.given_up(now - alerts.GAVE_UP_WITHIN))
    if gave_up:
        lines.append(Line("hospitals", "gave_up", "/admin/deliveries", min(gave_up, MOST)))
    lines += await _backups(now)
    if await mails.stuck_since(now) is not None:
        lines.append(Line("server", "mails", "/admin/deliveries#mails"))
    return lines + await _not_sent(now)


async def _backups(now: datetime) -> list[Line]:
    lines, restore = [], await restoring.last(now - RESTORED_FOR)
    if await backups.stale_since(now) is not None:
        lines.append(Line("server", "backup_stale", "/admin/backups"))
    if restore is not None:
        lines.append(Line("server", "restored", "/admin/backups"))
    return lines


async def _not_sent(now: datetime) -> list[Line]:
    late = await deliveries.late(now)
    return await _counted("server", "not_sent", "/admin/deliveries", late)


async def _server(now: datetime) -> list[Line]:
    """Of what `curbside status` says the part that grows slowly, and is mended in time."""
    signs = await vital_signs.with_observations(await vital_signs.of_machine(now))
    wrong = {problem.code for problem in vital_signs.problems(signs)}
    lines = [Line("server", code, "/set-up?step=tested") for code in SERVER if code in wrong]
    if behind := await vital_signs.behind(now):
        lines.append(Line("server", "behind", "/admin/deliveries", min(behind, MOST)))
    return lines


async def _record(__: Member, now: datetime) -> list[Line]:
    _, last = await audit_checks.last()
    if last is not None and last.problems:
        return [Line("server", "record_broken", "/admin/audit")]
    if last is None or last.finished_at is None or last.finished_at < now - NOT_CHECKED_AFTER:
        return [Line("server", "record_unchecked", "/admin/audit")]
    return []


async def _unset(_: Member, now: datetime) -> list[Line]:
    decided = await settings.read()
    return await _server(now) + [
        Line("server", f"no_{name}", f"/admin/settings#{name}")
        for name in ("on_call", "contact")
        if not getattr(decided, name)
    ]


async def _content(kept: Keeping) -> list[Line]:
    """Of the channels that somebody keeps."""
    lines = []
    if waiting := await reports.count_waiting(kept):
        oldest = await kept.reports().filter(decided_at=None).order_by("id").first()
        url = f"/admin/reports/{oldest.id}" if oldest is not None else "/admin/reports"
        lines.append(Line("content", "reports", url, min(waiting, MOST)))
    asked = Follow.filter(state=FollowState.PENDING, target__is_local=True)
    asked = asked.filter(target__channel__id__not_isnull=True)
    if not kept.everything:
        asked = asked.filter(target_id__in=list(kept.groups))
    rows = await asked.order_by("id").limit(MOST).select_related("target") if kept else []
    if rows:
        first = rows[0].target
        url = f"/channels/{first.handle}/moderation"
        lines.append(Line("content", "requests", url, len(rows), first.name or first.handle))
    return lines


_LOOKS: dict[Duty, Callable[[Member, datetime], Awaitable[list[Line]]]] = {
    Duty.SAFETY: _safety,
    Duty.PEOPLE: _people,
    Duty.VERIFICATION: _roster,
    Duty.HOSPITALS: _hospitals,
    Duty.RECORD: _record,
    Duty.SETTINGS: _unset,
}


async def _of_peers(code: str, rows: QuerySet[Peer]) -> list[Line]:
    found = await rows.order_by("name", "host").limit(MOST)
    if not found:
        return []
    first = found[0]
    url = f"/admin/hospitals/{first.host}" if len(found) == 1 else "/admin/hospitals"
    return [Line("hospitals", code, url, len(found), first.name or first.host)]


async def _peers_of(rows: QuerySet[Any]) -> list[int]:
    return [int(row["peer_id"]) for row in await rows.limit(MOST).values("peer_id")]


async def _counted(group: str, code: str, url: str, rows: QuerySet[Any]) -> list[Line]:
    found = await rows.limit(MOST).values_list("id", flat=True)
    return [Line(group, code, url, len(found))] if found else []
