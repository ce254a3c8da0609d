"""Pictures of public posts as posts name them (federation.md 5.1), and where they are served."""

from collections.abc import Sequence
from typing import Any

from instance import config
from instance.models import Attachment

_SUFFIXES = {"image/png": "png"}


def url(row: Attachment) -> str:
    return f"{_place(row.name)}.{_SUFFIXES.get(row.media_type, 'jpg')}"


def small_url(row: Attachment) -> str:
    return f"{_place(row.name)}.small.jpg"


def documents(rows: Sequence[Attachment]) -> list[dict[str, Any]]:
    return [_document(row) for row in rows]


def with_pictures(
    note: dict[str, Any], rows: Sequence[Attachment], *, sensitive: bool = False
) -> dict[str, Any]:
    """A post with these pictures and no others."""
    bare = {name: value for name, value in note.items() if name != "attachment"}
    named = {"attachment": documents(rows)} if rows else {}
    return {**bare, **named, "sensitive": sensitive}


def _place(name: str) -> str:
    return f"{config.current().media_origin}/picture/{name}"


def _document(row: Attachment) -> dict[str, Any]:
    focus = {} if row.focus_x is None else {"focalPoint": [row.focus_x, row.focus_y]}
    return {
        "type": "Image",
        "mediaType": row.media_type,
        "url": url(row),
        "name": row.alt,
        "width": row.width,
        "height": row.height,
        **focus,
        "blurhash": row.blurhash,
    }
