"""Account > Moving: one name comes from another server, or goes to one."""

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from instance.errors import Conflict, FormRefused
from instance.models import Member
from instance.services import members, moving
from instance.web import sessions
from instance.web.drawing import draw
from instance.web.guards import member
from instance.web.presenting.moving import MOVING, moving_page

blueprint = Blueprint("moving", __name__)


@blueprint.get(MOVING)
@member
async def show_first(signed_in: Member) -> ResponseReturnValue:
    return redirect(f"{MOVING}/{(await members.speaking_as(signed_in)).handle}")


@blueprint.get(f"{MOVING}/<name:handle>")
@member
async def show_moving(signed_in: Member, handle: str) -> ResponseReturnValue:
    return draw(await moving_page(signed_in, handle))


@blueprint.post(f"{MOVING}/<name:handle>/<any(alias, remove, move, undo):step>")
@member
async def post_step(signed_in: Member, handle: str, step: str) -> ResponseReturnValue:
    actor = await members.speaking_as(signed_in, handle)
    form = await request.form
    address = form.get("address", "")
    try:
        if step == "alias":
            await moving.add_alias(actor, form.get("alias", ""))
        elif step == "remove":
            await moving.remove_alias(actor, form.get("uri", ""))
        elif step == "move":
            password, source = form.get("password", ""), sessions.source(request)
            await moving.move(signed_in, actor, address, password, source)
        else:
            await moving.undo(actor)
    except FormRefused as error:
        typed = form.get("alias", "") or address
        page = await moving_page(signed_in, handle, typed, error)
        return draw(page, error.status)
    except Conflict:
        pass  # the page says what is so already
    return redirect(f"{MOVING}/{actor.handle}")
