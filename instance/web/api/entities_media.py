"""Pictures of posts as clients read them (mastodon-api.md 3)."""

from typing import Any, TypedDict

from instance.models import Attachment, AttachmentState
from instance.outbox import pictures as documents
from instance.services import pictures


class MediaAttachment(TypedDict):
    id: str
    type: str
    url: str | None
    preview_url: str | None
    remote_url: str | None
    meta: dict[str, Any] | None
    description: str | None
    blurhash: str | None


def attachment(row: Attachment) -> MediaAttachment:
    """Of one of elsewhere that is not here its address alone: an application shows that as a link,
    and reads nothing from there by itself (T48)."""
    is_here = row.state is AttachmentState.READY
    return {
        "id": str(row.id),
        "type": "image" if is_here or row.source is None else "unknown",
        "url": documents.url(row) if is_here else row.source,
        "preview_url": documents.small_url(row) if is_here else None,
        "remote_url": row.source,
        "meta": _meta(row) if is_here else None,
        "description": row.alt or None,
        "blurhash": row.blurhash or None,
    }


def _meta(row: Attachment) -> dict[str, Any]:
    focus = {} if row.focus_x is None else {"focus": {"x": row.focus_x, "y": row.focus_y}}
    small = _size(*pictures.small_size(row))
    return {"original": _size(row.width, row.height), "small": small, **focus}


def _size(width: int, height: int) -> dict[str, Any]:
    return {
        "width": width,
        "height": height,
        "size": f"{width}x{height}",
        "aspect": round(width / max(height, 1), 6),
    }
