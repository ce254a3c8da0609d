"""Hashtags: their timelines, which one follows, and which one shows on the profile."""

from quart import Blueprint
from quart.typing import ResponseReturnValue

from instance.models import Actor
from instance.services import accounts, feed_sources, tag_feeds, tags
from instance.services.tag_feeds import Wanted
from instance.services.tokens import Caller
from instance.web.api import entities_tags, paging
from instance.web.api.answers import answer
from instance.web.api.bodies import sent
from instance.web.api.timelines import page
from instance.web.guards import any_client, client

blueprint = Blueprint("api_tags", __name__)


@blueprint.get("/api/v1/timelines/tag/<string:name>")
@any_client("read:statuses")
async def get_timeline(caller: Caller | None, name: str) -> ResponseReturnValue:
    asked = await sent()
    wanted = Wanted(
        name,
        any=tuple(asked.texts("any")),
        all=tuple(asked.texts("all")),
        none=tuple(asked.texts("none")),
        is_local=asked.flag("local"),
        only_media=asked.flag("only_media"),
    )
    by_user = caller is not None and caller.actor is not None
    unwanted = await feed_sources.unwanted(_actor(caller)) if by_user else None
    return await page(await tag_feeds.timeline(unwanted, wanted, paging.bounds()), caller)


@blueprint.get("/api/v1/tags/<string:name>")
@any_client("read")
async def get_one(caller: Caller | None, name: str) -> ResponseReturnValue:
    return answer(await entities_tags.one(await tags.named_or_new(name), caller))


@blueprint.post("/api/v1/tags/<string:name>/<any(follow, unfollow):action>")
@client("write:follows")
async def post_follow(caller: Caller, name: str, action: str) -> ResponseReturnValue:
    change = tags.follow if action == "follow" else tags.unfollow
    return answer(await entities_tags.one(await change(_actor(caller), name), caller))


@blueprint.post("/api/v1/tags/<string:name>/<any(feature, unfeature):action>")
@client("write:accounts")
async def post_feature(caller: Caller, name: str, action: str) -> ResponseReturnValue:
    """What is as it is asked to be stays so."""
    actor, tag = _actor(caller), await tags.named_or_new(name)
    own = {one.tag.name: one.id for one in await tags.featured(actor)}
    if action == "feature" and tag.name not in own:
        tag = (await tags.feature(actor, name)).tag
    elif action == "unfeature" and tag.name in own:
        await tags.unfeature(actor, own[tag.name])
    return answer(await entities_tags.one(tag, caller))


@blueprint.get("/api/v1/followed_tags")
@client("read:follows")
async def get_followed(caller: Caller) -> ResponseReturnValue:
    rows = await tags.followed(_actor(caller), paging.bounds(default=100, most=200))
    shown = await entities_tags.all_of([row.tag for row in rows], caller)
    return paging.page(shown, [row.id for row in rows])


@blueprint.get("/api/v1/featured_tags")
@client("read:accounts")
async def get_featured(caller: Caller) -> ResponseReturnValue:
    return answer([entities_tags.featured(one) for one in await tags.featured(_actor(caller))])


@blueprint.post("/api/v1/featured_tags")
@client("write:accounts")
async def post_featured(caller: Caller) -> ResponseReturnValue:
    made = await tags.feature(_actor(caller), (await sent()).text("name"))
    return answer(entities_tags.featured(made))


@blueprint.delete("/api/v1/featured_tags/<int:row_id>")
@client("write:accounts")
async def delete_featured(caller: Caller, row_id: int) -> ResponseReturnValue:
    await tags.unfeature(_actor(caller), row_id)
    return answer({})


@blueprint.get("/api/v1/featured_tags/suggestions")
@client("read:accounts")
async def get_suggestions(caller: Caller) -> ResponseReturnValue:
    """What they used most and do not show yet."""
    return answer(await entities_tags.all_of(await tags.used_most(_actor(caller)), caller))


@blueprint.get("/api/v1/accounts/<int:actor_id>/featured_tags")
@any_client("read:accounts")
async def get_featured_of(caller: Caller | None, actor_id: int) -> ResponseReturnValue:
    reader = caller.member if caller is not None else None
    found = await tags.featured(await accounts.by_id(actor_id, reader))
    return answer([entities_tags.featured(one) for one in found])


def _actor(caller: Caller | None) -> Actor:
    assert caller is not None and caller.actor is not None  # noqa: S101  (the guard saw to it)
    return caller.actor
