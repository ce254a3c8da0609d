"""How many reactions a post has, kept with the rows they are."""

from collections import Counter
from collections.abc import Iterable

from tortoise.expressions import F

from instance.models import Post, Reaction, ReactionKind

# What a post counts, each in the transaction that changes it.
_COUNTED = {ReactionKind.LIKE: "likes_count", ReactionKind.BOOST: "boosts_count"}


async def forget(rows: Iterable[Reaction]) -> None:
    """Delete reactions and count them no more, in the caller's transaction."""
    counted: Counter[tuple[ReactionKind, int]] = Counter()
    for row in rows:
        if await Reaction.filter(id=row.id).delete():
            counted[row.kind, row.post_id] += 1
    for (kind, post_id), times in counted.items():
        await change(kind, post_id, -times)


async def change(kind: ReactionKind, post_id: int, by: int) -> None:
    column = _COUNTED.get(kind)
    if column is not None:
        await Post.filter(id=post_id).update(**{column: F(column) + by})
