"""For patient safety: ask to read a consult one takes no part in, decide it, and read (T72)."""

from collections.abc import Mapping
from datetime import UTC, datetime

from quart import Blueprint, make_response, redirect, request
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from instance.errors import FormRefused, NotAllowed
from instance.models import Consult, Member
from instance.services.consults import break_glass, readers
from instance.web import views
from instance.web.drawing import draw
from instance.web.guards import keeps_safe
from instance.web.presenting import private
from instance.web.presenting.consults import consult_page, read_only
from instance.web.presenting.pages import Surroundings, surroundings

blueprint = Blueprint("break_glass", __name__)

_DECIDE = {"approve": break_glass.approve, "refuse": break_glass.refuse}


@blueprint.get("/admin/consults")
@keeps_safe
async def show_requests(signed_in: Member) -> ResponseReturnValue:
    return draw(await _page(signed_in))


@blueprint.post("/admin/consults")
@keeps_safe
async def post_request(signed_in: Member) -> ResponseReturnValue:
    form = await request.form
    address, reason = form.get("address", ""), form.get("reason", "")
    try:
        await break_glass.ask(signed_in, address, reason, datetime.now(UTC))
    except FormRefused as error:
        return draw(await _page(signed_in, form, error.fields), error.status)
    return redirect("/admin/consults")


@blueprint.post("/admin/consults/<int:row_id>/<any(approve, refuse):decision>")
@keeps_safe
async def post_decision(signed_in: Member, row_id: int, decision: str) -> ResponseReturnValue:
    try:
        await _DECIDE[decision](signed_in, row_id, datetime.now(UTC))
    except NotAllowed as error:
        return draw(await _page(signed_in, refusal=error.shown), error.status)
    return redirect("/admin/consults")


@blueprint.get("/admin/consults/<int:row_id>")
@keeps_safe
async def show_consult(signed_in: Member, row_id: int) -> ResponseReturnValue:
    """The thread, to read; each time is written down."""
    row, consult = await break_glass.read(signed_in, row_id, datetime.now(UTC))
    await readers.note(signed_in, consult, datetime.now(UTC))
    url = f"/admin/consults/{row.id}"
    around = await surroundings(signed_in, nav="admin", here="/admin/consults")
    ends_at = row.ends_at or around.page.now
    response = await make_response(draw(await _read_only(consult, signed_in, around, url, ends_at)))
    # A screen that is left open shows it no longer than it is open.
    left = max(0, int((ends_at - datetime.now(UTC)).total_seconds()))
    response.headers["Refresh"] = f"{left}; url=/admin/consults"
    return response


async def _read_only(
    consult: Consult, signed_in: Member, around: Surroundings, url: str, until: datetime
) -> views.PageView:
    if consult.is_private:
        view = await private.private_page(consult, signed_in, around)
        return private.read_only(view, url, until)
    return read_only(await consult_page(consult, signed_in, around), url, until)


async def _page(
    signed_in: Member,
    form: MultiDict[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    refusal: str = "",
) -> views.BreakGlassPage:
    around = await surroundings(signed_in, nav="admin", here="/admin/consults")
    now = around.page.now
    waiting = await break_glass.waiting(signed_in, now)
    open_now = await break_glass.open_to(signed_in, now)
    names = await break_glass.names([*waiting, *open_now])
    return views.BreakGlassPage(
        page=around.page,
        minutes=int(break_glass.LASTS.total_seconds()) // 60,
        waiting=tuple(
            views.WaitingRow(
                id=str(row.id),
                name=names.get(row.asked_by_id, ""),
                reason=row.reason,
                at=row.created_at,
                own=row.asked_by_id == signed_in.id,
            )
            for row in waiting
        ),
        open_now=tuple(
            views.OpenRow(
                url=f"/admin/consults/{row.id}",
                by=names.get(row.decided_by_id, ""),
                reason=row.reason,
                until=row.ends_at or now,
            )
            for row in open_now
        ),
        typed_address=form.get("address", "") if form else "",
        typed_reason=form.get("reason", "") if form else "",
        refusal=refusal,
        errors=views.FieldError.all_of(errors or {}),
    )
