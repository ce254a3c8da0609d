"""Images as pages show them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from quart import request

from instance.errors import FormRefused
from instance.models import Media, MediaState, Member
from instance.services import media
from instance.services.consults import images
from instance.services.media import Part
from instance.web.presenting.pages import surroundings
from instance.web.views import (
    FieldError,
    ImagePage,
    ImagesPage,
    Picture,
    Rectangle,
    UnsentImage,
)


def picture(row: Media) -> Picture:
    if row.state not in (MediaState.READY, MediaState.HELD):  # of a held one only its keepers ask
        key = "" if row.state is MediaState.RECALLED else str(row.id)
        return Picture(id=key, alt=row.alt, basis=_basis(row), state=row.state.value)  # type: ignore[arg-type]
    width, height = media.small_size(row)
    return Picture(
        id=str(row.id),
        url=f"/media/{row.id}",
        small_url=f"/media/{row.id}/small",
        width=width,
        height=height,
        alt=row.alt,
        basis=_basis(row),
    )


def unsent(row: Media) -> UnsentImage:
    return UnsentImage(
        id=str(row.id),
        version=row.version,
        picture=picture(row),
        full_width=row.width,
        full_height=row.height,
        looked=row.looked_at is not None,
        lacks=images.lacks(row),
    )


async def images_page(
    member: Member, key: int, errors: Mapping[str, str] | None = None
) -> ImagesPage:
    around = await surroundings(member, nav="consults", here="/consults/new")
    rows = await media.of_draft(member, key)
    return ImagesPage(
        page=around.page,
        key=str(key),
        images=tuple(unsent(row) for row in rows),
        most=media.MOST,
        errors=FieldError.all_of(errors or {}),
    )


async def image_page(
    member: Member,
    row: Media,
    errors: Mapping[str, str] | None = None,
    rectangles: tuple[Rectangle, ...] = (),
    **typed: str,
) -> ImagePage:
    """`typed`: what was refused, instead of what is kept."""
    around = await surroundings(member, nav="consults", here="/consults/new")
    image = unsent(row)
    return ImagePage(
        page=around.page,
        image=replace(image, picture=replace(image.picture, **typed)),  # type: ignore[arg-type]
        list_url=f"/consults/drafts/{row.draft_key}/images",
        rectangles=rectangles or Rectangle.all_of({}),
        done=request.args.get("done", ""),
        errors=FieldError.all_of(errors or {}),
    )


def parts(rows: Sequence[Rectangle]) -> tuple[list[Part], Part | None]:
    """What to cover, and what to crop to. Raises FormRefused for a row that is not four numbers."""
    found: dict[str, Part] = {}
    for row in rows:
        if any(row.typed):
            left, top, width, height = (_number(text) for text in row.typed)
            if left is None or top is None or width is None or height is None:
                name = f"{row.name}-left"
                raise FormRefused({name: "Give all four numbers of this rectangle, in percent."})
            found[row.name] = (left, top, width, height)
    crop = found.pop("crop", None)
    return list(found.values()), crop


def _number(text: str) -> float | None:
    plain = text.replace(",", ".")
    is_plain = plain.isascii() and plain.replace(".", "", 1).isdecimal() and len(plain) < 12
    return float(plain) if is_plain else None


def _basis(row: Media) -> str:
    return row.basis.value if row.basis else ""
