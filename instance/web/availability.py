"""When a member may be asked, what reaches them how, and the devices that take messages."""

from quart import Blueprint, Response, g, redirect, request
from quart.typing import ResponseReturnValue

from instance.errors import FormRefused
from instance.models import Member
from instance.services import availability, push
from instance.web import static_files, views
from instance.web.drawing import draw
from instance.web.guards import member, public
from instance.web.presenting import notifications as present
from instance.web.presenting import routing as reaching
from instance.web.presenting.pages import surroundings

blueprint = Blueprint("availability", __name__)

HERE = "/account/notifications"


@blueprint.get("/account/availability")
@member
async def show_availability(signed_in: Member) -> ResponseReturnValue:
    around = await surroundings(signed_in, nav="account")
    row = await availability.of(signed_in)
    until = reaching.away_until(row, signed_in)
    return draw(
        views.AvailabilityPage(
            page=around.page,
            away=bool(until),
            away_until=until,
            quiet_from=availability.clock(row.quiet_from),
            quiet_to=availability.clock(row.quiet_to),
            zone=signed_in.zone,
            weekly_cap=str(row.weekly_cap),
        )
    )


@blueprint.post("/account/availability")
@member
async def post_availability(signed_in: Member) -> ResponseReturnValue:
    form = await request.form
    try:
        await availability.change(signed_in, form)
    except FormRefused as error:
        around = await surroundings(signed_in, nav="account")
        names = ("away_until", "quiet_from", "quiet_to", "zone", "weekly_cap")
        page = views.AvailabilityPage(
            page=around.page,
            away=form.get("away") == "yes",
            errors=views.FieldError.all_of(error.fields),
            **{name: form.get(name, "")[:40] for name in names},
        )
        return draw(page, 422)
    return redirect("/account/availability")


@blueprint.post("/account/notifications/ways")
@member
async def post_ways(signed_in: Member) -> ResponseReturnValue:
    await availability.choose(signed_in, (await request.form).getlist("way"))
    return redirect(HERE)


@blueprint.get("/push-worker.js")
@public
async def get_worker() -> ResponseReturnValue:
    """At the root, or the browser would not let it open our pages; and never stale."""
    body = (static_files.DIRECTORY / "push-worker.js").read_bytes()
    response = Response(body, content_type=static_files.TYPES[".js"])
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.post("/account/notifications/devices")
@member
async def post_device(signed_in: Member) -> ResponseReturnValue:
    try:
        await push.subscribe(g.session, await request.form)
    except FormRefused as error:
        page = await present.mail_page(signed_in, refused=error.fields["device"])
        return draw(page, 422)
    return redirect(HERE)


@blueprint.post("/account/notifications/devices/<int:device_id>/remove")
@member
async def post_remove_device(signed_in: Member, device_id: int) -> ResponseReturnValue:
    await push.remove(signed_in, device_id)
    return redirect(HERE)


@blueprint.post("/account/notifications/devices/test")
@member
async def post_test_push(signed_in: Member) -> ResponseReturnValue:
    await push.queue_test(signed_in)
    return redirect(HERE)
