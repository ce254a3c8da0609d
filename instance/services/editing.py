"""Posts that their authors say anew or take back, here and elsewhere (federation.md 5.4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.transactions import in_transaction

from instance import events, html
from instance.errors import Conflict, NotAllowed, NotFound
from instance.models import Actor, ActorKind, Delivery, OutboxActivity, Post, PostKind, Thread
from instance.outbox import pictures, posts
from instance.outbox.enqueue import enqueue, take_back
from instance.services import (
    bans,
    channels,
    documents,
    edit_news,
    identifiers,
    indexing,
    mentions,
    picture_edits,
    polls,
    received_pictures,
    revisions,
    tombstones,
    wording,
)
from instance.services.picture_edits import Change

_ASIDE = (posts.ACCEPTED, "updated", "proof", "@context")
_SECOND = timedelta(seconds=1)  # what `updated` counts in


async def edit_post(
    author: Actor,
    post: Post,
    title: str,
    text: str,
    language: str = "",
    change: Change = picture_edits.NOTHING,
) -> Post:
    """Say a post of `author` anew, under its id; who got it gets the change.

    `title` counts for thread starters alone; without `language` it stays in the one it was in,
    where that was said. Raises FormRefused as posting does, Conflict where
    the post changed meanwhile, NotFound for one that is deleted.
    """
    _require_own(author, post)
    is_starter = not post.in_reply_to_uri
    text = await wording.without_consults(text)
    title = await wording.without_consults(title) if is_starter else ""
    shown = await picture_edits.planned(author, post, change)
    needs_text = post.kind is not PostKind.QUESTION and not shown
    wording.require_text(text, title if is_starter else None, needs_text=needs_text)
    await identifiers.require_public({"title": title, "text": text})
    title = html.plain(title, posts.TITLE_LENGTH)
    updated_at = _after_last(post)
    written = await mentions.of_thread(title, text)
    note = posts.edited(post.document, title, written.html, text, updated_at)
    hashtags = (*(mentions.hashtags_in(title) if is_starter else ()), *written.tags)
    note = mentions.add(note, written.actors, hashtags)
    note = posts.in_language(note, language or documents.language(post.document))
    is_sensitive = note.get("sensitive") is True if change.sensitive is None else change.sensitive
    note = pictures.with_pictures(note, shown, sensitive=is_sensitive)
    activity = await posts.update(author, note, updated_at)
    async with in_transaction():
        found = await Post.filter(id=post.id).select_for_update().first()
        if found is None or found.deleted_at is not None:
            raise NotFound
        if found.updated_at != post.updated_at:
            raise Conflict
        await _require_open(author, found)
        await _change(found, note, updated_at, source=text)
        await picture_edits.carry_out(found, shown)
        await _send(author, found, activity, await _addressed(author, note))
    return found


@dataclass(frozen=True)
class Restated:
    """A thread starter as it is to be sent again, its words unchanged."""

    post: Post
    note: dict[str, Any]
    activity: dict[str, Any]


async def restate(starter: Post, answer_uri: str | None) -> Restated:
    """One of ours that names the reply its author took. Signs: before the transaction."""
    updated_at = _after_last(starter)
    note = posts.answered(starter.document, answer_uri, updated_at)
    return Restated(starter, note, await posts.update(starter.author, note, updated_at))


async def send_restated(restated: Restated) -> None:
    """In the caller's transaction. Raises Conflict where the starter changed meanwhile."""
    post = restated.post
    found = await Post.filter(id=post.id).select_for_update().first()
    if found is None or found.document != post.document:
        raise Conflict
    await Post.filter(id=post.id).update(document=restated.note)
    addressed = await _addressed(post.author, restated.note)
    await _send(post.author, post, restated.activity, addressed)


async def delete_post(author: Actor, post: Post) -> None:
    """Take a post of `author` back: not a word of it stays here, and who got it is told.

    Where it had not left yet it never will, and nothing is said of it.
    """
    _require_own(author, post)
    activity = await posts.delete(author, post, datetime.now(UTC))
    async with in_transaction():
        told = await _addressed(author, post.document) | await _reached(author, post)
        unsent = await take_back([post.id])
        told -= {row.inbox for row in unsent if row.activity.type == "Create" and not row.attempts}
        if await tombstones.bury(post):
            await _send(author, post, activity, told)


def is_outdated(post: Post, note: Mapping[str, Any], received_at: datetime) -> bool:
    """Whether its author has said it anew since, by the author's own clock."""
    stated = documents.updated(note, received_at)
    return stated is not None and stated < _last_said(post, received_at)


def says_the_same(post: Post, note: Mapping[str, Any]) -> bool:
    """Whether a document has the words that are stored, whatever else is new in it."""
    says = (html.clean(documents.content(note)), note.get("name"), note.get("summary"))
    return says == (post.content, post.document.get("name"), post.document.get("summary"))


async def receive_update(post: Post, note: Mapping[str, Any], received_at: datetime) -> bool:
    """Take the new words of a post of elsewhere, in the caller's transaction.

    False, changing nothing, for what was taken before. Without `updated` it is as old as its
    arrival, once per change of content. Call it for what is not outdated.
    """
    is_poll = post.kind is PostKind.QUESTION
    if is_poll:
        await polls.receive_results(post, note)  # no server calls those a change
    stated = documents.updated(note, received_at)
    last = post.updated_at and _last_said(post, received_at)
    if stated == last if stated else says_the_same(post, note):
        return is_poll
    if stated and _words(note) == _words(post.document):
        await Post.filter(id=post.id).update(document=dict(note))
        return True
    await _change(post, note, stated or received_at)
    await received_pictures.follow(post)
    return True


async def _change(
    post: Post, note: Mapping[str, Any], updated_at: datetime, source: str | None = None
) -> None:
    is_anew = not says_the_same(post, note)
    if is_anew:
        await revisions.keep(post)
    values = {
        "content": html.clean(documents.content(note)),
        "source": source,
        "document": dict(note),
        "updated_at": updated_at,
    }
    await post.update_from_dict(values).save(update_fields=list(values))
    if not post.in_reply_to_uri and note.get("name"):
        title = html.plain(str(note["name"]), posts.TITLE_LENGTH)
        await Thread.filter(id=post.thread_id).update(title=title or "Untitled")
    thread = await Thread.get(id=post.thread_id)
    await indexing.keep(post, "" if post.in_reply_to_uri else thread.title)
    await events.publish("thread", post.thread_id, ("edited", post.id))
    if is_anew:
        await edit_news.of_edit(post)


async def _send(author: Actor, post: Post, activity: Mapping[str, Any], inboxes: set[str]) -> None:
    thread = await Thread.get(id=post.thread_id).select_related("group")
    await enqueue(activity, sender=author, inboxes=inboxes, lane=thread.id, post=post)
    if thread.group is not None and thread.group.is_local:
        await channels.pass_on(thread.group, activity, thread)


async def _addressed(author: Actor, note: Mapping[str, Any]) -> set[str]:
    """Where the post went: followers, its channel, whom it answers or names."""
    inboxes = await channels.follower_inboxes(author)
    for actor in await Actor.filter(uri__in=[*note["to"], *note["cc"]], is_local=False):
        is_channel = actor.kind is ActorKind.CHANNEL
        inboxes.add(actor.inbox if is_channel else actor.shared_inbox or actor.inbox)
    return inboxes


async def _reached(author: Actor, post: Post) -> set[str]:
    """The inboxes it was put on its way to, whoever follows now."""
    sent = OutboxActivity.filter(post_id=post.id, actor_id=author.id)
    ids = await sent.values_list("id", flat=True)
    inboxes = await Delivery.filter(activity_id__in=list(ids)).values_list("inbox", flat=True)
    return {str(inbox) for inbox in inboxes}


async def _require_open(author: Actor, post: Post) -> None:
    """Nobody's word spreads through a channel that banned them, be it an old post's new words."""
    thread = await Thread.get(id=post.thread_id).select_related("group")
    if thread.locked_at is not None:
        raise NotAllowed("This thread is closed. It can be read, not changed.")
    if thread.group is not None:
        await bans.require_admitted(author, thread.group, thread)


def _require_own(author: Actor, post: Post) -> None:
    if post.author_id != author.id:
        raise NotAllowed("You can change only what you wrote.")
    if post.deleted_at is not None:
        raise NotFound


def _after_last(post: Post) -> datetime:
    """A later second than the last words: of two in one second others would keep the first."""
    now = datetime.now(UTC)
    return max(now.replace(microsecond=0), _last_said(post, now) + _SECOND)


def _last_said(post: Post, now: datetime) -> datetime:
    """When its author said it last; later than its words where only the answer changed."""
    last = (post.updated_at or post.published_at).replace(microsecond=0)
    return max(last, documents.updated(post.document, now) or last)


def _words(note: Mapping[str, Any]) -> dict[str, Any]:
    """All that a document says, but for the accepted answer and what changes with it."""
    return {name: value for name, value in note.items() if name not in _ASIDE}
