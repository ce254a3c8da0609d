"""Public posts: written here, or received from elsewhere. Never a consult."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from tortoise.transactions import in_transaction

from federation import vocabulary
from federation.errors import Malformed
from federation.fields import ids_in
from federation.origin import host_of
from instance import config, events, html, raw_sql
from instance.errors import FormRefused, NotAllowed, NotFound
from instance.ids import new_id
from instance.models import Actor, Attachment, Post, PostKind, Thread
from instance.outbox import pictures as picture_documents
from instance.outbox import posts
from instance.outbox.enqueue import enqueue
from instance.outbox.polls import Ballot
from instance.services import (
    bans,
    blocks,
    channels,
    documents,
    identifiers,
    indexing,
    known_posts,
    mentions,
    moves,
    notifications,
    pictures,
    polls,
    received_pictures,
    tags,
    wording,
)
from instance.services.consults import references

_COUNT = "UPDATE thread SET replies_count = replies_count + 1, last_post_at = ?1 WHERE id = ?2"
NO_PICTURES: Sequence[Attachment] = ()
_POSTS = ("Article", "Page", "Note", "Question", "Event", "Video", "Image")


class _Said(NamedTuple):
    """What stands in a post: as safe HTML, and without tags."""

    content: str
    text: str


async def start_thread(
    author: Actor,
    group: Actor | None,
    title: str,
    text: str,
    poll: polls.Draft | None = None,
    language: str = "",
    *,
    shown: Sequence[Attachment] = NO_PICTURES,
    sensitive: bool = False,
) -> Post:
    """Post a new thread to a channel, or to the author's followers where `group` is None.

    With `poll` it is a poll; `text` may be empty then, and beside pictures (`shown`: as
    `pictures.ready` gives them). `language`: of BCP 47, "" where nobody said it. Raises FormRefused
    for an empty title or text, options that cannot be asked, or a picture that was posted since;
    NotAllowed without a public profile.
    """
    title, text = await wording.without_consults(title), await wording.without_consults(text)
    if poll is not None:
        names = [await wording.without_consults(name) for name in poll.options]
        poll = replace(poll, options=names)
    options = {f"option-{n}": name for n, name in enumerate(poll.options, 1)} if poll else {}
    await identifiers.require_public({"title": title, "text": text, **options})
    now = datetime.now(UTC)
    ballot = _require_words(title, text, poll, now, needs_text=poll is None and not shown)
    _require_public(author)
    if group is not None:
        await bans.require_admitted(author, group)
    thread = _new_thread(author, group, html.plain(title, posts.TITLE_LENGTH), now)
    uri = config.current().uri(f"/o/{new_id()}")
    written = await mentions.of_thread(thread.title, text)
    note = posts.starter(author, group, uri, thread, written.html, text)
    hashtags = (*mentions.hashtags_in(thread.title), *written.tags)
    note = polls.question(mentions.add(note, written.actors, hashtags), ballot)
    note = picture_documents.with_pictures(note, shown, sensitive=sensitive)
    note = posts.in_language(note, language)
    activity = await posts.create(author, note, now)
    async with in_transaction():
        await thread.save(force_create=True)
        post = await _store(note, author, thread, now, None, source=text)
        await pictures.attach(shown, post)
        await send(post, thread, author, activity, also=written.actors)
        await events.publish("thread", thread.id, ("posted", post.id))
    return post


async def publish_case(
    group: Actor,
    title: str,
    markup: str,
    text: str,
    beside: Mapping[str, Any],
    now: datetime,
    shown: Sequence[Attachment] = NO_PICTURES,
) -> Post:
    """A thread that a channel of ours begins itself, in the caller's transaction: nobody's name
    stands above it. `beside`: what its document says besides; pictures (`shown`) of patients are
    drawn for who asks for them."""
    thread = _new_thread(group, group, html.plain(title, posts.TITLE_LENGTH), now)
    uri = config.current().uri(f"/o/{new_id()}")
    note = {**posts.starter(group, group, uri, thread, markup, text), **beside}
    if shown:
        note = picture_documents.with_pictures(note, shown, sensitive=True)
    activity = await posts.create(group, note, now)
    await thread.save(force_create=True)
    post = await _store(note, group, thread, now, None, source=text)
    await pictures.attach(shown, post)
    await channels.pass_on(group, activity, thread)
    await events.publish("thread", thread.id, ("posted", post.id))
    return post


async def reply(
    author: Actor,
    parent: Post,
    text: str,
    language: str = "",
    *,
    shown: Sequence[Attachment] = NO_PICTURES,
    sensitive: bool = False,
) -> Post:
    """Answer a public post; it goes where its thread lives. As start_thread."""
    text = await wording.without_consults(text)
    wording.require_text(text, needs_text=not shown)
    await identifiers.require_public({"text": text})
    _require_public(author)
    if parent.deleted_at is not None:
        raise NotFound
    now = datetime.now(UTC)
    thread = await Thread.get(id=parent.thread_id).select_related("group")
    if thread.group is not None:
        await bans.require_admitted(author, thread.group, thread)
    thread.last_post_at = now
    uri = config.current().uri(f"/o/{new_id()}")
    parent_author = await Actor.get(id=parent.author_id)
    written = await mentions.read(text)
    bare = posts.reply(author, parent.document, uri, thread, written.html, text)
    # Mastodon tells only whom a tag names: the author of what is answered, too.
    named = (*([] if parent_author.is_local else [parent_author]), *written.actors)
    note = posts.in_language(mentions.add(bare, named, written.tags), language)
    note = picture_documents.with_pictures(note, shown, sensitive=sensitive)
    activity = await posts.create(author, note, now)
    async with in_transaction():
        post = await _store(note, author, thread, now, parent_author, source=text)
        await pictures.attach(shown, post)
        await _count_reply(thread, now)
        await send(post, thread, author, activity, also=named)
        await events.publish("thread", thread.id, ("posted", post.id))
    return post


async def receive(
    note: Mapping[str, Any],
    author: Actor,
    group: Actor | None,
    parent: Post | None,
    *,
    may_begin: bool = False,
) -> Post | None:
    """Store a public post that was verified, in the caller's transaction; with its thread and the
    thread's channel loaded.

    `parent`: what it answers, as `known_posts.answered` finds it. Where that is unknown it returns
    None, storing nothing; with `may_begin` it then begins a thread. Raises NotAllowed for a post
    that points at a consult (T51).
    """
    uri = vocabulary.id_of(note)
    if not uri or not is_post(note):
        return None
    if await raw_sql.look_up(*question(uri)):
        return await known_posts.by_uri(uri)
    await _refuse_consult_reference(note)
    parent_uri = vocabulary.parent_of(note)
    if not parent_uri:
        return await _receive_starter(note, author, group)
    if parent is None:
        return await _receive_starter(note, author, group) if may_begin else None
    if polls.is_vote(note, parent):
        raise NotAllowed  # it came by a way that no vote takes (T26)
    now = datetime.now(UTC)
    published = documents.published(note, now)
    post = await _store(note, author, parent.thread, published, parent.author)
    await received_pictures.expect(post, author)
    await _count_reply(parent.thread, now)
    await events.publish("thread", parent.thread_id, ("posted", post.id))
    return post


def is_post(note: Mapping[str, Any]) -> bool:
    """Whether it is of a type that stands in threads, as starter or answer (5.1, 5.4)."""
    return note.get("type") in _POSTS


def question(uri: str) -> raw_sql.Question:
    """What `receive` asks first: whether the post is here."""
    return "SELECT 1 FROM post WHERE uri = ?1", (uri,)


async def send(
    post: Post,
    thread: Thread,
    author: Actor,
    activity: Mapping[str, Any],
    also: Iterable[Actor] = (),
) -> None:
    """An activity about a public post goes where its thread lives, and to who follows its author.

    In the caller's transaction; needs `thread.group` loaded. `also`: whom else it concerns.
    """
    group = thread.group
    inboxes = await channels.follower_inboxes(author)
    wanted_by = await blocks.without(author, also)
    inboxes |= {actor.shared_inbox or actor.inbox for actor in wanted_by if not actor.is_local}
    if group is not None and not group.is_local:
        inboxes.add(group.inbox)
    await enqueue(activity, sender=author, inboxes=inboxes, lane=thread.id, post=post)
    if group is not None and group.is_local:
        await channels.pass_on(group, activity, thread)


async def by_id(post_id: int) -> Post:
    post = await Post.get_or_none(id=post_id).select_related("author", "thread__group")
    if post is None or post.author.is_blocked or _is_out_of_sight(post.thread):
        raise NotFound
    return post


async def in_thread(thread: Thread) -> list[Post]:
    """In the order they came here, by our ids: nothing stands before what it answers.

    Not by the time they were written: that is told by the clock of each author's server. Without
    those of servers that are blocked now.
    """
    shown = Post.filter(thread_id=thread.id, author__is_blocked=False)
    return await shown.order_by("id").select_related("author")


async def thread_by_id(thread_id: int) -> Thread:
    thread = await Thread.get_or_none(id=thread_id).select_related("group", "author")
    if thread is None or thread.author.is_blocked or _is_out_of_sight(thread):
        raise NotFound
    return thread


def _is_out_of_sight(thread: Thread) -> bool:
    """In a channel of a server that is blocked now; the channel loaded."""
    return thread.group is not None and thread.group.is_blocked


def _new_thread(author: Actor, group: Actor | None, title: str, now: datetime) -> Thread:
    thread_id = new_id()
    return raw_sql.new(
        Thread,
        id=thread_id,
        uri=config.current().uri(f"/t/{thread_id}"),
        author_id=author.id,
        title=title,
        created_at=now,
        last_post_at=now,
        group_id=group.id if group else None,
        _group=group,  # as Tortoise keeps what it loaded; to set it costs as much as all the rest
    )


async def _receive_starter(
    note: Mapping[str, Any], author: Actor, group: Actor | None
) -> Post | None:
    published = documents.published(note, datetime.now(UTC))
    said, name = _said(note), note.get("name")
    title = html.plain(name if isinstance(name, str) else "", posts.TITLE_LENGTH)
    title = title or html.one_line(said.text, posts.TITLE_LENGTH).rstrip()
    context = vocabulary.id_of(note.get("context"))
    thread = _new_thread(author, group, title or "Untitled", published)
    if _may_name(context, author, group) and not await _is_taken(context):
        thread.uri = context
    post = await _store(note, author, thread, published, None, said=said, is_first=True)
    await received_pictures.expect(post, author)
    await events.publish("thread", thread.id, ("posted", post.id))
    return post


async def _is_taken(context: str) -> bool:
    return bool(await raw_sql.look_up("SELECT 1 FROM thread WHERE uri = ?1", [context]))


def _may_name(context: str, author: Actor, group: Actor | None) -> bool:
    """Only the author's server, and that of the channel, give ids to its threads (T34)."""
    if not context:
        return False
    try:
        host = host_of(context, config.current().development)
    except Malformed:
        return False
    return not config.current().is_ours(context) and host in (author.host, group and group.host)


async def _store(
    note: Mapping[str, Any],
    author: Actor,
    thread: Thread,
    published: datetime,
    answered: Actor | None,
    source: str | None = None,
    said: _Said | None = None,
    is_first: bool = False,
) -> Post:
    """`answered`: the author of what it answers. `said`: of its document, where it is at hand.
    `is_first`: the thread is stored with it."""
    said = said or _said(note)
    uri = str(note["id"])
    settings = config.current()
    ours = int(uri.rpartition("/")[2]) if settings.is_ours(uri) else new_id()
    post = raw_sql.new(
        Post,
        id=ours,
        uri=uri,
        kind=_kind(note),
        author_id=author.id,
        thread_id=thread.id,
        _thread=thread,
        in_reply_to_uri=vocabulary.parent_of(note) or None,
        content=said.content,
        source=source,
        document=dict(note),
        published_at=published,
        updated_at=documents.updated(note, datetime.now(UTC)),
    )
    title = "" if post.in_reply_to_uri else thread.title
    words = indexing.of_new(post, f"{title} {said.text}")
    await raw_sql.insert_all([thread, post] if is_first else [post], words)
    await tags.add(post)
    if post.kind is PostKind.QUESTION:
        await polls.keep(post)
    await notifications.of_post(post, author, answered)
    return post


def _said(note: Mapping[str, Any]) -> _Said:
    content = html.clean(documents.content(note))
    return _Said(content, html.text(content))


def _kind(note: Mapping[str, Any]) -> PostKind:
    if polls.is_poll(note):
        return PostKind.QUESTION
    return PostKind.NOTE if vocabulary.parent_of(note) else PostKind.ARTICLE


async def _count_reply(thread: Thread, now: datetime) -> None:
    await raw_sql.run(_COUNT, [now, thread.id])


async def _refuse_consult_reference(note: Mapping[str, Any]) -> None:
    named = [*ids_in(note, ("inReplyTo", "context", "audience")), *references.quoted(note)]
    if references.links_to_one(documents.content(note)) or await references.any_consult(named):
        raise NotAllowed


def _require_words(
    title: str, text: str, poll: polls.Draft | None, now: datetime, *, needs_text: bool
) -> Ballot | None:
    """Every problem of the form at once; what a poll asks. Its title may say it all."""
    problems = wording.problems(text, title, needs_text=needs_text)
    ballot = None
    try:
        ballot = polls.ballot(poll, now) if poll else None
    except FormRefused as error:
        problems |= error.fields
    if problems:
        raise FormRefused(problems)
    return ballot


def _require_public(author: Actor) -> None:
    moves.require_here(author)
    if not author.discoverable:
        raise NotAllowed(
            "Anyone can read this channel. Make your profile public in your account "
            "before you post in it."
        )
