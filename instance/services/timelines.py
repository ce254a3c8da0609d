"""What a member's home shows of public channels and people."""

from datetime import datetime
from functools import cache

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from instance import raw_sql
from instance.models import Actor, Post
from instance.services import follow_languages
from instance.services.feed_sources import FOLLOWS, Place, moment

PAGE = 40
# Of each that is followed the newest are read by themselves, and the ids alone: so a page takes no
# longer however many posts there are. A thread is as old as the post that began it.
_OF_EACH = {
    "sqlite": """SELECT e.published_at, e.id FROM ({followed}) w
CROSS JOIN post e ON e.id IN (SELECT p.id {rows} LIMIT {most})
ORDER BY 1 DESC, 2 DESC LIMIT {page}""",
    "postgres": """SELECT e.published_at, e.id FROM ({followed}) w
CROSS JOIN LATERAL (SELECT p.published_at, p.id {rows} LIMIT {most}) e
ORDER BY 1 DESC, 2 DESC LIMIT {page}""",
}
_FOLLOWED = """SELECT DISTINCT f.target_id AS id FROM {follows}
WHERE f.follower_id IN ({own}) AND f.state = 'accepted' AND NOT o.is_blocked
    AND o.id NOT IN (SELECT id FROM unwanted)"""
# Who is followed was looked at; here those who post in a channel are, and where people post.
_OF_CHANNEL = """FROM thread t JOIN post p ON p.thread_id = t.id AND p.published_at <= t.created_at
JOIN actor a ON a.id = p.author_id
WHERE t.group_id = w.id AND {starts} AND NOT a.is_blocked AND a.id NOT IN (SELECT id FROM unwanted)
{within} ORDER BY t.created_at DESC, p.id DESC"""
_OF_PERSON = """FROM post p JOIN thread t ON t.id = p.thread_id
LEFT JOIN actor g ON g.id = t.group_id
WHERE p.author_id = w.id AND {starts}
    AND (g.id IS NULL OR NOT g.is_blocked AND g.id NOT IN (SELECT id FROM unwanted))
{within} ORDER BY p.published_at DESC, p.id DESC"""
# SQLite shall not look for it by the index of replies; PostgreSQL shall know that so are many.
_STARTS = {
    "sqlite": "coalesce(p.in_reply_to_uri, '') = '' AND p.deleted_at IS NULL",
    "postgres": "(p.in_reply_to_uri IS NULL OR p.in_reply_to_uri = '') AND p.deleted_at IS NULL",
}
# Of any of a member's identities: their home is one page for all.
_UNWANTED = """WITH unwanted (id) AS MATERIALIZED (
SELECT target_id FROM block WHERE actor_id IN ({own}) UNION ALL SELECT target_id FROM mute
WHERE actor_id IN ({own}) AND (ends_at IS NULL OR ends_at > ?{now}) UNION ALL
SELECT there.id FROM actor there JOIN hidden_host h ON h.host = there.host
WHERE h.actor_id IN ({own})
)
"""
_BEFORE = "AND {at} <= ?{n} AND ({at} < ?{n} OR p.id < ?{next})"
_SINCE = "AND {at} >= ?{n}"
_TURNS = 10  # pages of which hardly anything is in a language that is wanted
_FEW, _CHANNELS, _NEWEST, _PEOPLE = "few", "channels", "newest", "people"
_FEW_OF_EACH = 3  # of channels: people follow more than a few of them, and far more people


async def home(actors: list[Actor], *, before: int | None = None) -> list[int]:
    """The ids of thread starters of what these identities follow, newest first; `before`: a post
    id's time.

    Keyset page: pass the id of the last post shown.
    """
    own = [actor.id for actor in actors]
    if not own:
        return []
    if not await follow_languages.are_limited(own):
        return await _followed(own, before)
    found: list[int] = []
    for _ in range(_TURNS):
        ids = await _followed(own, before)
        found += [one.id for one in await follow_languages.kept(own, [Place(i, i) for i in ids])]
        if len(ids) < PAGE or len(found) >= PAGE:
            break
        before = ids[-1]
    return found[:PAGE]


async def _followed(own: list[int], before: int | None) -> list[int]:
    last = await _post(before)
    values = [*own, await moment(own), *((last.published_at, last.id) if last else ())]

    async def part(name: str, since: datetime | None) -> set[tuple[datetime, int]]:
        dialect = raw_sql.active().capabilities.dialect
        sql = _part(dialect, name, len(own), last is None, since is None)
        rows = await raw_sql.look_up_tuples(sql, values if since is None else [*values, since])
        return {(raw_sql.time(at), post_id) for at, post_id in rows}

    # Of many channels the newest few tell how far back a page goes at most.
    found = await part(_CHANNELS, _full_at(await part(_FEW, None)))
    since = _full_at(found) or _full_at(found | await part(_NEWEST, None))
    found |= await part(_PEOPLE, since)  # one post may be of both
    return [post_id for _, post_id in sorted(found, reverse=True)[:PAGE]]


def _full_at(found: set[tuple[datetime, int]]) -> datetime | None:
    """The time of the last that fits on a page, where it is full: nobody looks behind that."""
    return sorted(found, reverse=True)[PAGE - 1][0] if len(found) >= PAGE else None


@cache
def _part(dialect: str, name: str, own: int, is_first: bool, is_open: bool) -> str:
    marks, first = raw_sql.marks(own), own + 2
    rows, at, most = {
        _FEW: (_OF_CHANNEL, "t.created_at", _FEW_OF_EACH),
        _CHANNELS: (_OF_CHANNEL, "t.created_at", PAGE),
        _NEWEST: (_OF_PERSON, "p.published_at", 1),
        _PEOPLE: (_OF_PERSON, "p.published_at", PAGE),
    }[name]
    within = "" if is_first else _BEFORE.format(at=at, n=first, next=first + 1)
    if not is_open:
        within += " " + _SINCE.format(at=at, n=first if is_first else first + 2)
    return _UNWANTED.format(own=marks, now=own + 1) + _OF_EACH[dialect].format(
        followed=_FOLLOWED.format(follows=FOLLOWS[dialect], own=marks),
        rows=rows.format(starts=_STARTS[dialect], within=within),
        most=most,
        page=PAGE,
    )


async def of_author(author: Actor, *, before: int | None = None) -> list[Post]:
    """A person's public posts, newest first; pages as those of `home`."""
    return await _page(Post.filter(author_id=author.id, deleted_at=None), await _post(before))


async def pinned(author: Actor) -> list[Post]:
    """What they keep at the top of their profile, the last pinned first."""
    found = await shown(Post.filter(author_id=author.id, deleted_at=None)).filter(
        pinned_at__not_isnull=True
    )
    return sorted(found, key=lambda post: (post.pinned_at, post.id), reverse=True)


async def _post(post_id: int | None) -> Post | None:
    return await Post.get_or_none(id=post_id) if post_id is not None else None


def _page(query: QuerySet[Post], last: Post | None) -> QuerySet[Post]:
    if last is not None:
        earlier = Q(published_at__lt=last.published_at)
        query = query.filter(earlier | Q(published_at=last.published_at, id__lt=last.id))
    return shown(query).order_by("-published_at", "-id").limit(PAGE)


def shown(query: QuerySet[Post]) -> QuerySet[Post]:
    """Without those of blocked hosts; each with its author and channel."""
    in_sight = Q(thread__group_id=None) | Q(thread__group__is_blocked=False)
    shown = query.filter(in_sight, author__is_blocked=False)
    return shown.select_related("author", "thread__group")
