"""What public posts said before they were changed: the first version and the last ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from instance.models import Post, Revision

_TOLD = ("type", "name", "summary", "sensitive", "oneOf", "anyOf")  # beside the content


@dataclass(frozen=True)
class Version:
    """The words of a post at one time."""

    content: str
    document: Mapping[str, Any]
    said_at: datetime


async def keep(post: Post) -> None:
    """The words as they still are, before others take their place; in the caller's transaction."""
    document = {name: post.document[name] for name in _TOLD if name in post.document}
    await Revision.create(
        post_id=post.id, content=post.content, document=document, said_at=_said_at(post)
    )
    ids = await Revision.filter(post_id=post.id).order_by("id").values_list("id", flat=True)
    if len(ids) > Revision.KEPT:
        await Revision.filter(id__in=list(ids[1 : len(ids) - Revision.KEPT + 1])).delete()


async def of(post: Post) -> list[Version]:
    """The oldest first; the last one is what it says now."""
    rows = await Revision.filter(post_id=post.id).order_by("id")
    before = [Version(row.content, row.document, row.said_at) for row in rows]
    return [*before, Version(post.content, post.document, _said_at(post))]


def _said_at(post: Post) -> datetime:
    return post.updated_at or post.published_at
