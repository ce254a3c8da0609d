"""Asking a consult: the form, and what was typed into it until it is sent."""

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from typing import Any

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from instance.errors import FormRefused, NotFound
from instance.ids import new_id, read_id
from instance.models import Draft, DraftState, Member, Scope
from instance.outbox import standing
from instance.services import identifiers, media
from instance.services.consults import choices, drafts, facts, opening, pasted
from instance.web import question_forms as forms
from instance.web import views
from instance.web.drawing import draw
from instance.web.guards import reader
from instance.web.identifiers import act
from instance.web.presenting import people, pictures, readers
from instance.web.presenting.identifiers import checked
from instance.web.presenting.pages import Surroundings, surroundings

blueprint = Blueprint("asking", __name__)


@blueprint.get("/consults/new")
@reader
async def show_new(signed_in: Member) -> ResponseReturnValue:
    key = request.args.get("draft")
    if key is None:
        around = await surroundings(signed_in, nav="consults", here="/consults/new")
        return draw(await _form_page(signed_in, around, await _first_words(around), _unsaved()))
    draft = await drafts.get(signed_in, _key(key))
    if draft.consult_id is not None:
        return redirect(f"/k/{draft.consult_id}")
    if to := draft.words.get("to"):  # written to one person alone
        return redirect(f"/@{to}/write?draft={draft.key}")
    around = await surroundings(signed_in, nav="consults", here="/consults/new")
    words = views.ConsultDraft.from_words(draft.words)
    page = await _form_page(signed_in, around, words, _saved(draft))
    if request.args.get("checked"):
        texts = forms.free_texts(page.draft)
        found = checked(texts, await identifiers.look(signed_in, texts))
        page = replace(page, checked=found, was_checked=True)
    return draw(replace(page, sorted=request.args.get("sorted", "")))


@blueprint.post("/consults/new")
@reader
async def post_new(signed_in: Member) -> ResponseReturnValue:
    """Sent: saved first, so that nothing is lost whatever the answer is."""
    typed = views.ConsultDraft.from_form(await request.form)
    try:
        draft = await _save(signed_in, typed)
        if draft.consult_id is not None:
            return redirect(f"/k/{draft.consult_id}")
        if typed.urgency == "emergency":
            return await _draw_form(signed_in, typed, _saved(draft), 422)
        added = await media.of_draft(signed_in, draft.key)
        question = replace(forms.question_of(typed), images=tuple(row.id for row in added))
        consult = await opening.open_consult(signed_in, question, draft)
    except drafts.Overtaken as error:
        return await _draw_form(signed_in, typed, _saved(error.draft, is_second=True), error.status)
    except identifiers.PhiSuspected:
        # With the blanks and rows that the form has and the facts not.
        texts = forms.free_texts(typed)
        left = await identifiers.look(signed_in, texts)
        problems = identifiers.PhiSuspected(left).fields
        found = checked(texts, left)
        return await _draw_form(signed_in, typed, _saved(draft), 422, problems, found)
    except FormRefused as error:
        return await _draw_form(signed_in, typed, _saved(draft), 422, error.fields)
    return redirect(f"/k/{consult.id}")


@blueprint.post("/consults/drafts")
@reader
async def post_draft(signed_in: Member) -> ResponseReturnValue:
    """Save what is in the form. `quiet`: a script asks, and only the line about it is drawn."""
    form = await request.form
    typed = views.ConsultDraft.from_form(form)
    status = 200
    try:
        saved = _saved(await _save(signed_in, typed))
    except drafts.Overtaken as error:
        saved, status = _saved(error.draft, is_second=True), error.status
    if form.get("quiet"):
        around = await surroundings(signed_in, nav="consults")
        return draw(views.DraftSavedPage(page=around.page, saved=saved), status)
    if status != 200:
        return await _draw_form(signed_in, typed, saved, status)
    return redirect(f"/consults/new?draft={saved.key}")


@blueprint.post("/consults/drafts/sort")
@reader
async def post_sort(signed_in: Member) -> ResponseReturnValue:
    """Sort a note that was pasted into the history by its headings."""
    typed = views.ConsultDraft.from_form(await request.form)
    parts = pasted.split(typed.history)
    if parts is not None:
        typed = forms.with_parts(typed, parts)
    try:
        draft = await _save(signed_in, typed)
    except drafts.Overtaken as error:
        return await _draw_form(signed_in, typed, _saved(error.draft, is_second=True), error.status)
    found = "no" if parts is None else "yes"
    return redirect(f"/consults/new?draft={draft.key}&sorted={found}#history")


@blueprint.post("/consults/drafts/check")
@reader
async def post_check(signed_in: Member) -> ResponseReturnValue:
    """Mend one finding, or say that it is none; then look again."""
    form = await request.form
    typed = views.ConsultDraft.from_form(form)
    done = await act(signed_in, form, forms.free_texts(typed))
    typed = forms.with_texts(typed, done.texts, is_old=done.is_age)
    try:
        draft = await _save(signed_in, typed)
    except drafts.Overtaken as error:
        return await _draw_form(signed_in, typed, _saved(error.draft, is_second=True), error.status)
    return redirect(f"/consults/new?draft={draft.key}&checked=yes#{done.field}")


@blueprint.post("/consults/drafts/images")
@reader
async def post_to_images(signed_in: Member) -> ResponseReturnValue:
    """On to the images, with the words saved."""
    typed = views.ConsultDraft.from_form(await request.form)
    try:
        draft = await _save(signed_in, typed)
    except drafts.Overtaken as error:
        return await _draw_form(signed_in, typed, _saved(error.draft, is_second=True), error.status)
    return redirect(f"/consults/drafts/{draft.key}/images")


@blueprint.post("/consults/drafts/<int:key>/discard")
@reader
async def post_discard(signed_in: Member, key: int) -> ResponseReturnValue:
    await drafts.discard(signed_in, key)
    return redirect("/consults?box=drafts")


async def _save(signed_in: Member, typed: views.ConsultDraft) -> Draft:
    form = await request.form
    key = _key(form.get("draft") or str(new_id()))
    return await drafts.save(signed_in, key, read_id(form.get("version", "")) or 0, _words(typed))


def _words(typed: views.ConsultDraft) -> dict[str, Any]:
    """The tick is not kept: it is about the text that is sent."""
    return asdict(replace(typed, attested=False))


def _key(text: str) -> int:
    """Raises NotFound for what is no number of a draft."""
    key = read_id(text)
    if key is None:
        raise NotFound
    return key


def _unsaved() -> views.SavedDraft:
    return views.SavedDraft(key=str(new_id()))


def _saved(draft: Draft, *, is_second: bool = False) -> views.SavedDraft:
    return views.SavedDraft(
        key=str(draft.key),
        version=draft.version,
        at=draft.saved_at,
        held=draft.state is DraftState.HELD,
        second=is_second,
        note=(draft.note or {}).get("text", ""),
        note_by=(draft.note or {}).get("by", ""),
    )


async def _first_words(around: Surroundings) -> views.ConsultDraft:
    """Kind, specialties, name and readers as the last time; nothing the first time."""
    last = await choices.last_of(around.own)
    if last is None:
        return views.ConsultDraft()
    chosen = "chosen" if last.hosts else "ours"
    named = {Scope.NAMED: "people", Scope.TRUSTED: "partners", Scope.INSTANCES: chosen}
    return views.ConsultDraft(
        question_type=last.question_type,
        specialties=last.specialties,
        audience=named[last.scope],
        hospitals=last.hosts if last.scope is Scope.INSTANCES else (),
        people="\n".join(last.people),
        identity=last.asker.handle,
    )


async def _draw_form(
    signed_in: Member,
    typed: views.ConsultDraft,
    saved: views.SavedDraft,
    status: int,
    errors: Mapping[str, str] | None = None,
    found: Mapping[str, views.CheckedField] | None = None,
) -> ResponseReturnValue:
    around = await surroundings(signed_in, nav="consults", here="/consults/new")
    page = await _form_page(signed_in, around, typed, saved, errors)
    return draw(replace(page, checked=found or {}, was_checked=found is not None), status)


async def _form_page(
    signed_in: Member,
    around: Surroundings,
    draft: views.ConsultDraft,
    saved: views.SavedDraft,
    errors: Mapping[str, str] | None = None,
) -> views.ConsultFormPage:
    in_page_order = [field.name for field in fields(draft)]
    in_page_order.insert(in_page_order.index("audience"), media.FIELD)
    key = _key(saved.key)
    problems = sorted(
        (errors or {}).items(), key=lambda item: in_page_order.index(item[0].partition("-")[0])
    )
    return views.ConsultFormPage(
        page=around.page,
        draft=draft,
        saved=saved,
        may_send=standing.claims_of(signed_in).may_take_part,
        images=tuple(pictures.unsent(row) for row in await media.of_draft(signed_in, key)),
        hospitals=await readers.choices(),
        identities=tuple(people.identity(actor) for actor in around.own),
        errors=views.FieldError.all_of(dict(problems)),
        tick_version=facts.TICK_VERSION,
    )
