"""Times and clocks as people read them: relative under 24 hours, else the date.

Pure functions of a time, the page's `now` and zone; every result that shows a moment is a
`<time>` element with the ISO form in it. Source: ux.md 8 and 9.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from gettext import NullTranslations
from zoneinfo import ZoneInfo

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from instance.marking import N_
from instance.web.views import Clock, Page

MONTHS = (
    *(N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"), N_("May"), N_("Jun")),
    *(N_("Jul"), N_("Aug"), N_("Sep"), N_("Oct"), N_("Nov"), N_("Dec")),
)
DAYS = (
    *(N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday")),
    *(N_("Friday"), N_("Saturday"), N_("Sunday")),
)
LAST_PART = 0.25  # the clock is marked when this much of the target time is left
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ClockWords:
    """Text of a clock, the class that colours it ("", "soon", "late") and its icon."""

    text: str
    look: str
    icon: str


class Times:
    """The filters, bound to one language."""

    def __init__(self, translations: NullTranslations) -> None:
        self._ = translations.gettext
        self.n = translations.ngettext
        # What was said last, of which minute where.
        self._today = datetime.min.replace(tzinfo=UTC), "", Markup()

    @pass_context
    def ago(self, context: Context, at: datetime) -> Markup:
        """ "38 min ago", "5 h ago", else the date."""
        passed = _page(context).now - at
        if passed < timedelta(0):
            return _element(at, self.date(context, at))
        if passed < timedelta(minutes=1):
            return _element(at, self._("just now"))
        if passed < timedelta(hours=1):
            return _element(at, self._("%(n)s min ago") % {"n": passed.seconds // 60})
        if passed < DAY:
            return _element(at, self._("%(n)s h ago") % {"n": passed.seconds // 3600})
        return _element(at, self.date(context, at))

    def age(self, page: Page, at: datetime) -> tuple[object, ...]:
        """What `ago` says hangs on, besides the time itself: as long as it is equal, so is that."""
        passed = page.now - at
        if passed.days == 0:
            seconds = passed.seconds
            return ("min", seconds // 60) if seconds < 3600 else ("h", seconds // 3600)
        return page.zone, _local(page, page.now).year

    @pass_context
    def moment(self, context: Context, at: datetime) -> Markup:
        """ "10:22" today, "21 Nov, 10:22" on other days."""
        page = _page(context)
        here, today = _local(page, at), _local(page, page.now)
        clock = f"{here:%H:%M}"
        if here.date() == today.date():
            return _element(at, clock)
        words = self._("%(date)s, %(clock)s") % {"date": self.date(context, at), "clock": clock}
        return _element(at, words)

    @pass_context
    def stamp(self, context: Context, at: datetime) -> Markup:
        """ "22 Nov 2026, 11:20", for what may be read years later: a printed page."""
        here = _local(_page(context), at)
        words = self._("%(day)s %(month)s %(year)s, %(clock)s") % {
            "day": here.day,
            "month": self._(MONTHS[here.month - 1]),
            "year": here.year,
            "clock": f"{here:%H:%M}",
        }
        return _element(at, words)

    @pass_context
    def day(self, context: Context, at: datetime) -> Markup:
        """ "3 Oct", with the year when it is another one."""
        return _element(at, self.date(context, at))

    @pass_context
    def since(self, context: Context, at: datetime) -> Markup:
        """ "10:22" today, "Friday" within a week, else the date."""
        page = _page(context)
        here, today = _local(page, at), _local(page, page.now)
        if here.date() == today.date():
            return _element(at, f"{here:%H:%M}")
        if today.date() - here.date() < timedelta(days=7):
            return _element(at, self._(DAYS[here.weekday()]))
        return _element(at, self.date(context, at))

    @pass_context
    def today(self, context: Context) -> Markup:
        """The head of Home: "Sunday 22 November, 11:20" without a long month name."""
        page = _page(context)
        minute = page.now.replace(second=0, microsecond=0)
        if self._today[:2] != (minute, page.zone):
            here = _local(page, minute)
            words = self._("%(weekday)s %(date)s, %(clock)s") % {
                "weekday": self._(DAYS[here.weekday()]),
                "date": self.date(context, minute),
                "clock": f"{here:%H:%M}",
            }
            self._today = minute, page.zone, _element(minute, words)
        return self._today[2]

    @pass_context
    def date(self, context: Context, at: datetime) -> str:
        """The same as plain words, for inside a drawing."""
        page = _page(context)
        here = _local(page, at)
        parts = {"day": here.day, "month": self._(MONTHS[here.month - 1]), "year": here.year}
        if here.year == _local(page, page.now).year:
            return self._("%(day)s %(month)s") % parts
        return self._("%(day)s %(month)s %(year)s") % parts

    def duration(self, length: timedelta) -> str:
        """ "0.8 s", "22 min", "5 h 20 min", "2 days 3 h": two units at most."""
        seconds = length.total_seconds()
        if seconds < 60:
            return self._("%(n)s s") % {"n": f"{seconds:.1f}"}
        minutes, hours, days = length.seconds // 60 % 60, length.seconds // 3600, length.days
        if days:
            first = self.n("%(n)s day", "%(n)s days", days) % {"n": days}
            return self._("%(days)s %(n)s h") % {"days": first, "n": hours} if hours else first
        if hours and minutes:
            return self._("%(h)s h %(m)s min") % {"h": hours, "m": minutes}
        if hours:
            return self._("%(n)s h") % {"n": hours}
        return self._("%(n)s min") % {"n": minutes}

    @pass_context
    def clock(self, context: Context, clock: Clock) -> ClockWords:
        return self.clock_at(_page(context).now, clock)

    def clock_at(self, now: datetime, clock: Clock) -> ClockWords:
        """The time for a first answer in words; the last quarter and the passed time stand out."""
        if clock.due_at is None:
            return ClockWords(self._("Clock paused"), "", "pause")
        left = clock.due_at - now
        if left < timedelta(0):
            words = self._("No answer yet, target passed %(time)s ago")
            return ClockWords(words % {"time": self.duration(-left)}, "late", "alert")
        look = "soon" if left < LAST_PART * (clock.due_at - clock.started_at) else ""
        words = self._("Answer due in %(time)s") % {"time": self.duration(left)}
        return ClockWords(words, look, "clock")


def _page(context: Context) -> Page:
    page: Page = context["page"]
    return page


def _local(page: Page, at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(page.zone))


def _element(at: datetime, words: str) -> Markup:
    stamp = at.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat()
    return Markup(f'<time datetime="{stamp}Z">{escape(words)}</time>')  # noqa: S704
