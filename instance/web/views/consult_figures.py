"""How consults go, drawn and as tables."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from instance.web.views.page import PageView

Period = Literal["8w", "6m", "12m"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A line through `points` in the units of the chart; `last` stands at its end."""

    look: Literal["1", "2"]
    points: tuple[tuple[float, float], ...]
    last: str

    @property
    def line(self) -> str:
        return " ".join(f"{x:g},{y:g}" for x, y in self.points)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChart:
    """350 by 190 units. `rules`: height and hours; `marks`: place and day of those named."""

    series: tuple[Series, ...]
    rules: tuple[tuple[float, str], ...]
    marks: tuple[tuple[float, datetime], ...]
    target_y: float | None  # None where it lies above all


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Shares in percent; None of fewer than five."""

    asked: int
    median: timedelta | None
    slowest: timedelta | None
    target: timedelta | None
    within_target: int | None
    answered: int | None
    by_several: int | None
    accepted: int | None
    with_outcome: int | None
    reopened: int | None
    escalated: int | None
    held: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotRow:
    """A week or a month from `at` on. `tally` None: not shown, for it is too small."""

    at: datetime
    tally: Tally | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedRow:
    """A specialty by its slug, a hospital by its name. `within` of `due`: answered within target,
    of those answered or whose target passed; None where it would tell of fewer than five."""

    name: str
    tally: Tally
    within: int = 0
    due: int | None = None
    is_below: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRow:
    code: str
    count: int
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresPage(PageView):
    """`/admin/figures`. `hospitals`: host and name to choose from; `change`: the medians of the
    first and the last slot drawn."""

    TEMPLATE: ClassVar[str] = "admin/figures.html"
    period: Period
    hospital: str = ""
    specialty: str = ""
    hospitals: tuple[tuple[str, str], ...] = ()
    specialties: tuple[str, ...] = ()
    csv_url: str = ""
    tally: Tally | None = None
    aim: int = 0
    chart: LineChart | None = None
    change: tuple[timedelta, timedelta] | None = None
    slots: tuple[SlotRow, ...] = ()
    by_specialty: tuple[NamedRow, ...] = ()
    specialties_hidden: bool = False
    by_hospital: tuple[NamedRow, ...] = ()
    hospitals_hidden: bool = False
    outcomes: tuple[OutcomeRow, ...] = ()
    outcomes_hidden: bool = False

    @property
    def by_month(self) -> bool:
        return self.period != "8w"
