"""How many reactions a post has, kept with the rows they are."""

from collections import Counter
from collections.abc import Iterable

from instance import events, raw_sql
from instance.models import Reaction, ReactionKind

UNBOOSTED = "unboosted/"  # an event of this kind ends with who had boosted
# What a post counts, each in the transaction that changes it.
_COUNTED = {ReactionKind.LIKE: "likes_count", ReactionKind.BOOST: "boosts_count"}


async def forget(rows: Iterable[Reaction]) -> None:
    """Delete reactions and count them no more, in the caller's transaction."""
    counted: Counter[tuple[ReactionKind, int]] = Counter()
    for row in rows:
        if await Reaction.filter(id=row.id).delete():
            counted[row.kind, row.post_id] += 1
            if row.kind is ReactionKind.BOOST:
                await events.publish(*withdrawn(row))
    for (kind, post_id), times in counted.items():
        await change(kind, post_id, -times)


def withdrawn(boost: Reaction) -> tuple[str, int]:
    """The event that it is gone: whose it was stands in no row any more, so it stands there."""
    return f"{UNBOOSTED}{boost.actor_id}", boost.id


async def change(kind: ReactionKind, post_id: int, by: int) -> None:
    column = _COUNTED.get(kind)
    if column is not None:
        sql = f"UPDATE post SET {column} = {column} + ?1 WHERE id = ?2"  # noqa: S608 a name of ours
        await raw_sql.run(sql, [by, post_id])
