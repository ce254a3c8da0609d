"""Who runs this, as the pages for everybody show it."""

from collections.abc import Mapping
from datetime import timedelta

from instance import config, retention_words
from instance.models import Level, Profession
from instance.services import members, peers, settings
from instance.services.retention import purging
from instance.services.retention.kinds import KINDS
from instance.web.views import About, KeptFor, MemberCount


async def about() -> About:
    decided = await settings.read()
    counts = await members.count_by_profession()
    return About(
        kind=config.current().kind,
        physicians=counts.physicians,
        professionals=counts.professionals,
        trainees=counts.trainees,
        members=_members(await members.count_by_level()),
        partners=len(await peers.trusted()),
        address=decided.address,
        country=decided.country,
        contact=decided.contact,
        rules=tuple(decided.rules.splitlines()),
        help=decided.help,
        backup_days=int(decided.backup_days or 0),
    )


async def kept() -> tuple[KeptFor, ...]:
    """From the table by which upkeep deletes, so that the page cannot be wrong about it."""
    found = {kind.name: kind for kind in KINDS}
    rows = [(name, found[name]) for name in retention_words.TITLES]
    return tuple([_kept(name, kind.lives or await purging.kept_of(kind)) for name, kind in rows])


def _kept(name: str, period: timedelta) -> KeptFor:
    if period >= timedelta(days=2 * 365):
        return KeptFor(name=name, count=period.days // 365, unit="years")
    if period > timedelta(days=2) or (period % timedelta(days=1) and period.days):
        return KeptFor(name=name, count=period.days, unit="days")
    minutes = period // timedelta(minutes=1)
    if minutes % 60:
        return KeptFor(name=name, count=minutes, unit="minutes")
    return KeptFor(name=name, count=minutes // 60, unit="hours")


def _members(counted: Mapping[Profession, Mapping[Level, int]]) -> tuple[MemberCount, ...]:
    return tuple(
        MemberCount(
            profession=profession.value,
            verified=by.get(Level.VERIFIED, 0) + by.get(Level.INSTITUTIONAL, 0),
            checked=by.get(Level.CHECKED, 0),
            attested=by.get(Level.ATTESTED, 0),
            unchecked=by.get(Level.GUEST, 0),
        )
        for profession in Profession
        if (by := counted.get(profession))
    )
