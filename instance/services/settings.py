"""What owners decide while the server runs (house.md): name and address of this institution, the
on-call number in every footer, contact, rules, help and mail domains, who opens channels, where
pictures are taken for public posts, and how long notifications, backups and copies from elsewhere
are kept.

`instance.config` says what counts where nobody decided anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Literal, get_args

from tortoise.transactions import in_transaction

from federation.relationships import JURISDICTION
from instance import config, events, outages, raw_sql
from instance.errors import FormRefused
from instance.models import Actor, Member, Setting
from instance.services import audit, duties, members, record_numbers, synonyms
from instance.services.duties import Duty
from instance.services.roster import domains, pace

Openers = Literal["moderators", "owners"]
Pictures = Literal["pages", "applications", "off"]
LINE_MAX, DISCLAIMER_MAX, TEXT_MAX = 120, 500, 4_000
DAYS_LEAST, DAYS_MOST = 7, 365
# Of what owners decide how many days it is kept: the least and the most of them.
DAYS: Mapping[str, tuple[int, int]] = {
    "notification_days": (DAYS_LEAST, DAYS_MOST),
    "picture_days": (1, 365),
    "elsewhere_days": (30, config.DAYS_MOST),
}
MIB_MOST = 1_000_000


@dataclass(frozen=True)
class Settings:
    """`rules` are one a line, besides those on every Curbside; `help` is plain text; `disclaimer`
    follows the one of every consult (domain.md 3.4). Of backups "" where nobody said how many days
    they are kept. `mail_domains`: of this hospital, with blanks between; none: the roster alone
    says who works here (T71). `country`: as ISO 3166 has it, with the state where that matters; for
    who reads About, and no law follows from it.
    `record_number`: a template (`record_numbers`). `pictures`: from whom public posts take any; our
    pages ask whether a patient is in them, and applications cannot, so those are an owner's to
    allow (T47). `picture_mib`: of all copies of pictures from elsewhere; 0: no limit.
    `synonyms`: see there."""

    name: str = ""
    address: str = ""
    country: str = ""
    on_call: str = ""
    contact: str = ""
    rules: str = ""
    help: str = ""
    disclaimer: str = ""
    openers: str = "moderators"
    pictures: str = "pages"
    notification_days: str = "90"
    picture_days: str = "30"
    picture_mib: str = "4096"
    elsewhere_days: str = "365"
    backup_days: str = ""
    mail_domains: str = ""
    record_number: str = ""
    synonyms: str = ""


NAMES = tuple(field.name for field in fields(Settings))
_CHOSEN = "SELECT name, value FROM setting WHERE name IN ({marks})"


async def read() -> Settings:
    """As they count now."""
    rows = await raw_sql.look_up(_CHOSEN.format(marks=raw_sql.marks(len(NAMES))), NAMES)
    chosen = {row["name"]: row["value"] for row in rows}
    return replace(defaults(), **chosen) if chosen else defaults()


async def read_or_defaults() -> Settings:
    """For the page that says that something failed: it may be the database."""
    try:
        return await read()
    except Exception as error:
        if outages.of(error) is None:
            raise
        return defaults()


def defaults() -> Settings:
    """What counts where nobody decided anything."""
    settings = config.current()
    return Settings(
        name=settings.name,
        country=settings.jurisdiction,
        on_call=settings.on_call,
        contact=settings.contact,
        backup_days=settings.backup_days,
    )


async def backup_days() -> int | None:
    """How long a backup is kept; None where that is not said."""
    days = (await read()).backup_days
    return int(days) if days else None


async def change_some(by: Member, typed: Mapping[str, str]) -> None:
    """These alone; the others stay. Raises FormRefused."""
    now = await read()
    await change(by, {name: getattr(now, name) for name in NAMES} | dict(typed))


async def change(by: Member, typed: Mapping[str, str]) -> None:
    """All of them at once. Raises FormRefused, naming each value that cannot be, and its range.

    The record names what was changed, and not to which text.
    """
    duties.require(by, Duty.SETTINGS)
    wanted = {name: _tidy(typed.get(name, "")) for name in NAMES}
    wanted["country"] = wanted["country"].upper()
    if problems := _problems(wanted):
        raise FormRefused(problems)
    wanted[domains.SETTING] = " ".join(domains.read(wanted[domains.SETTING]) or ())
    actor = await members.speaking_as(by)
    async with in_transaction():
        now = await read()
        changed = [name for name in NAMES if getattr(now, name) != wanted[name]]
        for name in changed:
            await Setting.update_or_create(defaults={"value": wanted[name]}, name=name)
        if "name" in changed:
            await Actor.filter(uri=config.current().uri("/actor")).update(name=wanted["name"])
        if domains.SETTING in changed:
            await domains.follow_change(datetime.now(UTC))
            await events.publish(pace.EVENT, by.id)
        if changed:
            ours = config.current()
            await audit.record(
                "settings.changed",
                actor_uri=actor.uri,
                host=ours.host,
                subject=ours.uri("/actor"),
                changed=", ".join(changed),
            )


def _tidy(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines())


def _problems(wanted: Mapping[str, str]) -> dict[str, str]:
    found = {}
    if not wanted["name"]:
        found["name"] = "Write the name of the hospital."
    if wanted["country"] and JURISDICTION.fullmatch(wanted["country"]) is None:
        found["country"] = "Write a country or state like GB or US-MN."
    for name in ("name", "address", "on_call", "contact"):
        if len(wanted[name]) > LINE_MAX or "\n" in wanted[name]:
            found[name] = f"Use one line of up to {LINE_MAX} characters."
    for name, most in {"rules": TEXT_MAX, "help": TEXT_MAX, "disclaimer": DISCLAIMER_MAX}.items():
        if len(wanted[name]) > most:
            found[name] = f"Shorten it to {most:,} characters."
    if wanted["openers"] not in get_args(Openers):
        found["openers"] = "Choose who opens channels."
    if wanted["pictures"] not in get_args(Pictures):
        found["pictures"] = "Choose where pictures are taken."
    for name, (least, most) in DAYS.items():
        if not config.is_days(wanted[name], most, least):
            found[name] = f"Enter a number of days from {least} to {most:,}."
    mib = wanted["picture_mib"]
    if not (mib.isascii() and mib.isdecimal() and len(mib) <= 7 and int(mib) <= MIB_MOST):
        found["picture_mib"] = f"Enter a whole number from 0 (no limit) to {MIB_MOST:,}."
    if wanted["backup_days"] and not config.is_days(wanted["backup_days"], config.DAYS_MOST):
        found["backup_days"] = f"Enter a number of days from 1 to {config.DAYS_MOST:,}, or nothing."
    template = wanted[record_numbers.SETTING]
    if template and record_numbers.compiled(template) is None:
        found[record_numbers.SETTING] = (
            "Use 9 for a figure, A for a letter, X for either, and - / . between: 4 to"
            f" {record_numbers.MOST} characters, such as AA-999999."
        )
    if wrong := synonyms.problem(wanted[synonyms.SETTING]):
        found[synonyms.SETTING] = wrong
    if domains.read(wanted[domains.SETTING]) is None:
        found[domains.SETTING] = "Write them like hospital.org, without @, with blanks between."
    return found
