"""Which posts somebody's filters mean, and why (as Mastodon 4 does it: nothing is left out here;
applications hide what is to be hidden, in the places where it is)."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tortoise.expressions import Q

from instance import html, raw_sql
from instance.models import Actor, Filter, FilterKeyword, Post
from instance.services import post_rows
from instance.services.post_rows import Row

_ANY = "SELECT 1 FROM filter WHERE actor_id = ?1 LIMIT 1"
_LONGEST = 50_000  # characters of one post that are looked at


@dataclass(frozen=True)
class Match:
    """`words`: what of the text a keyword met; `is_post`: it was named itself."""

    filter: Filter
    words: tuple[str, ...]
    is_post: bool


async def of(actor: Actor, posts: Sequence[Post]) -> dict[int, list[Match]]:
    """By the id of the post; those alone that match. In as many questions however many posts."""
    if not posts or not await raw_sql.look_up(_ANY, [actor.id]):
        return {}
    lasting = Q(expires_at=None) | Q(expires_at__gt=datetime.now(UTC))
    rows = Filter.filter(lasting, actor_id=actor.id).order_by("id")
    filters = await rows.prefetch_related("keywords", "posts")
    patterns = {row.id: _pattern(list(row.keywords)) for row in filters}
    named = {row.id: {one.post_id for one in row.posts} for row in filters}
    found: dict[int, list[Match]] = {}
    for post in posts:
        text = _text(post)
        for row in filters:
            pattern = patterns[row.id]
            met = pattern.search(text) if pattern is not None else None
            is_post = post.id in named[row.id]
            if met is not None or is_post:
                match = Match(row, (met[0],) if met is not None else (), is_post)
                found.setdefault(post.id, []).append(match)
    return found


async def of_rows(actor: Actor, rows: Sequence[Row]) -> dict[int, list[Match]]:
    """`of` for posts of which the rows alone were read."""
    if not rows or not await raw_sql.look_up(_ANY, [actor.id]):
        return {}
    return await of(actor, [post_rows.post(row) for row in rows])


async def by_whom(post: Post, actor_ids: Collection[int]) -> set[int]:
    """Those of these identities whose filters mean a post."""
    lasting = Q(expires_at=None) | Q(expires_at__gt=datetime.now(UTC))
    rows = Filter.filter(lasting, actor_id__in=list(actor_ids))
    filters, text = await rows.prefetch_related("keywords", "posts"), _text(post)
    found = set()
    for row in filters:
        pattern = _pattern(list(row.keywords))
        is_named = post.id in {one.post_id for one in row.posts}
        if is_named or (pattern is not None and pattern.search(text)):
            found.add(row.actor_id)
    return found


def _pattern(keywords: Sequence[FilterKeyword]) -> re.Pattern[str] | None:
    """A whole word has a border where the keyword begins and ends with a letter or digit."""
    parts = []
    for row in keywords:
        before = r"\b" if row.is_whole_word and re.match(r"\w", row.keyword) else ""
        after = r"\b" if row.is_whole_word and re.search(r"\w$", row.keyword) else ""
        parts.append(f"{before}{re.escape(row.keyword)}{after}")
    return re.compile("|".join(parts), re.IGNORECASE) if parts else None


def _text(post: Post) -> str:
    """What a reader sees of it: title or warning, words, and what a poll offers."""
    document: Mapping[str, Any] = post.document
    said = [document.get("name"), document.get("summary")]
    options = document.get("oneOf") or document.get("anyOf")
    for option in options if isinstance(options, list) else ():
        said.append(option.get("name") if isinstance(option, Mapping) else None)
    lines = [html.plain(str(one), _LONGEST) for one in said if isinstance(one, str)]
    return "\n".join([*lines, html.excerpt(post.content, _LONGEST)])
