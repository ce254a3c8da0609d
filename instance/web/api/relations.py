"""What one identity wants of another: follow, block, mute, a note; each answers how they stand."""

from collections.abc import Awaitable, Callable

from quart import Blueprint
from quart.typing import ResponseReturnValue

from instance.ids import read_id
from instance.models import Actor
from instance.services import accounts, follows, parting, relations, wishes
from instance.services.follows import Wants
from instance.services.tokens import Caller
from instance.web.api import entities_relations
from instance.web.api.answers import answer
from instance.web.api.bodies import Sent, sent
from instance.web.guards import client

blueprint = Blueprint("api_relations", __name__)

_ASKED_MOST = 80
_LANGUAGES_MOST, _LANGUAGE_LONGEST = 20, 8
Act = Callable[[Actor, Actor], Awaitable[None]]
_BLOCKS: dict[str, Act] = {"block": parting.block, "unblock": parting.unblock}
_ENDORSEMENTS: dict[str, Act] = {
    "pin": wishes.endorse,
    "endorse": wishes.endorse,
    "unpin": wishes.unendorse,
    "unendorse": wishes.unendorse,
}


@blueprint.get("/api/v1/accounts/relationships")
@client("read:follows")
async def get_relationships(caller: Caller) -> ResponseReturnValue:
    wanted = [read_id(text) for text in (await sent()).texts("id")[:_ASKED_MOST]]
    ids = list(dict.fromkeys(one for one in wanted if one is not None))
    found = await relations.of(caller.acting, await accounts.by_ids(ids, caller.member))
    return answer([entities_relations.relationship(one) for one in found])


@blueprint.post("/api/v1/accounts/<int:actor_id>/follow")
@client("write:follows")
async def post_follow(caller: Caller, actor_id: int) -> ResponseReturnValue:
    """Also to change what is wanted of whom they follow. A channel is joined by it."""
    target = await accounts.to_follow(actor_id, caller.member)
    await follows.follow(caller.acting, target, _wants(await sent()))
    return answer(await entities_relations.one(caller.acting, target))


@blueprint.post("/api/v1/accounts/<int:actor_id>/unfollow")
@client("write:follows")
async def post_unfollow(caller: Caller, actor_id: int) -> ResponseReturnValue:
    target = await _known(caller, actor_id)
    await follows.unfollow(caller.acting, target)
    return answer(await entities_relations.one(caller.acting, target))


@blueprint.post("/api/v1/accounts/<int:actor_id>/remove_from_followers")
@client("write:follows")
async def post_remove(caller: Caller, actor_id: int) -> ResponseReturnValue:
    target = await _known(caller, actor_id)
    await parting.remove_follower(caller.acting, target)
    return answer(await entities_relations.one(caller.acting, target))


@blueprint.post("/api/v1/accounts/<int:actor_id>/<any(block, unblock):action>")
@client("write:blocks")
async def post_block(caller: Caller, actor_id: int, action: str) -> ResponseReturnValue:
    target = await _known(caller, actor_id)
    await _BLOCKS[action](caller.acting, target)
    return answer(await entities_relations.one(caller.acting, target))


@blueprint.post("/api/v1/accounts/<int:actor_id>/mute")
@client("write:mutes")
async def post_mute(caller: Caller, actor_id: int) -> ResponseReturnValue:
    typed, target = await sent(), await _known(caller, actor_id)
    hides = typed.flag("notifications") if typed.has("notifications") else True
    seconds = typed.number("duration") or 0
    await parting.mute(caller.acting, target, hides_notifications=hides, seconds=seconds)
    return answer(await entities_relations.one(caller.acting, target))


@blueprint.post("/api/v1/accounts/<int:actor_id>/unmute")
@client("write:mutes")
async def post_unmute(caller: Caller, actor_id: int) -> ResponseReturnValue:
    target = await _known(caller, actor_id)
    await parting.unmute(caller.acting, target)
    return answer(await entities_relations.one(caller.acting, target))


@blueprint.post("/api/v1/accounts/<int:actor_id>/note")
@client("write:accounts")
async def post_note(caller: Caller, actor_id: int) -> ResponseReturnValue:
    target = await _known(caller, actor_id)
    await wishes.note(caller.acting, target, (await sent()).text("comment"))
    return answer(await entities_relations.one(caller.acting, target))


@blueprint.post("/api/v1/accounts/<int:actor_id>/<any(pin, unpin, endorse, unendorse):action>")
@client("write:accounts")
async def post_endorsement(caller: Caller, actor_id: int, action: str) -> ResponseReturnValue:
    target = await _known(caller, actor_id)
    await _ENDORSEMENTS[action](caller.acting, target)
    return answer(await entities_relations.one(caller.acting, target))


async def _known(caller: Caller, actor_id: int) -> Actor:
    """Whom they may see, or have to do with: who is gone can still be unblocked."""
    related = await relations.one_related(caller.acting, actor_id)
    return related or await accounts.by_id(actor_id, caller.member)


def _wants(typed: Sent) -> Wants:
    codes = [code.lower() for code in typed.texts("languages")[:_LANGUAGES_MOST]]
    known = tuple(c for c in codes if c.isascii() and c.isalpha() and len(c) <= _LANGUAGE_LONGEST)
    return Wants(
        shows_boosts=typed.flag("reblogs") if typed.has("reblogs") else None,
        notifies=typed.flag("notify") if typed.has("notify") else None,
        languages=known if typed.has("languages") else None,
    )
