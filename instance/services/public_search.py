"""Finding public posts by their words, among the newest."""

from tortoise.expressions import Q

from instance import html, raw_sql
from instance.models import Block, Member, Post
from instance.services import members, timelines
from instance.services.queries import Phrase, Query, fits, words

MOST = 20
_LOOKED_THROUGH = 1000
_TEXT = "lower(newest.title || ' ' || newest.content)"
# The newest by id, so that it takes no longer however many there are.
_FIND = """
SELECT newest.id, newest.title, newest.content FROM (
    SELECT post.id, post.content,
        CASE WHEN post.in_reply_to_uri IS NULL THEN thread.title ELSE '' END AS title
    FROM post JOIN thread ON thread.id = post.thread_id
    WHERE post.deleted_at IS NULL ORDER BY post.id DESC LIMIT {looked_through}
) AS newest WHERE {conditions} ORDER BY newest.id DESC LIMIT {most}
"""


async def find(member: Member, query: Query) -> list[Post]:
    """At most MOST, the newest first. None of whom the member blocked, and of people elsewhere only
    of those who wish to be found."""
    ids = await _with_words(query)
    own = [actor.id for actor in await members.identities(member)]
    blocked = await Block.filter(actor_id__in=own).values_list("target_id", flat=True)
    offered = Q(author__is_local=True) | Q(author__indexable=True)
    found = timelines.shown(Post.filter(offered, id__in=ids, deleted_at=None))
    if blocked:
        found = found.exclude(author_id__in=blocked)
    return await found.order_by("-published_at", "-id").limit(MOST)


async def _with_words(query: Query) -> list[int]:
    """The database finds letters, which may stand inside of other words."""
    values: list[object] = []
    conditions = [_any_of(term, values) for term in query.terms]
    if not conditions:
        return []
    sql = _FIND.format(
        looked_through=_LOOKED_THROUGH, conditions=" AND ".join(conditions), most=10 * MOST
    )
    found = []
    for row in await raw_sql.run(sql, values):
        there = set(words(f"{row['title']} {html.excerpt(row['content'], len(row['content']))}"))
        if fits(query, there.issuperset):
            found.append(int(row["id"]))
    return found


def _any_of(term: tuple[Phrase, ...], values: list[object]) -> str:
    marks = []
    for phrase in term:
        values.append(f"%{phrase[0].removesuffix('y')}%")  # words have no marks of LIKE in them
        marks.append(f"{_TEXT} LIKE ?{len(values)}")
    return f"({' OR '.join(marks)})"
