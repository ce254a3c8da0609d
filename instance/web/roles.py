"""Who has which role, for owners: see it and change it (T72)."""

from collections.abc import Mapping

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from instance.errors import FormRefused, NotAllowed
from instance.models import Member, Role
from instance.services import roles
from instance.services.duties import Duty
from instance.web import views
from instance.web.drawing import draw
from instance.web.guards import on_duty
from instance.web.presenting import people
from instance.web.presenting.pages import surroundings

blueprint = Blueprint("roles", __name__)


@blueprint.get("/admin/people")
@on_duty(Duty.PEOPLE)
async def show_people(signed_in: Member) -> ResponseReturnValue:
    return draw(await _page(signed_in))


@blueprint.post("/admin/people")
@on_duty(Duty.PEOPLE)
async def post_role(signed_in: Member) -> ResponseReturnValue:
    form = await request.form
    try:
        await roles.change(signed_in, form.get("handle", ""), _role(form))
    except FormRefused as error:
        return draw(await _page(signed_in, form, error.fields), error.status)
    except NotAllowed as error:
        return draw(await _page(signed_in, form, refusal=error.shown), error.status)
    return redirect("/admin/people")


def _role(form: MultiDict[str, str]) -> Role:
    for role in Role:
        if people.role_code(role) == form.get("role"):
            return role
    raise FormRefused({"role": "Choose a role."})


async def _page(
    signed_in: Member,
    form: MultiDict[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    refusal: str = "",
) -> views.RolesPage:
    around = await surroundings(signed_in, nav="admin", here="/admin/people")
    rows = [
        views.RoleRow(
            name=one.actor.name or one.actor.handle,
            handle=one.actor.handle,
            role=people.role_code(one.member.role),
            own=one.member.id == signed_in.id,
            suspended=one.member.suspended_at is not None,
        )
        for one in await roles.holders(signed_in)
    ]
    return views.RolesPage(
        page=around.page,
        rows=tuple(rows),
        typed_handle=form.get("handle", "") if form else "",
        typed_role=form.get("role", "") if form else "",
        refusal=refusal,
        errors=views.FieldError.all_of(errors or {}),
    )
