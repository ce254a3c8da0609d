"""What members take along, and what they bring."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from quart import Blueprint, Response, redirect, request, stream_with_context
from quart.typing import ResponseReturnValue

from instance.errors import Conflict, FormRefused
from instance.ids import read_id
from instance.models import Member
from instance.services import members
from instance.services.portability import exports, imports
from instance.web import sessions, views
from instance.web.drawing import draw
from instance.web.guards import member, reader
from instance.web.presenting.portability import (
    ARCHIVE,
    EXPORT,
    IMPORT,
    archive_page,
    bring_page,
    export_page,
    import_page,
    kept_page,
)

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


@blueprint.get(IMPORT)
@member
async def show_bring(signed_in: Member) -> ResponseReturnValue:
    return draw(await bring_page(signed_in))


@blueprint.post(IMPORT)
@member
async def post_bring(signed_in: Member) -> ResponseReturnValue:
    """Look at a file: nothing is taken before its owner has seen what."""
    sent = (await request.files).get("file")
    identity = (await request.form).get("identity", "")
    content: Any = sent.stream if sent is not None else BytesIO()
    try:
        found = await imports.start(signed_in, identity, _parts(content))
    except FormRefused as error:
        return draw(await bring_page(signed_in, identity, error), error.status)
    return redirect(f"{IMPORT}/{found.id}")


@blueprint.get(f"{IMPORT}/<int:import_id>")
@member
async def show_import(signed_in: Member, import_id: int) -> ResponseReturnValue:
    return draw(await import_page(signed_in, import_id))


@blueprint.post(f"{IMPORT}/<int:import_id>/<any(confirm, cancel):step>")
@member
async def post_step(signed_in: Member, import_id: int, step: str) -> ResponseReturnValue:
    if step == "confirm":
        await imports.confirm(signed_in, import_id)
        return redirect(f"{IMPORT}/{import_id}")
    await imports.cancel(signed_in, import_id)
    return redirect(IMPORT)


@blueprint.get(ARCHIVE)
@reader
async def show_first_archive(signed_in: Member) -> ResponseReturnValue:
    return redirect(f"{ARCHIVE}/{(await members.speaking_as(signed_in)).handle}")


@blueprint.get(f"{ARCHIVE}/<name:handle>")
@reader
async def show_archive(signed_in: Member, handle: str) -> ResponseReturnValue:
    before = read_id(request.args.get("before", ""))
    return draw(await archive_page(signed_in, handle, before))


@blueprint.get(f"{ARCHIVE}/item/<int:keepsake_id>")
@reader
async def show_kept(signed_in: Member, keepsake_id: int) -> ResponseReturnValue:
    return draw(await kept_page(signed_in, keepsake_id))


def _parts(content: BytesIO) -> Iterator[bytes]:
    while part := content.read(imports.PART):
        yield part


async def _refused(signed_in: Member, error: FormRefused) -> ResponseReturnValue:
    page = await export_page(signed_in, views.FieldError.all_of(error.fields))
    response: ResponseReturnValue = draw(page, error.status)
    return response
