"""The question of a consult that goes on, for its asker to change."""

from collections.abc import Mapping
from typing import Any

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from instance.errors import Conflict, FormRefused
from instance.models import Consult, Member
from instance.services import identifiers
from instance.services.consults import questions
from instance.web import question_forms as forms
from instance.web import views
from instance.web.drawing import draw
from instance.web.guards import reader
from instance.web.identifiers import act, is_asked
from instance.web.presenting.consults import audience
from instance.web.presenting.identifiers import checked
from instance.web.presenting.pages import surroundings

blueprint = Blueprint("questions", __name__)


@blueprint.get("/k/<int:consult_id>/question")
@reader
async def show_question(signed_in: Member, consult_id: int) -> ResponseReturnValue:
    consult, root = await questions.own(signed_in, consult_id)
    draft = views.ConsultDraft.from_words(consult.facts)
    return await _draw(signed_in, consult, draft, questions.version(root))


@blueprint.post("/k/<int:consult_id>/question")
@reader
async def post_question(signed_in: Member, consult_id: int) -> ResponseReturnValue:
    consult, _ = await questions.own(signed_in, consult_id)
    form = await request.form
    typed, seen = views.ConsultDraft.from_form(form), form.get("seen", "")
    texts = forms.free_texts(typed)
    if is_asked(form):
        done = await act(signed_in, form, texts)
        typed = forms.with_texts(typed, done.texts, is_old=done.is_age)
        return await _draw(signed_in, consult, typed, seen, checked=done.checked)
    try:
        changes = forms.facts_of(typed)
        await questions.edit(signed_in, consult_id, changes, seen, attested=typed.attested)
    except identifiers.PhiSuspected:
        left = await identifiers.look(signed_in, texts)
        again = identifiers.PhiSuspected(left)
        found = checked(texts, left)
        return await _draw(signed_in, consult, typed, seen, again.fields, checked=found)
    except FormRefused as error:
        return await _draw(signed_in, consult, typed, seen, error.fields)
    except Conflict as error:
        return await _draw_conflict(signed_in, consult_id, typed, error)
    return redirect(f"/k/{consult_id}#question")


async def _draw(
    signed_in: Member,
    consult: Consult,
    draft: views.ConsultDraft,
    seen: str,
    errors: Mapping[str, str] | None = None,
    *,
    checked: Mapping[str, views.CheckedField] | None = None,
) -> ResponseReturnValue:
    around = await surroundings(signed_in, nav="consults", here=f"/k/{consult.id}")
    page = views.QuestionPage(
        page=around.page,
        url=f"/k/{consult.id}/question",
        back_url=f"/k/{consult.id}",
        draft=draft,
        seen=seen,
        audience=await audience(consult, around),
        errors=views.FieldError.all_of(errors or {}),
        checked=checked or {},
    )
    return draw(page, 422 if errors else 200)


async def _draw_conflict(
    signed_in: Member, consult_id: int, typed: views.ConsultDraft, error: Conflict
) -> ResponseReturnValue:
    """What was typed is given back: another tab was faster, or the consult is over."""
    around = await surroundings(signed_in, nav="consults")
    texts: dict[str, Any] = forms.free_texts(typed)
    return draw(
        views.ConflictPage(
            page=around.page,
            url=f"/k/{consult_id}",
            shown=error.shown,
            kept=views.KeptText.of(texts),
        ),
        error.status,
    )
