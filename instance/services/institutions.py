"""Our own institution's actor: made once, on the first start."""

from tortoise.transactions import in_transaction

from instance import config
from instance.models import Actor, ActorKind
from instance.outbox import local, status_lists
from instance.services import settings as chosen


async def ensure_institution() -> Actor:
    """The instance actor `/actor`, created with its keys where there is none yet;
    and the status lists that it names.

    Its name follows the settings.
    """
    settings = config.current()
    name = (await chosen.read()).name
    known = await Actor.get_or_none(uri=settings.uri("/actor"))
    if known is not None:
        await status_lists.ensure()
        if known.name != name:
            known.name = name
            await known.save(update_fields=["name"])
        return known
    handle = settings.host.partition(":")[0]
    draft = await local.draft_actor(ActorKind.INSTITUTION, handle, name=name)
    async with in_transaction():
        await status_lists.ensure()
        return await draft.save()
