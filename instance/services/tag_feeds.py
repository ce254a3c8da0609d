"""Posts with hashtags, as timelines page them. Each tag's are read by themselves, the newest first
and no more than fit on a page: so it takes no longer however many there are."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from instance import raw_sql
from instance.models import Actor
from instance.services import feed_sources, tags
from instance.services.feed_sources import Bounds, Place, Source
from instance.words import hashtag

_EXTRA_MOST = 4  # tags of each list beside the first
_PART = """
SELECT * FROM (SELECT pt.post_id AS id FROM post_tag pt CROSS JOIN post p CROSS JOIN thread t
CROSS JOIN actor a LEFT JOIN actor g ON g.id = t.group_id
WHERE pt.tag_id = {tag} AND p.id = pt.post_id AND t.id = p.thread_id AND a.id = pt.author_id
    AND p.deleted_at IS NULL AND NOT a.is_blocked AND (g.id IS NULL OR NOT g.is_blocked) {where}
ORDER BY pt.post_id {order} LIMIT {limit}) AS part{number}
"""
_HERE = "AND (a.is_local OR (g.id IS NOT NULL AND g.is_local))"
_WITH = "AND EXISTS (SELECT 1 FROM post_tag o WHERE o.post_id = pt.post_id AND o.tag_id = {tag})"
_WITH_PICTURES = "AND EXISTS (SELECT 1 FROM attachment x WHERE x.post_id = pt.post_id)"
_WITHOUT = """ AND a.id NOT IN (SELECT id FROM unwanted)
    AND coalesce(t.group_id, 0) NOT IN (SELECT id FROM unwanted)"""
_OF_WHOM = """
SELECT p.id, p.author_id, t.group_id, p.in_reply_to_uri IS NULL FROM post p
JOIN thread t ON t.id = p.thread_id WHERE p.id IN ({ids})
"""

Mark = Callable[[object], str]


@dataclass(frozen=True)
class Wanted:
    """Names of tags: `name` or one of `any`, and each of `all`, and `none` of those."""

    name: str
    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    is_local: bool = False
    only_media: bool = False


async def timeline(unwanted: Sequence[int] | None, wanted: Wanted, bounds: Bounds) -> list[Place]:
    """`unwanted`: authors of whom the reader sees nothing; None for visitors, who see what is of
    here."""
    every = [hashtag(one) for one in wanted.all[:_EXTRA_MOST]]
    known = {tag.name: tag.id for tag in await tags.named([*_names(wanted), *every])}
    some = [known[name] for name in _names(wanted) if name in known]
    if not some or any(name not in known for name in every):
        return []
    without = [tag.id for tag in await tags.named(wanted.none[:_EXTRA_MOST])]

    def conditions(mark: Mark) -> str:
        parts = [_HERE] if wanted.is_local or unwanted is None else []
        parts += [_WITH_PICTURES] if wanted.only_media else []
        parts += [_WITH.format(tag=mark(known[name])) for name in every]
        parts += [_WITH.replace("EXISTS", "NOT EXISTS").format(tag=mark(one)) for one in without]
        return " ".join(parts)

    return await feed_sources.merged(bounds, _source(some, unwanted or (), conditions))


async def of_author(
    author: Actor, name: str, bounds: Bounds, *, replies: bool = True
) -> list[Place]:
    known = await tags.named([name])
    if not known:
        return []

    def conditions(mark: Mark) -> str:
        starters = "" if replies else " AND p.in_reply_to_uri IS NULL"
        return f"AND pt.author_id = {mark(author.id)}{starters}"

    return await feed_sources.merged(bounds, _source([known[0].id], (), conditions))


def beside(tag_ids: Sequence[int], unwanted: Sequence[int], theirs: Collection[int]) -> Source:
    """What a reader has for these tags alone. What starts a thread of `theirs`, people and
    channels, comes to them by another way, and takes its place here: each page has it once, and
    none is shorter for it."""
    every = _source(tag_ids, unwanted, lambda mark: "")

    async def source(bounds: Bounds) -> list[Place]:
        ids = [one.id for one in await every(bounds)]
        sql = _OF_WHOM.format(ids=raw_sql.marks(len(ids)))
        rows = await raw_sql.look_up_tuples(sql, ids) if ids else ()
        there = {
            int(post_id)
            for post_id, author_id, group_id, is_first in rows
            if is_first and (author_id in theirs or group_id in theirs)
        }
        return [Place(one, one) for one in ids if one not in there]

    return source


def _names(wanted: Wanted) -> list[str]:
    names = [hashtag(one) for one in (wanted.name, *wanted.any[:_EXTRA_MOST])]
    return [name for name in dict.fromkeys(names) if name]


def _source(
    tag_ids: Sequence[int], unwanted: Sequence[int], conditions: Callable[[Mark], str]
) -> Source:
    """`unwanted`: authors, and channels."""

    async def source(bounds: Bounds) -> list[Place]:
        values: list[object] = []

        def mark(value: object) -> str:
            values.append(value)
            return f"?{len(values)}"

        those = raw_sql.table("unwanted", unwanted, mark)
        where = conditions(mark) + (_WITHOUT if those else "")
        if bounds.max_id is not None:
            where += f" AND pt.post_id < {mark(bounds.max_id)}"
        if bounds.above is not None:
            where += f" AND pt.post_id > {mark(bounds.above)}"
        order, limit = "ASC" if bounds.is_upward else "DESC", mark(bounds.limit)
        parts = [
            _PART.format(tag=mark(one), where=where, order=order, limit=limit, number=number)
            for number, one in enumerate(tag_ids)
        ]
        sql = f"{those} {' UNION '.join(parts)} ORDER BY id {order} LIMIT {limit}"
        ids = [int(row["id"]) for row in await raw_sql.run(sql, values)]
        return [Place(one, one) for one in ids]

    return source
