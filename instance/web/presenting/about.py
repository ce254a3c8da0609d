"""Who runs this, as the pages for everybody show it."""

from collections.abc import Mapping

from instance import config
from instance.models import Level, Profession
from instance.services import members, peers, settings
from instance.web.views import About, MemberCount


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
