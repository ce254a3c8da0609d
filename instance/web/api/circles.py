"""Lists of accounts: who follows whom, who asks to, whom somebody blocked, muted or endorsed.

Pages are bounded by rows that nobody sees: applications go on by the Link header alone.
"""

from collections.abc import Sequence

from quart import Blueprint, Response
from quart.typing import ResponseReturnValue

from instance.models import Actor
from instance.services import accounts, followers, parting, wishes
from instance.services.tokens import Caller
from instance.web.api import entities_accounts, entities_relations, paging
from instance.web.api.answers import answer
from instance.web.api.bodies import sent
from instance.web.guards import any_client, client

blueprint = Blueprint("api_circles", __name__)

_PAGE, _PAGE_MOST = 40, 80
_HOSTS, _HOSTS_MOST = 100, 200


@blueprint.get("/api/v1/accounts/<int:actor_id>/followers")
@any_client("read:accounts")
async def get_followers(caller: Caller | None, actor_id: int) -> ResponseReturnValue:
    """One's own alone: of others it is told how many, never who."""
    if not await _is_own(caller, actor_id):
        return answer([])
    assert caller is not None  # noqa: S101  (nobody's own without one)
    rows = await followers.followers(caller.acting, paging.bounds(_PAGE, _PAGE_MOST))
    return await _page(caller, [row.follower for row in rows], [row.id for row in rows])


@blueprint.get("/api/v1/accounts/<int:actor_id>/following")
@any_client("read:accounts")
async def get_following(caller: Caller | None, actor_id: int) -> ResponseReturnValue:
    if not await _is_own(caller, actor_id):
        return answer([])
    assert caller is not None  # noqa: S101  (nobody's own without one)
    rows = await followers.following(caller.acting, paging.bounds(_PAGE, _PAGE_MOST))
    return await _page(caller, [row.target for row in rows], [row.id for row in rows])


@blueprint.get("/api/v1/accounts/<int:actor_id>/endorsements")
@any_client("read:accounts")
async def get_endorsements_of(caller: Caller | None, actor_id: int) -> ResponseReturnValue:
    reader = caller.member if caller else None
    actor = await accounts.by_id(actor_id, reader)
    rows = await wishes.endorsed(actor, paging.bounds(_PAGE, _PAGE_MOST))
    seen = await accounts.by_ids([row.target_id for row in rows], reader)
    shown = [row.target for row in rows if row.target in seen]
    return await _page(caller, shown, [row.id for row in rows])


@blueprint.get("/api/v1/accounts/familiar_followers")
@client("read:follows")
async def get_familiar(caller: Caller) -> ResponseReturnValue:
    """Nobody is told who follows somebody, so nobody is among them."""
    return answer([{"id": text, "accounts": []} for text in (await sent()).texts("id")[:_PAGE]])


@blueprint.get("/api/v1/endorsements")
@client("read:accounts")
async def get_endorsements(caller: Caller) -> ResponseReturnValue:
    rows = await wishes.endorsed(caller.acting, paging.bounds(_PAGE, _PAGE_MOST))
    return await _page(caller, [row.target for row in rows], [row.id for row in rows])


@blueprint.get("/api/v1/follow_requests")
@client("read:follows")
async def get_requests(caller: Caller) -> ResponseReturnValue:
    """Who asks to follow them, or a channel that they keep."""
    rows = await followers.requests(caller.acting, paging.bounds(_PAGE, _PAGE_MOST))
    return await _page(caller, [row.follower for row in rows], [row.id for row in rows])


@blueprint.post("/api/v1/follow_requests/<int:actor_id>/<any(authorize, reject):action>")
@client("write:follows")
async def post_request(caller: Caller, actor_id: int, action: str) -> ResponseReturnValue:
    follower = await accounts.by_id(actor_id, caller.member)
    await followers.decide(caller.acting, follower, accepted=action == "authorize")
    return answer(await entities_relations.one(caller.acting, follower))


@blueprint.get("/api/v1/blocks")
@client("read:blocks")
async def get_blocks(caller: Caller) -> ResponseReturnValue:
    rows = await wishes.blocks(caller.acting, paging.bounds(_PAGE, _PAGE_MOST))
    return await _page(caller, [row.target for row in rows], [row.id for row in rows])


@blueprint.get("/api/v1/mutes")
@client("read:mutes")
async def get_mutes(caller: Caller) -> ResponseReturnValue:
    rows = await wishes.mutes(caller.acting, paging.bounds(_PAGE, _PAGE_MOST))
    shown = await entities_relations.muted(rows, caller.member)
    return paging.page(shown, [row.id for row in rows])


@blueprint.get("/api/v1/domain_blocks")
@client("read:blocks")
async def get_hosts(caller: Caller) -> ResponseReturnValue:
    rows = await wishes.hidden_hosts(caller.acting, paging.bounds(_HOSTS, _HOSTS_MOST))
    return paging.page([row.host for row in rows], [row.id for row in rows])


@blueprint.post("/api/v1/domain_blocks")
@client("write:blocks")
async def post_host(caller: Caller) -> ResponseReturnValue:
    await parting.hide_host(caller.acting, (await sent()).text("domain"))
    return answer({})


@blueprint.delete("/api/v1/domain_blocks")
@client("write:blocks")
async def delete_host(caller: Caller) -> ResponseReturnValue:
    await parting.show_host(caller.acting, (await sent()).text("domain"))
    return answer({})


async def _is_own(caller: Caller | None, actor_id: int) -> bool:
    """Raises NotFound for whom they may not see."""
    actor = await accounts.by_id(actor_id, caller.member if caller else None)
    return caller is not None and caller.actor is not None and caller.actor.id == actor.id


async def _page(caller: Caller | None, actors: Sequence[Actor], ids: Sequence[int]) -> Response:
    shown = await entities_accounts.in_order(actors, caller.member if caller else None)
    return paging.page(shown, ids)
