"""Whose timelines a post stands in: what `feeds` reads for one reader, asked the other way round
for all who read along at this moment, in as many questions whether they are few or many.

Nothing is remembered: who follows and who wants nothing of whom is what it is when it is asked.
"""

from collections.abc import Collection
from dataclasses import dataclass

from instance import raw_sql
from instance.models import Post, Reaction, ReactionKind
from instance.services import feed_sources
from instance.services.feed_sources import Entry

_FOLLOWING = """
SELECT follower_id, target_id FROM follow
WHERE state = 'accepted' AND target_id IN ({targets}) AND follower_id IN ({readers})
"""
_LIKED = "SELECT DISTINCT actor_id FROM reaction WHERE post_id = ?1 AND actor_id IN ({readers})"
_VOTED = """
SELECT DISTINCT v.actor_id FROM vote v JOIN poll p ON p.id = v.poll_id
WHERE p.post_id = ?1 AND v.actor_id IN ({readers})
"""


@dataclass(frozen=True)
class Readers:
    """Of those who read along: whose home has a post as its channel hands it on, whose as it is;
    and who wants nothing of its author."""

    by_channel: frozenset[int] = frozenset()
    alone: frozenset[int] = frozenset()
    unwilling: frozenset[int] = frozenset()


async def post(post_id: int) -> Post | None:
    """With author and channel loaded; None for one that nobody may see any more."""
    return await feed_sources.shown(Post.filter(id=post_id)).first()


async def trace(post_id: int) -> Post | None:
    """Likewise, of one that was deleted: whose it was and where it stood."""
    return await Post.filter(id=post_id).select_related("thread").first()


async def boost(boost_id: int) -> Entry | None:
    """None for one that nobody may see any more."""
    row = await feed_sources.boosts().filter(id=boost_id, kind=ReactionKind.BOOST).first()
    return Entry(row.id, row.post, row.actor) if row is not None else None


async def of_post(post: Post, among: Collection[int]) -> Readers:
    """Needs the post's thread loaded."""
    group_id = post.thread.group_id or 0
    follows = await _following((post.author_id, group_id), among)
    unwilling = await feed_sources.unwilling(post.author_id, among)
    by_channel = follows.get(group_id, set())
    alone = (follows.get(post.author_id, set()) | {post.author_id} & set(among)) - by_channel
    return Readers(
        frozenset(by_channel - unwilling), frozenset(alone - unwilling), frozenset(unwilling)
    )


async def of_boost(by_id: int, author_id: int | None, among: Collection[int]) -> frozenset[int]:
    """`author_id`: of what was handed on; None where that is not known any more."""
    follows = (await _following((by_id,), among)).get(by_id, set())
    unwilling = await feed_sources.unwilling(author_id, among) if author_id is not None else set()
    return frozenset(follows - unwilling)


async def marked(post: Post, among: Collection[int]) -> set[int]:
    """Those to whom a post shows something of their own: that they like it, wrote it, voted."""
    found = {post.author_id} & set(among)
    for sql in (_LIKED, _VOTED):
        marks = raw_sql.marks(len(among), first=2)
        rows = await raw_sql.tuples(sql.format(readers=marks), [post.id, *among])
        found |= {int(row[0]) for row in rows}
    return found


async def _following(
    targets: tuple[int, ...], readers: Collection[int]
) -> dict[int, set[int]]:
    """By target."""
    marks = raw_sql.marks(len(targets)), raw_sql.marks(len(readers), first=len(targets) + 1)
    sql = _FOLLOWING.format(targets=marks[0], readers=marks[1])
    found: dict[int, set[int]] = {}
    for follower_id, target_id in await raw_sql.tuples(sql, [*targets, *readers]):
        found.setdefault(target_id, set()).add(follower_id)
    return found
