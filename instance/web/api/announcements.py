"""What all members are told: read it, put it away, say what one thinks of it."""

from quart import Blueprint
from quart.typing import ResponseReturnValue

from instance.services import announcements
from instance.services.tokens import Caller
from instance.web.api import entities_announcements
from instance.web.api.answers import answer
from instance.web.api.bodies import sent
from instance.web.guards import client

blueprint = Blueprint("api_announcements", __name__)

_REACTION = "/api/v1/announcements/<int:announcement_id>/reactions/<name>"


@blueprint.get("/api/v1/announcements")
@client("read", "read:accounts")
async def get_announcements(caller: Caller) -> ResponseReturnValue:
    also_dismissed = (await sent()).flag("with_dismissed")
    found = await announcements.shown_to(caller.acting, also_dismissed=also_dismissed)
    return answer([entities_announcements.announcement(one) for one in found])


@blueprint.post("/api/v1/announcements/<int:announcement_id>/dismiss")
@client("write:accounts")
async def post_dismiss(caller: Caller, announcement_id: int) -> ResponseReturnValue:
    await announcements.dismiss(caller.acting, announcement_id)
    return answer({})


@blueprint.put(_REACTION)
@client("write:favourites")
async def put_reaction(caller: Caller, announcement_id: int, name: str) -> ResponseReturnValue:
    await announcements.react(caller.acting, announcement_id, name)
    return answer({})


@blueprint.delete(_REACTION)
@client("write:favourites")
async def delete_reaction(caller: Caller, announcement_id: int, name: str) -> ResponseReturnValue:
    await announcements.unreact(caller.acting, announcement_id, name)
    return answer({})
