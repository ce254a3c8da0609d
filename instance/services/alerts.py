"""What is wrong or waits for an administrator just now, computed from the tables.

Whoever was told of it is in `telling`. The start page (`waiting`) counts the same things.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tortoise.expressions import F, Q
from tortoise.queryset import QuerySet

from federation.origin import host_of
from instance import config, raw_sql
from instance.delivery_reasons import key_of
from instance.models import (
    AlertKind,
    Direction,
    Offer,
    Peer,
    PeerLevel,
    Relationship,
    Subscription,
    TrustState,
    VerificationCase,
)
from instance.services import audit_checks, cases, mails, quotas, strangers
from instance.services.consults import drafts, receipts
from instance.services.treaties import RENEW_BEFORE

SILENT_AFTER = timedelta(minutes=30)
HELD_AFTER = timedelta(minutes=15)  # until then its asker may well be mending it
GAVE_UP_WITHIN = timedelta(days=7)
_GAVE_UP = """
SELECT d.host AS host, d.last_error AS error, p.level AS level,
    min(d.gave_up_at) AS since, count(*) AS number
FROM delivery d LEFT JOIN peer p ON p.host = d.host
WHERE d.gave_up_at > ?1 GROUP BY d.host, d.last_error, p.level
"""
_BY_US = ("blocked here", "left", "recalled", "dropped")  # ended here, not failed


@dataclass(frozen=True)
class Alert:
    """`host` is "" for what concerns ourselves; of FLOOD a domain, or "" for many of them. `case`:
    who waits, of CASE_LATE."""

    kind: AlertKind
    host: str
    since: datetime
    case: VerificationCase | None = None

    @property
    def key(self) -> str:
        """By which nobody is told of it twice."""
        return f"{self.kind} {self.host if self.case is None else self.case.id}"


@dataclass(frozen=True)
class GivenUp:
    """So many deliveries to one host that failed for good, the first of them `since`."""

    host: str
    is_partner: bool
    since: datetime
    count: int


def keys_changed() -> QuerySet[Peer]:
    """Partners that show other keys than those compared."""
    return Peer.filter(keys_changed_at__not_isnull=True).exclude(level=PeerLevel.BLOCKED)


def is_silent() -> Q:
    """A server that does not take what we send, or a partner that does not answer at all: one that
    took something since its keys could not be looked at does answer."""
    is_partner = Q(silent_since__not_isnull=True, level=PeerLevel.TRUSTED)
    took_nothing = Q(delivered_at=None) | Q(delivered_at__lt=F("silent_since"))
    return Q(failing_since__not_isnull=True) | (is_partner & took_nothing)


def ending(now: datetime) -> QuerySet[Relationship]:
    """What was agreed with a partner and runs out soon."""
    soon = {"ends_at__gt": now, "ends_at__lte": now + RENEW_BEFORE, "state": TrustState.ACTIVE}
    return Relationship.filter(peer__level=PeerLevel.TRUSTED, **soon)


def offers() -> QuerySet[Offer]:
    """Those that wait for our answer."""
    return Offer.filter(direction=Direction.THEIRS, state=TrustState.PENDING, answer_uri=None)


async def given_up(after: datetime) -> list[GivenUp]:
    """By host and reason; not what we ended ourselves."""
    return [
        GivenUp(row["host"], row["level"] == "trusted", raw_sql.time(row["since"]), row["number"])
        for row in await raw_sql.run(_GAVE_UP, [after])
        if key_of(row["error"] or "") not in _BY_US
    ]


async def current(now: datetime | None = None) -> list[Alert]:
    """Everything, oldest first."""
    now = now or datetime.now(UTC)
    found = [
        *await _of_partners(now),
        *await _offers(),
        *await _lists(),
        *await _overdue(now),
        *await _given_up(now),
        *await _late_cases(now),
        *await _held(now),
        *await _full(now),
        *await _of_ourselves(now),
    ]
    return sorted(found, key=lambda alert: alert.since)


async def _of_partners(now: datetime) -> list[Alert]:
    found = []
    for peer in await keys_changed():
        found.append(Alert(AlertKind.KEYS, peer.host, peer.keys_changed_at or now))
    silent = set()
    for peer in await Peer.filter(is_silent(), level=PeerLevel.TRUSTED):
        since = _first(peer.failing_since, peer.silent_since)
        if since is not None and since <= now - SILENT_AFTER:
            found.append(Alert(AlertKind.SILENT, peer.host, since))
            silent.add(peer.host)
    # Who answers, and what they say of their people's standing cannot be read or believed.
    failing = {"lists_failing_since__lte": now - SILENT_AFTER, "level": PeerLevel.TRUSTED}
    for peer in await Peer.filter(**failing).exclude(host__in=list(silent)):
        found.append(Alert(AlertKind.STANDING, peer.host, peer.lists_failing_since or now))
    ends: dict[str, datetime] = {}
    for row in await ending(now).select_related("peer"):
        ends[row.peer.host] = min(row.ends_at, ends.get(row.peer.host, row.ends_at))
    found += [Alert(AlertKind.ENDS_SOON, host, at - RENEW_BEFORE) for host, at in ends.items()]
    return found


async def _offers() -> list[Alert]:
    """Those that wait for an answer; of a flood that it is one."""
    crowd = await strangers.by_domain()
    found = []
    if len(crowd) > strangers.TOLD_MOST:
        begun = sorted(hosts[0].since for hosts in crowd.values())[strangers.TOLD_MOST]
        found.append(Alert(AlertKind.FLOOD, "", begun))
    floods = {d: hosts for d, hosts in crowd.items() if len(hosts) >= strangers.OF_DOMAIN_MOST}
    found += [Alert(AlertKind.FLOOD, domain, hosts[0].since) for domain, hosts in floods.items()]
    listed = {one.host for hosts in floods.values() for one in hosts}
    for row in await offers().select_related("peer"):
        if row.peer.host not in listed:
            found.append(Alert(AlertKind.OFFERED, row.peer.host, row.created_at))
    return found


async def _lists() -> list[Alert]:
    dev = config.current().development
    return [
        Alert(AlertKind.LIST, host_of(row.publisher, dev), row.changed_at)
        for row in await Subscription.all()
        if row.waiting or row.error not in ("", "unreachable")
    ]


async def _overdue(now: datetime) -> list[Alert]:
    found = await receipts.overdue(now)
    return [Alert(AlertKind.OVERDUE, host, since) for host, since in found.items()]


async def _given_up(now: datetime) -> list[Alert]:
    since: dict[str, datetime] = {}
    for one in await given_up(now - GAVE_UP_WITHIN):
        if one.is_partner:
            since[one.host] = min(one.since, since.get(one.host, one.since))
    return [Alert(AlertKind.GAVE_UP, host, at) for host, at in since.items()]


async def _late_cases(now: datetime) -> list[Alert]:
    rows = await cases.late(now)
    return [Alert(AlertKind.CASE_LATE, "", cases.due_at(row), row) for row in rows]


async def _held(now: datetime) -> list[Alert]:
    oldest = await drafts.held().filter(held_at__lte=now - HELD_AFTER).order_by("held_at").first()
    return [Alert(AlertKind.HELD, "", oldest.held_at)] if oldest and oldest.held_at else []


async def _full(now: datetime) -> list[Alert]:
    today = datetime.combine(now.astimezone(UTC).date(), datetime.min.time(), UTC)
    return [Alert(AlertKind.QUOTA, host, today) for host in await quotas.full(now)]


async def _of_ourselves(now: datetime) -> list[Alert]:
    _, check = await audit_checks.last()
    broken = check.finished_at if check is not None and check.problems else None
    times = {AlertKind.AUDIT: broken, AlertKind.MAIL: await mails.stuck_since(now)}
    return [Alert(kind, "", at) for kind, at in times.items() if at is not None]


def _first(*times: datetime | None) -> datetime | None:
    return min((at for at in times if at is not None), default=None)
