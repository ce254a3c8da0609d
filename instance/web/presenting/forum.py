"""Channels, threads, posts and people as the pages show them."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import lru_cache, partial

from markupsafe import Markup
from quart import current_app

from instance import html, raw_sql
from instance.errors import CurbsideError, FormRefused
from instance.models import Actor, ActorKind, FollowState, Member, Post, ReactionKind, Thread
from instance.models import Channel as ChannelRow_
from instance.services import (
    account_rows,
    bookmarks,
    channels,
    documents,
    feed_sources,
    follows,
    pictures,
    post_rows,
    reactions,
    signatures,
    unread,
)
from instance.services.account_rows import Row as AccountRow
from instance.services.post_rows import Row
from instance.web.presenting import arrivals, people, polls, post_pictures
from instance.web.presenting.pages import Surroundings, channel_url, slug
from instance.web.remembered import Remembered
from instance.web.views import (
    Acts,
    Audience,
    Author,
    BoardRow,
    Channel,
    ChannelRow,
    Identity,
    Poll,
    PostCard,
)
from instance.web.views import Post as PostView

PUBLIC = Audience(kind="public")
REMOVED = "Removed"
_EXCERPT = 400


async def channel(actor: Actor, around: Surroundings) -> Channel:
    return (await _channels([actor], around))[actor.id]


async def _channels(actors: Collection[Actor], around: Surroundings) -> dict[int, Channel]:
    """By their ids."""
    if not actors:
        return {}
    rows = await raw_sql.some(ChannelRow_, "actor_id", [actor.id for actor in actors])
    rules = {row.actor_id: row.rules for row in rows}
    closed = {row.actor_id for row in rows if row.closed_at is not None}
    signed_by = {row.actor_id: row.signed_by.value for row in rows}
    states = await follows.states(around.own, actors)
    return {
        actor.id: Channel(
            name=actor.name or actor.handle,
            slug=slug(actor),
            url=channel_url(actor),
            address=actor.address,
            public=True,
            host_name=around.institutions.get(actor.host, actor.host),
            summary=actor.summary,
            rules=rules.get(actor.id, ""),
            ours=actor.is_local,
            closed=actor.id in closed,
            signed_by=signed_by.get(actor.id, "either"),
            following=states.get(actor.id) is FollowState.ACCEPTED,
            requested=states.get(actor.id) is FollowState.PENDING,
        )
        for actor in actors
    }


async def writing_as(around: Surroundings, group: Actor | None) -> tuple[Identity, ...]:
    """The names that the reader may write under there."""
    own = await signatures.fitting(around.own, group)
    return tuple(people.identity(actor) for actor in own if actor.discoverable)


async def channel_rows(actors: Collection[Actor], around: Surroundings) -> tuple[ChannelRow, ...]:
    shown = await _channels(actors, around)
    counts = await channels.thread_counts(actors)
    nothing = channels.ThreadCount(0, None)
    return tuple(
        ChannelRow(channel=shown[actor.id], threads=count.threads, last_at=count.last_at)
        for actor in actors
        for count in (counts.get(actor.id, nothing),)
    )


async def board_rows(
    group: Actor, around: Surroundings, reader: Member | None
) -> tuple[BoardRow, ...]:
    pinned = await channels.pinned(group)
    shown = {thread.id for thread in pinned}
    threads = [*pinned, *(row for row in await channels.threads(group) if row.id not in shown)]
    authors = await people.authors([thread.author for thread in threads], around.institutions)
    last_by = await _last_authors(threads)
    news = await unread.of_threads(reader, around.own, group, threads) if reader else {}
    return tuple(
        BoardRow(
            url=f"/t/{thread.id}",
            title=title_of(thread),
            author=authors[thread.author_id],
            replies=thread.replies_count,
            last_at=thread.last_post_at,
            last_by=last_by.get(thread.id, ""),
            unread=thread.id in news,
            new=news.get(thread.id, 0),
            pinned=thread.featured_at is not None,
            closed=thread.locked_at is not None,
        )
        for thread in threads
    )


async def post_cards(
    ids: Sequence[int], around: Surroundings, *, may_pin: bool = False
) -> tuple[PostCard, ...]:
    """Cards of posts that the reader may see, without what is deleted. `may_pin`: for their author,
    on their profile."""
    rows = await post_rows.read(ids)
    by = await account_rows.read(list({one: None for row in rows.values() for one in _by(row)}))
    authors = await people.of_rows(by.values(), around.institutions)
    places = {one: _same(_place(row, around)) for one, row in by.items()}
    asked = await polls.of_posts(
        await feed_sources.whole([row.id for row in rows.values() if row.is_question]), around
    )
    may_have = [row.id for row in rows.values() if row.may_have_pictures]
    shown_with = await pictures.of_ids(may_have)
    kept: Remembered[PostCard] = current_app.config["CARDS"]

    def card(row: Row) -> PostCard:
        where = places[row.group_id if row.group_id in places else row.author_id]
        parts = row, authors[row.author_id], where, len(shown_with.get(row.id, ()))
        shown, poll = kept.of(row.id, parts, partial(_card, *parts)), asked.get(row.id)
        return _with_its_own(shown, row, poll, may_pin) if poll or may_pin else shown

    return tuple([card(rows[one]) for one in ids if one in rows])


def _by(row: Row) -> tuple[int, ...]:
    return (row.author_id,) if row.group_id is None else (row.author_id, row.group_id)


@lru_cache(maxsize=2_000)
def _same(place: Channel) -> Channel:
    """The one of all that say the same, as `people` gives authors."""
    return place


def _card(row: Row, author: Author, place: Channel, shown_with: int) -> PostCard:
    """As everybody sees it who sees the post."""
    return PostCard(
        url=f"/t/{row.thread_id}" + (f"#p-{row.id}" if row.in_reply_to_uri else ""),
        title=row.title or REMOVED,
        author=author,
        at=raw_sql.time(row.published_at),
        excerpt=html.excerpt(row.content, _EXCERPT),
        channel=place,
        replies=0 if row.in_reply_to_uri else row.thread_replies,
        is_reply=bool(row.in_reply_to_uri),
        pictures=shown_with,
        pinned=bool(row.is_pinned),
    )


def _with_its_own(card: PostCard, row: Row, poll: Poll | None, may_pin: bool) -> PostCard:
    """A card with what is its reader's. A poll says its title again."""
    says_more = poll is None or card.excerpt != row.title
    return replace(
        card,
        poll=poll,
        excerpt=card.excerpt if says_more else "",
        pin_url=f"/posts/{row.id}/{'unpin' if row.is_pinned else 'pin'}" if may_pin else "",
    )


def own_posts(author: Actor, around: Surroundings) -> Channel:
    """Where a post without a channel stands: on its author's profile."""
    return _place(author, around)


def _place(actor: Actor | AccountRow, around: Surroundings) -> Channel:
    """Where posts stand, without what a reader has to do with it."""
    is_channel = actor.kind == ActorKind.CHANNEL
    return Channel(
        name=actor.name or actor.handle,
        slug=slug(actor),
        url=channel_url(actor) if is_channel else people.profile_url(actor),
        address=f"@{actor.handle}@{actor.host}",
        public=True,
        host_name=around.institutions.get(actor.host, actor.host),
        ours=bool(actor.is_local),
    )


async def thread_posts(
    posts: list[Post],
    around: Surroundings,
    title: str = "",
    *,
    apart: bool = False,
    new_after: int | None = None,
) -> list[PostView]:
    """The first post, then the replies in order, each knowing whom it answers; with `apart` posts
    of any threads, each by itself. `new_after`: the id that posts of others are unread after."""
    authors = await people.authors([post.author for post in posts], around.institutions)
    by_uri = {} if apart else {post.uri: post for post in posts}
    asked = await polls.of_posts(posts, around)
    done = await reactions.made_by(around.own, posts)
    kept = await bookmarks.kept(around.own, posts)
    arrived = await arrivals.of_own(posts, around)
    shown_with = await pictures.of_posts(posts)
    shown = []
    for post in posts:
        acts = _acts(post, done.get(post.id, set()), around, is_saved=post.id in kept)
        shown.append(
            replace(
                _post(post, authors, by_uri, post.uri if apart else posts[0].uri),
                acts=acts,
                arrivals=arrived.get(str(post.id)),
                pictures=post_pictures.of_post(shown_with.get(post.id, ())),
                sensitive=post.document.get("sensitive") is True,
                unread=new_after is not None and post.id > new_after and not acts.mine,
            )
        )
    return [
        _with_poll(view, post, title, asked[post.id]) if post.id in asked else view
        for view, post in zip(shown, posts, strict=True)
    ]


def _with_poll(view: PostView, post: Post, title: str, poll: Poll) -> PostView:
    body = view.html if html.excerpt(post.content, _EXCERPT) != title else Markup()
    return replace(view, html=body, poll=poll)


def _post(
    post: Post, authors: dict[int, Author], by_uri: dict[str, Post], first_uri: str
) -> PostView:
    parent = by_uri.get(post.in_reply_to_uri or "")
    is_nested = parent is not None and parent.uri != first_uri
    return PostView(
        id=str(post.id),
        author=authors[post.author_id],
        at=post.published_at,
        html=people.markup(post.content, heading=2 if post.uri == first_uri else 3),
        depth=1 if is_nested else 0,
        reply_to=authors[parent.author_id].name if parent is not None and is_nested else "",
        removed=_removed(post),
        lang=documents.language(post.document),
    )


def _acts(post: Post, done: set[ReactionKind], around: Surroundings, *, is_saved: bool) -> Acts:
    is_edited = post.updated_at is not None and post.updated_at > post.published_at
    return Acts(
        url=f"/posts/{post.id}",
        likes=post.likes_count,
        boosts=post.boosts_count,
        liked=ReactionKind.LIKE in done,
        boosted=ReactionKind.BOOST in done,
        saved=is_saved,
        mine=post.author_id in {own.id for own in around.own},
        edited_at=post.updated_at if is_edited else None,
    )


def title_of(thread: Thread) -> str:
    """What a thread is called; one whose first post was deleted has no words left."""
    return thread.title or REMOVED


def _removed(post: Post) -> str:
    if post.deleted_at is None:
        return ""
    return f"Removed by a moderator: {post.removal}" if post.removal else f"{REMOVED}."


async def _last_authors(threads: list[Thread]) -> dict[int, str]:
    rows = (
        await Post.filter(thread_id__in=[thread.id for thread in threads], author__is_blocked=False)
        .order_by("id")
        .values_list("thread_id", "author__name", "author__handle")
    )
    return {int(thread_id): str(name or handle) for thread_id, name, handle in rows}


def problems(error: CurbsideError, name: str = "text") -> dict[str, str]:
    """Field -> sentence, of a post that was not taken; at `name` where no field is at fault."""
    return error.fields if isinstance(error, FormRefused) else {name: error.shown}
