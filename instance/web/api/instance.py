"""What clients ask when they start: the server, and lists that are empty here."""

from quart import Blueprint
from quart.typing import ResponseReturnValue

from instance.services.tokens import Caller
from instance.web.api import entities_instance
from instance.web.api.answers import answer
from instance.web.guards import any_client, client

blueprint = Blueprint("api_instance", __name__)

# Nobody sets these here: a post says where it goes, and shows what it shows.
_PREFERENCES = {
    "posting:default:visibility": "public",
    "posting:default:sensitive": False,
    "posting:default:language": None,
    "posting:default:quote_policy": "nobody",
    "reading:expand:media": "default",
    "reading:expand:spoilers": False,
    "reading:autoplay:gifs": False,
}


@blueprint.get("/api/v1/instance")
@any_client()
async def get_v1(_: Caller | None) -> ResponseReturnValue:
    return answer(await entities_instance.v1())


@blueprint.get("/api/v2/instance")
@any_client()
async def get_v2(_: Caller | None) -> ResponseReturnValue:
    return answer(await entities_instance.v2())


@blueprint.get("/api/v1/custom_emojis")
@any_client()
async def get_emojis(_: Caller | None) -> ResponseReturnValue:
    return answer([])


@blueprint.get("/api/v1/preferences")
@client("read:accounts")
async def get_preferences(_: Caller) -> ResponseReturnValue:
    return answer(_PREFERENCES)


@blueprint.get("/api/v1/announcements")
@client("read")
async def get_announcements(_: Caller) -> ResponseReturnValue:
    return answer([])


@blueprint.get("/api/v1/lists")
@client("read:lists")
async def get_lists(_: Caller) -> ResponseReturnValue:
    return answer([])
