"""What our members do with public posts besides answering them: Like, Announce, and their Undo."""

from datetime import datetime
from typing import Any

from federation import contexts, proofs, vocabulary
from federation.addressing import PUBLIC
from instance.models import Actor, Post, Reaction, ReactionKind
from instance.outbox import local
from instance.outbox.posts import activity_uri


async def react(
    row: Reaction, actor: Actor, post: Post, group: Actor | None, now: datetime
) -> dict[str, Any]:
    """`Like` or, as a boost, `Announce`; proven, so that the post's channel may forward it.

    `post` with its author loaded; `group`: the channel it is in.
    """
    bare = _reaction(row, actor, post, group, now)
    return await _proven({"@context": contexts.PUBLIC, **bare}, actor, now)


async def undo(
    row: Reaction, actor: Actor, post: Post, group: Actor | None, now: datetime
) -> dict[str, Any]:
    """`Undo` of it, for the same readers. Who receives it looks the inner one up by its id."""
    inner = _reaction(row, actor, post, group, row.created_at)
    fields = {
        "@context": contexts.PUBLIC,
        **inner,
        "id": activity_uri(),
        "type": "Undo",
        "published": contexts.timestamp(now),
        "object": inner,
    }
    return await _proven(fields, actor, now)


def _reaction(
    row: Reaction, actor: Actor, post: Post, group: Actor | None, made_at: datetime
) -> dict[str, Any]:
    is_boost = row.kind is ReactionKind.BOOST
    copied = [post.author.uri, *([group.uri] if group else [])]
    return {
        "id": row.uri,
        "type": row.kind.value,
        "actor": actor.uri,
        "published": contexts.timestamp(made_at),
        "to": [PUBLIC],
        "cc": [*copied, *([actor.followers_uri] if is_boost else [])],
        **({"audience": group.uri} if group and not is_boost else {}),
        "object": post.uri,
    }


async def _proven(fields: dict[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:
    built = vocabulary.parse(fields).to_wire()
    return proofs.add_proof(built, await local.private_key(actor, "ed25519"), now)
