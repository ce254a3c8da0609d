"""Images before they are sent: added to a form, looked at, covered, cropped and described.

All of it works by numbers and without a script; with one, rectangles are drawn on the image.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from instance.errors import Conflict, FormRefused, NotFound
from instance.ids import read_id
from instance.models import ConsentBasis, Media, Member
from instance.services import media
from instance.web import views
from instance.web.drawing import draw
from instance.web.guards import reader
from instance.web.presenting import pictures

blueprint = Blueprint("images", __name__)

_FILE_MOST = 10 * 1024 * 1024 + 1  # one more than is taken, so that it is told


@blueprint.get("/consults/drafts/<int:key>/images")
@reader
async def show_images(signed_in: Member, key: int) -> ResponseReturnValue:
    return draw(await pictures.images_page(signed_in, key))


@blueprint.post("/consults/images")
@reader
async def post_images(signed_in: Member) -> ResponseReturnValue:
    """One after the other: those before one that is refused are there."""
    key = read_id((await request.form).get("draft", ""))
    if key is None:
        raise NotFound
    sent = [file for file in (await request.files).getlist("images") if file.filename]
    try:
        if not sent:
            raise FormRefused({media.FIELD: "Choose an image."})
        for file in sent:
            content, name = file.stream.read(_FILE_MOST), file.filename or ""
            await media.add(signed_in, key, content, name, file.mimetype or "", datetime.now(UTC))
    except FormRefused as error:
        return draw(await pictures.images_page(signed_in, key, error.fields), error.status)
    return redirect(_list_of(key))


@blueprint.get("/consults/images/<int:media_id>")
@reader
async def show_image(signed_in: Member, media_id: int) -> ResponseReturnValue:
    row = await media.own(signed_in, media_id)
    return draw(await pictures.image_page(signed_in, row))


@blueprint.post("/consults/images/<int:media_id>/cover")
@reader
async def post_cover(signed_in: Member, media_id: int) -> ResponseReturnValue:
    row, form = await media.own(signed_in, media_id), await request.form
    typed = views.Rectangle.all_of(form)
    try:
        covers, crop = pictures.parts(typed)
        await media.edit(signed_in, media_id, _version(form), covers, crop)
    except (FormRefused, Conflict) as error:
        return await _again(signed_in, row, error, rectangles=typed)
    return redirect(f"/consults/images/{media_id}?done=covered#image")


@blueprint.post("/consults/images/<int:media_id>")
@reader
async def post_description(signed_in: Member, media_id: int) -> ResponseReturnValue:
    row, form = await media.own(signed_in, media_id), await request.form
    said = form.get("basis", "")
    basis = ConsentBasis(said) if said in set(ConsentBasis) else None
    looked_at = datetime.now(UTC) if form.get("looked") == "yes" else None
    alt = form.get("alt", "")
    try:
        await media.describe(
            signed_in, media_id, _version(form), alt=alt, basis=basis, looked_at=looked_at
        )
    except (FormRefused, Conflict) as error:
        return await _again(signed_in, row, error, alt=alt, basis=said)
    return redirect(_list_of(row.draft_key))


@blueprint.post("/consults/images/<int:media_id>/remove")
@reader
async def post_remove(signed_in: Member, media_id: int) -> ResponseReturnValue:
    row = await media.own(signed_in, media_id)
    await media.remove(signed_in, media_id)
    return redirect(_list_of(row.draft_key))


async def _again(
    signed_in: Member,
    row: Media,
    error: FormRefused | Conflict,
    *,
    rectangles: tuple[views.Rectangle, ...] = (),
    **typed: str,
) -> ResponseReturnValue:
    """With what was typed; after a conflict the image as it is now, not looked at."""
    fields = error.fields if isinstance(error, FormRefused) else {"image": error.shown}
    now = await media.own(signed_in, row.id)
    page = await pictures.image_page(signed_in, now, fields, rectangles, **typed)
    return draw(page, error.status)


def _version(form: Mapping[str, str]) -> int:
    return read_id(form.get("version", "")) or 0


def _list_of(key: int | None) -> str:
    return f"/consults/drafts/{key}/images"
