"""Administration: how consults go, as charts, tables and a file."""

from datetime import UTC, datetime
from typing import cast, get_args

from quart import Blueprint, Response, request
from quart.typing import ResponseReturnValue

from instance.models import Member
from instance.services.consults import figures
from instance.services.duties import Duty
from instance.web.drawing import draw
from instance.web.guards import on_duty
from instance.web.presenting import consult_figures as present
from instance.web.presenting.pages import surroundings
from instance.web.views.consult_figures import Period

blueprint = Blueprint("consult_figures", __name__)


@blueprint.get("/admin/figures")
@on_duty(Duty.FIGURES)
async def show_figures(signed_in: Member) -> ResponseReturnValue:
    now, period = datetime.now(UTC), _period()
    around = await surroundings(signed_in, nav="admin", here="/admin/figures")
    found = await figures.cases(present.first_slot(period, now), now)
    chosen = request.args.get("hospital", ""), request.args.get("specialty", "")
    return draw(present.page(around, found, period, now, *chosen))


@blueprint.get("/admin/figures.csv")
@on_duty(Duty.FIGURES)
async def get_figures(signed_in: Member) -> ResponseReturnValue:
    now = datetime.now(UTC)
    around = await surroundings(signed_in, nav="admin")
    found = await figures.cases(present.first_slot(_period(), now), now)
    text = present.as_csv(found, around.institutions)
    response = Response("\ufeff" + text, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="figures.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _period() -> Period:
    asked = request.args.get("period", "")
    return cast(Period, asked) if asked in get_args(Period) else "8w"
