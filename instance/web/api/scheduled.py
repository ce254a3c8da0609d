"""Posts that wait for their time: look at them, move them, cancel them."""

from quart import Blueprint
from quart.typing import ResponseReturnValue

from instance.services import scheduled
from instance.services.tokens import Caller
from instance.web.api import entities_scheduled, paging
from instance.web.api.answers import answer
from instance.web.api.bodies import sent
from instance.web.api.calling import identity
from instance.web.guards import client

blueprint = Blueprint("api_scheduled", __name__)


@blueprint.get("/api/v1/scheduled_statuses")
@client("read:statuses")
async def get_all(caller: Caller) -> ResponseReturnValue:
    rows = await scheduled.of_actor(identity(caller), paging.bounds())
    shown = [await entities_scheduled.waiting(row) for row in rows]
    return paging.page(shown, [row.id for row in rows])


@blueprint.get("/api/v1/scheduled_statuses/<int:scheduled_id>")
@client("read:statuses")
async def get_one(caller: Caller, scheduled_id: int) -> ResponseReturnValue:
    found = await scheduled.one(identity(caller), scheduled_id)
    return answer(await entities_scheduled.waiting(found))


@blueprint.put("/api/v1/scheduled_statuses/<int:scheduled_id>")
@client("write:statuses")
async def put_one(caller: Caller, scheduled_id: int) -> ResponseReturnValue:
    at = (await sent()).text("scheduled_at")
    moved = await scheduled.move(identity(caller), scheduled_id, at)
    return answer(await entities_scheduled.waiting(moved))


@blueprint.delete("/api/v1/scheduled_statuses/<int:scheduled_id>")
@client("write:statuses")
async def delete_one(caller: Caller, scheduled_id: int) -> ResponseReturnValue:
    await scheduled.cancel([identity(caller)], scheduled_id)
    return answer({})
