"""Finding public posts by their words, the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from instance import raw_sql, word_tables
from instance.models import Actor, Post
from instance.outbox import trust
from instance.services import feed_sources, indexing
from instance.services.queries import Query

MOST = 20
_OFFSET_MOST = 400
# Of what has the words the newest are looked at: few, and more of those before them where few of
# these may be shown.
_ROUNDS = (100, 400, *(1_000,) * 10)
# Of whom somebody wants to see nothing, as `feed_sources.unwanted` says it of one of their names.
_UNWANTED = """WITH unwanted (id) AS (SELECT target_id FROM block WHERE actor_id IN ({own})
    UNION SELECT target_id FROM mute WHERE actor_id IN ({own})
        AND (ends_at IS NULL OR ends_at > {now})
    UNION SELECT a.id FROM hidden_host h JOIN actor a ON a.host = h.host
        WHERE h.actor_id IN ({own}))"""
# Of each, whether it is shown; people elsewhere only if they wish to be found. Partners' members
# are colleagues: what they refuse is to be found by the engines of the web.
_LOOKED_AT = """{unwanted}
SELECT w.id, p.deleted_at IS NULL AND (a.is_local OR a.indexable
        OR a.host IN ({partners})) AND NOT a.is_blocked
    AND (g.id IS NULL OR NOT g.is_blocked) {without}
FROM ({matching}) AS w LEFT JOIN post p ON p.id = w.id LEFT JOIN thread t ON t.id = p.thread_id
LEFT JOIN actor a ON a.id = p.author_id LEFT JOIN actor g ON g.id = t.group_id ORDER BY w.id DESC
"""
_WITHOUT = """AND a.id NOT IN (SELECT id FROM unwanted)
    AND coalesce(t.group_id, 0) NOT IN (SELECT id FROM unwanted)"""


@dataclass(frozen=True)
class Found:
    """`is_complete`: posts of before search was are all read, so nothing else may fit."""

    ids: list[int]
    is_complete: bool


async def find(own: Sequence[Actor], query: Query) -> Found:
    """At most MOST for a page; none of whom any of a member's names wants to see nothing."""
    is_complete = await indexing.is_complete()
    return Found(await _with_words(query, [actor.id for actor in own], limit=MOST), is_complete)


async def with_words(
    query: Query,
    *,
    own: Sequence[int],
    limit: int,
    offset: int = 0,
    author_id: int | None = None,
) -> list[Post]:
    """`own`: names of who looks, nothing is shown of whom these want to see nothing;
    `author_id`: of them alone."""
    ids = await _with_words(query, own, limit=limit, offset=offset, author_id=author_id)
    posts = {post.id: post for post in await feed_sources.shown(Post.filter(id__in=ids))}
    return [posts[one] for one in ids if one in posts]


async def _with_words(
    query: Query,
    own: Sequence[int],
    *,
    limit: int,
    offset: int = 0,
    author_id: int | None = None,
) -> list[int]:
    if not query.terms:
        return []
    marks = [indexing.of_author(author_id)] if author_id is not None else []
    asked = word_tables.asked(query.terms, marks=marks)
    offset, ids, before = min(offset, _OFFSET_MOST), list[int](), None
    for most in _ROUNDS:
        rows = await _looked_at(asked, own, most, before)
        ids += [one for one, is_shown in rows if is_shown]
        if len(ids) >= offset + limit or len(rows) < most:
            break
        before = rows[-1][0]
    return ids[offset : offset + limit]


async def _looked_at(
    asked: str, own: Sequence[int], most: int, before: int | None
) -> Sequence[Sequence[Any]]:
    values: list[object] = [asked]

    def mark(value: object) -> str:
        values.append(value)
        return f"?{len(values)}"

    own_marks = ", ".join([mark(one) for one in own])
    those = _UNWANTED.format(own=own_marks, now=mark(datetime.now(UTC))) if own else ""
    below = mark(before) if before is not None else ""
    sql = _LOOKED_AT.format(
        unwanted=those,
        matching=word_tables.POSTS.matching("?1", most, below=below),
        without=_WITHOUT if those else "",
        partners=trust.partners(mark(datetime.now(UTC))),
    )
    return await raw_sql.planned(sql, values)
