"""What a member brings to be Checked: a number in a register, the word of colleagues."""

from datetime import UTC, datetime

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from instance.errors import FormRefused
from instance.ids import read_id
from instance.models import Member
from instance.services import vouching
from instance.services.duties import Duty
from instance.services.registry import numbers
from instance.services.registry.numbers import Typed
from instance.web.drawing import draw
from instance.web.guards import member, on_duty
from instance.web.presenting.evidence import colleagues_page, number_page, vouches_page

blueprint = Blueprint("evidence", __name__)

_NUMBER = "/account/verification/number"
_COLLEAGUES = "/account/verification/colleagues"
_VOUCHES = "/admin/vouches"


@blueprint.get("/account/verification/number")
@member
async def show_number(signed_in: Member) -> ResponseReturnValue:
    return draw(await number_page(signed_in))


@blueprint.post("/account/verification/number")
@member
async def post_number(signed_in: Member) -> ResponseReturnValue:
    form = await request.form
    typed = Typed(*(form.get(name, "") for name in ("jurisdiction", "licence", "npi", "orcid")))
    try:
        await numbers.give(signed_in, typed, datetime.now(UTC))
    except FormRefused as error:
        return draw(await number_page(signed_in, typed, error.fields), error.status)
    return redirect(_NUMBER)


@blueprint.get("/account/verification/colleagues")
@member
async def show_colleagues(signed_in: Member) -> ResponseReturnValue:
    return draw(await colleagues_page(signed_in))


@blueprint.post("/account/verification/colleagues")
@member
async def post_question(signed_in: Member) -> ResponseReturnValue:
    """Ask a colleague."""
    handle = (await request.form).get("handle", "")
    try:
        await vouching.ask(signed_in, handle, datetime.now(UTC))
    except FormRefused as error:
        page = await colleagues_page(signed_in, handle=handle, errors=error.fields)
        return draw(page, error.status)
    return redirect(_COLLEAGUES)


@blueprint.post("/account/verification/colleagues/<int:vouch_id>/take-back")
@member
async def post_take_back(signed_in: Member, vouch_id: int) -> ResponseReturnValue:
    await vouching.take_back(signed_in, vouch_id, datetime.now(UTC))
    return redirect(_COLLEAGUES)


@blueprint.post("/account/verification/colleagues/<int:vouch_id>/vouch")
@member
async def post_vouch(signed_in: Member, vouch_id: int) -> ResponseReturnValue:
    how = (await request.form).get("how", "")
    try:
        await vouching.vouch(signed_in, vouch_id, how, datetime.now(UTC))
    except FormRefused as error:
        kept = {"refused": str(vouch_id), "how": how}
        page = await colleagues_page(signed_in, **kept, errors=error.fields)
        return draw(page, error.status)
    return redirect(_COLLEAGUES)


@blueprint.post("/account/verification/colleagues/<int:vouch_id>/decline")
@member
async def post_decline(signed_in: Member, vouch_id: int) -> ResponseReturnValue:
    await vouching.decline(signed_in, vouch_id, datetime.now(UTC))
    return redirect(_COLLEAGUES)


@blueprint.post("/account/verification/colleagues/<int:vouch_id>/revoke")
@member
async def post_revoke(signed_in: Member, vouch_id: int) -> ResponseReturnValue:
    await vouching.revoke(signed_in, vouch_id, datetime.now(UTC))
    return redirect(_COLLEAGUES)


@blueprint.get("/admin/vouches")
@on_duty(Duty.VERIFICATION)
async def show_vouches(signed_in: Member) -> ResponseReturnValue:
    return draw(await vouches_page(signed_in, read_id(request.args.get("before", ""))))


@blueprint.post("/admin/vouches/<int:vouch_id>/abused")
@on_duty(Duty.VERIFICATION)
async def post_abused(signed_in: Member, vouch_id: int) -> ResponseReturnValue:
    """An officer found that somebody vouched wrongly."""
    reason = (await request.form).get("reason", "")
    try:
        await vouching.find_abused(signed_in, vouch_id, reason, datetime.now(UTC))
    except FormRefused as error:
        kept = {"refused": str(vouch_id), "typed": reason}
        page = await vouches_page(signed_in, None, **kept, errors=error.fields)
        return draw(page, error.status)
    return redirect(_VOUCHES)
