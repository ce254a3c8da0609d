"""What happened that concerns a member, and of what they have mails."""

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from instance import config
from instance.alert_words import error_key
from instance.errors import NotFound
from instance.ids import read_id
from instance.models import Member
from instance.services import mails, notifications
from instance.web import views
from instance.web.drawing import draw
from instance.web.guards import member
from instance.web.presenting import notifications as present
from instance.web.presenting.pages import surroundings

blueprint = Blueprint("notifications", __name__)


@blueprint.get("/notifications")
@member
async def show_notifications(signed_in: Member) -> ResponseReturnValue:
    around = await surroundings(signed_in, nav="notifications", here="/notifications")
    before = read_id(request.args.get("before", ""))
    rows = await notifications.page(signed_in, before)
    is_full = len(rows) == notifications.PAGE
    return draw(
        views.NotificationsPage(
            page=around.page,
            days=await present.days(rows, around),
            unread=around.page.counts.notifications,
            newest_at=rows[0].created_at if rows and before is None else None,
            older_url=f"/notifications?before={rows[-1].id}" if is_full else "",
        )
    )


@blueprint.get("/notifications/<int:notification_id>")
@member
async def open_notification(signed_in: Member, notification_id: int) -> ResponseReturnValue:
    """To what it is about; whoever opened it has read it."""
    row = await notifications.read_one(signed_in, notification_id)
    if row is None:
        raise NotFound
    return redirect(await present.target(row))


@blueprint.post("/notifications/read")
@member
async def post_read_all(signed_in: Member) -> ResponseReturnValue:
    await notifications.read_all(signed_in)
    return redirect("/notifications")


@blueprint.get("/account/notifications")
@member
async def show_mails(signed_in: Member) -> ResponseReturnValue:
    around = await surroundings(signed_in, nav="account")
    choices, failed = await mails.choices(signed_in), await mails.last_failed(signed_in)
    return draw(
        views.MailPage(
            page=around.page,
            email=signed_in.email,
            is_sent=config.current().sends_mail,
            choices=tuple(
                views.MailChoice(kind=kind.value, wanted=kind in choices.wanted)
                for kind in choices.offered
            ),
            error=error_key(failed.last_error) if failed is not None else "",
            gave_up=failed is not None and failed.gave_up_at is not None,
        )
    )


@blueprint.post("/account/notifications")
@member
async def post_mails(signed_in: Member) -> ResponseReturnValue:
    await mails.choose(signed_in, (await request.form).getlist("mail"))
    return redirect("/account/notifications")
