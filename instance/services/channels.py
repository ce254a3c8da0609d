"""Public channels of ours, and what they pass on (FEP-1b12)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from federation import vocabulary
from federation.addressing import PUBLIC
from federation.origin import host_of
from instance import config, raw_sql
from instance.errors import FormRefused, NotAllowed, NotFound
from instance.ids import new_id
from instance.models import (
    Actor,
    ActorKind,
    Announced,
    Channel,
    Moderator,
    Post,
    Thread,
)
from instance.outbox import actors, local, posts
from instance.outbox.enqueue import enqueue
from instance.services import lasting_bans, members

PAGE = 30
_INBOXES = """
SELECT DISTINCT coalesce(a.shared_inbox, a.inbox) AS inbox
FROM follow f JOIN actor a ON a.id = f.follower_id
WHERE f.target_id = ?1 AND f.state = 'accepted' AND NOT a.is_local
"""
_FOLLOWED = """
kind = 'channel' AND NOT is_blocked
AND id IN (SELECT target_id FROM follow WHERE follower_id IN ({own})) ORDER BY handle
"""
_MICROBLOGS = "SELECT host FROM peer WHERE plain_only"
_THREAD_COUNTS = """
SELECT group_id, count(*) AS threads, max(last_post_at) AS last_at FROM thread
WHERE group_id IN ({ids}) GROUP BY group_id
"""


async def create_channel(
    handle: str, title: str, summary: str, moderator: Actor | None = None
) -> Actor:
    """Open a public channel, kept by who opens it. Raises FormRefused for a handle that is
    none or is taken, NotAllowed where others could not see who decides."""
    if not members.is_handle(handle):
        raise FormRefused({"handle": members.HANDLE_RULE})
    if moderator is not None:
        require_seen(moderator)
    draft = await local.draft_actor(ActorKind.CHANNEL, handle, name=title, public=True)
    draft.actor.summary = summary
    try:
        async with in_transaction():
            actor = await draft.save()
            await Channel.create(actor=actor, title=title)
            await lasting_bans.keep_out(actor)
            if moderator is not None:
                await Moderator.create(group=actor, actor=moderator)
    except IntegrityError as error:
        raise FormRefused({"handle": "This handle is taken. Choose another."}) from error
    return actor


def require_seen(moderator: Actor) -> None:
    is_hidden = moderator.is_local and not moderator.discoverable
    if moderator.kind is not ActorKind.PERSON or is_hidden:
        raise NotAllowed("Moderators are people with a public profile.")


async def tell_change(group: Actor) -> None:
    """Update(actor) to those who follow a channel of ours, in the transaction of the change."""
    now = datetime.now(UTC)
    document = await actors.document(group, trusted=False, now=now)
    cc = [str(group.followers_uri)]
    activity = posts.updated_actor(group, document, to=[PUBLIC], cc=cc, now=now)
    await enqueue(activity, sender=group, inboxes=await follower_inboxes(group))


async def by_slug(slug: str) -> Actor:
    """A channel by `handle` (ours) or `handle@host` (known from elsewhere)."""
    handle, _, host = slug.removeprefix("@").partition("@")
    if not host:
        actor = await members.by_handle(handle)
    else:
        found = Actor.filter(host=host.lower(), handle=handle, is_blocked=False)
        known = await found.filter(kind=ActorKind.CHANNEL)
        if not known:
            raise NotFound
        actor = known[0]
    if actor.kind is not ActorKind.CHANNEL:
        raise NotFound
    return actor


async def ours() -> list[Actor]:
    return await Actor.filter(kind=ActorKind.CHANNEL, is_local=True).order_by("handle")


async def open_ours() -> list[Actor]:
    """Those in which people still write."""
    found = Actor.filter(kind=ActorKind.CHANNEL, is_local=True, channel__closed_at__isnull=True)
    return await found.order_by("handle")


async def followed_by(actors: list[Actor]) -> list[Actor]:
    """Channels that any of these identities follows."""
    if not actors:
        return []
    followed = _FOLLOWED.format(own=raw_sql.marks(len(actors)))
    return await raw_sql.where(Actor, followed, [actor.id for actor in actors])


async def threads(group: Actor, *, before: datetime | None = None) -> list[Thread]:
    """A page of a channel's threads, the most recently answered first; of those whose first post
    was deleted, what has replies."""
    has_words = Q(replies_count__gt=0) | ~Q(title="")
    query = Thread.filter(has_words, group_id=group.id, author__is_blocked=False)
    if before is not None:
        query = query.filter(last_post_at__lt=before)
    return await query.order_by("-last_post_at", "-id").limit(PAGE).select_related("author")


@dataclass(frozen=True)
class ThreadCount:
    """How many threads a channel has, and when somebody wrote in one last."""

    threads: int
    last_at: datetime | None


async def thread_counts(groups: Collection[Actor]) -> dict[int, ThreadCount]:
    """By the channel's id; none for a channel without threads."""
    if not groups:
        return {}
    sql = _THREAD_COUNTS.format(ids=raw_sql.marks(len(groups)))
    rows = await raw_sql.run(sql, [group.id for group in groups])
    return {
        row["group_id"]: ThreadCount(row["threads"], raw_sql.time(row["last_at"])) for row in rows
    }


async def pinned(group: Actor) -> list[Thread]:
    """The threads that stand first on the board, the latest pinned first."""
    query = Thread.filter(group_id=group.id, featured_at__not_isnull=True, author__is_blocked=False)
    return await query.order_by("-featured_at", "-id").limit(PAGE).select_related("author")


async def follower_inboxes(actor: Actor) -> set[str]:
    """One inbox per server of those who follow: the shared one where there is one.

    The database tells them apart: there may be 100,000 followers on 1,000 servers.
    """
    rows = await raw_sql.run(_INBOXES, [actor.id])
    return {row["inbox"] for row in rows}


async def pass_on(group: Actor, activity: Mapping[str, Any], thread: Thread | None) -> None:
    """Announce what one of our channels accepted to all its followers, once (5.3).

    In the caller's transaction. `thread`: None for what concerns the channel as a whole. Thread
    starters go out in the plain form as well; servers that are known to be microblogs get that
    form alone.
    """
    now = datetime.now(UTC)
    inboxes = await follower_inboxes(group)
    forums = inboxes - await _plain_only(inboxes)
    document = posts.announce(group, activity, now)
    lane = thread.id if thread is not None else group.id
    uri = vocabulary.id_of(activity.get("object"))
    is_of_post = activity["type"] in ("Create", "Update", "Delete")
    post = await raw_sql.one(Post, "uri", uri) if is_of_post and uri else None
    spoken_of = post if activity["type"] != "Delete" else None  # or it would go with the post
    if not await _remember(group, thread, activity["id"], document, spoken_of):
        return
    going: Any = {"sender": group, "lane": lane, "passed_on": activity}
    await enqueue(document, inboxes=forums, post=post, **going)
    if post is not None and post.in_reply_to_uri is None and activity["type"] == "Create":
        plain = posts.announce_plain(group, uri, now)
        await _remember(group, thread, uri, plain, post, is_plain=True)
        await enqueue(plain, inboxes=inboxes, **going)


async def _remember(
    group: Actor,
    thread: Thread | None,
    uri: str,
    document: dict[str, Any],
    post: Post | None,
    *,
    is_plain: bool = False,
) -> bool:
    """Keep it for the channel's outbox and the thread's history; False where it is there."""
    row = raw_sql.new(
        Announced,
        id=new_id(),
        uri=document["id"],
        thread_id=thread.id if thread is not None else None,
        post_id=post.id if post is not None else None,
        is_plain=is_plain,
        document=document,
        group_id=group.id,
        object_uri=uri,
        created_at=datetime.now(UTC),
    )
    return await raw_sql.insert(row, unless="group_id, object_uri")


async def _plain_only(inboxes: set[str]) -> set[str]:
    microblogs = {row["host"] for row in await raw_sql.run(_MICROBLOGS, [])} if inboxes else set()
    development = config.current().development
    return {inbox for inbox in inboxes if host_of(inbox, development) in microblogs}
