"""The roster, for verification officers: who is on it, files brought, looked at and imported."""

from collections.abc import Iterator
from io import BytesIO

from quart import Blueprint, Response, redirect, request
from quart.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from instance.errors import Conflict, FormRefused
from instance.ids import read_id
from instance.models import Member, Profession
from instance.roster_words import PROBLEMS
from instance.services.duties import Duty
from instance.services.roster import importing, listing
from instance.web.drawing import draw
from instance.web.guards import on_duty
from instance.web.presenting import roster as present
from instance.web.presenting.pages import surroundings

blueprint = Blueprint("roster", __name__)


@blueprint.get("/admin/roster")
@on_duty(Duty.VERIFICATION)
async def show_roster(signed_in: Member) -> ResponseReturnValue:
    return await _roster(signed_in)


@blueprint.post("/admin/roster/import")
@on_duty(Duty.VERIFICATION)
async def post_file(signed_in: Member) -> ResponseReturnValue:
    """Bring a file: nothing changes before somebody has seen what it would do."""
    sent = (await request.files).get("roster")
    name = (sent.filename or "") if sent is not None else ""
    try:
        content = sent.stream if sent is not None else BytesIO()
        found = await importing.start(signed_in, name, _parts(content))  # type: ignore[arg-type]
    except FormRefused as error:
        shown = FormRefused({"roster": PROBLEMS[error.fields["roster"]]})
        return await _roster(signed_in, shown)
    return redirect(present.url(found))


@blueprint.get("/admin/roster/import/<int:import_id>")
@on_duty(Duty.VERIFICATION)
async def show_import(signed_in: Member, import_id: int) -> ResponseReturnValue:
    return await _import(signed_in, import_id)


@blueprint.post("/admin/roster/import/<int:import_id>/columns")
@on_duty(Duty.VERIFICATION)
async def post_columns(signed_in: Member, import_id: int) -> ResponseReturnValue:
    form = await request.form
    found = await importing.by_id(import_id)
    mapping, problems = _mapping(form, len(found.headers))
    try:
        if problems:
            raise FormRefused(problems)
        profession = _profession(form)
        await importing.match(signed_in, import_id, mapping, profession)
    except (FormRefused, Conflict) as error:
        return await _import(signed_in, import_id, error)
    return redirect(present.url(found))


@blueprint.post("/admin/roster/import/<int:import_id>/correct")
@on_duty(Duty.VERIFICATION)
async def post_correction(signed_in: Member, import_id: int) -> ResponseReturnValue:
    form = await request.form
    try:
        line = read_id(form.get("line", "")) or 0
        await importing.correct(signed_in, import_id, line, form.get("value", ""))
    except Conflict as error:
        return await _import(signed_in, import_id, error)
    return redirect(f"/admin/roster/import/{import_id}#errors")


@blueprint.post("/admin/roster/import/<int:import_id>/<any(confirm, cancel, undo):step>")
@on_duty(Duty.VERIFICATION)
async def post_step(signed_in: Member, import_id: int, step: str) -> ResponseReturnValue:
    try:
        if step == "confirm":
            have_left = (await request.form).get("have_left") == "yes"
            await importing.confirm(signed_in, import_id, have_left=have_left)
        else:
            work = importing.cancel if step == "cancel" else importing.undo
            await work(signed_in, import_id)
    except (FormRefused, Conflict) as error:
        return await _import(signed_in, import_id, error)
    return redirect(f"/admin/roster/import/{import_id}")


@blueprint.get("/admin/roster/import/<int:import_id>/errors.csv")
@on_duty(Duty.VERIFICATION)
async def get_errors(signed_in: Member, import_id: int) -> ResponseReturnValue:
    found = await importing.by_id(import_id)
    text = "".join([part async for part in listing.errors(signed_in, found)])
    response = Response("\ufeff" + text, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="roster-errors.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


async def _roster(signed_in: Member, error: FormRefused | None = None) -> ResponseReturnValue:
    around = await surroundings(signed_in, nav="admin", here="/admin/roster")
    asked = request.args if request.method == "GET" else MultiDict()
    page = await present.roster_page(
        around,
        signed_in,
        asked.get("q", ""),
        left=asked.get("show") == "left",
        after=read_id(asked.get("after", "")),
        error=error,
    )
    return draw(page, error.status if error else 200)


async def _import(
    signed_in: Member, import_id: int, error: FormRefused | Conflict | None = None
) -> ResponseReturnValue:
    around = await surroundings(signed_in, nav="admin", here="/admin/roster")
    page = await present.import_page(
        around,
        signed_in,
        import_id,
        error=error if isinstance(error, FormRefused) else None,
        refusal=error.shown if isinstance(error, Conflict) else "",
    )
    response: ResponseReturnValue = draw(page, error.status if error else 200)
    return response


def _mapping(form: MultiDict[str, str], columns: int) -> tuple[dict[str, int], dict[str, str]]:
    found: dict[str, int] = {}
    problems = {}
    for number in range(columns):
        name = form.get(f"column-{number}", "")
        if name and name in found:
            problems[f"column-{number}"] = "Another column is this already. A thing stands once."
        elif name:
            found[name] = number
    return found, problems


def _profession(form: MultiDict[str, str]) -> Profession:
    try:
        return Profession(form.get("profession", ""))
    except ValueError as error:
        raise FormRefused({"profession": "Choose a profession."}) from error


def _parts(content: BytesIO) -> Iterator[bytes]:
    while part := content.read(importing.PART):
        yield part
