"""How far the identity an application acts as has read."""

from quart import Blueprint
from quart.typing import ResponseReturnValue

from instance.errors import FormRefused
from instance.ids import read_id
from instance.models import MarkedTimeline
from instance.services import markers
from instance.services.tokens import Caller
from instance.web.api import entities_markers, messages
from instance.web.api.answers import answer
from instance.web.api.bodies import sent
from instance.web.guards import client

blueprint = Blueprint("api_markers", __name__)


@blueprint.get("/api/v1/markers")
@client("read:statuses")
async def get_markers(caller: Caller) -> ResponseReturnValue:
    asked = set((await sent()).texts("timeline"))
    timelines = [one for one in MarkedTimeline if one.value in asked]
    found = await markers.of(messages.reader(caller), timelines)
    return answer(entities_markers.by_timeline(found))


@blueprint.post("/api/v1/markers")
@client("write:statuses")
async def post_markers(caller: Caller) -> ResponseReturnValue:
    typed = await sent()
    wanted = {}
    for timeline in MarkedTimeline:
        text = typed.inner(timeline.value).text("last_read_id")
        if not text:
            continue
        last_read_id = read_id(text)
        if last_read_id is None:
            raise FormRefused({f"{timeline.value}.last_read_id": "must be an id"})
        wanted[timeline] = last_read_id
    return answer(entities_markers.by_timeline(await markers.move(messages.reader(caller), wanted)))
