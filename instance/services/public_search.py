"""Finding public posts by their words, the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass

from instance import raw_sql, word_tables
from instance.models import Member, Post
from instance.services import feed_sources, indexing, members
from instance.services.queries import Query

MOST = 20
_OFFSET_MOST = 400
# Of what has the words the newest are looked at: few, more where few of those may be shown.
_ROUNDS = (100, 1_000, 10_000)
# People elsewhere only if they wish to be found.
_SHOWN = """{unwanted}
SELECT p.id AS id FROM ({matching}) AS w CROSS JOIN post p CROSS JOIN thread t CROSS JOIN actor a
LEFT JOIN actor g ON g.id = t.group_id
WHERE p.id = w.id AND t.id = p.thread_id AND a.id = p.author_id AND p.deleted_at IS NULL
    AND (a.is_local OR a.indexable) AND NOT a.is_blocked AND (g.id IS NULL OR NOT g.is_blocked)
    {without} ORDER BY p.id DESC LIMIT {most}
"""
_WITHOUT = """AND a.id NOT IN (SELECT id FROM unwanted)
    AND coalesce(t.group_id, 0) NOT IN (SELECT id FROM unwanted)"""


@dataclass(frozen=True)
class Found:
    """`is_complete`: posts of before search was are all read, so nothing else may fit."""

    posts: list[Post]
    is_complete: bool


async def find(member: Member, query: Query) -> Found:
    """At most MOST for a page; none of whom any name of the member wants to see nothing."""
    own = await members.identities(member)
    unwanted = {one for actor in own for one in await feed_sources.unwanted(actor)}
    posts = await with_words(query, unwanted=list(unwanted), limit=MOST)
    return Found(posts, await indexing.is_complete())


async def with_words(
    query: Query,
    *,
    unwanted: Sequence[int],
    limit: int,
    offset: int = 0,
    author_id: int | None = None,
) -> list[Post]:
    """`unwanted`: authors and channels that nothing is shown of; `author_id`: of them alone."""
    if not query.terms:
        return []
    marks = [indexing.of_author(author_id)] if author_id is not None else []
    asked = word_tables.asked(query.terms, marks=marks)
    wanted, ids = limit + min(offset, _OFFSET_MOST), list[int]()
    for most in _ROUNDS:
        ids = await _shown(asked, unwanted, most, wanted)
        if len(ids) >= wanted:
            break
    ids = ids[min(offset, _OFFSET_MOST) :]
    posts = {post.id: post for post in await feed_sources.shown(Post.filter(id__in=ids))}
    return [posts[one] for one in ids if one in posts]


async def _shown(asked: str, unwanted: Sequence[int], most: int, limit: int) -> list[int]:
    values: list[object] = [asked]

    def mark(value: object) -> str:
        values.append(value)
        return f"?{len(values)}"

    those = raw_sql.table("unwanted", unwanted, mark)
    sql = _SHOWN.format(
        unwanted=those,
        matching=word_tables.POSTS.matching("?1", most),
        without=_WITHOUT if those else "",
        most=limit,
    )
    return [int(row["id"]) for row in await raw_sql.run(sql, values)]
