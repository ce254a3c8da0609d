"""When a member may be asked and reached: away, quiet hours in their zone, so many a week.

What they chose is theirs: nobody is told why somebody was not asked.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from tortoise.transactions import in_transaction

from instance.errors import FormRefused
from instance.models import Availability, Member
from instance.services import duties
from instance.services.duties import Duty
from instance.services.occasions import HABITS, WAYS, Occasion, Way

CAP_MOST = 50
_DAY = 24 * 60
_MORNING = 7 * 60  # of who has no quiet hours
_AWAY_MOST = timedelta(days=366)


async def of(member: Member) -> Availability:
    """What they said, or what holds where they said nothing."""
    return (await of_all([member.id]))[member.id]


async def of_all(member_ids: Collection[int]) -> dict[int, Availability]:
    rows = {row.member_id: row for row in await Availability.filter(member_id__in=member_ids)}
    return {one: rows.get(one) or Availability(member_id=one) for one in member_ids}


def is_away(row: Availability, now: datetime) -> bool:
    return row.away_until is not None and row.away_until > now


def wants(row: Availability, occasion: Occasion, way: Way) -> bool:
    chosen = row.choices.get(occasion.value)
    return way in (HABITS[occasion].ways if chosen is None else chosen)


def when_open(row: Availability, zone: str, at: datetime) -> datetime:
    """`at`, or the end of the quiet hours that it is in."""
    here = at.astimezone(ZoneInfo(zone or "UTC"))
    minute = here.hour * 60 + here.minute
    length = (row.quiet_to - row.quiet_from) % _DAY
    if (minute - row.quiet_from) % _DAY >= length:
        return at
    return _next(here, row.quiet_to)


def next_digest(row: Availability, zone: str, at: datetime) -> datetime:
    """The next morning of theirs: the end of their quiet hours."""
    has_quiet = row.quiet_from != row.quiet_to
    return _next(at.astimezone(ZoneInfo(zone or "UTC")), row.quiet_to if has_quiet else _MORNING)


async def change(member: Member, typed: Mapping[str, str]) -> None:
    """All of it at once, as the form has it. Raises FormRefused, naming each field."""
    zone, problems = typed.get("zone", "").strip(), {}
    if zone and zone not in available_timezones():
        problems["zone"] = "Write a time zone like Europe/London, or leave it empty."
        zone = ""
    minutes = {name: _minutes(typed.get(name, "")) for name in ("quiet_from", "quiet_to")}
    problems |= {name: "Write a time like 22:00." for name, at in minutes.items() if at is None}
    cap = typed.get("weekly_cap", "").strip()
    if not (cap.isascii() and cap.isdigit() and len(cap) < 4 and int(cap) <= CAP_MOST):
        problems["weekly_cap"] = f"Write a number from 0 to {CAP_MOST}."
    away = typed.get("away") == "yes"
    until = _day(typed.get("away_until", ""), zone) if away else None
    now = datetime.now(UTC)
    if away and (until is None or not now < until < now + _AWAY_MOST):
        problems["away_until"] = "Choose a day within a year from which you are there again."
    if problems:
        raise FormRefused(problems)
    values = {**minutes, "weekly_cap": int(cap), "away_until": until}
    async with in_transaction():
        await Member.filter(id=member.id).select_for_update().first()  # twice at once
        await Member.filter(id=member.id).update(zone=zone)
        await Availability.update_or_create(defaults=values, member_id=member.id)


async def choose(member: Member, chosen: Collection[str]) -> None:
    """Which ways are on, as "occasion way"; all others are off."""
    choices = {
        occasion.value: [way for way in WAYS if f"{occasion.value} {way}" in chosen]
        for occasion in offered(member)
    }
    async with in_transaction():
        await Member.filter(id=member.id).select_for_update().first()
        await Availability.update_or_create(defaults={"choices": choices}, member_id=member.id)


def offered(member: Member) -> list[Occasion]:
    """What may ever reach them."""
    keeps_hospitals = duties.may(member, Duty.HOSPITALS)
    return [one for one in Occasion if one is not Occasion.HOSPITAL or keeps_hospitals]


def clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _minutes(text: str) -> int | None:
    try:
        at = time.fromisoformat(text.strip())
    except ValueError:
        return None
    return at.hour * 60 + at.minute


def _day(text: str, zone: str) -> datetime | None:
    """When this day begins for them."""
    try:
        there = datetime.combine(date.fromisoformat(text.strip()), time())
    except ValueError:
        return None
    return there.replace(tzinfo=ZoneInfo(zone or "UTC")).astimezone(UTC)


def _next(here: datetime, minute: int) -> datetime:
    """When their clock shows this time next, also where it is set back or forward before."""
    there = datetime.combine(here.date(), time(minute // 60, minute % 60), here.tzinfo)
    if there <= here:
        there = datetime.combine(here.date() + timedelta(days=1), there.timetz())
    return there.astimezone(UTC)
