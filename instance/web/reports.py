"""Reports, for those who keep channels of ours: what waits, and one decision after the other."""

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from instance.errors import FormRefused, NotAllowed
from instance.models import Decision, Member
from instance.services import decisions, keeping, reports
from instance.web import views
from instance.web.drawing import draw
from instance.web.guards import moderator
from instance.web.moderation import reason_of
from instance.web.presenting import moderation as present
from instance.web.presenting.pages import surroundings

blueprint = Blueprint("reports", __name__)


@blueprint.get("/admin/reports")
@moderator
async def show_reports(signed_in: Member) -> ResponseReturnValue:
    around = await surroundings(signed_in, nav="admin", here="/admin/reports")
    kept = await keeping.of(signed_in)
    return draw(
        views.ReportsPage(
            page=around.page,
            waiting=await present.report_rows(await reports.waiting(kept), around),
            total=await reports.count_waiting(kept),
            decided=await present.report_rows(await reports.decided(kept), around),
        )
    )


@blueprint.get("/admin/reports/<int:report_id>")
@moderator
async def show_report(signed_in: Member, report_id: int) -> ResponseReturnValue:
    return draw(await _report_page(signed_in, report_id, MultiDict(), {}))


@blueprint.post("/admin/reports/<int:report_id>")
@moderator
async def post_decision(signed_in: Member, report_id: int) -> ResponseReturnValue:
    form, kept = await request.form, await keeping.of(signed_in)
    row = await reports.by_id(kept, report_id)
    try:
        await decisions.decide(signed_in, row, _decision(form), reason_of(form))
    except FormRefused as error:
        page = await _report_page(signed_in, report_id, form, error.fields)
        return draw(page, error.status)
    except NotAllowed as error:
        page = await _report_page(signed_in, report_id, form, {"decision": error.shown})
        return draw(page, error.status)
    following = await reports.waiting(kept)
    return redirect(f"/admin/reports/{following[0].id}" if following else "/admin/reports")


def _decision(form: MultiDict[str, str]) -> Decision:
    try:
        return Decision(form.get("decision", ""))
    except ValueError as error:
        raise FormRefused({"decision": "Choose what to do."}) from error


async def _report_page(
    signed_in: Member, report_id: int, form: MultiDict[str, str], problems: dict[str, str]
) -> views.ReportPage:
    around = await surroundings(signed_in, nav="admin", here="/admin/reports")
    kept = await keeping.of(signed_in)
    row = await reports.by_id(kept, report_id)
    [shown] = await present.report_rows([row], around, in_full=True)
    own = [post for post in row.posts if reports.may_act_on(post)]
    choices = tuple(choice.value for choice in decisions.open_to(signed_in, row))
    return views.ReportPage(
        page=around.page,
        report=shown,
        posts=await present.reported_posts(list(row.posts), around),
        earlier=await present.report_rows(await reports.earlier_about(kept, row), around),
        rules=await present.rules_of(own[0].thread.group) if own else (),
        choices=choices,
        decision=form.get("decision", ""),
        rule=form.get("rule", ""),
        reason=form.get("reason", ""),
        errors=views.FieldError.all_of(problems),
    )
