"""Reports of public posts and people: they wait for somebody's decision and cause nothing (5.4)."""

from datetime import UTC, datetime

from tortoise.transactions import in_transaction

from instance import config, events
from instance.errors import Conflict, FormRefused, NotAllowed, NotFound, TooMany
from instance.models import (
    Actor,
    ActorKind,
    Decision,
    Member,
    Peer,
    Post,
    Report,
)
from instance.outbox import local
from instance.outbox import moderation as documents
from instance.outbox.enqueue import enqueue
from instance.outbox.posts import activity_uri
from instance.services import audit, bans, members, moderation
from instance.services.keeping import Keeping

TEXT_MAX, POSTS_MAX = 1_000, 50
OPEN_MAX = 200  # of one host, that wait for a decision (T78)
PAGE = 30


async def report(member: Member, post: Post, text: str) -> Report:
    """A member here reports a post. Where somebody else keeps it, they are told as well, by our
    institution: who reported is not.

    `post.author` and `post.thread.group` are loaded. Raises FormRefused without a text.
    """
    _require_text(text)
    reporter = (await members.identities(member))[0]
    institution = await local.institution()
    now = datetime.now(UTC)
    to, inboxes = await _keepers(post)
    flag = documents.flag(institution, [post.author.uri, post.uri], text, to, now)
    async with in_transaction():
        known = await _open(config.current().host, post.author, [post], reporter)
        if known is not None:
            return known
        row = await _create(flag["id"], config.current().host, post.author, [post], text, reporter)
        await enqueue(flag, sender=institution, inboxes=inboxes)
    return row


async def receive(flag_uri: str, host: str, named: list[str], text: str) -> Report | None:
    """A Flag from elsewhere, in the caller's transaction: a row for those who moderate, no more.

    `named`: ids of people and posts alike. None where nothing of it is ours, or the
    same is waiting already. Raises TooMany for a host that leaves too many to read.
    """
    posts = [post for post in await _posts_among(named) if _is_ours(post)]
    people = await Actor.filter(
        uri__in=named, kind=ActorKind.PERSON, is_local=True, discoverable=True
    ).order_by("id")
    target = people[0] if people else posts[0].author if posts else None
    if target is None:
        return None
    # A decision about the posts falls upon the one reported: what others wrote is not theirs.
    posts = [post for post in posts if post.author_id == target.id]
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


async def earlier_about(kept: Keeping, row: Report) -> list[Report]:
    """Other reports about the same person, the latest first."""
    query = (
        kept.reports().filter(target_id=row.target_id).exclude(id=row.id).order_by("-id").limit(10)
    )
    return await query.select_related("target", "reporter").prefetch_related("posts")


async def decide(member: Member, row: Report, decision: Decision, reason: str) -> None:
    """Close a report: with nothing, by removing its posts, or by a ban from their channel.

    Raises Conflict where somebody was faster, FormRefused where the decision needs a reason or
    cannot be carried out here.
    """
    posts = [post for post in row.posts if may_act_on(post)]
    if decision is not Decision.NO_ACTION:
        moderation.required_reason(reason)
        if not posts:
            raise FormRefused({"decision": "The channel is kept elsewhere. Its hospital decides."})
    async with in_transaction():
        await _close(member, row, decision)  # first: of two at once, the second does nothing
        if decision is Decision.REMOVED:
            await _remove(member, posts, reason)
        elif decision is Decision.BANNED:
            await _ban(member, row.target, posts, reason)
        elif decision is not Decision.NO_ACTION:
            raise FormRefused({"decision": "Choose what to do."})


def may_act_on(post: Post) -> bool:
    """Whether a post of a report stands in a channel that we keep."""
    return post.thread.group is not None and post.thread.group.is_local


async def _remove(member: Member, posts: list[Post], reason: str) -> None:
    for post in posts:
        if post.deleted_at is None and post.thread.group is not None:
            by = await _acting_as(member, post.thread.group)
            await moderation.remove(by, post, reason)


async def _ban(member: Member, target: Actor, posts: list[Post], reason: str) -> None:
    for group in {post.thread.group_id: post.thread.group for post in posts}.values():
        if group is not None:
            await bans.ban(await _acting_as(member, group), group, target, reason, None)


async def _acting_as(member: Member, group: Actor) -> Actor:
    by = await moderation.acting_as(member, group)
    if by is None:
        raise NotAllowed("Only moderators of this channel can do this.")
    return by


async def _close(member: Member, row: Report, decision: Decision) -> None:
    open_row = Report.filter(id=row.id, decided_at=None)
    if not await open_row.update(decided_at=datetime.now(UTC), decision=decision):
        raise Conflict("Somebody else has decided this report.")
    await audit.record(
        "report.decided",
        actor_uri=(await members.identities(member))[0].uri,
        host=row.host,
        subject=row.target.uri,
        decision=decision.value,
    )
    await events.publish("report", row.id)


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


async def _keepers(post: Post) -> tuple[set[str], set[str]]:
    """Who elsewhere is to know of a report: those who keep the channel, and the author's server.

    Returns whom it is addressed to, and where it is sent.
    """
    to, inboxes = set(), set()
    group, author = post.thread.group, post.author
    if group is not None and not group.is_local:
        to.add(group.uri)
        inboxes.add(group.inbox)
    if not author.is_local:
        peer = await Peer.get_or_none(host=author.host)
        to.add((peer.actor_uri if peer else None) or author.uri)
        inboxes.add((peer.inbox if peer else None) or author.shared_inbox or author.inbox)
    return to, inboxes


def _require_text(text: str) -> None:
    if not text.strip():
        raise FormRefused({"text": "Say what is wrong with it."})
    if len(text) > TEXT_MAX:
        raise FormRefused({"text": f"Shorten the text to {TEXT_MAX} characters."})
