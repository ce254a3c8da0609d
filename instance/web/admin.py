"""Administration: how it goes with other hospitals and servers, and what to do about it."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from instance.models import Member
from instance.services import (
    agreements,
    backups,
    deliveries,
    delivery_figures,
    keeping,
    mails,
    refusals,
    waiting,
)
from instance.web import views
from instance.web.drawing import draw
from instance.web.guards import admin, administrator
from instance.web.presenting import administration as present
from instance.web.presenting import host_lists
from instance.web.presenting.pages import surroundings

blueprint = Blueprint("admin", __name__)

ACTIONS: dict[str, Callable[[Member, str], Awaitable[object]]] = {
    "pause": deliveries.pause,
    "resume": deliveries.resume,
    "try": deliveries.try_now,
    "retry": deliveries.retry_given_up,
    "drop": deliveries.drop,
}


@blueprint.get("/admin")
@administrator
async def show_start(signed_in: Member) -> ResponseReturnValue:
    """What is wrong or waits, of what this member looks after."""
    return draw(await start_page(signed_in))


async def start_page(signed_in: Member) -> views.AdminStartPage:
    around = await surroundings(signed_in, nav="admin", here="/admin")
    lines = await waiting.lines_for(signed_in, await keeping.of(signed_in))
    return views.AdminStartPage(
        page=around.page,
        backup_at=await backups.last(),
        groups=present.start_groups(lines),
        stream_url="/admin/stream",
    )


@blueprint.get("/admin/hospitals")
@admin
async def show_hospitals(signed_in: Member) -> ResponseReturnValue:
    return draw(await hospitals_page(signed_in))


async def hospitals_page(
    signed_in: Member, typed_host: str = "", errors: dict[str, str] | None = None
) -> views.HospitalsPage:
    """`typed_host`: of a hospital that could not be added."""
    around = await surroundings(signed_in, nav="admin", here="/admin/hospitals")
    steps = {treaty.host: treaty.step for treaty in await agreements.all_of_them()}
    rows, more = present.host_rows(await deliveries.hosts(), steps)
    days = await delivery_figures.last_hours([row.host for row in rows], datetime.now(UTC))
    rows = present.with_days(rows, days)
    silent = [row for row in rows if row.failing_since is not None]
    return views.HospitalsPage(
        page=around.page,
        hosts=rows,
        worst=min(silent, key=lambda row: (not row.partner, row.failing_since), default=None),
        failing=len(silent),
        stopped=sum(row.look == "stopped" for row in rows),
        partners=sum(row.partner for row in rows),
        waiting=sum(row.waiting for row in rows),
        gave_up=sum(row.gave_up for row in rows),
        more=more,
        imports=await host_lists.open_imports(),
        typed_host=typed_host,
        errors=views.FieldError.all_of(errors or {}),
    )


@blueprint.get("/admin/deliveries")
@admin
async def show_deliveries(signed_in: Member) -> ResponseReturnValue:
    around = await surroundings(signed_in, nav="admin", here="/admin/deliveries")
    return draw(
        views.DeliveriesPage(
            page=around.page,
            hosts=present.backlogs(await deliveries.hosts(), await deliveries.backlog()),
            mails=await present.unsent_mails(await mails.unsent()),
            refusals=present.refusal_rows(await refusals.days(datetime.now(UTC))),
        )
    )


@blueprint.post("/admin/deliveries/mails")
@admin
async def post_mails(signed_in: Member) -> ResponseReturnValue:
    """Send again the mails that were given up."""
    await mails.send_again(signed_in)
    return redirect("/admin/deliveries#mails")


@blueprint.post("/admin/deliveries/<any(pause, resume, try, retry, drop):action>")
@admin
async def post_action(signed_in: Member, action: str) -> ResponseReturnValue:
    """Pause, resume, try now, retry what was given up, or drop what waits, for one host."""
    form = await request.form
    await ACTIONS[action](signed_in, form.get("host", ""))
    return redirect("/admin/deliveries")
