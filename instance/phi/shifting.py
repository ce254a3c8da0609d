"""What the dates of one text become: they move together, the first of them is day 0."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace

from instance.phi.findings import Severity

FAR = 400  # days; beyond that the year alone says more, and a year is no identifier


@dataclass(frozen=True)
class Moment:
    """As much of a date as was written; 0 for what was not.

    `numeric`: in figures with the day or the month first, as the writer's country does.
    """

    day: int
    month: int
    year: int
    numeric: bool = False


@dataclass(frozen=True)
class Dated:
    """A date found in a text."""

    start: int
    end: int
    moment: Moment
    severity: Severity
    birth: bool


def shifted(moments: Sequence[tuple[Moment, bool]], day_first: bool) -> list[str | None]:
    """For each moment (and whether it is a birth) what stands in its place."""
    fixes: list[str | None] = []
    base: datetime.date | None = None
    last: datetime.date | None = None
    for moment, birth in moments:
        date = None if birth else _date(_ordered(moment, day_first), last)
        if birth:
            fixes.append("")
        elif date is None:
            fixes.append(str(moment.year) if moment.year else None)
        else:
            base = base or date
            last = date
            away = (date - base).days
            fixes.append(f"day {away}" if abs(away) <= FAR else str(date.year))
    return fixes


def _ordered(moment: Moment, day_first: bool) -> Moment:
    if not moment.numeric or moment.day > 12 or (day_first and moment.month <= 12):
        return moment
    return replace(moment, day=moment.month, month=moment.day)


def _date(moment: Moment, last: datetime.date | None) -> datetime.date | None:
    if not moment.day or not moment.month:
        return None
    if moment.year:
        return _on(moment.year, moment)
    if last is None:
        return _on(2023, moment) or _on(2024, moment)  # the second for 29 February
    years = (last.year - 1, last.year, last.year + 1)
    possible = [date for date in (_on(year, moment) for year in years) if date is not None]
    return min(possible, key=lambda date: abs((date - last).days), default=None)


def _on(year: int, moment: Moment) -> datetime.date | None:
    try:
        return datetime.date(year, moment.month, moment.day)
    except ValueError:
        return None
