"""Consults: the folders, and one thread."""

from collections.abc import Mapping
from typing import Any, cast, get_args

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from federation.authentication import Level
from instance.errors import Conflict, FormRefused, NotFound
from instance.models import Consult, Member
from instance.outbox import audience as rule
from instance.outbox import consults as documents
from instance.services.consults import contributing, drafts, reading
from instance.services.consults.reading import Box
from instance.services.consults.states import Event
from instance.web import views
from instance.web.drawing import draw
from instance.web.guards import public, reader, signed_reader
from instance.web.peers import activity
from instance.web.presenting.consult_cards import cards, draft_row
from instance.web.presenting.consults import consult_page
from instance.web.presenting.pages import surroundings
from instance.web.requests import wants_activity

blueprint = Blueprint("consults", __name__)

_BOXES = get_args(Box)
# The last part of the form's address, and what it asks for.
_FORMS = {
    "answer": Event.ANSWER,
    "comment": Event.COMMENT,
    "ask-info": Event.ASK_INFO,
    "provide-info": Event.PROVIDE_INFO,
    "not-solved": Event.NOT_SOLVED,
}


@blueprint.get("/consults")
@reader
async def show_box(signed_in: Member) -> ResponseReturnValue:
    return draw(await box_view(signed_in, known_box(request.args.get("box", "needs-you"))))


@blueprint.get("/k/<int:consult_id>")
@public
async def show_consult(consult_id: int) -> ResponseReturnValue:
    """The thread for a member who may read it; to everybody else nothing is here."""
    if wants_activity(request):
        return await _container(consult_id)
    return await _show_thread(consult_id)


@blueprint.post(
    "/k/<int:consult_id>/<any(answer, comment, 'ask-info', 'provide-info', 'not-solved'):form>"
)
@reader
async def post_contribution(signed_in: Member, consult_id: int, form: str) -> ResponseReturnValue:
    typed = (await request.form).to_dict()
    identity = typed.get("identity", "")
    try:
        await contributing.contribute(
            signed_in, consult_id, _FORMS[form], _note_fields(typed), identity
        )
    except FormRefused as error:
        kept = views.Kept(
            form=form,  # type: ignore[arg-type]
            values=typed,
            errors=views.FieldError.all_of(error.fields),
        )
        return await _draw_consult(signed_in, consult_id, kept, 422)
    except Conflict as error:
        return await _draw_conflict(signed_in, consult_id, form, typed, error)
    return redirect(f"/k/{consult_id}")


@blueprint.post("/k/<int:consult_id>/accept")
@reader
async def post_accept(signed_in: Member, consult_id: int) -> ResponseReturnValue:
    await contributing.accept(signed_in, consult_id, (await request.form).getlist("answer"))
    return redirect(f"/k/{consult_id}")


@blueprint.post("/k/<int:consult_id>/outcome")
@reader
async def post_outcome(signed_in: Member, consult_id: int) -> ResponseReturnValue:
    form = await request.form
    fields = {"outcome": form.get("outcome", ""), "text": form.get("note", "")}
    await contributing.contribute(signed_in, consult_id, Event.RECORD_OUTCOME, fields)
    return redirect(f"/k/{consult_id}")


def known_box(name: str) -> Box:
    """The folder that a query names. Raises NotFound."""
    if name not in _BOXES:
        raise NotFound
    return cast(Box, name)


async def box_view(signed_in: Member, box: Box) -> views.ConsultListPage:
    """A folder as this member sees it now; for the stream too."""
    around = await surroundings(signed_in, nav="consults", here=f"/consults?box={box}")
    found = await reading.in_box(signed_in, box)
    unsent = await drafts.of(signed_in) if box == "drafts" else []
    return views.ConsultListPage(
        page=around.page,
        box=box,
        consults=tuple(await cards(found, around)),
        drafts=tuple(draft_row(draft) for draft in unsent),
        stream_url=f"/consults/stream?box={box}",
    )


async def view_of(signed_in: Member, consult_id: int) -> views.ConsultPage:
    """The page as this member sees it now; for the stream too. Raises NotFound."""
    consult = await reading.readable(signed_in, consult_id)
    around = await surroundings(signed_in, nav="consults", here=f"/k/{consult_id}")
    return await consult_page(consult, signed_in, around)


@reader
async def _show_thread(signed_in: Member, consult_id: int) -> ResponseReturnValue:
    return await _draw_consult(signed_in, consult_id)


async def _draw_consult(
    signed_in: Member, consult_id: int, kept: views.Kept | None = None, status: int = 200
) -> ResponseReturnValue:
    consult = await reading.readable(signed_in, consult_id)
    around = await surroundings(signed_in, nav="consults", here=f"/k/{consult_id}")
    return draw(await consult_page(consult, signed_in, around, kept), status)


async def _draw_conflict(
    signed_in: Member, consult_id: int, form: str, typed: Mapping[str, str], error: Conflict
) -> ResponseReturnValue:
    """409: what was typed is given back (UX word 16)."""
    consult = await reading.readable(signed_in, consult_id)
    around = await surroundings(signed_in, nav="consults")
    kept = [
        views.KeptText(label=name.replace("_", " ").capitalize(), text=text)
        for name, text in typed.items()
        if text.strip() and name not in ("csrf_token", "identity", "confidence", "see_in_person")
    ]
    page = views.ConflictPage(
        page=around.page,
        url=f"/k/{consult_id}",
        form=form,  # type: ignore[arg-type]
        state=consult.status.value,
        at=consult.changed_at,
        kept=tuple(kept),
    )
    return draw(page, error.status)


async def _container(consult_id: int) -> ResponseReturnValue:
    consult = await Consult.get_or_none(id=consult_id, is_local=True)
    peer = await signed_reader()
    if consult is None or peer is None or peer.level is not Level.TRUSTED:
        raise NotFound
    if not await rule.may_read(consult, peer.actor_id, peer.host):
        raise NotFound
    return activity(await documents.container(consult), private=True)


def _note_fields(typed: Mapping[str, str]) -> dict[str, Any]:
    return {**typed, "see_in_person": typed.get("see_in_person") == "yes"}
