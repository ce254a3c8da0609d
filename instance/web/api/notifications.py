"""What happened that concerns the identity an application acts as, one by one."""

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from instance.ids import read_id
from instance.services import client_notifications
from instance.services.client_notifications import Wanted
from instance.services.tokens import Caller
from instance.web.api import entities_notifications, messages, paging
from instance.web.api.answers import answer
from instance.web.api.bodies import sent
from instance.web.guards import client

blueprint = Blueprint("api_notifications", __name__)

PAGE, PAGE_MOST = 40, 80
COUNT, COUNT_MOST = 100, 1_000
NOBODY = 0  # no account has this id


@blueprint.get("/api/v1/notifications")
@client("read:notifications")
async def get_all(caller: Caller) -> ResponseReturnValue:
    bounds = paging.bounds(PAGE, PAGE_MOST)
    rows = await client_notifications.page(messages.reader(caller), bounds, await wanted())
    shown = await entities_notifications.all_of(rows, caller)
    return paging.page(shown, [row.id for row in rows])


@blueprint.get("/api/v1/notifications/unread_count")
@client("read:notifications")
async def get_count(caller: Caller) -> ResponseReturnValue:
    most = paging.limit(COUNT, COUNT_MOST)
    count = await client_notifications.count_unread(messages.reader(caller), most, await wanted())
    return answer({"count": count})


@blueprint.get("/api/v1/notifications/<int:notification_id>")
@client("read:notifications")
async def get_one(caller: Caller, notification_id: int) -> ResponseReturnValue:
    row = await client_notifications.by_id(messages.reader(caller), notification_id)
    return answer(await entities_notifications.one(row, caller))


@blueprint.post("/api/v1/notifications/clear")
@client("write:notifications")
async def post_clear(caller: Caller) -> ResponseReturnValue:
    await client_notifications.clear(messages.reader(caller))
    return answer({})


@blueprint.post("/api/v1/notifications/<int:notification_id>/dismiss")
@client("write:notifications")
async def post_dismiss(caller: Caller, notification_id: int) -> ResponseReturnValue:
    await client_notifications.dismiss(messages.reader(caller), notification_id)
    return answer({})


@blueprint.post("/api/v1/notifications/dismiss")
@client("write:notifications")
async def post_dismiss_named(caller: Caller) -> ResponseReturnValue:
    """As old applications ask for it: the id in the body."""
    notification_id = read_id((await sent()).text("id"))
    await client_notifications.dismiss(messages.reader(caller), notification_id or NOBODY)
    return answer({})


async def wanted() -> Wanted:
    """What of it this request asks for."""
    asked = await sent()
    by = request.args.get("account_id", "")
    return Wanted(
        types=asked.texts("types"),
        without=asked.texts("exclude_types"),
        by_id=(read_id(by) or NOBODY) if by else None,
    )
