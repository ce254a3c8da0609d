"""What somebody follows, as applications page it: home, and lists.

Of each that is followed the newest are read by themselves, no more than fit on a page, and none
that is behind the last of a page which others fill: so it takes no longer however many posts there
are. What stands where is said by ids alone.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from tortoise.expressions import Subquery

from instance import raw_sql
from instance.models import Actor, List, Post, Replies
from instance.services import feed_sources, follow_languages, lists, tag_feeds
from instance.services.feed_sources import Bounds, Place, Source

# ?1 is the reader, ?2 now, ?3 a list where one is asked for.
# Of whom they want to see nothing, as `feed_sources.unwanted` says it: `{id}` at `{host}`. SQLite
# asks for each; PostgreSQL reads them once: what it can join takes it longer to plan than to do.
_WANTED = {
    "sqlite": """NOT EXISTS (SELECT 1 FROM block b WHERE b.actor_id = ?1 AND b.target_id = {id})
    AND NOT EXISTS (SELECT 1 FROM mute m WHERE m.actor_id = ?1 AND m.target_id = {id}
        AND (m.ends_at IS NULL OR m.ends_at > ?2))
    AND NOT EXISTS (SELECT 1 FROM hidden_host h WHERE h.actor_id = ?1 AND h.host = {host})""",
    "postgres": """{id} NOT IN (SELECT target_id FROM block WHERE actor_id = ?1
        UNION ALL SELECT target_id FROM mute WHERE actor_id = ?1
            AND (ends_at IS NULL OR ends_at > ?2))
    AND {host} NOT IN (SELECT host FROM hidden_host WHERE actor_id = ?1)""",
}
_FOLLOWED = """SELECT f.target_id AS id FROM {follows}
    WHERE f.follower_id = ?1 AND f.state = 'accepted' AND NOT o.is_blocked AND o.kind = '{kind}'
    AND {who} AND {wanted}"""
# Who stands on an exclusive list is not at home.
_AT_HOME = """NOT EXISTS (SELECT 1 FROM list_entry le JOIN list l ON l.id = le.list_id
        WHERE l.actor_id = ?1 AND l.is_exclusive AND le.target_id = f.target_id)"""
_ON_LIST = """EXISTS (SELECT 1 FROM list_entry le
        WHERE le.list_id = ?3 AND le.target_id = f.target_id)"""
_OWN = " UNION ALL SELECT CAST(?1 AS BIGINT)"
_OF_EACH = {
    "sqlite": """SELECT {shown} FROM ({followed}) w
CROSS JOIN {table} e ON e.id IN (SELECT {row}.id {rows} ORDER BY {id} {order} LIMIT {most})
ORDER BY 1 {order} LIMIT {page}""",
    "postgres": """SELECT {shown} FROM ({followed}) w
CROSS JOIN LATERAL (SELECT {row}.* {rows} ORDER BY {id} {order} LIMIT {most}) e
ORDER BY 1 {order} LIMIT {page}""",
}
_FEW = "3"  # of each channel: people follow more than a few of them, and far more people
_JOINED = "JOIN actor a ON a.id = p.author_id LEFT JOIN actor g ON g.id = t.group_id"
_BY = "NOT a.is_blocked AND {wanted}"
_SHOWN = "{by} AND p.deleted_at IS NULL AND (g.id IS NULL OR NOT g.is_blocked)"
_STARTS = "coalesce(p.in_reply_to_uri, '') = ''"  # never by the index of replies: all others
# What people post outside of the channels that are followed, and of those that are unwanted.
_ALONE = """FROM post p JOIN thread t ON t.id = p.thread_id {joined}
    WHERE p.author_id = w.id AND {starts} AND {shown} AND (g.id IS NULL
        OR NOT EXISTS (SELECT 1 FROM ({channels}) c WHERE c.id = g.id) AND {group_wanted})"""
# Of a channel that is followed it is known already that it is wanted. Who posts is asked for each
# post: where there are many SQLite would look at everybody first, to know whom it need not ask for.
_THREADS = """FROM thread t JOIN post p ON p.thread_id = t.id
    WHERE t.group_id = w.id AND {starts} AND p.deleted_at IS NULL
        AND EXISTS (SELECT 1 FROM actor a WHERE a.id = p.author_id AND {by})"""
_BOOSTS = """FROM reaction r JOIN post p ON p.id = r.post_id
    JOIN thread t ON t.id = p.thread_id {joined}
    WHERE r.actor_id = w.id AND r.kind = 'Announce' AND {shown}"""
# The hashtags that are followed; and a row without one where languages are limited, asked along.
_BESIDE = """SELECT tag_id FROM followed_tag WHERE actor_id = ?1
UNION ALL SELECT NULL WHERE EXISTS (SELECT 1 FROM follow
    WHERE follower_id = ?1 AND languages IS NOT NULL)"""
_TARGETS = """SELECT f.target_id AS id FROM follow f JOIN actor o ON o.id = f.target_id
WHERE f.follower_id = ?1 AND f.state = 'accepted' AND NOT o.is_blocked"""


async def home(actor: Actor, bounds: Bounds) -> list[Place]:
    """What one identity follows, and its own: threads once, by whomever they came first."""
    rows = await raw_sql.look_up_tuples(_BESIDE, [actor.id])
    tag_ids = [int(tag_id) for (tag_id,) in rows if tag_id is not None]

    async def page(within: Bounds) -> list[Place]:
        return await _home(actor, within, tag_ids)

    is_limited = len(rows) > len(tag_ids)
    return await (follow_languages.read([actor.id], bounds, page) if is_limited else page(bounds))


async def _home(actor: Actor, bounds: Bounds, tag_ids: Sequence[int]) -> list[Place]:
    found = await _page(actor, bounds, _AT_HOME, own=True)
    if not tag_ids:
        return found
    unwanted = await feed_sources.unwanted(actor)
    sql = f"{_TARGETS} AND {_AT_HOME}"
    rows = await raw_sql.look_up(sql, [actor.id])
    theirs = {actor.id, *(int(row["id"]) for row in rows)}.difference(unwanted) | {actor.id}
    tagged = tag_feeds.beside(tag_ids, unwanted, theirs)
    return await feed_sources.merged(bounds, _known(found), tagged)


async def of_list(row: List, owner: Actor, bounds: Bounds) -> list[Place]:
    """What those on a list post and hand on, and what they answer, as the list has it."""

    async def page(within: Bounds) -> list[Place]:
        return await _of_list(row, owner, within)

    if not await follow_languages.are_limited([owner.id]):
        return await page(bounds)
    listed = {entry.target_id for entry in await lists.entries(row, None)}
    return await follow_languages.read([owner.id], bounds, page, listed)


async def _of_list(row: List, owner: Actor, bounds: Bounds) -> list[Place]:
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
    """Channels come with what is in them, whatever is wanted of boosts; people with what they post
    outside of these, and hand on."""

    async def part(name: str, within: Bounds) -> list[Place]:
        edges = [one for one in (within.max_id, within.above) if one is not None]
        sql = _written(
            raw_sql.active().capabilities.dialect,
            name,
            who,
            2 + len(more),
            bounds.limit,
            own=own,
            is_below=within.max_id is not None,
            is_above=within.above is not None,
            is_upward=within.is_upward,
        )
        rows = await raw_sql.look_up_tuples(sql, [*values, *edges])
        return [Place(*row) for row in rows]

    values = [reader.id, await feed_sources.moment([reader.id]), *more]
    # Of many channels the newest few tell how far one has to look.
    threads = await part("threads", _until_full(bounds, await part("few", bounds)))
    within = _until_full(bounds, threads)
    if within == bounds:
        within = _until_full(bounds, [*threads, *await part("newest", bounds)])
    said = [*threads, *await part("alone", within)]
    boosts = await part("boosts", _until_full(bounds, said))
    return await feed_sources.merged(bounds, _known([*said, *boosts]))


def _until_full(bounds: Bounds, found: Sequence[Place]) -> Bounds:
    """As far as one has to look for more, with what was found; the last that counts is within."""
    if len(found) < bounds.limit:
        return bounds
    ids = sorted((one.id for one in found), reverse=not bounds.is_upward)
    last = ids[bounds.limit - 1]
    if bounds.is_upward:
        return replace(bounds, max_id=last + 1)
    return replace(bounds, since_id=last - 1)


@cache
def _written(
    dialect: str,
    name: str,
    who: str,
    marks: int,
    page: int,
    *,
    own: bool,
    is_below: bool,
    is_above: bool,
    is_upward: bool,
) -> str:
    """`marks`: how many values there are before those that bound the page. `page`: how many fit on
    one; by its number, and not as a value, PostgreSQL finds a way that is good for any page."""
    wanted = _WANTED[dialect]
    of_target = {"who": who, "wanted": wanted.format(id="o.id", host="o.host")}
    of_target |= {"follows": feed_sources.FOLLOWS[dialect]}
    channels = _FOLLOWED.format(kind="channel", **of_target)
    people = _FOLLOWED.format(kind="person", **of_target)
    by = _BY.format(wanted=wanted.format(id="a.id", host="a.host"))
    parts = {
        "joined": _JOINED,
        "starts": _STARTS,
        "by": by,
        "shown": _SHOWN.format(by=by),
        "group_wanted": wanted.format(id="g.id", host="g.host"),
        "channels": channels,
    }
    alone, with_own = _ALONE.format(**parts), people + (_OWN if own else "")
    threads, boosts = _THREADS.format(**parts), _BOOSTS.format(**parts)
    followed, table, row, id_, rows, shown, most = {
        "threads": (channels, "post", "p", "t.id", threads, "e.thread_id, e.id, w.id", str(page)),
        "few": (channels, "post", "p", "t.id", threads, "e.thread_id, e.id, w.id", _FEW),
        "newest": (with_own, "post", "p", "p.id", alone, "e.id, e.id", "1"),
        "alone": (with_own, "post", "p", "p.id", alone, "e.id, e.id", str(page)),
        "boosts": (
            f"{people} AND f.shows_boosts",
            *("reaction", "r", "r.id", boosts, "e.id, e.post_id, w.id", str(page)),
        ),
    }[name]
    signs = [sign for sign, is_asked in (("<", is_below), (">", is_above)) if is_asked]
    bound = "".join(f" AND {id_} {sign} ?{n}" for n, sign in enumerate(signs, marks + 1))
    return _OF_EACH[dialect].format(
        shown=shown,
        followed=followed,
        table=table,
        row=row,
        rows=rows + bound,
        id=id_,
        order="ASC" if is_upward else "DESC",
        most=most,
        page=page,
    )


def _known(places: Sequence[Place]) -> Source:
    async def source(_: Bounds) -> list[Place]:
        return list(places)

    return source
