"""How many reactions a post has, kept with the rows they are."""

from collections import Counter
from collections.abc import Iterable

from instance import raw_sql
from instance.models import Reaction, ReactionKind

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
        sql = f"UPDATE post SET {column} = {column} + ?1 WHERE id = ?2"  # noqa: S608 a name of ours
        await raw_sql.run(sql, [by, post_id])
