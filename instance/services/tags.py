"""Hashtags of public posts: which a post has, what they are called, who follows and shows which.

Always of one identity, never of a member: an application acts as one.
"""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tortoise.transactions import in_transaction

from instance import raw_sql
from instance.errors import FormRefused, NotFound
from instance.ids import id_at, new_id
from instance.models import Actor, FeaturedTag, FollowedTag, Post, PostTag, Tag
from instance.services import documents
from instance.services.feed_sources import Bounds, page
from instance.words import hashtag

OF_A_POST, FOLLOWED_MOST, FEATURED_MOST = 40, 60, 10
_LONGEST = 100
_DAYS = 7
_MS_OF_A_DAY = 24 * 60 * 60 * 1000
_STORED = "SELECT id, name FROM tag WHERE name IN ({marks})"
_SEEN = """
FROM post_tag pt JOIN post p ON p.id = pt.post_id JOIN actor a ON a.id = pt.author_id
WHERE p.deleted_at IS NULL AND NOT a.is_blocked
"""
# An id has the milliseconds it was made at above its last 16 bits.
_USES = f"""
SELECT pt.tag_id AS tag_id, (pt.post_id >> 16) / {_MS_OF_A_DAY} AS day, count(*) AS uses,
    count(DISTINCT pt.author_id) AS accounts {_SEEN}
    AND pt.post_id > ?1 AND pt.tag_id IN ({{tags}}) GROUP BY 1, 2
"""
_FOUND = r"""
SELECT id FROM tag WHERE name LIKE ?1 ESCAPE '\' AND EXISTS (SELECT 1 {seen} AND pt.tag_id = tag.id)
ORDER BY length(name), name LIMIT {limit} OFFSET {offset}
"""
_MOST_USED = """
SELECT tag_id, count(*) AS posts FROM post_tag
WHERE author_id = ?1 AND tag_id NOT IN (SELECT tag_id FROM featured_tag WHERE actor_id = ?1)
GROUP BY tag_id ORDER BY posts DESC, tag_id LIMIT {most}
"""
_OF_AUTHOR = """
SELECT pt.tag_id AS tag_id, count(*) AS posts, max(p.published_at) AS last_at FROM post_tag pt
JOIN post p ON p.id = pt.post_id
WHERE pt.author_id = ?1 AND p.deleted_at IS NULL AND pt.tag_id IN ({tags}) GROUP BY pt.tag_id
"""


@dataclass(frozen=True)
class Day:
    day: date
    uses: int = 0
    accounts: int = 0


@dataclass(frozen=True)
class Shown:
    """A tag as one identity sees it. `history`: the last days, today first."""

    tag: Tag
    history: tuple[Day, ...]
    is_followed: bool = False
    is_featured: bool = False


@dataclass(frozen=True)
class Featured:
    id: int
    tag: Tag
    posts: int = 0
    last_on: date | None = None


def of_document(note: Mapping[str, Any]) -> dict[str, str]:
    """Each hashtag of a post that may be found by it, and as it is written there."""
    found: dict[str, str] = {}
    written_in = documents.tagged(note, "Hashtag")[:OF_A_POST]
    if not written_in or not documents.is_to_all(note):
        return found
    for row in written_in:
        written = str(row.get("name") or "").removeprefix("#")
        if name := hashtag(written):
            found.setdefault(name, unicodedata.normalize("NFC", written)[:_LONGEST])
    return found


async def keep(post: Post) -> None:
    """What the document of a post says, in the transaction that changes it."""
    rows = await PostTag.filter(post_id=post.id)
    await add(post, {row.tag_id for row in rows})


async def add(post: Post, old: Collection[int] = frozenset()) -> None:
    """The same of one that is stored only now. `old`: the tags it had."""
    written = of_document(post.document)
    wanted = set((await _stored(written)).values()) if written else set()
    gone = set(old) - wanted
    if gone:
        await PostTag.filter(post_id=post.id, tag_id__in=list(gone)).delete()
    for tag_id in wanted.difference(old):
        row = raw_sql.new(
            PostTag, id=new_id(), tag_id=tag_id, post_id=post.id, author_id=post.author_id
        )
        await raw_sql.insert(row, unless="tag_id, post_id")


async def named(texts: Collection[str]) -> list[Tag]:
    """Those of them that somebody ever used or follows."""
    names = [name for name in dict.fromkeys(map(hashtag, texts)) if name]
    return await Tag.filter(name__in=names) if names else []


async def named_or_new(text: str) -> Tag:
    """Also one that nobody used yet, not stored. Raises NotFound for what cannot be one."""
    name = hashtag(text)
    if not name:
        raise NotFound
    known = await named([name])
    return known[0] if known else Tag(id=0, name=name, written=text.removeprefix("#"))


async def beginning(text: str, *, limit: int, offset: int) -> list[Tag]:
    """That begin like this and some post that can be seen has, the shortest first."""
    name = hashtag(text)
    if not name:
        return []
    like = name.replace("_", r"\_") + "%"
    sql = _FOUND.format(seen=_SEEN, limit=limit, offset=offset)
    ids = [int(row["id"]) for row in await raw_sql.run(sql, [like])]
    found = {tag.id: tag for tag in await Tag.filter(id__in=ids)}
    return [found[one] for one in ids]


async def shown(tags: Sequence[Tag], actor: Actor | None) -> list[Shown]:
    """In as many questions to the database whether few or many."""
    ids = [tag.id for tag in tags]
    days = await _days(ids)
    followed = await _of(FollowedTag, actor, ids)
    featured = await _of(FeaturedTag, actor, ids)
    return [Shown(tag, days[tag.id], tag.id in followed, tag.id in featured) for tag in tags]


async def follow(actor: Actor, text: str) -> Tag:
    """Once, however often. Raises NotFound for what cannot be a tag, FormRefused for too many."""
    async with in_transaction():
        tag = await _kept(text)
        is_new = not await FollowedTag.filter(actor_id=actor.id, tag_id=tag.id).exists()
        if is_new and await FollowedTag.filter(actor_id=actor.id).count() >= FOLLOWED_MOST:
            raise FormRefused(
                {"tag": f"cannot be followed: {FOLLOWED_MOST} are, the most there may be"}
            )
        row = raw_sql.new(FollowedTag, id=new_id(), actor_id=actor.id, tag_id=tag.id)
        await raw_sql.insert(row, unless="actor_id, tag_id")
    return tag


async def unfollow(actor: Actor, text: str) -> Tag:
    tag = await named_or_new(text)
    await FollowedTag.filter(actor_id=actor.id, tag_id=tag.id).delete()
    return tag


async def followed(actor: Actor, bounds: Bounds) -> list[FollowedTag]:
    """A page, the one followed last first; each with its tag."""
    rows = FollowedTag.filter(actor_id=actor.id).select_related("tag")
    found: list[FollowedTag] = list(await page(rows, "id", bounds))
    return found[::-1] if bounds.is_upward else found


async def feature(actor: Actor, text: str) -> Featured:
    """Raises FormRefused for what is no tag, is there already, or is one too many."""
    if not hashtag(text):
        raise FormRefused({"name": "can't be blank" if not text.strip() else "is no hashtag"})
    async with in_transaction():
        tag = await _kept(text)
        own = FeaturedTag.filter(actor_id=actor.id)
        if await own.filter(tag_id=tag.id).exists():
            raise FormRefused({"name": "is on your profile already"})
        if await own.count() >= FEATURED_MOST:
            raise FormRefused({"name": f"is one too many: {FEATURED_MOST} at most"})
        row = raw_sql.new(FeaturedTag, id=new_id(), actor_id=actor.id, tag_id=tag.id)
        if not await raw_sql.insert(row, unless="actor_id, tag_id"):
            raise FormRefused({"name": "is on your profile already"})
    return next(one for one in await featured(actor) if one.tag.id == tag.id)


async def unfeature(actor: Actor, row_id: int) -> None:
    """Raises NotFound, also for another's."""
    if not await FeaturedTag.filter(actor_id=actor.id, id=row_id).delete():
        raise NotFound


async def featured(actor: Actor) -> list[Featured]:
    """The most used first."""
    rows = await FeaturedTag.filter(actor_id=actor.id).select_related("tag")
    if not rows:
        return []
    ids = [row.tag_id for row in rows]
    sql = _OF_AUTHOR.format(tags=", ".join(f"?{n + 2}" for n in range(len(ids))))
    used = {int(row["tag_id"]): row for row in await raw_sql.run(sql, [actor.id, *ids])}
    found = [
        Featured(
            row.id,
            row.tag,
            int(used[row.tag_id]["posts"]) if row.tag_id in used else 0,
            raw_sql.time(used[row.tag_id]["last_at"]).date() if row.tag_id in used else None,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (-one.posts, one.tag.name))


async def used_most(actor: Actor) -> list[Tag]:
    """Those of one identity's posts that it does not show on its profile."""
    rows = await raw_sql.run(_MOST_USED.format(most=FEATURED_MOST), [actor.id])
    found = {tag.id: tag for tag in await Tag.filter(id__in=[int(row["tag_id"]) for row in rows])}
    return [found[int(row["tag_id"])] for row in rows]


async def _kept(text: str) -> Tag:
    """In the caller's transaction."""
    name = hashtag(text)
    if not name:
        raise NotFound
    await _stored({name: unicodedata.normalize("NFC", text.removeprefix("#"))[:_LONGEST]})
    return await Tag.get(name=name)


async def _stored(written: Mapping[str, str]) -> dict[str, int]:
    """The ids of these tags by name; of two that come at once the first one counts."""
    known = await _ids(written)
    for name in sorted(set(written) - set(known)):
        row = raw_sql.new(Tag, id=new_id(), name=name, written=written[name])
        await raw_sql.insert(row, unless="name")
    return known if len(known) == len(written) else await _ids(written)


async def _ids(names: Collection[str]) -> dict[str, int]:
    rows = await raw_sql.run(_STORED.format(marks=raw_sql.marks(len(names))), list(names))
    return {row["name"]: int(row["id"]) for row in rows}


async def _days(ids: Sequence[int]) -> dict[int, tuple[Day, ...]]:
    today = datetime.now(UTC).date()
    days = [today - timedelta(days=back) for back in range(_DAYS)]
    used: dict[tuple[int, int], Day] = {}
    if ids:
        since = id_at(datetime.combine(days[-1], datetime.min.time(), UTC))
        sql = _USES.format(tags=", ".join(f"?{n + 2}" for n in range(len(ids))))
        for row in await raw_sql.run(sql, [since, *ids]):
            at = datetime.fromtimestamp(int(row["day"]) * _MS_OF_A_DAY / 1000, UTC).date()
            key = (int(row["tag_id"]), at.toordinal())
            used[key] = Day(at, int(row["uses"]), int(row["accounts"]))
    return {one: tuple(used.get((one, day.toordinal()), Day(day)) for day in days) for one in ids}


async def _of(
    model: type[FollowedTag] | type[FeaturedTag], actor: Actor | None, ids: Sequence[int]
) -> set[int]:
    if actor is None or not ids:
        return set()
    rows = await model.filter(actor_id=actor.id, tag_id__in=list(ids))
    return {row.tag_id for row in rows}
