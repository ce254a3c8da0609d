"""What somebody wrote in a consult, for them to change or delete."""

from collections.abc import Mapping

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from instance.errors import Conflict, FormRefused
from instance.models import Consult, Contribution, Member
from instance.services import identifiers
from instance.services.consults import changing, notes, reading
from instance.web import views
from instance.web.drawing import draw
from instance.web.guards import reader
from instance.web.identifiers import act, is_asked
from instance.web.presenting.consult_cards import text_of
from instance.web.presenting.consults import audience
from instance.web.presenting.identifiers import checked
from instance.web.presenting.pages import surroundings

blueprint = Blueprint("said", __name__)


@blueprint.get("/k/<int:consult_id>/said/<int:said_id>")
@reader
async def show_said(signed_in: Member, consult_id: int, said_id: int) -> ResponseReturnValue:
    consult, row = await changing.own(signed_in, consult_id, said_id)
    return await _draw(signed_in, consult, row, _values(row))


@blueprint.post("/k/<int:consult_id>/said/<int:said_id>")
@reader
async def post_said(signed_in: Member, consult_id: int, said_id: int) -> ResponseReturnValue:
    typed = (await request.form).to_dict()
    consult, row = await changing.own(signed_in, consult_id, said_id)
    if is_asked(typed):
        done = await act(signed_in, typed, notes.texts(typed))
        return await _draw(signed_in, consult, row, typed | done.texts, checked=done.checked)
    fields = {**typed, "see_in_person": typed.get("see_in_person") == "yes"}
    try:
        await changing.edit(signed_in, consult_id, said_id, fields)
    except identifiers.PhiSuspected as error:
        errors, found = views.FieldError.all_of(error.fields), checked(typed, error.found)
        return await _draw(signed_in, consult, row, typed, errors, error.status, checked=found)
    except FormRefused as error:
        errors = views.FieldError.all_of(error.fields)
        return await _draw(signed_in, consult, row, typed, errors, error.status)
    except Conflict as error:
        return await _draw_conflict(signed_in, consult, typed, error)
    return redirect(f"/k/{consult_id}#p-{said_id}")


@blueprint.post("/k/<int:consult_id>/said/<int:said_id>/delete")
@reader
async def post_deletion(signed_in: Member, consult_id: int, said_id: int) -> ResponseReturnValue:
    consult, _ = await changing.own(signed_in, consult_id, said_id)
    try:
        await changing.delete(signed_in, consult_id, said_id)
    except Conflict as error:
        return await _draw_conflict(signed_in, consult, {}, error)
    return redirect(f"/k/{consult_id}")


def _values(row: Contribution) -> dict[str, str]:
    body = row.body
    cited: Mapping[str, str] = next(iter(body.get("cs:citations") or ()), {})
    return {
        "text": text_of(row),
        "recommendation": body.get("cs:recommendation", ""),
        "rationale": body.get("cs:rationale", ""),
        "would_change": body.get("cs:wouldChange", ""),
        "confidence": body.get("cs:confidence", ""),
        "see_in_person": "yes" if body.get("cs:seeInPerson") else "no",
        "citation": cited.get("doi") or cited.get("pmid") or cited.get("url") or "",
        "citation_title": cited.get("title", ""),
    }


async def _draw(
    signed_in: Member,
    consult: Consult,
    row: Contribution,
    values: Mapping[str, str],
    errors: tuple[views.FieldError, ...] = (),
    status: int = 200,
    *,
    checked: Mapping[str, views.CheckedField] | None = None,
) -> ResponseReturnValue:
    around = await surroundings(signed_in, nav="consults", here=f"/k/{consult.id}")
    page = views.SaidPage(
        page=around.page,
        url=f"/k/{consult.id}/said/{row.id}",
        back_url=f"/k/{consult.id}",
        form=row.kind,  # type: ignore[arg-type]
        values=values,
        audience=await audience(consult, around),
        errors=errors,
        checked=checked or {},
    )
    return draw(page, status)


async def _draw_conflict(
    signed_in: Member, consult: Consult, typed: Mapping[str, str], error: Conflict
) -> ResponseReturnValue:
    around = await surroundings(signed_in, nav="consults")
    current = await reading.readable(signed_in, consult.id)
    return draw(
        views.ConflictPage(
            page=around.page,
            url=f"/k/{consult.id}",
            state=current.status.value,
            at=current.changed_at,
            kept=views.KeptText.of(typed),
        ),
        error.status,
    )
