"""The audit record, for administrators: read it, and have it verified."""

import re
from collections.abc import Sequence
from urllib.parse import urlencode

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from instance.audit_words import ACTIONS
from instance.ids import read_id
from instance.models import AuditEntry, Member
from instance.services import audit, audit_checks, duties
from instance.services.consults import break_glass
from instance.services.duties import Duty
from instance.web import views
from instance.web.drawing import draw
from instance.web.guards import on_duty
from instance.web.presenting import audit as present
from instance.web.presenting.pages import surroundings

blueprint = Blueprint("audit", __name__)

PAGE = 25
# As they stand in an address: the words, not the names that programs know.
_SLUGS = {
    re.sub(r"[^a-z]+", "-", said.casefold()).strip("-"): name for name, said in ACTIONS.items()
}


@blueprint.get("/admin/audit")
@on_duty(Duty.RECORD)
async def show_audit(signed_in: Member) -> ResponseReturnValue:
    around = await surroundings(signed_in, nav="admin", here="/admin/audit")
    what, who = request.args.get("what", ""), request.args.get("who", "")
    wanted = audit.Wanted(_SLUGS.get(what, ""), who)
    found = await audit.page(wanted, read_id(request.args.get("before", "")), PAGE + 1)
    shown = found[:PAGE]
    first, last = await audit.ends()
    seals = await audit.seals_of(shown)
    under_way, finished = await audit_checks.last()
    return draw(
        views.AuditPage(
            page=around.page,
            rows=await present.rows(
                shown, seals, around.institutions, await _reasons(signed_in, shown)
            ),
            choices=tuple(_SLUGS.items()),
            action=wanted.action,
            who=who,
            since=first.sealed_at if first is not None else None,
            sealed=last.number if last is not None else 0,
            under_way=present.check(under_way),
            last=present.check(finished),
            unknown_keys=present.unknown_keys(await audit_checks.unknown_keys()),
            older_url=_older(what, who, shown[-1].id) if len(found) > PAGE else "",
        )
    )


@blueprint.post("/admin/audit/verify")
@on_duty(Duty.RECORD)
async def post_verify(signed_in: Member) -> ResponseReturnValue:
    """A worker does it: a long record takes longer than a page may."""
    await audit_checks.ask()
    return redirect("/admin/audit")


async def _reasons(reader: Member, entries: Sequence[AuditEntry]) -> dict[str, str]:
    if not duties.may(reader, Duty.SAFETY):
        return {}
    return await break_glass.reasons(audit.detail_of(entry).get("request") for entry in entries)


def _older(what: str, who: str, before: int) -> str:
    query = {"what": what, "who": who, "before": str(before)}
    return "/admin/audit?" + urlencode({name: value for name, value in query.items() if value})
