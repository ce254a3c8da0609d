"""How much other servers may leave here (T78): what they did, what administrators decide, and whom
they are told of."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from tortoise.transactions import in_transaction

from instance import raw_sql
from instance.errors import FormRefused
from instance.ids import new_id
from instance.models import HostDay, HostLimit, HostTotal, Left, Member, PurgeRun
from instance.outbox import limits, trust
from instance.outbox.host_counts import Limit, usual
from instance.services import audit, duties, members
from instance.services.duties import Duty

MOST = 10**12
NO_LIMIT = "Enter whole numbers in both fields; of a day not more than in all."
_COUNTED = "quotas"  # the name of the mark of the last count
_COUNT = {
    Left.POSTS: """
SELECT a.host AS host, COUNT(*) AS n FROM post p JOIN actor a ON a.id = p.author_id
WHERE NOT a.is_local AND p.deleted_at IS NULL GROUP BY a.host""",
    Left.BYTES: """
SELECT a.host AS host, SUM(LENGTH(CAST(p.document AS TEXT))) AS n
FROM post p JOIN actor a ON a.id = p.author_id
WHERE NOT a.is_local AND p.deleted_at IS NULL GROUP BY a.host""",
    Left.PEOPLE: "SELECT host, COUNT(*) AS n FROM actor WHERE NOT is_local GROUP BY host",
    Left.REACTIONS: """
SELECT host, COUNT(*) AS n FROM (
    SELECT a.host FROM reaction r JOIN actor a ON a.id = r.actor_id WHERE NOT a.is_local
    UNION ALL SELECT a.host FROM follow f JOIN actor a ON a.id = f.follower_id WHERE NOT a.is_local
) kept GROUP BY host""",
    Left.REPORTS: """
SELECT host, COUNT(*) AS n FROM report WHERE reporter_id IS NULL GROUP BY host""",
    Left.CONSULTS: """
SELECT g.host AS host, COUNT(*) AS n FROM history_entry h JOIN consult c ON c.id = h.consult_id
JOIN actor g ON g.id = c.group_id WHERE NOT g.is_local GROUP BY g.host""",
}
_ADD_DAY = """
INSERT INTO host_day (id, host, day, kind, count) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (host, day, kind) DO UPDATE SET count = host_day.count + excluded.count
"""
_ADD_TOTAL = """
INSERT INTO host_total (id, host, kind, count) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (host, kind) DO UPDATE SET count = host_total.count + excluded.count
"""


@dataclass(frozen=True)
class Used:
    """Of one kind: today and in all, and how much may be. `is_usual`: nobody decided otherwise."""

    kind: Left
    today: int
    total: int
    limit: Limit
    usual: Limit
    is_usual: bool

    @property
    def is_full(self) -> bool:
        return self.today >= self.limit.a_day or self.total >= self.limit.in_all


async def write(now: datetime) -> None:
    """Put down what was counted since the last time."""
    counts = limits.current().left_here
    taken = counts.take()
    if not taken:
        return
    try:
        async with in_transaction():
            # In one order: another process writes the same rows.
            counted = [(*of, many) for of, many in sorted(taken.items())]
            totals = Counter[tuple[str, Left]]()
            for host, _, kind, many in counted:
                totals[host, kind] += many
            days = [(new_id(), *one) for one in counted]
            await raw_sql.insert_many(_ADD_DAY, days)
            in_all = [(new_id(), *of, many) for of, many in sorted(totals.items())]
            await raw_sql.insert_many(_ADD_TOTAL, in_all)
    except BaseException:
        counts.give_back(taken)  # with the next ones
        raise


async def count_anew(now: datetime) -> None:
    """Once a day, because what was deleted makes room again."""
    last = await PurgeRun.get_or_none(name=_COUNTED)
    if last is not None and last.ran_at.astimezone(UTC).date() == now.astimezone(UTC).date():
        return
    for kind, sql in _COUNT.items():
        found = {row["host"]: int(row["n"]) for row in await raw_sql.run(sql, [])}
        async with in_transaction():
            await HostTotal.filter(kind=kind).update(count=0)
            for host, many in found.items():
                await HostTotal.update_or_create(defaults={"count": many}, host=host, kind=kind)
            await PurgeRun.update_or_create(defaults={"ran_at": now}, name=_COUNTED)


async def of_host(host: str, now: datetime) -> list[Used]:
    today = now.astimezone(UTC).date()
    days = {row.kind: row.count for row in await HostDay.filter(host=host, day=today)}
    totals = {row.kind: row.count for row in await HostTotal.filter(host=host)}
    decided = {row.kind: Limit(row.a_day, row.in_all) for row in await HostLimit.filter(host=host)}
    is_partner = await trust.is_trusted(host)
    return [
        Used(
            kind,
            days.get(kind, 0),
            totals.get(kind, 0),
            decided.get(kind) or usual(kind, is_partner=is_partner),
            usual(kind, is_partner=is_partner),
            kind not in decided,
        )
        for kind in Left
    ]


async def full(now: datetime) -> list[str]:
    """The servers that may leave nothing more of some kind today, or until there is room."""
    today = now.astimezone(UTC).date()
    wrote = await HostDay.filter(day=today).distinct().values_list("host", flat=True)
    return [
        host
        for host in sorted(str(one) for one in wrote)
        if any(used.is_full for used in await of_host(host, now))
    ]


async def change(by: Member, host: str, wanted: Mapping[Left, Limit | None]) -> None:
    """How much `host` may leave here; None: the usual again. Raises FormRefused."""
    duties.require(by, Duty.HOSPITALS)
    for kind, limit in wanted.items():
        if limit is not None and not 0 <= limit.a_day <= limit.in_all <= MOST:
            raise FormRefused({kind.value: NO_LIMIT})
    actor = await members.speaking_as(by)
    async with in_transaction():
        rows = await HostLimit.filter(host=host).select_for_update()
        now = {row.kind: Limit(row.a_day, row.in_all) for row in rows}
        changed = {kind: one for kind, one in wanted.items() if now.get(kind) != one}
        if not changed:
            return  # a second click
        for kind, limit in changed.items():
            if limit is None:
                await HostLimit.filter(host=host, kind=kind).delete()
                continue
            values = {"a_day": limit.a_day, "in_all": limit.in_all}
            await HostLimit.update_or_create(defaults=values, host=host, kind=kind)
        said = {
            kind.value: f"{one.a_day} {one.in_all}" if one else "usual"
            for kind, one in changed.items()
        }
        await audit.record("host.limited", actor_uri=actor.uri, host=host, subject=host, **said)
    limits.current().left_here.forget(host)


def cost(kind: Left, size: int = 0) -> Counter[Left]:
    """Of one of a kind, and so many bytes."""
    found = Counter({kind: 1})
    if size:
        found[Left.BYTES] += size
    return found
