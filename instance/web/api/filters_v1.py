"""The filters of older clients: each is one keyword of one filter."""

from dataclasses import replace

from quart import Blueprint
from quart.typing import ResponseReturnValue

from instance.errors import FormRefused
from instance.models import FilterAction
from instance.services import filters
from instance.services.filters import Keyword, Wanted
from instance.services.tokens import Caller
from instance.web.api import entities_filters
from instance.web.api.answers import answer
from instance.web.api.bodies import Sent, sent
from instance.web.api.calling import identity
from instance.web.guards import client

blueprint = Blueprint("api_filters_v1", __name__)

_SEVERAL = "has more keywords than this one: change it in an application that knows of them"


@blueprint.get("/api/v1/filters")
@client("read:filters")
async def get_filters(caller: Caller) -> ResponseReturnValue:
    return answer([entities_filters.v1(row) for row in await filters.keywords(identity(caller))])


@blueprint.post("/api/v1/filters")
@client("write:filters")
async def post_filter(caller: Caller) -> ResponseReturnValue:
    actor, typed = identity(caller), await sent()
    phrase = typed.text("phrase")
    keyword = Keyword(phrase, typed.flag("whole_word"))
    wanted = replace(_wanted(typed), title=phrase, keywords=[keyword])
    [row] = (await filters.create(actor, wanted)).keywords
    return answer(entities_filters.v1(await filters.keyword(actor, row.id)))


@blueprint.get("/api/v1/filters/<int:keyword_id>")
@client("read:filters")
async def get_filter(caller: Caller, keyword_id: int) -> ResponseReturnValue:
    return answer(entities_filters.v1(await filters.keyword(identity(caller), keyword_id)))


@blueprint.put("/api/v1/filters/<int:keyword_id>")
@client("write:filters")
async def put_filter(caller: Caller, keyword_id: int) -> ResponseReturnValue:
    actor, typed = identity(caller), await sent()
    found = await filters.keyword(actor, keyword_id)
    phrase = typed.text("phrase") if typed.has("phrase") else None
    whole_word = typed.flag("whole_word") if typed.has("whole_word") else None
    wanted = replace(_wanted(typed), title=phrase)
    several = len((await filters.one(actor, found.of_filter_id)).keywords) > 1
    if several and wanted != Wanted(title=phrase):
        raise FormRefused({"base": _SEVERAL})
    wanted = replace(
        wanted,
        title=None if several else phrase,
        keywords=[Keyword(phrase, whole_word, keyword_id)],
    )
    await filters.change(actor, found.of_filter_id, wanted)
    return answer(entities_filters.v1(await filters.keyword(actor, keyword_id)))


@blueprint.delete("/api/v1/filters/<int:keyword_id>")
@client("write:filters")
async def delete_filter(caller: Caller, keyword_id: int) -> ResponseReturnValue:
    """With its last keyword a filter goes as well: here nobody could see it any more."""
    actor = identity(caller)
    found = await filters.keyword(actor, keyword_id)
    if len((await filters.one(actor, found.of_filter_id)).keywords) == 1:
        await filters.delete(actor, found.of_filter_id)
    else:
        gone = Keyword(None, id=keyword_id, is_removed=True)
        await filters.change(actor, found.of_filter_id, Wanted(keywords=[gone]))
    return answer({})


def _wanted(typed: Sent) -> Wanted:
    action = FilterAction.HIDE if typed.flag("irreversible") else FilterAction.WARN
    return Wanted(
        contexts=typed.texts("context") if typed.has("context") else None,
        action=action.value if typed.has("irreversible") else None,
        expires_in=typed.text("expires_in") if typed.names("expires_in") else None,
    )
