"""Reports of public posts and people: they wait for somebody's decision and cause nothing (5.4)."""

from datetime import UTC, datetime

from tortoise.transactions import in_transaction

from instance import config, events
from instance.errors import FormRefused, NotFound, TooMany
from instance.models import (
    Actor,
    ActorKind,
    Member,
    OutboxActivity,
    Peer,
    Post,
    Report,
)
from instance.outbox import local
from instance.outbox import moderation as documents
from instance.outbox.enqueue import enqueue
from instance.outbox.posts import activity_uri
from instance.services import members
from instance.services.keeping import Keeping

TEXT_MAX, POSTS_MAX = 1_000, 50
OPEN_MAX = 200  # of one host, that wait for a decision (T78)
PAGE = 30


async def report(member: Member, post: Post, text: str) -> Report:
    """A member here reports a post. Where somebody else keeps it, they are told as well, by our
    institution, and who reported is not told. In a channel of ours our moderators decide, also
    whether its author's hospital hears of it.

    `post.author` and `post.thread.group` are loaded. Raises FormRefused without a text.
    """
    _require_text(text)
    reporter = (await members.identities(member))[0]
    row, _ = await file(reporter, post.author, [post], text, forward=True)
    return row


async def file(
    reporter: Actor, target: Actor, posts: list[Post], text: str, *, forward: bool
) -> tuple[Report, bool]:
    """One identity of ours reports a person or a channel, with or without posts of theirs, and
    whether that went elsewhere: with `forward` it does where somebody else keeps it.

    Each post has its author and its `thread.group` loaded.
    """
    institution, host = await local.institution(), config.current().host
    to, inboxes = await _keepers(target, posts) if forward else (set(), set())
    named = [target.uri, *(post.uri for post in posts)]
    flag = documents.flag(institution, named, text, to, datetime.now(UTC))
    async with in_transaction():
        row = await _open(host, target, posts, reporter)
        if row is None:
            row = await _create(flag["id"], host, target, posts, text, reporter)
        sent = OutboxActivity.filter(uri=row.uri)
        if not await sent.exists():
            await enqueue({**flag, "id": row.uri}, sender=institution, inboxes=inboxes)
        return row, await sent.exists()


def belongs(post: Post, target: Actor) -> bool:
    """Whether a report of somebody may name this post: theirs, or one on the channel."""
    owner_id = post.thread.group_id if target.kind is ActorKind.CHANNEL else post.author_id
    return bool(owner_id == target.id)


async def receive(flag_uri: str, host: str, named: list[str], text: str) -> Report | None:
    """A Flag from elsewhere, in the caller's transaction: a row for those who moderate, no more.

    `named`: ids of people and posts alike. None where nothing of it is ours, or the
    same is waiting already. Raises TooMany for a host that leaves too many to read.
    """
    posts = [post for post in await _posts_among(named) if _is_ours(post)]
    known = Actor.filter(uri__in=named, is_local=True, discoverable=True).order_by("id")
    people = await known.filter(kind=ActorKind.PERSON)
    groups = await known.filter(kind=ActorKind.CHANNEL)
    named_ones = [*people, *groups, *(post.author for post in posts)]
    target = named_ones[0] if named_ones else None
    if target is None:
        return None
    # A decision about the posts falls upon who is reported: what stands elsewhere is not theirs.
    posts = [post for post in posts if belongs(post, target)]
    if await _open(host, target, posts, None) is not None:
        return None
    if await Report.filter(host=host, decided_at=None).count() >= OPEN_MAX:
        raise TooMany(retry_after_seconds=3600)
    return await _create(flag_uri, host, target, posts, text[:TEXT_MAX], None)


async def waiting(kept: Keeping) -> list[Report]:
    """The reports nobody has decided, the oldest first."""
    query = kept.reports().filter(decided_at=None).order_by("id").limit(PAGE)
    return await query.select_related("target", "reporter").prefetch_related("posts__thread__group")


async def decided(kept: Keeping) -> list[Report]:
    query = kept.reports().filter(decided_at__not_isnull=True)
    query = query.order_by("-decided_at", "-id").limit(PAGE)
    return await query.select_related("target", "reporter").prefetch_related("posts__thread__group")


async def count_waiting(kept: Keeping) -> int:
    return await kept.reports().filter(decided_at=None).count() if kept else 0


async def by_id(kept: Keeping, report_id: int) -> Report:
    found = (
        await kept.reports()
        .filter(id=report_id)
        .select_related("target", "reporter")
        .prefetch_related("posts__author", "posts__thread__group")
        .first()
    )
    if found is None:
        raise NotFound
    return found


async def in_sight(uris: list[str]) -> list[Post]:
    """The posts with these ids that anybody here may read."""
    if not uris:
        return []
    found = Post.filter(uri__in=uris, deleted_at=None, author__is_blocked=False).order_by("id")
    return await found.select_related("author", "thread")


async def earlier_about(kept: Keeping, row: Report) -> list[Report]:
    """Other reports about the same person, the latest first."""
    query = (
        kept.reports().filter(target_id=row.target_id).exclude(id=row.id).order_by("-id").limit(10)
    )
    return await query.select_related("target", "reporter").prefetch_related("posts")


def may_act_on(post: Post) -> bool:
    """Whether a post of a report stands in a channel that we keep."""
    return post.thread.group is not None and post.thread.group.is_local


async def _create(
    uri: str, host: str, target: Actor, posts: list[Post], text: str, reporter: Actor | None
) -> Report:
    row = await Report.create(
        uri=uri or activity_uri(), host=host, target=target, text=text, reporter=reporter
    )
    if posts:
        await row.posts.add(*posts)
    await events.publish("report", row.id)
    return row


async def _open(
    host: str, target: Actor, posts: list[Post], reporter: Actor | None
) -> Report | None:
    """The same report of the same host, or of the same member, that still waits (T78)."""
    rows = Report.filter(
        host=host,
        target_id=target.id,
        decided_at=None,
        reporter_id=reporter.id if reporter else None,
    )
    wanted = {post.id for post in posts}
    for row in await rows.prefetch_related("posts"):
        if {post.id for post in row.posts} == wanted:
            return row
    return None


async def _posts_among(uris: list[str]) -> list[Post]:
    query = Post.filter(uri__in=uris, deleted_at=None).order_by("id")
    return await query.select_related("author", "thread__group")


def _is_ours(post: Post) -> bool:
    """Written here, or on a board that we keep."""
    return post.author.is_local or may_act_on(post)


async def _keepers(target: Actor, posts: list[Post]) -> tuple[set[str], set[str]]:
    """Who elsewhere is to know of a report: those who keep the channel, and the server of who is
    reported; nobody, where we keep it.

    Returns whom it is addressed to, and where it is sent.
    """
    groups = {post.thread.group for post in posts if post.thread.group is not None}
    is_channel = target.kind is ActorKind.CHANNEL
    elsewhere = [group for group in (groups | {target} if is_channel else groups)]
    pairs = {(group.uri, group.inbox) for group in elsewhere if not group.is_local}
    is_ours = bool(posts) and all(may_act_on(post) for post in posts)
    if not (is_channel or target.is_local or is_ours):
        pairs.add(await server_of(target))
    return {uri for uri, _ in pairs}, {inbox for _, inbox in pairs}


async def server_of(person: Actor) -> tuple[str, str]:
    """Whom a report about somebody elsewhere is addressed to, and where it is sent."""
    peer = await Peer.get_or_none(host=person.host)
    server = (peer.actor_uri if peer else None) or person.uri
    return server, (peer.inbox if peer else None) or person.shared_inbox or person.inbox


def _require_text(text: str) -> None:
    if not text.strip():
        raise FormRefused({"text": "Say what is wrong with it."})
    if len(text) > TEXT_MAX:
        raise FormRefused({"text": f"Shorten the text to {TEXT_MAX} characters."})
