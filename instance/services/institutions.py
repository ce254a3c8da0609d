"""Our own institution's actor: made once, on the first start."""

from tortoise.transactions import in_transaction

from instance import config, raw_sql, sealed
from instance.errors import BadSettings
from instance.models import Actor, ActorKind
from instance.outbox import local, status_lists
from instance.services import settings as chosen

_SEALED = """
SELECT k.private FROM actor_key k JOIN actor a ON a.id = k.actor_id
WHERE a.uri = ?1 AND k.private IS NOT NULL LIMIT 1
"""


async def require_key() -> None:
    """Raises BadSettings where this database was sealed with another key than ours: what we seal,
    the others could not open, nor we what is there."""
    settings = config.current()
    found = await raw_sql.run(_SEALED, [settings.uri("/actor")])
    if found and not sealed.current().can_open(found[0]["private"]):
        raise BadSettings(
            [
                f"CURBSIDE_DATA: {settings.data / sealed.KEY_FILE} is not the key of this database."
                " Put the one in its place that the other hosts of this server have, or that is"
                " kept apart from its backups"
            ]
        )


async def ensure_institution() -> Actor:
    """The instance actor `/actor`, created with its keys where there is none yet;
    and the status lists that it names.

    Its name follows the settings. Raises BadSettings as `require_key` does.
    """
    await require_key()
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
