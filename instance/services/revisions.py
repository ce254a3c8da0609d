"""What public posts of ours said before they were changed: the first version and the last ones, for
their authors alone. Who takes a word back may have taken out what names a patient."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from instance import raw_sql
from instance.models import Actor, Post, Revision

_TOLD = ("type", "name", "summary", "sensitive", "oneOf", "anyOf")  # beside the content


@dataclass(frozen=True)
class Version:
    """The words of a post at one time."""

    content: str
    document: Mapping[str, Any]
    said_at: datetime


async def keep(post: Post) -> None:
    """The words of one of ours as they still are, before others take their place; in the caller's
    transaction."""
    if not (await raw_sql.load(post, "author")).is_local:
        return
    document = {name: post.document[name] for name in _TOLD if name in post.document}
    await Revision.create(
        post_id=post.id, content=post.content, document=document, said_at=_said_at(post)
    )
    ids = await Revision.filter(post_id=post.id).order_by("id").values_list("id", flat=True)
    if len(ids) > Revision.KEPT:
        await Revision.filter(id__in=list(ids[1 : len(ids) - Revision.KEPT + 1])).delete()


async def of(post: Post, reader: Actor | None) -> list[Version]:
    """The oldest first; the last one is what it says now, and all that anybody else is shown."""
    now = Version(post.content, post.document, _said_at(post))
    if reader is None or reader.id != post.author_id:
        return [now]
    rows = await Revision.filter(post_id=post.id).order_by("id")
    before = [Version(row.content, row.document, row.said_at) for row in rows]
    return [*before, now]


def _said_at(post: Post) -> datetime:
    return post.updated_at or post.published_at
