"""Inviting people to join, for verification officers."""

from collections.abc import Awaitable, Callable

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from instance.errors import Conflict, CurbsideError, FormRefused, NotAllowed
from instance.ids import read_id
from instance.models import Member
from instance.services import invitations
from instance.services.duties import Duty
from instance.web import views
from instance.web.drawing import draw
from instance.web.guards import on_duty
from instance.web.presenting import joining as present
from instance.web.presenting.pages import surroundings
from instance.web.words.people import INVITATION_DONE

blueprint = Blueprint("invitations", __name__)

HERE = present.HERE
_ACTIONS: dict[str, Callable[[Member, int], Awaitable[object]]] = {
    "resend": invitations.resend,
    "withdraw": invitations.withdraw,
}


@blueprint.get("/admin/invitations")
@on_duty(Duty.VERIFICATION)
async def show_invitations(signed_in: Member) -> ResponseReturnValue:
    return await _page(signed_in)


@blueprint.post("/admin/invitations")
@on_duty(Duty.VERIFICATION)
async def post_invitation(signed_in: Member) -> ResponseReturnValue:
    address = (await request.form).get("email", "")
    try:
        await invitations.invite(signed_in, address)
    except (FormRefused, Conflict, NotAllowed) as error:
        return await _page(signed_in, error, address)
    return redirect(f"{HERE}?done=sent")


@blueprint.post("/admin/invitations/roster")
@on_duty(Duty.VERIFICATION)
async def post_roster(signed_in: Member) -> ResponseReturnValue:
    try:
        await invitations.invite_roster(signed_in)
    except (Conflict, NotAllowed) as error:
        return await _page(signed_in, error)
    return redirect(HERE)


@blueprint.post("/admin/invitations/<int:invitation_id>/<any(resend, withdraw):action>")
@on_duty(Duty.VERIFICATION)
async def post_action(signed_in: Member, invitation_id: int, action: str) -> ResponseReturnValue:
    try:
        await _ACTIONS[action](signed_in, invitation_id)
    except (Conflict, NotAllowed) as error:
        return await _page(signed_in, error)
    return redirect(f"{HERE}?done={'sent' if action == 'resend' else 'withdrawn'}")


async def _page(
    signed_in: Member, error: CurbsideError | None = None, typed: str = ""
) -> ResponseReturnValue:
    around = await surroundings(signed_in, nav="admin", here=HERE)
    fields = error.fields if isinstance(error, FormRefused) else {}
    done = request.args.get("done", "") if request.method == "GET" else ""
    page = await present.invitations_page(
        around,
        signed_in,
        read_id(request.args.get("after", "")),
        typed=typed,
        done=done if done in INVITATION_DONE else "",
        refusal=error.shown if error is not None and not fields else "",
        errors=views.FieldError.all_of(fields),
    )
    return draw(page, error.status if error is not None else 200)
