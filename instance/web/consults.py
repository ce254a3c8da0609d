"""Consults: the folders, and one thread."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import Any, cast, get_args
from urllib.parse import urlencode

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from federation.authentication import Level
from instance.errors import Conflict, FormRefused, NotAllowed, NotFound
from instance.models import Consult, Member, Status
from instance.outbox import audience as rule
from instance.outbox import consults as documents
from instance.services import conversations, identifiers
from instance.services.consults import (
    changing,
    contributing,
    drafts,
    facts,
    notes,
    readers,
    reading,
)
from instance.services.consults.reading import Box
from instance.services.consults.states import Event
from instance.services.consults.wanted import Wanted
from instance.specialties import SPECIALTIES
from instance.web import once, views
from instance.web.drawing import draw
from instance.web.guards import public, reader, signed_reader
from instance.web.identifiers import act
from instance.web.peers import activity
from instance.web.presenting.consult_cards import cards, draft_row
from instance.web.presenting.consults import consult_page
from instance.web.presenting.identifiers import checked
from instance.web.presenting.pages import Surroundings, surroundings
from instance.web.presenting.private import cards as private_cards
from instance.web.presenting.private import private_page
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
    "reopen": Event.REOPEN,
    "close": Event.CLOSE,
    "escalate": Event.ESCALATE,
    "outcome": Event.RECORD_OUTCOME,
}
_SAID = ("answer", "comment")  # may be sent again at any time; the others change a state
_FORM_NAMES = ", ".join(f"'{name}'" for name in _FORMS)


@blueprint.get("/consults")
@reader
async def show_box(signed_in: Member) -> ResponseReturnValue:
    return draw(await box_view(signed_in, *asked_folder()))


@blueprint.get("/k/<int:consult_id>")
@public
async def show_consult(consult_id: int) -> ResponseReturnValue:
    """The thread for a member who may read it; to everybody else nothing is here."""
    if wants_activity(request):
        return await _container(consult_id)
    return await _show_thread(consult_id)


@blueprint.post(f"/k/<int:consult_id>/<any({_FORM_NAMES}):form>")
@reader
async def post_contribution(signed_in: Member, consult_id: int, form: str) -> ResponseReturnValue:
    typed = (await request.form).to_dict()
    identity = typed.get("identity", "")
    try:
        contribute = partial(
            contributing.contribute,
            signed_in,
            consult_id,
            _FORMS[form],
            _note_fields(typed),
            identity,
        )
        await (once.contributed(signed_in, contribute) if form in _SAID else contribute())
    except identifiers.PhiSuspected as error:
        kept = _kept(form, typed, error.found, error.fields)
        return await draw_consult(signed_in, consult_id, kept, 422)
    except FormRefused as error:
        kept = views.Kept(
            form=form,  # type: ignore[arg-type]
            values=typed,
            errors=views.FieldError.all_of(error.fields),
        )
        return await draw_consult(signed_in, consult_id, kept, 422)
    except Conflict as error:
        return await _draw_conflict(signed_in, consult_id, form, typed, error)
    return redirect(f"/k/{consult_id}")


@blueprint.post(f"/k/<int:consult_id>/<any({_FORM_NAMES}):form>/check")
@reader
async def post_check(signed_in: Member, consult_id: int, form: str) -> ResponseReturnValue:
    """Mend one finding, or say that it is none; then the form stands there again."""
    typed = (await request.form).to_dict()
    done = await act(signed_in, typed, notes.texts(typed))
    kept = _kept(form, typed | done.texts, done.found)
    return await draw_consult(signed_in, consult_id, kept)


@blueprint.post("/k/<int:consult_id>/accept")
@reader
async def post_accept(signed_in: Member, consult_id: int) -> ResponseReturnValue:
    try:
        await contributing.accept(signed_in, consult_id, (await request.form).getlist("answer"))
    except Conflict as error:
        return await _draw_conflict(signed_in, consult_id, "accept", {}, error)
    return redirect(f"/k/{consult_id}")


@blueprint.post("/k/<int:consult_id>/withdraw")
@reader
async def post_withdraw(signed_in: Member, consult_id: int) -> ResponseReturnValue:
    try:
        await changing.withdraw(signed_in, consult_id)
    except Conflict as error:
        return await _draw_conflict(signed_in, consult_id, "withdraw", {}, error)
    return redirect(f"/k/{consult_id}")


@blueprint.post("/k/<int:consult_id>/again")
@reader
async def post_again(signed_in: Member, consult_id: int) -> ResponseReturnValue:
    """Ask anew what expired or was withdrawn: its words in a new draft."""
    consult = await reading.readable(signed_in, consult_id)
    view = await view_of(signed_in, consult_id)
    if view.may.ask_again:
        draft = await drafts.clone(signed_in, consult)
        return redirect(f"/consults/new?draft={draft.key}")
    raise NotAllowed


def _kept(
    form: str,
    typed: Mapping[str, str],
    found: tuple[identifiers.Found, ...],
    problems: Mapping[str, str] | None = None,
) -> views.Kept:
    return views.Kept(
        form=form,  # type: ignore[arg-type]
        values=typed,
        errors=views.FieldError.all_of(problems or {}),
        checked=checked(notes.texts(typed), found),
    )


def known_box(name: str) -> Box:
    """The folder that a query names. Raises NotFound."""
    if name not in _BOXES:
        raise NotFound
    return cast(Box, name)


def asked_folder() -> tuple[Box, Wanted]:
    """The folder that a query names, and what of it; what is no code narrows nothing."""
    codes = {
        "state": [status.value for status in Status],
        "specialty": list(SPECIALTIES),
        "age_band": list(facts.AGE_BANDS),
    }
    asked = {name: request.args.get(name, "") for name in codes}
    known = {name: code if code in codes[name] else "" for name, code in asked.items()}
    return known_box(request.args.get("box", "needs-you")), Wanted(**known)


async def box_view(signed_in: Member, box: Box, wanted: Wanted) -> views.ConsultListPage:
    """A folder as this member sees it now; for the stream too."""
    around = await surroundings(signed_in, nav="consults", here=f"/consults?box={box}")
    found = await reading.in_box(signed_in, box, wanted)
    unsent = await drafts.of(signed_in) if box == "drafts" else []
    chosen = {name: code for name, code in asdict(wanted).items() if code}
    return views.ConsultListPage(
        page=around.page,
        box=box,
        consults=tuple(await cards(found, around)),
        drafts=tuple(draft_row(draft) for draft in unsent),
        conversations=await private_cards(signed_in, around) if box == "private" else (),
        stream_url=f"/consults/stream?{urlencode({'box': box, **chosen})}",
        **chosen,
    )


async def view_of(signed_in: Member, consult_id: int) -> views.ConsultPage | views.PrivatePage:
    """The page as this member sees it now; for the stream too. Raises NotFound."""
    consult = await reading.readable(signed_in, consult_id)
    around = await surroundings(signed_in, nav="consults", here=f"/k/{consult_id}")
    return await thread_page(consult, signed_in, around)


async def thread_page(
    consult: Consult, signed_in: Member, around: Surroundings, kept: views.Kept | None = None
) -> views.ConsultPage | views.PrivatePage:
    present = private_page if consult.is_private else consult_page
    return await present(consult, signed_in, around, kept)


@reader
async def _show_thread(signed_in: Member, consult_id: int) -> ResponseReturnValue:
    return await draw_consult(signed_in, consult_id)


async def draw_consult(
    signed_in: Member, consult_id: int, kept: views.Kept | None = None, status: int = 200
) -> ResponseReturnValue:
    """The thread, with what was typed into a form that was not taken."""
    consult = await reading.readable(signed_in, consult_id)
    await readers.note(signed_in, consult, datetime.now(UTC))
    around = await surroundings(signed_in, nav="consults", here=f"/k/{consult_id}")
    if consult.is_private:
        await conversations.seen(signed_in, around.own, consult)
    return draw(await thread_page(consult, signed_in, around, kept), status)


async def _draw_conflict(
    signed_in: Member, consult_id: int, form: str, typed: Mapping[str, str], error: Conflict
) -> ResponseReturnValue:
    """409: what was typed is given back (UX word 16)."""
    consult = await reading.readable(signed_in, consult_id)
    around = await surroundings(signed_in, nav="consults")
    page = views.ConflictPage(
        page=around.page,
        url=f"/k/{consult_id}",
        form=form,
        state=consult.status.value,
        at=consult.changed_at,
        kept=views.KeptText.of(typed),
        shown=f"{error.shown} Your text is kept below." if consult.is_private else "",
    )
    return draw(page, error.status)


async def _container(consult_id: int) -> ResponseReturnValue:
    peer = await signed_reader()
    if peer is None or peer.level is not Level.TRUSTED:
        raise NotFound
    named = Consult.filter(id=consult_id, is_local=True)
    consult = await rule.shown_to(peer.actor_id, peer.host, named)
    if consult is None:
        raise NotFound
    return activity(await documents.container(consult), private=True)


def _note_fields(typed: Mapping[str, str]) -> dict[str, Any]:
    return {**typed, "see_in_person": typed.get("see_in_person") == "yes"}
