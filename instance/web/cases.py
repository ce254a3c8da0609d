"""Who waits for a verification officer: the queue, and one page for each."""

from datetime import UTC, date, datetime

from quart import Blueprint, Response, redirect, request
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from instance.case_words import CHOICES
from instance.errors import Conflict, FormRefused, NotAllowed
from instance.ids import read_id
from instance.models import Member
from instance.services import case_decisions, case_documents, cases
from instance.services.case_decisions import Choice, Decision
from instance.services.duties import Duty
from instance.web.drawing import draw
from instance.web.guards import on_duty
from instance.web.presenting import cases as present
from instance.web.presenting.pages import surroundings

blueprint = Blueprint("cases", __name__)


@blueprint.get("/admin/verification")
@on_duty(Duty.VERIFICATION)
async def show_queue(signed_in: Member) -> ResponseReturnValue:
    around = await surroundings(signed_in, nav="admin", here=present.URL)
    box = request.args.get("box", "")
    box = box if box in cases.BOXES else "waiting"
    return draw(await present.queue_page(around, signed_in, box, _done()))


@blueprint.get("/admin/verification/<int:case_id>")
@on_duty(Duty.VERIFICATION)
async def show_case(signed_in: Member, case_id: int) -> ResponseReturnValue:
    around = await surroundings(signed_in, nav="admin", here=present.URL)
    return draw(await present.case_page(around, signed_in, case_id, done=_done()))


@blueprint.post("/admin/verification/<int:case_id>")
@on_duty(Duty.VERIFICATION)
async def post_decision(signed_in: Member, case_id: int) -> ResponseReturnValue:
    """After it the next case opens, or the queue where there is none."""
    form = await request.form
    errors: dict[str, str] = {}
    refusal, status = "", 200
    try:
        decision = _decision(form)
        case = await case_decisions.decide(signed_in, case_id, decision, datetime.now(UTC))
        following = await cases.next_after(signed_in, case)
        there = present.url(following) if following is not None else present.URL
        return redirect(f"{there}?done={decision.choice}")
    except FormRefused as error:
        errors, status = dict(error.fields), error.status
    except (Conflict, NotAllowed) as error:
        refusal, status = error.shown, error.status
    around = await surroundings(signed_in, nav="admin", here=present.URL)
    page = await present.case_page(
        around, signed_in, case_id, typed=form, errors=errors, refusal=refusal
    )
    return draw(page, status)


@blueprint.get("/admin/verification/<int:case_id>/documents/<int:document_id>")
@on_duty(Duty.VERIFICATION)
async def get_document(signed_in: Member, case_id: int, document_id: int) -> ResponseReturnValue:
    """To be saved or shown by something else than a page of ours: nothing in it can act here."""
    found = await case_documents.read(signed_in, case_id, document_id, datetime.now(UTC))
    name = f"document.{case_documents.SUFFIXES[found.media_type]}"
    response = Response(found.content, content_type=found.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _decision(form: MultiDict[str, str]) -> Decision:
    """Raises FormRefused."""
    try:
        choice = Choice(form.get("choice", ""))
    except ValueError as error:
        raise FormRefused({"choice": "Choose what to decide."}) from error
    until = form.get("until", "").strip()
    try:
        day = date.fromisoformat(until) if until else None
    except ValueError as error:
        raise FormRefused({"until": "There is no such day. Write it like 2027-02-28."}) from error
    knows = read_id(form.get("knows", "")) or 0
    entry_id = read_id(form.get("entry", ""))
    return Decision(choice, form.get("reason", ""), knows, day, entry_id)


def _done() -> str:
    done = request.args.get("done", "")
    return done if done in CHOICES else ""
