"""What somebody follows, as applications page it: home, and lists.

One statement says all of a page, by ids alone: who is followed, of whom the reader wants to see
nothing, and what of it comes first.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache

from tortoise.expressions import Subquery

from instance import raw_sql
from instance.models import Actor, List, Post, Replies
from instance.services import feed_sources, lists, tag_feeds, tags
from instance.services.feed_sources import Bounds, Place, Source

# Channels come with what is in them, whatever is wanted of boosts; people with what they post
# outside of these, and hand on. `{who}`: which of those that are followed.
_PAGE = """
WITH unwanted (id) AS ({unwanted}),
followed (id, kind, hands_on) AS (
    SELECT f.target_id, o.kind, f.shows_boosts FROM follow f JOIN actor o ON o.id = f.target_id
    WHERE f.follower_id = ?1 AND f.state = 'accepted' AND NOT o.is_blocked
        AND f.target_id NOT IN (SELECT id FROM unwanted) AND {who}
)
SELECT * FROM (
    SELECT p.id AS id, p.id AS post_id, CAST(NULL AS BIGINT) AS by_id {post}
        AND p.author_id IN (SELECT id FROM followed WHERE kind = 'person' {own})
        AND (g.id IS NULL OR g.id NOT IN (SELECT id FROM followed WHERE kind = 'channel')
            AND g.id NOT IN (SELECT id FROM unwanted))
        AND p.in_reply_to_uri IS NULL {bound_of_post} ORDER BY p.id {order} LIMIT ?3
) AS alone UNION ALL SELECT * FROM (
    SELECT p.thread_id, p.id, t.group_id {post}
        AND t.group_id IN (SELECT id FROM followed WHERE kind = 'channel')
        AND p.in_reply_to_uri IS NULL {bound_of_thread} ORDER BY p.thread_id {order} LIMIT ?3
) AS threads UNION ALL SELECT * FROM (
    SELECT r.id, r.post_id, r.actor_id {boost}
        AND r.actor_id IN (SELECT id FROM followed WHERE kind = 'person' AND hands_on)
        {bound_of_boost} ORDER BY r.id {order} LIMIT ?3
) AS handed_on ORDER BY id {order} LIMIT ?3
"""
_SHOWN = """NOT a.is_blocked AND p.deleted_at IS NULL AND (g.id IS NULL OR NOT g.is_blocked)
        AND p.author_id NOT IN (SELECT id FROM unwanted)"""
_POST = f"""FROM post p JOIN thread t ON t.id = p.thread_id JOIN actor a ON a.id = p.author_id
    LEFT JOIN actor g ON g.id = t.group_id WHERE {_SHOWN}"""
_BOOST = f"""FROM reaction r JOIN post p ON p.id = r.post_id JOIN thread t ON t.id = p.thread_id
    JOIN actor a ON a.id = p.author_id JOIN actor b ON b.id = r.actor_id
    LEFT JOIN actor g ON g.id = t.group_id
    WHERE {_SHOWN} AND r.kind = 'Announce' AND NOT b.is_blocked"""
_OWN = "UNION ALL SELECT ?1"
# Who stands on an exclusive list is not at home; ?4 where a list is asked for.
_AT_HOME = """f.target_id NOT IN (SELECT e.target_id FROM list_entry e
            JOIN list l ON l.id = e.list_id WHERE l.actor_id = ?1 AND l.is_exclusive)"""
_ON_LIST = "f.target_id IN (SELECT target_id FROM list_entry WHERE list_id = ?4)"
_TARGETS = """SELECT f.target_id AS id FROM follow f JOIN actor o ON o.id = f.target_id
WHERE f.follower_id = ?1 AND f.state = 'accepted' AND NOT o.is_blocked"""


async def home(actor: Actor, bounds: Bounds) -> list[Place]:
    """What one identity follows, and its own: threads once, by whomever they came first."""
    found = await _page(actor, bounds, _AT_HOME, own=True)
    ids = await tags.followed_ids(actor)
    if not ids:
        return found
    unwanted = await feed_sources.unwanted(actor)
    rows = await raw_sql.look_up(f"{_TARGETS} AND {_AT_HOME}", [actor.id])
    theirs = {actor.id, *(int(row["id"]) for row in rows)}.difference(unwanted) | {actor.id}
    tagged = tag_feeds.beside(ids, unwanted, theirs)
    return await feed_sources.merged(bounds, _known(found), tagged)


async def of_list(row: List, owner: Actor, bounds: Bounds) -> list[Place]:
    """What those on a list post and hand on, and what they answer, as the list has it."""
    found = await _page(owner, bounds, _ON_LIST, row.id)
    if row.replies is Replies.NONE:
        return found
    on_it = {entry.target_id for entry in await lists.entries(row, None)}
    unwanted = await feed_sources.unwanted(owner)
    followed = await raw_sql.look_up(_TARGETS, [owner.id])
    to = {int(one["id"]) for one in followed} if row.replies is Replies.FOLLOWED else on_it
    answered = Post.filter(author_id__in=[*to.difference(unwanted), owner.id])
    answers = feed_sources.shown(Post.filter(author_id__in=list(on_it.difference(unwanted))))
    answers = answers.filter(in_reply_to_uri__in=Subquery(answered.values("uri")))
    source = feed_sources.posts_of(answers.filter(feed_sources.outside(unwanted)))
    return await feed_sources.merged(bounds, _known(found), source)


async def _page(
    reader: Actor, bounds: Bounds, who: str, *more: int, own: bool = False
) -> list[Place]:
    edges = [one for one in (bounds.max_id, bounds.above) if one is not None]
    sql = _written(
        who,
        len(more),
        own=own,
        is_below=bounds.max_id is not None,
        is_above=bounds.above is not None,
        is_upward=bounds.is_upward,
    )
    values = [reader.id, datetime.now(UTC), bounds.limit, *more, *edges]
    found = [Place(*row) for row in await raw_sql.look_up_tuples(sql, values)]
    return found[::-1] if bounds.is_upward else found


@cache
def _written(
    who: str, more: int, *, own: bool, is_below: bool, is_above: bool, is_upward: bool
) -> str:
    signs = [sign for sign, is_asked in (("<", is_below), (">", is_above)) if is_asked]

    def bound(column: str) -> str:
        return " ".join(f"AND {column} {sign} ?{4 + more + n}" for n, sign in enumerate(signs))

    return _PAGE.format(
        unwanted=feed_sources.UNWANTED,
        who=who,
        own=_OWN if own else "",
        post=_POST,
        boost=_BOOST,
        bound_of_post=bound("p.id"),
        bound_of_thread=bound("p.thread_id"),
        bound_of_boost=bound("r.id"),
        order="ASC" if is_upward else "DESC",
    )


def _known(places: Sequence[Place]) -> Source:
    async def source(_: Bounds) -> list[Place]:
        return list(places)

    return source
