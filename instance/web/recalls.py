"""Recall and receipts: for the asker of a consult, for stewards, and for who deleted a post."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from instance.errors import FormRefused
from instance.models import Member
from instance.services.consults import holds, recalling, releasing, requesting
from instance.web import views
from instance.web.drawing import draw
from instance.web.guards import keeps_safe, reader
from instance.web.presenting.holds import draft_rows
from instance.web.presenting.pages import surroundings
from instance.web.presenting.recalls import held_rows, question_page, recall_page

blueprint = Blueprint("recalls", __name__)

_TEXTS = ("title", "question", "history", "tried", "meds", "allergies", "exam")


@blueprint.get("/k/<int:consult_id>/recall")
@reader
async def show_recall(signed_in: Member, consult_id: int) -> ResponseReturnValue:
    chosen = tuple(request.args.getlist("post")) or (recalling.WHOLE,)
    return draw(replace(await view_of(signed_in, consult_id), chosen=chosen))


@blueprint.post("/k/<int:consult_id>/recall")
@reader
async def post_recall(signed_in: Member, consult_id: int) -> ResponseReturnValue:
    form = await request.form
    chosen, reason = tuple(form.getlist("post")), form.get("reason", "")
    consult = await recalling.keepers(signed_in, consult_id)
    act = recalling.recall if consult.is_local else requesting.ask
    try:
        await act(signed_in, consult_id, chosen, reason)
    except FormRefused as error:
        view = await view_of(signed_in, consult_id)
        errors = views.FieldError.all_of(error.fields)
        refused = replace(view, chosen=chosen, reason=reason, errors=errors)
        return draw(refused, error.status)
    return redirect(f"/k/{consult_id}/recall")


@blueprint.post("/k/<int:consult_id>/recall/again")
@reader
async def post_again(signed_in: Member, consult_id: int) -> ResponseReturnValue:
    await recalling.try_again(signed_in, consult_id)
    return redirect(f"/k/{consult_id}/recall")


@blueprint.post("/k/<int:consult_id>/recall/release")
@reader
async def post_release(signed_in: Member, consult_id: int) -> ResponseReturnValue:
    typed = (await request.form).get("release_reason", "")
    try:
        await releasing.release(signed_in, consult_id, typed)
    except FormRefused as error:
        errors = views.FieldError.all_of(error.fields)
        view = replace(await view_of(signed_in, consult_id), typed_release=typed, errors=errors)
        return draw(view, error.status)
    return redirect(f"/k/{consult_id}")


@blueprint.get("/k/<int:consult_id>/recall/question")
@reader
async def show_question(signed_in: Member, consult_id: int) -> ResponseReturnValue:
    """What was recalled. A steward's reading is written down each time."""
    return draw(await _question_view(signed_in, consult_id, {}))


@blueprint.post("/k/<int:consult_id>/recall/question")
@reader
async def post_question(signed_in: Member, consult_id: int) -> ResponseReturnValue:
    form = await request.form
    changes: dict[str, Any] = {name: form.get(name, "").strip() for name in _TEXTS}
    if form.get("labs") != "yes":
        changes["labs"] = []
    try:
        await releasing.send_again(
            signed_in,
            consult_id,
            changes,
            attested=form.get("attested") == "yes",
            with_images=form.get("images") == "yes",
        )
    except FormRefused as error:
        typed = {name: changes[name] for name in _TEXTS}
        view = await _question_view(signed_in, consult_id, typed)
        errors = views.FieldError.all_of(error.fields)
        view = replace(view, errors=errors, keep_labs=form.get("labs") == "yes")
        view = replace(view, keep_images=form.get("images") == "yes")
        return draw(view, error.status)
    return redirect(f"/k/{consult_id}")


@blueprint.get("/admin/held")
@keeps_safe
async def show_held(signed_in: Member) -> ResponseReturnValue:
    return draw(await _held_view(signed_in))


@blueprint.post("/admin/held")
@keeps_safe
async def post_held(signed_in: Member) -> ResponseReturnValue:
    """Recall all of a consult that somebody told of, whether this steward reads it or not."""
    form = await request.form
    address, reason = form.get("address", ""), form.get("reason", "")
    try:
        consult = await requesting.at_address(signed_in, address, reason)
    except FormRefused as error:
        errors = views.FieldError.all_of(error.fields)
        view = await _held_view(signed_in)
        refused = replace(view, typed_address=address, typed_reason=reason, errors=errors)
        return draw(refused, error.status)
    return redirect(f"/k/{consult.id}/recall")


async def view_of(signed_in: Member, consult_id: int) -> views.RecallPage:
    """The page as this member sees it now; for the stream too. Raises NotFound."""
    consult, is_keeper = await recalling.watchers(signed_in, consult_id)
    around = await surroundings(signed_in, nav="consults", here=f"/k/{consult_id}/recall")
    return await recall_page(consult, signed_in, around, is_keeper=is_keeper)


async def _question_view(
    signed_in: Member, consult_id: int, typed: Mapping[str, str]
) -> views.HeldQuestionPage:
    consult, kept = await releasing.read(signed_in, consult_id)
    here = f"/k/{consult_id}/recall"
    around = await surroundings(signed_in, nav="consults", here=here)
    mine = await recalling.is_asker(signed_in, consult)
    return await question_page(consult, {**kept, **typed}, around, mine=mine)


async def _held_view(signed_in: Member) -> views.HeldPage:
    around = await surroundings(signed_in, nav="admin", here="/admin/held")
    rows = await held_rows(await requesting.held(signed_in), around)
    waiting = draft_rows(await holds.waiting(signed_in))
    return views.HeldPage(page=around.page, rows=rows, drafts=waiting)
