"""Who runs this, as the pages for everybody show it."""

from instance import config
from instance.services import members, peers, settings
from instance.web.views import About


async def about() -> About:
    decided = await settings.read()
    counts = await members.count_by_profession()
    return About(
        kind=config.current().kind,
        physicians=counts.physicians,
        professionals=counts.professionals,
        trainees=counts.trainees,
        partners=len(await peers.trusted()),
        address=decided.address,
        country=decided.country,
        contact=decided.contact,
        rules=tuple(decided.rules.splitlines()),
        help=decided.help,
        backup_days=int(decided.backup_days or 0),
    )
