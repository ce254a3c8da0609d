"""Lists of accounts that one identity reads apart, and their timelines."""

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from instance.ids import read_id
from instance.services import accounts, follow_feeds, lists
from instance.services.lists import Wanted
from instance.services.tokens import Caller
from instance.web.api import entities_accounts, paging
from instance.web.api.answers import answer
from instance.web.api.bodies import Sent, sent
from instance.web.api.entities_relations import list_of_accounts
from instance.web.api.timelines import page
from instance.web.guards import client

blueprint = Blueprint("api_lists", __name__)

NOBODY = 0  # no account has this id
_PAGE, _PAGE_MOST = 40, 80


@blueprint.get("/api/v1/lists")
@client("read:lists")
async def get_all(caller: Caller) -> ResponseReturnValue:
    return answer([list_of_accounts(row) for row in await lists.of(caller.acting)])


@blueprint.post("/api/v1/lists")
@client("write:lists")
async def post_list(caller: Caller) -> ResponseReturnValue:
    return answer(list_of_accounts(await lists.create(caller.acting, _wanted(await sent()))))


@blueprint.get("/api/v1/lists/<int:list_id>")
@client("read:lists")
async def get_one(caller: Caller, list_id: int) -> ResponseReturnValue:
    return answer(list_of_accounts(await lists.by_id(caller.acting, list_id)))


@blueprint.put("/api/v1/lists/<int:list_id>")
@client("write:lists")
async def put_list(caller: Caller, list_id: int) -> ResponseReturnValue:
    row = await lists.by_id(caller.acting, list_id)
    await lists.change(row, _wanted(await sent()))
    return answer(list_of_accounts(row))


@blueprint.delete("/api/v1/lists/<int:list_id>")
@client("write:lists")
async def delete_list(caller: Caller, list_id: int) -> ResponseReturnValue:
    await lists.delete(await lists.by_id(caller.acting, list_id))
    return answer({})


@blueprint.get("/api/v1/lists/<int:list_id>/accounts")
@client("read:lists")
async def get_entries(caller: Caller, list_id: int) -> ResponseReturnValue:
    """All of them at once where no limit is wanted, which is said as 0."""
    row = await lists.by_id(caller.acting, list_id)
    is_whole = request.args.get("limit") == "0"
    found = await lists.entries(row, None if is_whole else paging.bounds(_PAGE, _PAGE_MOST))
    shown = await entities_accounts.in_order([one.target for one in found], caller.member)
    return answer(shown) if is_whole else paging.page(shown, [one.id for one in found])


@blueprint.post("/api/v1/lists/<int:list_id>/accounts")
@client("write:lists")
async def post_entries(caller: Caller, list_id: int) -> ResponseReturnValue:
    row = await lists.by_id(caller.acting, list_id)
    await lists.add(row, _ids(await sent()))
    return answer({})


@blueprint.delete("/api/v1/lists/<int:list_id>/accounts")
@client("write:lists")
async def delete_entries(caller: Caller, list_id: int) -> ResponseReturnValue:
    row = await lists.by_id(caller.acting, list_id)
    await lists.remove(row, _ids(await sent()))
    return answer({})


@blueprint.get("/api/v1/accounts/<int:actor_id>/lists")
@client("read:lists")
async def get_lists_of(caller: Caller, actor_id: int) -> ResponseReturnValue:
    actor = await accounts.by_id(actor_id, caller.member)
    found = await lists.with_member(caller.acting, actor)
    return answer([list_of_accounts(row) for row in found])


@blueprint.get("/api/v1/timelines/list/<int:list_id>")
@client("read:lists")
async def get_timeline(caller: Caller, list_id: int) -> ResponseReturnValue:
    row = await lists.by_id(caller.acting, list_id)
    return await page(await follow_feeds.of_list(row, caller.acting, paging.bounds()), caller)


def _wanted(typed: Sent) -> Wanted:
    return Wanted(
        title=typed.text("title") if typed.has("title") else None,
        replies=typed.text("replies_policy") if typed.has("replies_policy") else None,
        is_exclusive=typed.flag("exclusive") if typed.has("exclusive") else None,
    )


def _ids(typed: Sent) -> list[int]:
    return [read_id(text) or NOBODY for text in typed.texts("account_ids")]
