"""Write to one person alone. The thread that comes of it has the address of every consult."""

from dataclasses import replace

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from instance.errors import FormRefused
from instance.models import Actor, Member
from instance.services import identifiers
from instance.services.consults import contributing, privately
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
    """Where one is open already and nothing else can be meant, it is gone on with."""
    target = await profiled(handle)
    view = await _view(signed_in, target)
    if len(view.identities) == 1 and not view.why_not:
        around = await surroundings(signed_in)
        known = await privately.ongoing(around.own[0], target)
        if known is not None:
            return redirect(f"/k/{known.id}#comment")
    return draw(view)


@blueprint.post("/@<name:handle>/write")
@reader
async def post_form(signed_in: Member, handle: str) -> ResponseReturnValue:
    target, typed = await profiled(handle), (await request.form).to_dict()
    text, identity = typed.get("text", ""), typed.get("identity", "")
    texts = {"text": text}
    view = replace(await _view(signed_in, target), text=text, identity=identity)
    if is_asked(typed):
        done = await act(signed_in, typed, texts)
        return draw(replace(view, text=done.texts["text"], checked=done.checked))
    if view.why_not:
        return draw(view, 403)
    try:
        consult = await contributing.write_privately(signed_in, target, text, identity)
    except identifiers.PhiSuspected as error:
        errors, found = views.FieldError.all_of(error.fields), checked(texts, error.found)
        return draw(replace(view, errors=errors, checked=found), error.status)
    except FormRefused as error:
        errors = views.FieldError.all_of(error.fields)
        return draw(replace(view, errors=errors), error.status)
    return redirect(f"/k/{consult.id}")


async def _view(signed_in: Member, target: Actor) -> views.WritePage:
    around = await surroundings(signed_in, nav="people")
    return await write_page(signed_in, target, around, profile_url(target))
