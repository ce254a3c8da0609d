"""Account > People around you: each name of a member decides for itself."""

from collections.abc import Awaitable, Callable

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from instance.errors import NotFound
from instance.ids import read_id
from instance.models import Actor, Member, Mute
from instance.services import amending, followers, members, parting, wishes
from instance.services.amending import Amendment
from instance.services.feed_sources import Bounds
from instance.web import views
from instance.web.drawing import draw
from instance.web.guards import member
from instance.web.presenting import people
from instance.web.presenting.pages import surroundings

blueprint = Blueprint("around", __name__)

AROUND = "/account/people"
_ALL = Bounds(limit=500)
_UNDONE: dict[str, Callable[[Actor, Actor], Awaitable[None]]] = {
    "unblock": parting.unblock,
    "unmute": parting.unmute,
}


@blueprint.get(AROUND)
@member
async def show_first(signed_in: Member) -> ResponseReturnValue:
    return redirect(f"{AROUND}/{(await members.speaking_as(signed_in)).handle}")


@blueprint.get(f"{AROUND}/<name:handle>")
@member
async def show_around(signed_in: Member, handle: str) -> ResponseReturnValue:
    actor = await members.speaking_as(signed_in, handle)
    around = await surroundings(signed_in, nav="account", here=AROUND)
    return draw(
        views.AroundPage(
            page=around.page,
            handle=actor.handle,
            name=actor.name or actor.handle,
            pseudonym=actor.is_pseudonym,
            others=tuple(people.identity(own) for own in around.own if own.id != actor.id),
            approves=actor.approves_followers,
            requests=tuple(_kept(row.follower) for row in await followers.own_requests(actor)),
            blocked=tuple(_kept(row.target) for row in await wishes.blocks(actor, _ALL)),
            muted=tuple(_muted(row) for row in await wishes.mutes(actor, _ALL)),
            hosts=tuple(row.host for row in await wishes.hidden_hosts(actor, _ALL)),
        )
    )


@blueprint.post(f"{AROUND}/<name:handle>/<any(unblock, unmute, accept, refuse):action>")
@member
async def post_about(signed_in: Member, handle: str, action: str) -> ResponseReturnValue:
    """About whom `account` names."""
    actor = await members.speaking_as(signed_in, handle)
    other = await Actor.get_or_none(id=read_id((await request.form).get("account", "")) or 0)
    if other is None:
        raise NotFound
    if action in _UNDONE:
        await _UNDONE[action](actor, other)
    else:
        await followers.decide_own(actor, other, accepted=action == "accept")
    return redirect(f"{AROUND}/{actor.handle}")


@blueprint.post(f"{AROUND}/<name:handle>/approval")
@member
async def post_approval(signed_in: Member, handle: str) -> ResponseReturnValue:
    actor = await members.speaking_as(signed_in, handle)
    approves = (await request.form).get("approves", "") == "yes"
    await amending.amend(signed_in, actor, Amendment(locked=approves))
    return redirect(f"{AROUND}/{actor.handle}")


@blueprint.post(f"{AROUND}/<name:handle>/hosts")
@member
async def post_host(signed_in: Member, handle: str) -> ResponseReturnValue:
    """Let a server be seen again."""
    actor = await members.speaking_as(signed_in, handle)
    await parting.show_host(actor, (await request.form).get("host", ""))
    return redirect(f"{AROUND}/{actor.handle}")


def _kept(actor: Actor) -> views.KeptAway:
    return views.KeptAway(id=str(actor.id), name=actor.name or actor.handle, address=actor.address)


def _muted(row: Mute) -> views.KeptAway:
    return views.KeptAway(
        id=str(row.target_id),
        name=row.target.name or row.target.handle,
        address=row.target.address,
        until=row.ends_at,
    )
