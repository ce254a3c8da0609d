"""What happened that concerns the identity an application acts as, taken together."""

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from instance.services import client_notifications, notification_groups
from instance.services.tokens import Caller
from instance.web.api import entities_accounts, entities_notification_groups, messages, paging
from instance.web.api.answers import answer
from instance.web.api.bodies import sent
from instance.web.api.notifications import COUNT, COUNT_MOST, PAGE, PAGE_MOST, wanted
from instance.web.guards import client

blueprint = Blueprint("api_notification_groups", __name__)


@blueprint.get("/api/v2/notifications")
@client("read:notifications")
async def get_all(caller: Caller) -> ResponseReturnValue:
    bounds = paging.bounds(PAGE, PAGE_MOST)
    grouped = notification_groups.kinds_of((await sent()).texts("grouped_types"))
    found = await notification_groups.page(messages.reader(caller), bounds, await wanted(), grouped)
    only_faces = request.args.get("expand_accounts", "") == "partial_avatars"
    shown = await entities_notification_groups.groups(found.groups, caller, only_faces=only_faces)
    return paging.page(shown, found.ids)


@blueprint.get("/api/v2/notifications/unread_count")
@client("read:notifications")
async def get_count(caller: Caller) -> ResponseReturnValue:
    grouped = notification_groups.kinds_of((await sent()).texts("grouped_types"))
    most = paging.limit(COUNT, COUNT_MOST)
    count = await notification_groups.count_unread(
        messages.reader(caller), most, await wanted(), grouped
    )
    return answer({"count": count})


@blueprint.post("/api/v2/notifications/clear")
@client("write:notifications")
async def post_clear(caller: Caller) -> ResponseReturnValue:
    await client_notifications.clear(messages.reader(caller))
    return answer({})


@blueprint.get("/api/v2/notifications/<group_key>")
@client("read:notifications")
async def get_one(caller: Caller, group_key: str) -> ResponseReturnValue:
    group = await notification_groups.by_key(messages.reader(caller), group_key)
    return answer(await entities_notification_groups.groups([group], caller))


@blueprint.post("/api/v2/notifications/<group_key>/dismiss")
@client("write:notifications")
async def post_dismiss(caller: Caller, group_key: str) -> ResponseReturnValue:
    await notification_groups.dismiss(messages.reader(caller), group_key)
    return answer({})


@blueprint.get("/api/v2/notifications/<group_key>/accounts")
@client("read:notifications")
async def get_accounts(caller: Caller, group_key: str) -> ResponseReturnValue:
    bounds = paging.bounds(PAGE, PAGE_MOST)
    rows = await notification_groups.members(messages.reader(caller), group_key, bounds)
    accounts = await entities_accounts.all_of([row.by for row in rows], caller.member)
    return paging.page(list(accounts.values()), [row.id for row in rows])
