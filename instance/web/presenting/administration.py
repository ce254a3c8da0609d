"""From how deliveries go to the pages of administrators."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import get_args

from instance.delivery_reasons import key_of
from instance.services import members
from instance.services.deliveries import Backlog, HostState
from instance.services.delivery_figures import Figures
from instance.services.mails import Unsent
from instance.services.refusals import Day
from instance.services.waiting import Line
from instance.web.presenting import figures
from instance.web.views.admin import (
    BacklogRow,
    HostBacklog,
    HostLook,
    HostRow,
    RefusalRow,
    StartGroup,
    StartLine,
    UnsentMails,
)
from instance.web.words import hospitals

LISTED_MOST = 200  # servers that are well, besides partners


def host_row(state: HostState, step: str = "") -> HostRow:
    return HostRow(
        host=state.host,
        name=state.name,
        partner=state.is_partner,
        step=step,
        look=_look(state),
        waiting=state.waiting,
        waiting_since=state.waiting_since,
        gave_up=state.gave_up,
        kept=state.kept,
        arrived_at=state.delivered_at,
        failing_since=state.failing_since,
        next_try_at=state.next_try_at,
        reason=key_of(state.last_error) if state.failing_since else "",
        paused_at=state.paused_at,
    )


def host_rows(
    states: Sequence[HostState], steps: Mapping[str, str]
) -> tuple[tuple[HostRow, ...], int]:
    """Those to show, and how many more there are: all with which trust was begun, by `steps`, and
    all that need a look."""
    rows = [host_row(state, steps.get(state.host, "")) for state in states]
    needed = [r for r in rows if r.step or r.waiting or r.gave_up or r.look not in _GOOD]
    others = [row for row in rows if row not in needed]
    return (*needed, *others[:LISTED_MOST]), max(0, len(others) - LISTED_MOST)


def with_days(rows: Sequence[HostRow], days: Mapping[str, Figures]) -> tuple[HostRow, ...]:
    """Each with its last 24 hours, where anything was sent in them."""
    drawn = {host: figures.of(day) for host, day in days.items() if day.total.tries}
    return tuple(replace(row, day=drawn.get(row.host)) for row in rows)


def backlogs(states: Sequence[HostState], backlog: Sequence[Backlog]) -> tuple[HostBacklog, ...]:
    """Hosts with anything that waits or was given up, or that somebody stopped."""
    found = []
    for state in states:
        rows = tuple(_backlog_row(row) for row in backlog if row.host == state.host)
        if rows or state.paused_at:
            found.append(HostBacklog(host=host_row(state), rows=rows))
    return tuple(found)


async def unsent_mails(found: Sequence[Unsent]) -> tuple[UnsentMails, ...]:
    names = await members.names({one for row in found for one in row.member_ids})
    return tuple(
        UnsentMails(
            gave_up=row.gave_up,
            reason=row.error,
            count=row.count,
            since=row.since,
            to=tuple(names[one] for one in row.member_ids if one in names),
            to_invited=None in row.member_ids,
        )
        for row in found
    )


def refusal_rows(days: Sequence[Day]) -> tuple[RefusalRow, ...]:
    """Reasons that read the same are one row; names that others made up are not shown."""
    rows = []
    for one in days:
        counts: dict[str, int] = {}
        for counted, count in one.counts.items():
            code = _refusal(counted)
            counts[code] = counts.get(code, 0) + count
        ordered = sorted(counts.items(), key=lambda item: -item[1])
        rows += [RefusalRow(day=one.day, reason=code, count=count) for code, count in ordered]
    return tuple(rows)


def start_groups(
    lines: Sequence[Line],
) -> tuple[tuple[StartGroup, tuple[StartLine, ...]], ...]:
    grouped = (
        (group, tuple(_start_line(line) for line in lines if line.group == group))
        for group in get_args(StartGroup)
    )
    return tuple((group, found) for group, found in grouped if found)


def _start_line(line: Line) -> StartLine:
    return StartLine(code=line.code, url=line.url, count=line.count, name=line.name)


_GOOD: tuple[HostLook, ...] = ("well", "quiet")


def _look(state: HostState) -> HostLook:
    if state.paused_at is not None:
        return "stopped" if state.paused_by else "paused"
    if state.failing_since is not None:
        return "failing"
    return "well" if state.delivered_at else "quiet"


def _backlog_row(row: Backlog) -> BacklogRow:
    return BacklogRow(
        kind=row.kind,
        gave_up=row.gave_up,
        count=row.count,
        since=row.since,
        reason=key_of(row.error),
    )


def _refusal(counted: str) -> str:
    what, _, name = counted.partition(" ")
    if what == "ignored":
        return what
    return name if name in hospitals.REFUSALS else "other"
