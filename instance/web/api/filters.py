"""Filters: words and posts that somebody wants to be warned of, or not to see."""

from quart import Blueprint
from quart.typing import ResponseReturnValue

from instance.errors import NotFound
from instance.ids import read_id
from instance.services import feeds, filters
from instance.services.filters import Keyword, Wanted
from instance.services.tokens import Caller
from instance.web.api import entities_filters
from instance.web.api.answers import answer
from instance.web.api.bodies import Sent, sent
from instance.web.api.calling import identity
from instance.web.guards import client

blueprint = Blueprint("api_filters", __name__)


@blueprint.get("/api/v2/filters")
@client("read:filters")
async def get_filters(caller: Caller) -> ResponseReturnValue:
    return answer([entities_filters.v2(row) for row in await filters.of_actor(identity(caller))])


@blueprint.post("/api/v2/filters")
@client("write:filters")
async def post_filter(caller: Caller) -> ResponseReturnValue:
    made = await filters.create(identity(caller), _wanted(await sent()))
    return answer(entities_filters.v2(made))


@blueprint.get("/api/v2/filters/<int:filter_id>")
@client("read:filters")
async def get_filter(caller: Caller, filter_id: int) -> ResponseReturnValue:
    return answer(entities_filters.v2(await filters.one(identity(caller), filter_id)))


@blueprint.put("/api/v2/filters/<int:filter_id>")
@client("write:filters")
async def put_filter(caller: Caller, filter_id: int) -> ResponseReturnValue:
    changed = await filters.change(identity(caller), filter_id, _wanted(await sent()))
    return answer(entities_filters.v2(changed))


@blueprint.delete("/api/v2/filters/<int:filter_id>")
@client("write:filters")
async def delete_filter(caller: Caller, filter_id: int) -> ResponseReturnValue:
    await filters.delete(identity(caller), filter_id)
    return answer({})


@blueprint.get("/api/v2/filters/<int:filter_id>/keywords")
@client("read:filters")
async def get_keywords(caller: Caller, filter_id: int) -> ResponseReturnValue:
    found = await filters.one(identity(caller), filter_id)
    return answer(entities_filters.v2(found)["keywords"])


@blueprint.post("/api/v2/filters/<int:filter_id>/keywords")
@client("write:filters")
async def post_keyword(caller: Caller, filter_id: int) -> ResponseReturnValue:
    typed = await sent()
    wanted = Keyword(typed.text("keyword"), typed.flag("whole_word"))
    return answer(entities_filters.keyword(await filters.put(identity(caller), filter_id, wanted)))


@blueprint.get("/api/v2/filters/keywords/<int:keyword_id>")
@client("read:filters")
async def get_keyword(caller: Caller, keyword_id: int) -> ResponseReturnValue:
    return answer(entities_filters.keyword(await filters.keyword(identity(caller), keyword_id)))


@blueprint.put("/api/v2/filters/keywords/<int:keyword_id>")
@client("write:filters")
async def put_keyword(caller: Caller, keyword_id: int) -> ResponseReturnValue:
    actor, typed = identity(caller), await sent()
    found = await filters.keyword(actor, keyword_id)
    wanted = Keyword(
        typed.text("keyword") if typed.has("keyword") else None,
        typed.flag("whole_word") if typed.has("whole_word") else None,
        keyword_id,
    )
    return answer(entities_filters.keyword(await filters.put(actor, found.of_filter_id, wanted)))


@blueprint.delete("/api/v2/filters/keywords/<int:keyword_id>")
@client("write:filters")
async def delete_keyword(caller: Caller, keyword_id: int) -> ResponseReturnValue:
    actor = identity(caller)
    found = await filters.keyword(actor, keyword_id)
    gone = Keyword(None, id=keyword_id, is_removed=True)
    await filters.change(actor, found.of_filter_id, Wanted(keywords=[gone]))
    return answer({})


@blueprint.get("/api/v2/filters/<int:filter_id>/statuses")
@client("read:filters")
async def get_statuses(caller: Caller, filter_id: int) -> ResponseReturnValue:
    found = await filters.one(identity(caller), filter_id)
    return answer(entities_filters.v2(found)["statuses"])


@blueprint.post("/api/v2/filters/<int:filter_id>/statuses")
@client("write:filters")
async def post_filtered(caller: Caller, filter_id: int) -> ResponseReturnValue:
    actor = identity(caller)
    await filters.one(actor, filter_id)
    entry_id = read_id((await sent()).text("status_id"))
    if entry_id is None:
        raise NotFound
    post = (await feeds.entry(entry_id)).post
    return answer(entities_filters.status(await filters.add_post(actor, filter_id, post)))


@blueprint.get("/api/v2/filters/statuses/<int:filtered_id>")
@client("read:filters")
async def get_filtered(caller: Caller, filtered_id: int) -> ResponseReturnValue:
    found = await filters.filtered_post(identity(caller), filtered_id)
    return answer(entities_filters.status(found))


@blueprint.delete("/api/v2/filters/statuses/<int:filtered_id>")
@client("write:filters")
async def delete_filtered(caller: Caller, filtered_id: int) -> ResponseReturnValue:
    await filters.remove_post(identity(caller), filtered_id)
    return answer({})


def _wanted(typed: Sent) -> Wanted:
    return Wanted(
        title=typed.text("title") if typed.has("title") else None,
        contexts=typed.texts("context") if typed.has("context") else None,
        action=typed.text("filter_action") or None,
        expires_in=typed.text("expires_in") if typed.names("expires_in") else None,
        keywords=[_keyword(one) for one in typed.inners("keywords_attributes")],
    )


def _keyword(typed: Sent) -> Keyword:
    text = typed.text("id")
    return Keyword(
        typed.text("keyword") if typed.has("keyword") else None,
        typed.flag("whole_word") if typed.has("whole_word") else None,
        (read_id(text) or 0) if text else None,
        typed.flag("_destroy"),
    )
