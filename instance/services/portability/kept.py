"""What one identity filters out, and what it wrote that waits for its time."""

from typing import Any

from federation import contexts
from instance.models import Actor, ScheduledPost
from instance.services import filters


async def filtered(actor: Actor) -> list[dict[str, Any]]:
    """Of posts their addresses."""
    found = []
    for row in await filters.of_actor(actor):
        posts = await row.posts.all().select_related("post")
        found.append(
            {
                "title": row.title,
                "contexts": row.contexts,
                "action": row.action.value,
                "expires": contexts.timestamp(row.expires_at) if row.expires_at else None,
                "keywords": [
                    {"keyword": one.keyword, "wholeWord": one.is_whole_word} for one in row.keywords
                ],
                "posts": [one.post.uri for one in posts],
            }
        )
    return found


async def scheduled(actor: Actor) -> list[dict[str, Any]]:
    rows = await ScheduledPost.filter(actor_id=actor.id).order_by("id")
    return [
        {"at": contexts.timestamp(row.scheduled_at), "refusal": row.refusal, **row.words}
        for row in rows
    ]
