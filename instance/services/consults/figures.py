"""How consults go, in numbers (domain.md 3.4): by hospital, specialty and month, never by person.

Counted when they are looked at, from what every consult has anyway; no word of one is unsealed.
What fewer than five consults say is not told, and neither is what would tell it by subtraction.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from statistics import median
from typing import Any, TypeVar

from instance import config
from instance.models import Consult, Contribution, Hold, Recall, Receipt, Status
from instance.services.consults.states import Event

SMALLEST = 5  # consults of a cell that is shown
AIM = 80  # of 100 consults answered within their target

K = TypeVar("K")

_COUNTED = ("answer", "ask_info", "provide_info", "not_solved", "reopen")
_UNTOLD = ("not_reported", "not_accepted")  # outcomes that nobody recorded


@dataclass(frozen=True)
class Case:
    """What is counted of one consult. `hours`: to the first answer, those left out in which the
    asker's reply was waited for. `is_due`: it is answered, has ended, or its target passed."""

    asked_at: datetime
    host: str  # of the hospital that asked
    specialties: tuple[str, ...]
    target_hours: int
    hours: float | None
    is_due: bool
    answerers: int
    is_accepted: bool
    status: Status
    outcome: str
    was_reopened: bool
    was_held: bool


@dataclass(frozen=True)
class Rate:
    """`part` of `whole` consults. Not shown below `SMALLEST`."""

    part: int
    whole: int

    @property
    def percent(self) -> int | None:
        if self.whole < SMALLEST:
            return None
        return round(100 * self.part / self.whole)


@dataclass(frozen=True)
class Figures:
    """Of some consults. `median` and `slowest` (of ten, the ninth) in hours; None for too few."""

    asked: int
    median: float | None
    slowest: float | None
    target: float | None  # hours, the median
    answered: Rate
    within_target: Rate
    by_several: Rate
    accepted: Rate
    with_outcome: Rate
    reopened: Rate
    escalated: Rate
    held: Rate

    @property
    def is_shown(self) -> bool:
        return self.asked >= SMALLEST


async def cases(since: datetime, now: datetime) -> list[Case]:
    """Of all consults here asked since then, oldest first; withdrawn ones count nowhere."""
    rows = (
        await Consult.filter(published_at__gte=since, published_at__lt=now, is_private=False)
        .exclude(status__in=[Status.WITHDRAWN])
        .order_by("published_at", "id")
        .values(
            *("id", "published_at", "first_answer_at", "target_hours", "specialties", "status"),
            *("outcome", "accepted", "due_at", "is_local", "asker__host"),
        )
    )
    said = await _said(since, now)
    held = await _held(since, now)
    ours = config.current().host
    return [_case(row, ours, said.get(row["id"], []), row["id"] in held, now) for row in rows]


def of(found: Sequence[Case]) -> Figures:
    hours = sorted(case.hours for case in found if case.hours is not None)
    due = [case for case in found if case.is_due]
    answered = [case for case in found if case.hours is not None]
    closed = [case for case in found if case.status is Status.CLOSED]
    enough = len(hours) >= SMALLEST
    return Figures(
        asked=len(found),
        median=median(hours) if enough else None,
        slowest=hours[ceil(0.9 * len(hours)) - 1] if enough else None,
        target=median(case.target_hours for case in found) if len(found) >= SMALLEST else None,
        answered=_rate(due, lambda case: case.hours is not None),
        within_target=_rate(due, _is_within_target),
        by_several=_rate(answered, lambda case: case.answerers > 1),
        accepted=_rate(answered, lambda case: case.is_accepted),
        with_outcome=_rate(closed, lambda case: case.outcome not in ("", *_UNTOLD)),
        reopened=_rate(answered, lambda case: case.was_reopened),
        escalated=_rate(found, lambda case: case.status is Status.ESCALATED),
        held=_rate(found, lambda case: case.was_held),
    )


def grouped(found: Iterable[Case], keys: Callable[[Case], Iterable[K]]) -> dict[K, list[Case]]:
    """Cases by every key each has, in the order in which they are met."""
    groups: dict[K, list[Case]] = {}
    for case in found:
        for key in keys(case):
            groups.setdefault(key, []).append(case)
    return groups


def hidden(sizes: Mapping[K, int]) -> set[K]:
    """The cells of one whole that are not shown: those below `SMALLEST`, and as many of the next
    smallest as it takes until what is hidden together is not small either."""
    found: set[K] = set()
    together = 0
    for key, size in sorted(sizes.items(), key=lambda item: item[1]):
        if size == 0:
            continue
        if size >= SMALLEST and not 0 < together < SMALLEST:
            break
        found.add(key)
        together += size
    return found


def outcomes(found: Iterable[Case]) -> dict[str, int]:
    """How often each outcome was recorded."""
    counts: dict[str, int] = {}
    for case in found:
        if case.outcome and case.outcome not in _UNTOLD:
            counts[case.outcome] = counts.get(case.outcome, 0) + 1
    return counts


def week_of(at: datetime) -> datetime:
    """The Monday it belongs to, 00:00 UTC."""
    day = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())


def month_of(at: datetime) -> datetime:
    """The first of its month, 00:00 UTC."""
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


async def _held(since: datetime, now: datetime) -> set[int]:
    """Recalled as it could identify a patient, or held before it was sent."""
    asked = {"consult__published_at__gte": since, "consult__published_at__lt": now}
    found: set[int] = set()
    recalled = Recall.filter(reason="phi", **asked), Receipt.filter(reason="phi", **asked)
    for rows in (*recalled, Hold.filter(**asked)):
        found |= {row["consult_id"] for row in await rows.values("consult_id")}
    return found


async def _said(since: datetime, now: datetime) -> dict[int, list[dict[str, Any]]]:
    """What was counted as said in each consult, by its time."""
    rows = (
        await Contribution.filter(
            consult__published_at__gte=since,
            consult__published_at__lt=now,
            kind__in=_COUNTED,
            seq__not_isnull=True,
        )
        .order_by("consult_id", "seq")
        .values("consult_id", "author_id", "kind", "published_at")
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["consult_id"], []).append(row)
    return found


def _case(
    row: Mapping[str, Any], ours: str, said: Sequence[Mapping[str, Any]], held: bool, now: datetime
) -> Case:
    status, answered_at = Status(row["status"]), row["first_answer_at"]
    kinds = {each["kind"] for each in said}
    target = timedelta(hours=row["target_hours"])
    waited = _waited(said, row["published_at"], answered_at or now)
    has_ended = status in (Status.CLOSED, Status.ESCALATED, Status.EXPIRED)
    return Case(
        asked_at=row["published_at"],
        host=ours if row["is_local"] else row["asker__host"],
        specialties=tuple(row["specialties"]),
        target_hours=row["target_hours"],
        hours=waited.total_seconds() / 3600 if answered_at is not None else None,
        is_due=answered_at is not None or has_ended or waited > target,
        answerers=len({each["author_id"] for each in said if each["kind"] == Event.ANSWER}),
        is_accepted=bool(row["accepted"]),
        status=status,
        outcome=row["outcome"] or "",
        was_reopened=bool(kinds & {"not_solved", "reopen"}),
        was_held=held or status is Status.HELD,
    )


def _waited(said: Sequence[Mapping[str, Any]], start: datetime, end: datetime) -> timedelta:
    """From the question to its first answer, without the time in which the clock stood still."""
    paused, since = timedelta(0), None
    for each in said:
        at = min(max(each["published_at"], start), end)  # clocks of other hospitals differ
        if each["kind"] == Event.ASK_INFO and since is None:
            since = at
        elif each["kind"] == Event.PROVIDE_INFO and since is not None:
            paused, since = paused + max(at - since, timedelta(0)), None
    if since is not None:
        paused += end - since
    return end - start - paused


def _is_within_target(case: Case) -> bool:
    return case.hours is not None and case.hours <= case.target_hours


def _rate(found: Sequence[Case], counts: Callable[[Case], bool]) -> Rate:
    return Rate(sum(map(counts, found)), len(found))
