"""What the identifier check did not let through, as stewards judge it."""

from dataclasses import replace

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from instance.errors import FormRefused
from instance.ids import read_id
from instance.models import Member
from instance.services import identifiers, media
from instance.services.consults import holds
from instance.services.consults.holds import Waiting
from instance.services.consults.opening import Question
from instance.web import views
from instance.web.drawing import draw
from instance.web.guards import keeps_safe
from instance.web.presenting.holds import draft_page
from instance.web.presenting.pages import surroundings
from instance.web.question_forms import free_texts, question_of

blueprint = Blueprint("holds", __name__)


@blueprint.get("/admin/held/<int:draft_id>")
@keeps_safe
async def show_draft(signed_in: Member, draft_id: int) -> ResponseReturnValue:
    """A steward's reading is written down each time."""
    return draw(await _view(signed_in, await holds.read(signed_in, draft_id)))


@blueprint.post("/admin/held/<int:draft_id>/release")
@keeps_safe
async def post_release(signed_in: Member, draft_id: int) -> ResponseReturnValue:
    form = await request.form
    found = await holds.of(signed_in, draft_id, read_id(form.get("version", "")) or 0)
    try:
        question = await _question(found)
        await holds.release(signed_in, found, question, form.get("release_reason", ""))
    except FormRefused as error:
        return await _refused(signed_in, found, error, typed_release=form.get("release_reason", ""))
    return redirect("/admin/held")


@blueprint.post("/admin/held/<int:draft_id>/return")
@keeps_safe
async def post_return(signed_in: Member, draft_id: int) -> ResponseReturnValue:
    form = await request.form
    found = await holds.of(signed_in, draft_id, read_id(form.get("version", "")) or 0)
    try:
        await holds.send_back(signed_in, found, form.get("note", ""))
    except FormRefused as error:
        return await _refused(signed_in, found, error, typed_note=form.get("note", ""))
    return redirect("/admin/held")


async def _question(found: Waiting) -> Question:
    """As its asker sent it: they ticked that then, and nothing changed since."""
    asker, draft = found.draft.member, found.draft
    added = await media.of_draft(asker, draft.key)
    question = question_of(views.ConsultDraft.from_words(draft.words))
    return replace(question, attested=True, images=tuple(row.id for row in added))


async def _refused(
    signed_in: Member, found: Waiting, error: FormRefused, **typed: str
) -> ResponseReturnValue:
    errors = views.FieldError.all_of(error.fields)
    view = replace(await _view(signed_in, found), errors=errors, **typed)  # type: ignore[arg-type]
    return draw(view, error.status)


async def _view(signed_in: Member, found: Waiting) -> views.HeldDraftPage:
    around = await surroundings(signed_in, nav="admin", here="/admin/held")
    asker, texts = found.draft.member, free_texts(views.ConsultDraft.from_words(found.draft.words))
    left = await identifiers.look(asker, texts)
    return await draft_page(found, left, around, mine=asker.id == signed_in.id)
