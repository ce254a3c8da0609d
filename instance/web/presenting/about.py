"""Who runs this, as the pages for everybody show it."""

from instance import config
from instance.services import members, peers
from instance.web.views import About


async def about() -> About:
    settings = config.current()
    counts = await members.count_by_profession()
    return About(
        kind=settings.kind,
        physicians=counts.physicians,
        professionals=counts.professionals,
        trainees=counts.trainees,
        partners=len(await peers.trusted()),
        contact=settings.contact,
    )
