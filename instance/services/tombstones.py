"""What is left of a public post that was deleted: its row, without a word of it."""

from datetime import UTC, datetime
from typing import Any

from instance import events, html
from instance.models import Post

REMOVAL_MAX = 300


async def bury(post: Post, removal: str = "") -> bool:
    """Delete a post in the caller's transaction; False where it was deleted before."""
    values: dict[str, Any] = {
        "content": "",
        "source": None,
        "document": {},
        "deleted_at": datetime.now(UTC),
    }
    rows = Post.filter(id=post.id, deleted_at=None)
    done = await rows.update(**values, removal=html.plain(removal, REMOVAL_MAX))
    await events.publish("thread", post.thread_id)
    return bool(done)
