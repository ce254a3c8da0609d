"""Whose timelines a post stands in: what `feeds` reads for one reader, asked the other way round
for all who read along at this moment, in as many questions whether they are few or many.

Nothing is remembered: who follows and who wants nothing of whom is what it is when it is asked.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from instance import raw_sql
from instance.models import Post, Replies
from instance.services import feed_sources, filter_matches, follow_languages
from instance.services.feed_sources import Entry

_FOLLOWING = """
SELECT f.follower_id, f.target_id, f.shows_boosts, f.languages FROM follow f
WHERE f.state = 'accepted' AND f.target_id IN ({targets}) AND f.follower_id IN ({readers})
AND NOT EXISTS (
    SELECT 1 FROM list l JOIN list_entry e ON e.list_id = l.id
    WHERE l.actor_id = f.follower_id AND l.is_exclusive AND e.target_id = f.target_id
)
"""
# As `feed_sources.unwanted` says it of one reader.
_UNWILLING = """
SELECT actor_id AS id FROM block WHERE target_id IN ({targets}) AND actor_id IN ({readers})
UNION SELECT actor_id FROM mute WHERE target_id IN ({targets}) AND actor_id IN ({readers})
    AND (ends_at IS NULL OR ends_at > ?1)
UNION SELECT h.actor_id FROM hidden_host h JOIN actor a ON a.host = h.host
WHERE a.id IN ({targets}) AND h.actor_id IN ({readers})
"""
_LISTS = """
SELECT l.id, l.replies, l.actor_id, e.target_id, f.shows_boosts, f.languages
FROM list l JOIN list_entry e ON e.list_id = l.id
LEFT JOIN follow f
    ON f.follower_id = l.actor_id AND f.target_id = e.target_id AND f.state = 'accepted'
WHERE l.id IN ({lists}) AND e.target_id IN ({targets})
"""
_TAGGED = """
SELECT f.actor_id FROM followed_tag f JOIN post_tag t ON t.tag_id = f.tag_id
WHERE t.post_id = ?1 AND f.actor_id IN ({readers})
"""
_OF_ANY_TAG = "SELECT actor_id FROM followed_tag WHERE actor_id IN ({readers})"
_FOLLOWS = "SELECT 1 FROM follow WHERE follower_id = ?1 AND target_id = ?2 AND state = 'accepted'"
_AUTHOR = "SELECT author_id FROM post WHERE uri = ?1"
_OWN = (
    "SELECT DISTINCT actor_id FROM reaction WHERE post_id = ?1 AND actor_id IN ({readers})",
    "SELECT DISTINCT v.actor_id FROM vote v JOIN poll p ON p.id = v.poll_id"
    " WHERE p.post_id = ?1 AND v.actor_id IN ({readers})",
    "SELECT actor_id FROM bookmark WHERE post_id = ?1 AND actor_id IN ({readers})",
    "SELECT m.actor_id FROM muted_thread m JOIN post p ON p.thread_id = m.thread_id"
    " WHERE p.id = ?1 AND m.actor_id IN ({readers})",
)


@dataclass(frozen=True)
class Readers:
    """Of those who read along: whose home has a post as its channel hands it on, whose as it is,
    and of those for whom a hashtag does that; who wants nothing of its author or its channel; and
    which lists have it, and whether as its channel hands it on."""

    by_channel: frozenset[int]
    alone: frozenset[int]
    tagged: frozenset[int]
    unwilling: frozenset[int]
    lists: Mapping[int, bool]

    def at_home(self, actor_id: int) -> bool | None:
        """Whether as its channel hands it on; None where it does not stand there."""
        if actor_id in self.by_channel:
            return True
        return False if actor_id in self.alone else None


@dataclass(frozen=True)
class _Followed:
    """That somebody has whom at home, and what they want of them."""

    reader_id: int
    target_id: int
    shows_boosts: bool
    languages: Sequence[str] | None

    def takes(self, language: str) -> bool:
        return follow_languages.takes(self.languages, language)


@dataclass(frozen=True)
class _Listed:
    """Somebody on a list; `shows_boosts`: None where the list's owner does not follow them."""

    list_id: int
    replies: str
    owner_id: int
    target_id: int
    shows_boosts: bool | None
    languages: Sequence[str] | None

    def takes(self, language: str) -> bool:
        return follow_languages.takes(self.languages, language)


async def post(post_id: int) -> Post | None:
    """With author and channel loaded; None for one that nobody may see any more."""
    return await feed_sources.shown(Post.filter(id=post_id)).first()


async def trace(post_id: int) -> Post | None:
    """Likewise one that was deleted: whose it was and where it stood."""
    return await Post.filter(id=post_id).select_related("author", "thread__group").first()


async def boost(boost_id: int) -> Entry | None:
    """None for one that nobody may see any more."""
    row = await feed_sources.boosts().filter(id=boost_id).first()
    return Entry(row.id, row.post, row.actor) if row is not None else None


async def of_post(post: Post, among: Collection[int], lists: Collection[int]) -> Readers:
    """Needs the post's thread loaded. `among`: identities; `lists`: those that they read."""
    group_id = post.thread.group_id
    sources = {post.author_id} if group_id is None else {post.author_id, group_id}
    follows = await _following(sources, among)
    unwilling = await _unwilling(sources, among)
    # Of one that is gone nobody knows any more in which language it was.
    language = "" if post.deleted_at is not None else follow_languages.of(post)
    wanting = {one.reader_id for one in follows if one.takes(language)}
    by_channel = {one.reader_id for one in follows if one.target_id == group_id} & wanting
    alone = {one.reader_id for one in follows if one.target_id == post.author_id} & wanting
    tagged = await _tagged(post, among) - ({one.reader_id for one in follows} - wanting)
    alone |= {post.author_id} & set(among) | tagged
    return Readers(
        by_channel=frozenset(by_channel - unwilling),
        alone=frozenset(alone - by_channel - unwilling),
        tagged=frozenset(tagged - unwilling),
        unwilling=frozenset(unwilling),
        lists=await _lists(post, lists, language) if lists else {},
    )


async def of_boost(
    by_id: int, author_id: int | None, among: Collection[int], lists: Collection[int]
) -> Readers:
    """What a person hands on. `author_id`: whose post; None where that is not known any more."""
    follows = await _following({by_id}, among)
    sources = {by_id} if author_id is None else {by_id, author_id}
    wanted = {one.reader_id for one in follows if one.shows_boosts}
    unwilling = await _unwilling(sources, among)
    listed = await _listed({by_id}, lists) if lists else []
    return Readers(
        by_channel=frozenset(),
        alone=frozenset(wanted - unwilling),
        tagged=frozenset(),
        unwilling=frozenset(unwilling),
        lists={one.list_id: False for one in listed if one.shows_boosts},
    )


async def marked(post: Post, among: Collection[int]) -> set[int]:
    """Those to whom a post shows something of their own: they wrote it, did something with it, or
    filter it out. As `entities_viewed` shows it to one."""
    found = {post.author_id} & set(among) | await filter_matches.by_whom(post, among)
    marks = raw_sql.marks(len(among), first=2)
    for sql in _OWN:
        rows = await raw_sql.tuples(sql.format(readers=marks), [post.id, *among])
        found |= {int(row[0]) for row in rows}
    return found


async def _tagged(post: Post, readers: Collection[int]) -> set[int]:
    """Who follows a hashtag of it; of one that was deleted nobody knows any more which it had."""
    if post.deleted_at is None:
        sql = _TAGGED.format(readers=raw_sql.marks(len(readers), first=2))
        rows = await raw_sql.tuples(sql, [post.id, *readers])
    else:
        sql = _OF_ANY_TAG.format(readers=raw_sql.marks(len(readers)))
        rows = await raw_sql.tuples(sql, list(readers))
    return {int(row[0]) for row in rows}


async def _lists(post: Post, lists: Collection[int], language: str) -> dict[int, bool]:
    group_id = post.thread.group_id
    found = await _listed({post.author_id, group_id or post.author_id}, lists)
    listed = [one for one in found if one.takes(language)]
    if post.in_reply_to_uri:
        theirs = [one for one in listed if one.target_id == post.author_id]
        return {one.list_id: False for one in await _with_answers(theirs, post.in_reply_to_uri)}
    followed = [one for one in listed if one.shows_boosts is not None]
    by_channel = {one.list_id: True for one in followed if one.target_id == group_id}
    alone = {one.list_id: False for one in followed if one.target_id == post.author_id}
    return {**alone, **by_channel}


async def _with_answers(theirs: list[_Listed], answered_uri: str) -> list[_Listed]:
    """Those lists that have what their people answer to the author of this."""
    found = await raw_sql.tuples(_AUTHOR, [answered_uri]) if theirs else []
    wanted = []
    for answered_id in [int(row[0]) for row in found]:
        beside = {one.list_id for one in await _listed({answered_id}, [o.list_id for o in theirs])}
        for one in theirs:
            pair = [one.owner_id, answered_id]
            if answered_id == one.owner_id and one.replies != Replies.NONE:
                wanted.append(one)
            elif one.replies == Replies.LIST and one.list_id in beside:
                wanted.append(one)
            elif one.replies == Replies.FOLLOWED and await raw_sql.look_up(_FOLLOWS, pair):
                wanted.append(one)
    return wanted


async def _listed(targets: Collection[int], lists: Collection[int]) -> list[_Listed]:
    marks = raw_sql.marks(len(lists)), raw_sql.marks(len(targets), first=len(lists) + 1)
    sql = _LISTS.format(lists=marks[0], targets=marks[1])
    rows = await raw_sql.tuples(sql, [*lists, *targets])
    return [
        _Listed(int(one), str(replies), int(owner), int(target), boosts, _decoded(languages))
        for one, replies, owner, target, boosts, languages in rows
    ]


async def _following(targets: Collection[int], readers: Collection[int]) -> list[_Followed]:
    marks = raw_sql.marks(len(targets)), raw_sql.marks(len(readers), first=len(targets) + 1)
    sql = _FOLLOWING.format(targets=marks[0], readers=marks[1])
    rows = await raw_sql.tuples(sql, [*targets, *readers])
    return [
        _Followed(int(one), int(other), bool(shows), _decoded(languages))
        for one, other, shows, languages in rows
    ]


def _decoded(languages: Any) -> Sequence[str] | None:
    """As each database gives it."""
    found: Sequence[str] | None = languages
    return orjson.loads(languages) if isinstance(languages, str) else found


async def _unwilling(targets: Collection[int], readers: Collection[int]) -> set[int]:
    marks = raw_sql.marks(len(targets), first=2), raw_sql.marks(len(readers), len(targets) + 2)
    sql = _UNWILLING.format(targets=marks[0], readers=marks[1])
    rows = await raw_sql.run(sql, [datetime.now(UTC), *targets, *readers])
    return {int(row["id"]) for row in rows}
