"""Likes and boosts of public posts, ours and those of elsewhere (federation.md 5.4)."""

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from tortoise.transactions import in_transaction

from instance import events, raw_sql
from instance.errors import NotAllowed, NotFound
from instance.ids import new_id
from instance.models import Actor, Post, Reaction, ReactionKind, Thread
from instance.outbox import posts
from instance.outbox import reactions as documents
from instance.outbox.enqueue import enqueue
from instance.services import (
    bans,
    channels,
    feed_sources,
    moves,
    notifications,
    reaction_counts,
)
from instance.services.feed_sources import Bounds
from instance.services.post_rows import Row

_MADE = "SELECT post_id, kind FROM reaction WHERE actor_id IN ({own}) AND post_id IN ({posts})"
CONTENT_MAX = 64  # characters, as in the table
_GRAPHEME_MAX = 16  # a family of four with skins has eleven


async def like(actor: Actor, post: Post) -> None:
    """Like a public post; twice is once. Raises NotAllowed without a public profile."""
    await _react(ReactionKind.LIKE, actor, post)


async def unlike(actor: Actor, post: Post) -> None:
    await _take_back(ReactionKind.LIKE, actor, post)


async def boost(actor: Actor, post: Post) -> None:
    """Hand a public post on to those who follow `actor`. Raises as `like` does."""
    await _react(ReactionKind.BOOST, actor, post)


async def unboost(actor: Actor, post: Post) -> None:
    await _take_back(ReactionKind.BOOST, actor, post)


async def made_by(
    actors: Iterable[Actor], found: Iterable[Post | Row]
) -> dict[int, set[ReactionKind]]:
    """What any of these identities did, by the id of the post."""
    own, ids = [actor.id for actor in actors], [post.id for post in found]
    if not own or not ids:
        return {}
    sql = _MADE.format(own=raw_sql.marks(len(own)), posts=raw_sql.marks(len(ids), len(own) + 1))
    rows = await raw_sql.look_up_tuples(sql, [*own, *ids])
    made: dict[int, set[ReactionKind]] = {}
    for post_id, kind in rows:
        made.setdefault(int(post_id), set()).add(ReactionKind(kind))
    return made


async def of_post(kind: ReactionKind, post: Post, bounds: Bounds) -> list[Reaction]:
    """Who did it, the last first, each with its actor; without those of blocked servers."""
    rows = Reaction.filter(kind=kind, post_id=post.id, actor__is_blocked=False, actor__gone_at=None)
    found = list(await feed_sources.page(rows.select_related("actor"), "id", bounds))
    return found[::-1] if bounds.is_upward else found


async def receive(
    kind: ReactionKind, uri: str, actor: Actor, post: Post, content: str = ""
) -> None:
    """Store what somebody elsewhere did, in the caller's transaction: one of a kind.

    `post` with its author loaded. Again under another id, it is the last id that an Undo names.
    """
    key = {"kind": kind, "actor_id": actor.id, "post_id": post.id}
    given = {"uri": uri, "content": content, "created_at": datetime.now(UTC)}
    row = raw_sql.new(Reaction, id=new_id(), **key, **given)
    if await raw_sql.insert(row, unless="actor_id, post_id, kind"):
        await reaction_counts.change(kind, post.id, 1)
        await notifications.of_reaction(kind, post, actor)
        await _publish(row)
    else:
        await Reaction.filter(**key).update(uri=uri, content=content)


async def receive_undo(uri: str, by: str) -> bool:
    """Take a reaction back, looked up by its id; False where there is none (T22)."""
    row = await Reaction.get_or_none(uri=uri).select_related("actor")
    if row is None:
        return False
    if row.actor.uri != by:
        raise NotAllowed
    await reaction_counts.forget([row])
    return True


def content_of(document: Mapping[str, Any]) -> str:
    """The reaction an activity carries: one grapheme or `:shortcode:`; "" for anything else."""
    content = document.get("content")
    if not isinstance(content, str) or not 0 < len(content) <= CONTENT_MAX:
        return ""
    is_short = len(content) <= _GRAPHEME_MAX
    fits = _is_shortcode(content) or (is_short and _is_one_grapheme(content))
    return content if fits else ""


async def _react(kind: ReactionKind, actor: Actor, post: Post) -> None:
    if post.deleted_at is not None:
        raise NotFound
    moves.require_here(actor)
    if not actor.discoverable:
        raise NotAllowed("Anyone can see this. Make your profile public in your account first.")
    now = datetime.now(UTC)
    row = Reaction(uri=posts.activity_uri(), kind=kind, actor=actor, post=post, created_at=now)
    thread = await _thread_of(post)
    if thread.group is not None:
        await bans.require_admitted(actor, thread.group, thread)
    activity = await documents.react(row, actor, post, thread.group, now)
    async with in_transaction():
        stored, is_new = await Reaction.get_or_create(
            defaults={"uri": row.uri}, kind=kind, actor_id=actor.id, post_id=post.id
        )
        if is_new:
            await reaction_counts.change(kind, post.id, 1)
            await notifications.of_reaction(kind, post, actor)
            await _publish(stored)
            await _send(kind, actor, post, thread, activity)


async def _publish(row: Reaction) -> None:
    if row.kind is ReactionKind.BOOST:
        await events.publish("boosted", row.id)


async def _take_back(kind: ReactionKind, actor: Actor, post: Post) -> None:
    row = await Reaction.get_or_none(kind=kind, actor_id=actor.id, post_id=post.id)
    if row is None:
        return
    thread = await _thread_of(post)
    activity = await documents.undo(row, actor, post, thread.group, datetime.now(UTC))
    async with in_transaction():
        await reaction_counts.forget([row])
        await _send(kind, actor, post, thread, activity)


async def _send(
    kind: ReactionKind, actor: Actor, post: Post, thread: Thread, activity: dict[str, Any]
) -> None:
    """To the post's author and its channel; a boost to those who follow the booster as well."""
    group = thread.group
    inboxes = set() if post.author.is_local else {post.author.shared_inbox or post.author.inbox}
    if group is not None and not group.is_local:
        inboxes.add(group.inbox)
    if kind is ReactionKind.BOOST:
        inboxes |= await channels.follower_inboxes(actor)
    await enqueue(activity, sender=actor, inboxes=inboxes, lane=thread.id)
    if kind is ReactionKind.LIKE and group is not None and group.is_local:
        await channels.pass_on(group, activity, thread)


async def _thread_of(post: Post) -> Thread:
    return await Thread.get(id=post.thread_id).select_related("group")


def _is_shortcode(text: str) -> bool:
    name = text[1:-1]
    is_word = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return len(text) > 2 and text[0] == text[-1] == ":" and is_word


def _is_one_grapheme(text: str) -> bool:
    """What a reader sees as one sign. A rough reading of Unicode's rule: enough to refuse words."""
    if unicodedata.category(text[0])[0] in "CZM":
        return False
    regional = [0x1F1E6 <= ord(character) <= 0x1F1FF for character in text]
    if all(regional):
        return len(text) == 2
    return all(_continues(before, character) for before, character in pairwise(text))


def _continues(before: str, character: str) -> bool:
    is_skin = 0x1F3FB <= ord(character) <= 0x1F3FF
    is_tag = 0xE0020 <= ord(character) <= 0xE007F  # flags of regions
    is_joined = before == "\u200d" or character == "\u200d"
    return is_joined or is_skin or is_tag or unicodedata.category(character)[0] == "M"
