"""From counted consults to charts with their tables."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from instance import spreadsheets
from instance.services.consults import figures
from instance.services.consults.figures import Case, Figures
from instance.web.presenting.pages import Surroundings
from instance.web.views.consult_figures import (
    FiguresPage,
    LineChart,
    NamedRow,
    OutcomeRow,
    Period,
    Series,
    SlotRow,
    Tally,
)

SLOTS: Mapping[str, int] = {"8w": 8, "6m": 6, "12m": 12}
LEFT, RIGHT, TOP, BOTTOM = 34.0, 306.0, 12.0, 162.0  # of the drawing, in its 350 by 190 units
_STEPS = (1, 2, 4, 8, 12, 24, 48, 72, 96, 168)  # hours between two rules
_COLUMNS = (
    *("month", "hospital", "specialty", "consults", "median_hours_to_first_answer"),
    *("slowest_tenth_hours", "within_target_percent", "answered_percent"),
    *("two_or_more_answerers_percent", "accepted_percent", "outcome_recorded_percent"),
    *("reopened_percent", "escalated_percent", "held_percent"),
)


def first_slot(period: Period, now: datetime) -> datetime:
    """Where the first of its weeks or months begins; the last one goes on."""
    if period == "8w":
        return figures.week_of(now) - timedelta(weeks=SLOTS[period] - 1)
    start = figures.month_of(now)
    for _ in range(SLOTS[period] - 1):
        start = figures.month_of(start - timedelta(days=1))
    return start


def page(
    around: Surroundings,
    found: Sequence[Case],
    period: Period,
    now: datetime,
    hospital: str = "",
    specialty: str = "",
) -> FiguresPage:
    chosen = [
        case
        for case in found
        if hospital in ("", case.host) and (not specialty or specialty in case.specialties)
    ]
    tally = figures.of(chosen)
    rows = _slots(chosen, period, now)
    by_specialty, few_specialties = _named(
        chosen, lambda case: case.specialties, lambda slug: slug, "within_target"
    )
    by_hospital, few_hospitals = _named(
        chosen, lambda case: [case.host], lambda host: around.institutions.get(host, host), "asked"
    )
    outcomes, few_outcomes = _outcomes(chosen)
    drawn = [row for row in rows if row.tally is not None and row.tally.median is not None]
    return FiguresPage(
        page=around.page,
        period=period,
        hospital=hospital,
        specialty=specialty,
        hospitals=_choices(found, around),
        specialties=tuple(sorted(figures.grouped(found, lambda case: case.specialties))),
        csv_url=f"/admin/figures.csv?period={period}",
        tally=_tally(tally) if tally.is_shown else None,
        aim=figures.AIM,
        chart=_chart(rows, tally.target) if len(drawn) > 1 else None,
        change=_change(drawn),
        slots=tuple(reversed(rows)),
        by_specialty=by_specialty,
        specialties_hidden=few_specialties,
        by_hospital=by_hospital,
        hospitals_hidden=few_hospitals,
        outcomes=outcomes,
        outcomes_hidden=few_outcomes,
    )


def as_csv(found: Sequence[Case], names: Mapping[str, str]) -> str:
    """A line for each month, hospital and specialty that is not too small to be told; "all" for
    all specialties of one together."""
    text = spreadsheets.line(*_COLUMNS)
    for month, of_month in figures.grouped(found, lambda c: [figures.month_of(c.asked_at)]).items():
        for host, cases in _told(of_month, lambda case: [case.host]):
            parts = [("all", cases), *_told(cases, lambda case: case.specialties)]
            for specialty, part in parts:
                name = names.get(host, host)
                cells = _cells(figures.of(part))
                text += spreadsheets.line(f"{month:%Y-%m}", name, specialty, *cells)
    return text


def _told(
    found: Sequence[Case], keys: Callable[[Case], Iterable[str]]
) -> Iterator[tuple[str, list[Case]]]:
    groups = figures.grouped(found, keys)
    hidden = figures.hidden({key: len(cases) for key, cases in groups.items()})
    return ((key, groups[key]) for key in sorted(groups) if key not in hidden)


def _cells(told: Figures) -> list[str]:
    hours = ["" if value is None else f"{value:.1f}" for value in (told.median, told.slowest)]
    rates = (
        *(told.within_target, told.answered, told.by_several, told.accepted),
        *(told.with_outcome, told.reopened, told.escalated, told.held),
    )
    shares = ["" if rate.percent is None else str(rate.percent) for rate in rates]
    return [str(told.asked), *hours, *shares]


def _slots(found: Sequence[Case], period: Period, now: datetime) -> list[SlotRow]:
    """Every week or month of the period, oldest first, without gaps."""
    start_of = figures.week_of if period == "8w" else figures.month_of
    groups = figures.grouped(found, lambda case: [start_of(case.asked_at)])
    hidden = figures.hidden({at: len(cases) for at, cases in groups.items()})
    rows, at = [], first_slot(period, now)
    while at <= now:
        is_shown = at in groups and at not in hidden
        rows.append(SlotRow(at=at, tally=_tally(figures.of(groups[at])) if is_shown else None))
        at = at + timedelta(weeks=1) if period == "8w" else _next_month(at)
    return rows


def _next_month(at: datetime) -> datetime:
    return datetime(at.year + at.month // 12, at.month % 12 + 1, 1, tzinfo=UTC)


def _named(
    found: Sequence[Case],
    keys: Callable[[Case], Iterable[str]],
    name_of: Callable[[str], str],
    order: str,
) -> tuple[tuple[NamedRow, ...], bool]:
    """The rows to show, the best first, and whether some are too small."""
    told = list(_told(found, keys))
    rows = [_named_row(name_of(key), figures.of(cases)) for key, cases in told]
    rows.sort(key=lambda row: (-(getattr(row.tally, order) or 0), row.name))
    return tuple(rows), len(told) < len(figures.grouped(found, keys))


def _named_row(name: str, told: Figures) -> NamedRow:
    within = told.within_target
    percent, others = within.percent, told.asked - within.whole
    is_told = percent is not None and (others == 0 or others >= figures.SMALLEST)
    return NamedRow(
        name=name,
        tally=_tally(told),
        within=within.part,
        due=within.whole if is_told else None,
        is_below=percent is not None and percent < figures.AIM,
    )


def _outcomes(found: Sequence[Case]) -> tuple[tuple[OutcomeRow, ...], bool]:
    counts = figures.outcomes(found)
    hidden = figures.hidden(counts)
    told = sum(count for code, count in counts.items() if code not in hidden)
    rows = [
        OutcomeRow(code=code, count=count, percent=round(100 * count / told))
        for code, count in sorted(counts.items(), key=lambda item: -item[1])
        if code not in hidden
    ]
    return tuple(rows), bool(hidden)


def _choices(found: Sequence[Case], around: Surroundings) -> tuple[tuple[str, str], ...]:
    hosts = figures.grouped(found, lambda case: [case.host])
    named = ((host, around.institutions.get(host, host)) for host in hosts)
    return tuple(sorted(named, key=lambda choice: choice[1]))


def _tally(told: Figures) -> Tally:
    return Tally(
        asked=told.asked,
        median=_duration(told.median),
        slowest=_duration(told.slowest),
        target=_duration(told.target),
        within_target=told.within_target.percent,
        answered=told.answered.percent,
        by_several=told.by_several.percent,
        accepted=told.accepted.percent,
        with_outcome=told.with_outcome.percent,
        reopened=told.reopened.percent,
        escalated=told.escalated.percent,
        held=told.held.percent,
    )


def _duration(hours: float | None) -> timedelta | None:
    return None if hours is None else timedelta(hours=hours)


def _change(drawn: Sequence[SlotRow]) -> tuple[timedelta, timedelta] | None:
    medians = [row.tally.median for row in drawn if row.tally is not None]
    if len(medians) < 2 or medians[0] is None or medians[-1] is None:
        return None
    return medians[0], medians[-1]


def _chart(rows: Sequence[SlotRow], target: float | None) -> LineChart:
    """Hours upwards from 0, time to the right."""
    most = max(_hours(row.tally.slowest) or 0 for row in rows if row.tally is not None)
    step = next((step for step in _STEPS if step * 4 >= most), _STEPS[-1])
    highest = step * max(2, -int(-most // step))
    width = (RIGHT - LEFT) / max(1, len(rows) - 1)

    def y(hours: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * hours / highest, 1)

    places = [(round(LEFT + place * width, 1), row) for place, row in enumerate(rows)]
    known = [(x, row.tally) for x, row in places if row.tally is not None]
    every = max(1, len(rows) // 4)
    return LineChart(
        series=(
            _series("2", [(x, _hours(told.slowest)) for x, told in known], y),
            _series("1", [(x, _hours(told.median)) for x, told in known], y),
        ),
        rules=tuple((y(hours), str(hours)) for hours in range(0, highest + 1, step)),
        marks=tuple((x, row.at) for x, row in places[(len(rows) - 1) % every :: every]),
        target_y=y(target) if target is not None and target <= highest else None,
    )


def _series(
    look: str, values: Iterable[tuple[float, float | None]], y: Callable[[float], float]
) -> Series:
    known = [(x, hours) for x, hours in values if hours is not None]
    return Series(
        look="1" if look == "1" else "2",
        points=tuple((x, y(hours)) for x, hours in known),
        last=f"{known[-1][1]:.1f}",
    )


def _hours(length: timedelta | None) -> float | None:
    return None if length is None else length.total_seconds() / 3600
