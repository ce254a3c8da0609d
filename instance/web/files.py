"""The origin of files: pictures, and nothing else, for whoever may see them at this moment.

It is a host of its own, so that no cookie of ours gets here and no file runs where pages do (T15).
A browser comes with an address that names its session and the picture and holds for a minute; it
is made by the page's origin (`web.media`). Another hospital's server signs each time. Everybody
else finds nothing, alike for what there is and what there never was (T53).

Pictures of public posts and profiles are for everybody, under names of their own: no address of a
picture of a consult finds one of them, nor the other way round.
"""

import re
from datetime import UTC, datetime

from quart import Blueprint, Response, request
from quart.typing import ResponseReturnValue

from federation.authentication import Reader
from instance import config
from instance.errors import NotFound
from instance.models import Media, Variant
from instance.services import media, pictures, portraits, signing_in
from instance.services.consults import images
from instance.web.guards import trusted, unsigned

blueprint = Blueprint("files", __name__)

_SUFFIXES = {"image/png": "png"}
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",  # the page that shows it is of another origin
    "Referrer-Policy": "no-referrer",
}
# Under one name there is only ever one picture.
_FOR_ALL = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Access-Control-Allow-Origin": "*",
}
_PUBLIC_NAME = re.compile(r"([0-9a-f]{32})(\.small)?\.(png|jpg)", re.ASCII)


@blueprint.get("/see/<token>")
@unsigned
async def get_seen(token: str) -> ResponseReturnValue:
    """For a browser. What it may see is asked again: it may have signed out since."""
    session_id, media_id, variant = media.of_ticket(token, datetime.now(UTC))
    found = await signing_in.session_by_id(session_id)
    if found is None:
        raise NotFound
    row = await media.readable(found[1], media_id, datetime.now(UTC))
    return await _file(row, variant)


@blueprint.get("/file/<int:media_id>")
@trusted
async def get_file(reader: Reader, media_id: int) -> ResponseReturnValue:
    """For a hospital that takes part."""
    row = await images.served_to(media_id, reader.actor_id, reader.host)
    return await _file(row, Variant.FULL)


@blueprint.get("/picture/<file>")
@unsigned
async def get_picture(file: str) -> ResponseReturnValue:
    """Of a public post or profile."""
    named = _PUBLIC_NAME.fullmatch(file)
    if named is None:
        raise NotFound
    variant = Variant.SMALL if named[2] else Variant.FULL
    kind, content = await _public(named[1], variant)
    if named[3] != _SUFFIXES.get(kind, "jpg"):
        raise NotFound
    response = _response(kind, content)
    response.headers.update(_FOR_ALL)
    return response


async def _public(name: str, variant: Variant) -> tuple[str, bytes]:
    try:
        return await pictures.file(name, variant)
    except NotFound:
        if variant is Variant.SMALL:
            raise
    return await portraits.file(name)


def nothing(status: int) -> Response:
    """A refusal, in no words: its reader is no person."""
    response = Response("", status, content_type="text/plain; charset=utf-8")
    response.headers.update(HEADERS)
    return response


def are_asked(hosts: list[str]) -> bool:
    """Whether a request, by its Host, is for this origin."""
    authority = config.current().media_authority
    return bool(authority) and hosts == [authority]


def is_theirs() -> bool:
    """Whether the route that fits this request is one of this origin."""
    return request.blueprint == blueprint.name


async def _file(row: Media, variant: Variant) -> Response:
    """Whole, whatever range was asked for; under a name that says nothing."""
    content = await media.content_of(row, variant)
    return _response("image/jpeg" if variant is Variant.SMALL else row.media_type, content)


def _response(kind: str, content: bytes) -> Response:
    response = Response(content, content_type=kind)
    response.headers.update(HEADERS)
    response.headers["Content-Disposition"] = (
        f'inline; filename="image.{_SUFFIXES.get(kind, "jpg")}"'
    )
    return response
