"""A member's own career: say that they moved on or retired, and read what was decided."""

from collections.abc import Mapping
from datetime import UTC, datetime

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from instance.errors import FormRefused
from instance.models import Member, Stage
from instance.services import lifecycle
from instance.web import views
from instance.web.drawing import draw
from instance.web.guards import member
from instance.web.presenting import members, people
from instance.web.presenting.pages import surroundings

blueprint = Blueprint("careers", __name__)


@blueprint.get("/account/career")
@member
async def show_career(signed_in: Member) -> ResponseReturnValue:
    return draw(await _page(signed_in))


@blueprint.post("/account/career")
@member
async def post_career(signed_in: Member) -> ResponseReturnValue:
    said = (await request.form).get("stage", "")
    try:
        if said not in list(Stage):
            raise FormRefused({"stage": "Choose a career stage."})
        await lifecycle.say_stage(signed_in, Stage(said), datetime.now(UTC))
    except FormRefused as error:
        return draw(await _page(signed_in, error.fields), error.status)
    return redirect("/account/career")


async def _page(signed_in: Member, errors: Mapping[str, str] | None = None) -> views.CareerPage:
    around = await surroundings(signed_in, nav="account")
    asked = await lifecycle.asked_stage(signed_in)
    return views.CareerPage(
        page=around.page,
        standing=people.of_member(signed_in),
        asked=asked.value if asked is not None else "",
        acts=await members.acts(signed_in),
        opened=await members.opened(signed_in),
        errors=views.FieldError.all_of(errors or {}),
    )
