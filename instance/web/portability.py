"""What members take along."""

from typing import Any

from quart import Blueprint, Response, redirect, request, stream_with_context
from quart.typing import ResponseReturnValue

from instance.errors import Conflict, FormRefused
from instance.ids import read_id
from instance.models import Member
from instance.services.portability import exports
from instance.web import sessions, views
from instance.web.drawing import draw
from instance.web.guards import member
from instance.web.presenting.portability import EXPORT, export_page

blueprint = Blueprint("portability", __name__)


@blueprint.get(EXPORT)
@member
async def show_export(signed_in: Member) -> ResponseReturnValue:
    return draw(await export_page(signed_in))


@blueprint.post(EXPORT)
@member
async def post_export(signed_in: Member) -> ResponseReturnValue:
    """Have the files made; a worker does it."""
    password = (await request.form).get("password", "")
    try:
        await exports.ask(signed_in, password, sessions.source(request))
    except FormRefused as error:
        return await _refused(signed_in, error)
    except Conflict:
        pass  # they are being made, as the page says
    return redirect(EXPORT)


@blueprint.post(f"{EXPORT}/file")
@member
async def post_file(signed_in: Member) -> ResponseReturnValue:
    """One file, for the password: a stolen session alone carries nothing away."""
    form = await request.form
    wanted = read_id(form.get("file", "")) or 0
    try:
        found = await exports.file(
            signed_in, wanted, form.get("password", ""), sessions.source(request)
        )
    except FormRefused as error:
        return await _refused(signed_in, error)
    body: Any = stream_with_context(exports.content)(found)
    response = Response(body, content_type="application/zip")
    response.timeout = None
    response.headers["Content-Length"] = str(found.size)
    response.headers["Content-Disposition"] = f'attachment; filename="{found.name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.post(f"{EXPORT}/delete")
@member
async def post_delete(signed_in: Member) -> ResponseReturnValue:
    await exports.delete(signed_in)
    return redirect(EXPORT)


async def _refused(signed_in: Member, error: FormRefused) -> ResponseReturnValue:
    page = await export_page(signed_in, views.FieldError.all_of(error.fields))
    response: ResponseReturnValue = draw(page, error.status)
    return response
