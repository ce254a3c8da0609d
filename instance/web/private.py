"""Write to one person alone. The thread that comes of it has the address of every consult."""

from collections.abc import Mapping
from dataclasses import replace

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from instance.errors import FormRefused, NotFound
from instance.ids import new_id, read_id
from instance.models import Actor, Draft, Member
from instance.services import identifiers
from instance.services.consults import contributing, drafts, privately
from instance.web import views
from instance.web.drawing import draw
from instance.web.guards import reader
from instance.web.identifiers import act, is_asked
from instance.web.presenting.identifiers import checked
from instance.web.presenting.pages import surroundings
from instance.web.presenting.people import profile_url
from instance.web.presenting.private import write_page
from instance.web.profiles import profiled

blueprint = Blueprint("private", __name__)


@blueprint.get("/@<name:handle>/write")
@reader
async def show_form(signed_in: Member, handle: str) -> ResponseReturnValue:
    """Where one is open already and nothing else can be meant, it is gone on with. `draft`: what
    was written before its images were looked at; `images`: there will be some."""
    target = await profiled(handle)
    if "draft" in request.args:
        return await _show_draft(signed_in, target, read_id(request.args["draft"]) or 0)
    view = await _view(signed_in, target)
    if len(view.identities) == 1 and not view.why_not and "images" not in request.args:
        around = await surroundings(signed_in)
        known = await privately.ongoing(around.own[0], target)
        if known is not None:
            return redirect(f"/k/{known.id}#comment")
    return draw(view)


@blueprint.post("/@<name:handle>/write")
@reader
async def post_form(signed_in: Member, handle: str) -> ResponseReturnValue:
    """With images it is saved first, so that nothing is lost whatever the answer is."""
    target, typed = await profiled(handle), (await request.form).to_dict()
    text, identity = typed.get("text", ""), typed.get("identity", "")
    key, version = read_id(typed.get("draft", "")) or 0, read_id(typed.get("version", "")) or 0
    view = await _view(signed_in, target, key, version)
    view = replace(view, text=text, identity=identity)
    if is_asked(typed):
        done = await act(signed_in, typed, {"text": text})
        return draw(replace(view, text=done.texts["text"], checked=done.checked))
    if view.why_not:
        return draw(view, 403)
    try:
        draft = await _saved(signed_in, target, typed, key, version)
    except drafts.Overtaken as error:
        again = replace(view, draft=error.draft.key, version=error.draft.version, images=())
        errors = views.FieldError.all_of({"text": error.shown})
        return draw(replace(again, errors=errors), error.status)
    if draft is None or (draft.consult_id is None and "add" not in typed):
        return await _send(signed_in, target, view, draft)
    is_sent = draft.consult_id is not None
    return redirect(f"/k/{draft.consult_id}" if is_sent else f"/consults/drafts/{draft.key}/images")


async def _send(
    signed_in: Member, target: Actor, view: views.WritePage, draft: Draft | None
) -> ResponseReturnValue:
    view = replace(view, version=draft.version if draft is not None else 0)
    try:
        consult = await contributing.write_privately(
            signed_in, target, view.text, view.identity, draft
        )
    except identifiers.PhiSuspected as error:
        found = checked({"text": view.text}, error.found)
        errors = views.FieldError.all_of(error.fields)
        return draw(replace(view, errors=errors, checked=found), error.status)
    except FormRefused as error:
        errors = views.FieldError.all_of(error.fields)
        return draw(replace(view, errors=errors), error.status)
    return redirect(f"/k/{consult.id}")


async def _show_draft(signed_in: Member, target: Actor, key: int) -> ResponseReturnValue:
    draft = await drafts.get(signed_in, key)
    if draft.consult_id is not None:
        return redirect(f"/k/{draft.consult_id}")
    if draft.words.get("to") != _named(target):
        raise NotFound
    view = await _view(signed_in, target, draft.key, draft.version)
    return draw(replace(view, text=draft.words["text"], identity=draft.words["identity"]))


async def _saved(
    signed_in: Member, target: Actor, typed: Mapping[str, str], key: int, version: int
) -> Draft | None:
    """What goes along with images, or will; None for words alone. Raises Overtaken."""
    if not key and "add" not in typed:
        return None
    words = {name: typed.get(name, "") for name in ("text", "identity")}
    words["to"] = _named(target)
    return await drafts.save(signed_in, key or new_id(), version, words)


def _named(target: Actor) -> str:
    return profile_url(target).removeprefix("/@")


async def _view(
    signed_in: Member, target: Actor, key: int = 0, version: int = 0
) -> views.WritePage:
    around = await surroundings(signed_in, nav="people")
    return await write_page(signed_in, target, around, profile_url(target), key, version)
