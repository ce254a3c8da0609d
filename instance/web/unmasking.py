"""Which member a pseudonym is: asked by one officer, decided by another, seen by who asked."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta

from quart import Blueprint, make_response, redirect, request
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from instance.errors import FormRefused, NotAllowed, NotFound
from instance.models import Ground, Member, Unmasking
from instance.services import members, unmasking
from instance.services.duties import Duty
from instance.web import views
from instance.web.drawing import draw
from instance.web.guards import on_duty
from instance.web.presenting.pages import surroundings

blueprint = Blueprint("unmasking", __name__)

_DECIDE = {
    "approve": unmasking.approve,
    "refuse": unmasking.refuse,
    "tell": unmasking.end_silence,
}


@blueprint.get("/admin/unmasking")
@on_duty(Duty.VERIFICATION)
async def show_requests(signed_in: Member) -> ResponseReturnValue:
    return draw(await _page(signed_in))


@blueprint.post("/admin/unmasking")
@on_duty(Duty.VERIFICATION)
async def post_request(signed_in: Member) -> ResponseReturnValue:
    form = await request.form
    try:
        if form.get("ground") not in list(Ground):
            raise FormRefused({"ground": "Choose a reason."})
        await unmasking.ask(
            signed_in,
            form.get("handle", ""),
            Ground(form["ground"]),
            form.get("reason", ""),
            datetime.now(UTC),
            silent_until=_day(form.get("silent_until", "")),
        )
    except FormRefused as error:
        return draw(await _page(signed_in, form, error.fields), error.status)
    return redirect("/admin/unmasking")


@blueprint.post("/admin/unmasking/<int:row_id>/<any(approve, refuse, tell):decision>")
@on_duty(Duty.VERIFICATION)
async def post_decision(signed_in: Member, row_id: int, decision: str) -> ResponseReturnValue:
    try:
        await _DECIDE[decision](signed_in, row_id, datetime.now(UTC))
    except NotAllowed as error:
        return draw(await _page(signed_in, refusal=error.shown), error.status)
    return redirect("/admin/unmasking")


@blueprint.get("/admin/unmasking/<int:row_id>")
@on_duty(Duty.VERIFICATION)
async def show_member(signed_in: Member, row_id: int) -> ResponseReturnValue:
    """Who it is; each time is written down, and a screen that is left open goes dark."""
    row, own = await unmasking.look(signed_in, row_id, datetime.now(UTC))
    if own.member is None or row.ends_at is None:
        raise NotFound
    around = await surroundings(signed_in, nav="admin", here="/admin/unmasking")
    view = views.UnmaskedPage(
        page=around.page,
        pseudonym=row.actor.name,
        name=own.name,
        legal_name=own.member.legal_name,
        handle=own.handle,
        email=own.member.email,
        ground=row.ground.value,
        reason=row.reason,
        until=row.ends_at,
    )
    response = await make_response(draw(view))
    left = max(0, int((row.ends_at - datetime.now(UTC)).total_seconds()))
    response.headers["Refresh"] = f"{left}; url=/admin/unmasking"
    return response


def _day(typed: str) -> datetime | None:
    """The end of a day; None for none. Raises FormRefused."""
    if not typed.strip():
        return None
    try:
        day = datetime.strptime(typed.strip(), "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise FormRefused({"silent_until": "Write the day as 2027-01-31."}) from error
    return datetime.combine(day.date(), time(), UTC) + timedelta(days=1)


async def _page(
    signed_in: Member,
    form: MultiDict[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    refusal: str = "",
) -> views.UnmaskingPage:
    around = await surroundings(signed_in, nav="admin", here="/admin/unmasking")
    now = around.page.now
    waiting = await unmasking.waiting(signed_in, now)
    open_now = await unmasking.open_to(signed_in, now)
    silent = await unmasking.silent(signed_in)
    asked = [number for row in waiting for number in (row.asked_by_id, row.decided_by_id)]
    names = await members.names([*asked, *(row.decided_by_id for row in [*open_now, *silent])])
    typed: Mapping[str, str] = form or {}
    return views.UnmaskingPage(
        page=around.page,
        minutes=int(unmasking.LASTS.total_seconds()) // 60,
        waiting=tuple(
            _row(row, row.created_at, names.get(row.asked_by_id, ""), signed_in) for row in waiting
        ),
        open_now=tuple(
            _row(row, row.ends_at or now, names.get(row.decided_by_id, ""), signed_in)
            for row in open_now
        ),
        silent=tuple(
            _row(row, row.silent_until or now, names.get(row.decided_by_id, ""), signed_in)
            for row in silent
        ),
        typed_handle=typed.get("handle", ""),
        typed_ground=typed.get("ground", ""),
        typed_reason=typed.get("reason", ""),
        typed_until=typed.get("silent_until", ""),
        refusal=refusal,
        errors=views.FieldError.all_of(errors or {}),
    )


def _row(row: Unmasking, at: datetime, name: str, reader: Member) -> views.UnmaskingRow:
    return views.UnmaskingRow(
        id=str(row.id),
        pseudonym=row.actor.name or row.actor.handle,
        ground=row.ground.value,
        reason=row.reason,
        at=at,
        name=name,
        own=row.asked_by_id == reader.id,
        silent_until=row.silent_until,
    )
