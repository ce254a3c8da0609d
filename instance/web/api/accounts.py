"""People and channels, the caller's own account, and what they posted."""

from quart import Blueprint, request
from quart.typing import ResponseReturnValue

from instance.models import Member
from instance.services import accounts, feeds, tag_feeds, timelines
from instance.services.feed_sources import Place
from instance.services.tokens import Caller
from instance.web.api import entities_accounts, entities_statuses, paging
from instance.web.api.answers import answer
from instance.web.api.bodies import Sent
from instance.web.api.timelines import page
from instance.web.guards import any_client, client

blueprint = Blueprint("api_accounts", __name__)


@blueprint.get("/api/v1/accounts/verify_credentials")
@client("read:accounts", "profile")
async def get_own(caller: Caller) -> ResponseReturnValue:
    return answer(await entities_accounts.credentials(caller))


@blueprint.get("/api/v1/accounts/lookup")
@any_client("read:accounts")
async def get_by_address(caller: Caller | None) -> ResponseReturnValue:
    reader = _reader(caller)
    actor = await accounts.by_address(request.args.get("acct", ""), reader)
    return answer(await entities_accounts.account(actor, reader))


@blueprint.get("/api/v1/accounts/<int:actor_id>")
@any_client("read:accounts")
async def get_one(caller: Caller | None, actor_id: int) -> ResponseReturnValue:
    reader = _reader(caller)
    actor = await accounts.by_id(actor_id, reader)
    return answer(await entities_accounts.account(actor, reader))


@blueprint.get("/api/v1/accounts/<int:actor_id>/statuses")
@any_client("read:statuses")
async def get_statuses(caller: Caller | None, actor_id: int) -> ResponseReturnValue:
    actor = await accounts.by_id(actor_id, _reader(caller))
    asked = Sent(request.args.to_dict())
    if asked.flag("pinned"):
        pinned = [Place(post.id, post.id) for post in await timelines.pinned(actor)]
        return answer(await entities_statuses.all_of(pinned, caller))
    if asked.text("tagged"):
        replies = not asked.flag("exclude_replies")
        tagged = tag_feeds.of_author(actor, asked.text("tagged"), paging.bounds(), replies=replies)
        return await page(await tagged, caller)
    found = await feeds.of_actor(
        actor,
        paging.bounds(),
        replies=not asked.flag("exclude_replies"),
        boosts=not asked.flag("exclude_reblogs"),
        only_media=asked.flag("only_media"),
    )
    return await page(found, caller)


def _reader(caller: Caller | None) -> Member | None:
    return caller.member if caller is not None else None
