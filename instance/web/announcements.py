"""Owners tell all members something, and end it."""

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from instance.errors import FormRefused, NotFound
from instance.models import Member
from instance.services import announcements, members
from instance.services.duties import Duty
from instance.web.drawing import draw
from instance.web.guards import member, on_duty
from instance.web.presenting.announcements import HERE, told
from instance.web.presenting.pages import surroundings
from instance.web.views import FieldError
from instance.web.views.announcements import AnnouncementsPage

blueprint = Blueprint("announcements", __name__)


@blueprint.get(HERE)
@on_duty(Duty.SETTINGS)
async def show_announcements(signed_in: Member) -> ResponseReturnValue:
    return draw(await _page(signed_in))


@blueprint.post(HERE)
@on_duty(Duty.SETTINGS)
async def post_announcement(signed_in: Member) -> ResponseReturnValue:
    text = (await request.form).get("text", "")
    try:
        await announcements.publish(signed_in, text)
    except FormRefused as error:
        return draw(await _page(signed_in, text, error), error.status)
    return redirect(HERE)


@blueprint.post(f"{HERE}/<int:announcement_id>/end")
@on_duty(Duty.SETTINGS)
async def post_end(signed_in: Member, announcement_id: int) -> ResponseReturnValue:
    try:
        await announcements.end(signed_in, announcement_id)
    except NotFound:
        pass  # somebody else ended it: the page says how it stands
    return redirect(HERE)


@blueprint.post("/announcements/<int:announcement_id>/dismiss")
@member
async def post_dismiss(signed_in: Member, announcement_id: int) -> ResponseReturnValue:
    """Read, and off their start page; under their first name, which says so to nobody."""
    try:
        own = await members.identities(signed_in)
        await announcements.dismiss(own[0], announcement_id)
    except NotFound:
        pass  # it ended meanwhile
    return redirect("/")


async def _page(
    signed_in: Member, typed: str = "", error: FormRefused | None = None
) -> AnnouncementsPage:
    around = await surroundings(signed_in, nav="admin", here=HERE)
    return AnnouncementsPage(
        page=around.page,
        rows=await told(),
        typed=typed,
        most=announcements.TEXT_MAX,
        errors=FieldError.all_of(error.fields if error else {}),
    )
