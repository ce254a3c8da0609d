"""Public posts that are known here, with what they stand in: most of what arrives names one, and
to build a join for each takes twenty times as long as to read its rows one by one."""

from collections.abc import Mapping
from typing import Any

from federation import vocabulary
from instance import raw_sql
from instance.models import Post, Thread


async def by_uri(uri: str) -> Post | None:
    """The post with this id: with its author, its thread and the thread's channel loaded. It may be
    deleted."""
    post = await raw_sql.one(Post, "uri", uri) if uri else None
    if post is not None:
        await raw_sql.load(post, "author")
        thread: Thread = await raw_sql.load(post, "thread")
        await raw_sql.load(thread, "group")
    return post


async def answered(note: Mapping[str, Any]) -> Post | None:
    """What a post answers, likewise; None for a starter, or where that is unknown here."""
    return await by_uri(vocabulary.parent_of(note))
