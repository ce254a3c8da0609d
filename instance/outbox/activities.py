"""Public activities of ours by their id: whoever gets one second-hand may ask us for it (5.3)."""

from typing import Any

import orjson

from federation import vocabulary
from instance import config
from instance.models import Announced, OutboxActivity, Post
from instance.outbox import posts, sight


async def public(activity_id: int) -> dict[str, Any] | None:
    """The activity as it was sent; None for one that is not public, or not kept."""
    uri = config.current().uri(f"/a/{activity_id}")
    announced = await Announced.get_or_none(uri=uri)
    if announced is not None:
        shown = await sight.announced([announced])
        return dict(announced.document) if shown else None
    post = await Post.get_or_none(id=activity_id, author__is_local=True).select_related("author")
    if post is not None:
        return await posts.create_of(post, post.author) if post.deleted_at is None else None
    sent = await OutboxActivity.get_or_none(uri=uri, consult_id=None)
    return _if_public(sent.body) if sent is not None and sent.body is not None else None


def _if_public(body: bytes) -> dict[str, Any] | None:
    document: dict[str, Any] = orjson.loads(body)
    return document if vocabulary.parse(document).is_public() else None
