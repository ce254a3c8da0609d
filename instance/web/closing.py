"""Owners close this server: name a date, agree, call it off, and see how far it is."""

from datetime import UTC, date, datetime, time, timedelta

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from instance.errors import Conflict, FormRefused
from instance.models import Closing, Member
from instance.services import closing, duties, members
from instance.services.duties import Duty
from instance.web import sessions
from instance.web.drawing import draw
from instance.web.guards import on_duty
from instance.web.presenting.pages import surroundings
from instance.web.views import FieldError
from instance.web.views.closing import ClosingPage, Stage

blueprint = Blueprint("closing", __name__)
HERE = "/admin/closing"


@blueprint.get(HERE)
@on_duty(Duty.PEOPLE)
async def show_closing(signed_in: Member) -> ResponseReturnValue:
    return draw(await _page(signed_in))


@blueprint.post(f"{HERE}/<any(propose, agree, off):step>")
@on_duty(Duty.PEOPLE)
async def post_step(signed_in: Member, step: str) -> ResponseReturnValue:
    form = await request.form
    password, source = form.get("password", ""), sessions.source(request)
    try:
        if step == "propose":
            day = _day(form.get("date", ""))
            await closing.propose(signed_in, day, password, source)
        elif step == "agree":
            await closing.agree(signed_in, password, source)
        else:
            await closing.call_off(signed_in)
    except FormRefused as error:
        return draw(await _page(signed_in, form.get("date", ""), error), error.status)
    except Conflict:
        pass  # the page says how it stands
    return redirect(HERE)


def _day(text: str) -> datetime:
    """The beginning of that day."""
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError as error:
        raise FormRefused({"date": "Write the day as 2027-03-31."}) from error


async def _page(
    signed_in: Member, typed: str = "", error: FormRefused | None = None
) -> ClosingPage:
    around = await surroundings(signed_in, nav="admin", here=HERE)
    found = await closing.current()
    left = await closing.left()
    by = found.proposed_by if found is not None else None
    return ClosingPage(
        page=around.page,
        state=_state(found),
        closes_at=found.closes_at if found is not None else None,
        by=(await members.speaking_as(by)).name if by is not None else "",
        mine=by is not None and by.id == signed_in.id,
        owners=await duties.holders(Duty.PEOPLE).count(),
        first_day=(datetime.now(UTC) + closing.LEAST + timedelta(days=1)).date(),
        typed=typed,
        deleted=found.count if found is not None else 0,
        total=left + (found.count if found is not None else 0),
        waiting=await closing.waiting_messages(),
        errors=FieldError.all_of(error.fields if error else {}),
    )


def _state(found: Closing | None) -> Stage:
    if found is None:
        return ""
    if found.agreed_at is None:
        return "proposed"
    if found.began_at is None:
        return "announced"
    return "closing" if found.ended_at is None else "closed"
