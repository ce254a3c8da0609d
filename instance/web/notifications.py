"""What happened that concerns a member, and of what they have mails."""

from datetime import UTC, datetime

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from instance.errors import NotFound
from instance.ids import read_id
from instance.models import Member
from instance.services import mails, notifications, weekly
from instance.web import views
from instance.web.drawing import draw
from instance.web.guards import current_member, member, unsigned
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
    return draw(await present.mail_page(signed_in))


@blueprint.post("/account/notifications")
@member
async def post_mails(signed_in: Member) -> ResponseReturnValue:
    await mails.choose(signed_in, (await request.form).getlist("mail"))
    return redirect("/account/notifications")


@blueprint.post("/account/notifications/weekly")
@member
async def post_weekly(signed_in: Member) -> ResponseReturnValue:
    wanted = (await request.form).get("wanted") == "yes"
    await weekly.choose(signed_in, datetime.now(UTC), wanted=wanted)
    return redirect("/account/notifications#weekly")


@blueprint.get("/unsubscribe/<token>")
@unsigned
async def show_unsubscribe(token: str) -> ResponseReturnValue:
    """From a weekly mail. Who opens it changes nothing: mail servers look at links, too."""
    around = await surroundings(current_member())
    return draw(views.UnsubscribePage(page=around.page, url=f"/unsubscribe/{token}"))


@blueprint.post("/unsubscribe/<token>")
@unsigned
async def post_unsubscribe(token: str) -> ResponseReturnValue:
    """From that page, or from a mail program, which has none of our forms (RFC 8058). Who has the
    link may do this and nothing else; of a link that holds no more the same is said."""
    await weekly.end(token)
    return draw(views.UnsubscribePage(page=(await surroundings(current_member())).page))


@blueprint.post("/account/notifications/test")
@member
async def post_test_mail(signed_in: Member) -> ResponseReturnValue:
    await mails.queue_test(signed_in)
    return redirect("/account/notifications")
