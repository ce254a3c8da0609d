"""What somebody who was asked about a consult may say, and inviting a colleague by name."""

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from instance.errors import FormRefused
from instance.models import Member
from instance.services.consults import asking, inviting
from instance.web import consults, views
from instance.web.guards import reader

blueprint = Blueprint("routing", __name__)


@blueprint.post("/k/<int:consult_id>/decline")
@reader
async def post_decline(signed_in: Member, consult_id: int) -> ResponseReturnValue:
    await asking.decline(signed_in, consult_id)
    return redirect("/")


@blueprint.post("/k/<int:consult_id>/redirect")
@reader
async def post_redirect(signed_in: Member, consult_id: int) -> ResponseReturnValue:
    form = await request.form
    colleague, specialty = form.get("colleague", "").strip(), form.get("specialty", "")
    try:
        await asking.redirect(signed_in, consult_id, specialty=specialty, colleague=colleague)
    except FormRefused as error:
        return await _again(signed_in, consult_id, "redirect", error)
    return redirect("/")


@blueprint.post("/k/<int:consult_id>/invite")
@reader
async def post_invite(signed_in: Member, consult_id: int) -> ResponseReturnValue:
    try:
        address = (await request.form).get("colleague", "")
        await inviting.invite(signed_in, consult_id, address)
    except FormRefused as error:
        return await _again(signed_in, consult_id, "invite", error)
    return redirect(f"/k/{consult_id}")


async def _again(
    signed_in: Member, consult_id: int, form: str, error: FormRefused
) -> ResponseReturnValue:
    kept = views.Kept(
        form=form,  # type: ignore[arg-type]
        values=(await request.form).to_dict(),
        errors=views.FieldError.all_of(error.fields),
    )
    return await consults.draw_consult(signed_in, consult_id, kept, 422)
