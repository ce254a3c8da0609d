"""Pictures of public posts and profiles as documents name them (federation.md 4 and 5.1), and where
they are served."""

import secrets
from collections.abc import Sequence
from typing import Any

from instance import config
from instance.models import Actor, Attachment, Portrait, PortraitKind

_MEMBERS = {PortraitKind.AVATAR: "icon", PortraitKind.HEADER: "image"}
_SUFFIXES = {"image/png": "png"}


def new_name() -> str:
    """Under which one is served: nobody can guess it."""
    return secrets.token_hex(16)


def url(row: Attachment) -> str:
    return address(row.name, row.media_type)


def address(name: str, media_type: str) -> str:
    return f"{_place(name)}.{_SUFFIXES.get(media_type, 'jpg')}"


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


async def of_profile(actor: Actor) -> dict[str, Any]:
    """`icon` and `image` of the document of one of our actors."""
    rows = await Portrait.filter(actor_id=actor.id).values("kind", "name", "media_type")
    return {
        _MEMBERS[row["kind"]]: {
            "type": "Image",
            "mediaType": row["media_type"],
            "url": address(row["name"], row["media_type"]),
        }
        for row in rows
    }


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
