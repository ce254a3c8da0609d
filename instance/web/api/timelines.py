"""Home, and what is public here."""

from collections.abc import Sequence

from quart import Blueprint, Response, request
from quart.typing import ResponseReturnValue

from instance.services import feeds, follow_feeds
from instance.services.feed_sources import Place
from instance.services.tokens import Caller
from instance.web.api import answers, entities_statuses, paging
from instance.web.api.bodies import Sent
from instance.web.guards import any_client, client

blueprint = Blueprint("api_timelines", __name__)


@blueprint.get("/api/v1/timelines/home")
@client("read:statuses")
async def get_home(caller: Caller) -> ResponseReturnValue:
    assert caller.actor is not None  # noqa: S101  (the guard saw to it)
    return await page(await follow_feeds.home(caller.actor, paging.bounds()), caller)


@blueprint.get("/api/v1/timelines/public")
@any_client("read:statuses")
async def get_public(caller: Caller | None) -> ResponseReturnValue:
    asked = Sent(request.args.to_dict())
    actor = caller.actor if caller is not None else None
    found = await feeds.public(
        actor,
        paging.bounds(),
        local=asked.flag("local"),
        remote=asked.flag("remote"),
        only_media=asked.flag("only_media"),
    )
    return await page(found, caller)


async def page(found: Sequence[Place], caller: Caller | None) -> Response:
    body = await entities_statuses.written_out(found, caller)
    return paging.linked(answers.written(body), [one.id for one in found])
