"""What a member is told, in the transaction of what caused it; and the page that lists it.

Ids only, never a word of what anybody wrote (T54). What is said in consults waits under "Needs
you"; of them it is told here alone that one was asked for, or opened, for patient safety (T72). A
member may have several identities: each notification is of one, and nothing outside the member's
own page brings them together.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from federation import vocabulary
from instance import events, raw_sql
from instance.ids import new_id
from instance.models import (
    Actor,
    ActorKind,
    Contribution,
    FollowState,
    Member,
    Moderator,
    Notification,
    NotificationKind,
    Poll,
    Post,
    ReactionKind,
    ToldAlert,
    Vote,
)
from instance.services import client_push, reaching
from instance.services.occasions import Occasion

PAGE = 50
_UNHEARD = """
SELECT 1 FROM block WHERE actor_id = ?1 AND target_id = ?2
UNION ALL SELECT 1 FROM mute WHERE actor_id = ?1 AND target_id = ?2 AND hides_notifications
    AND (ends_at IS NULL OR ends_at > ?3)
UNION ALL SELECT 1 FROM hidden_host WHERE actor_id = ?1 AND host = ?4
"""
_MUTED = "SELECT 1 FROM muted_thread WHERE actor_id = ?1 AND thread_id = ?2"
MENTIONS_MOST = 20  # of one post: who names everybody means nobody (T32)
_NEW = timedelta(hours=12)
_BELLS_MOST = 1_000  # of one thread, the first that asked: a transaction does no more
_BELLS = """
SELECT DISTINCT a.id FROM follow f JOIN actor a ON a.id = f.follower_id
WHERE f.target_id IN (?1, ?2) AND f.notifies AND f.state = 'accepted' AND a.is_local
    AND NOT EXISTS (SELECT 1 FROM notification n WHERE n.identity_id = a.id AND n.post_id = ?3)
    AND NOT EXISTS (SELECT 1 FROM mute m WHERE m.actor_id = a.id AND m.target_id IN (?1, ?2)
        AND (m.ends_at IS NULL OR m.ends_at > ?4))
ORDER BY a.id LIMIT ?5
"""
_ANY_BELLS = """
SELECT 1 FROM follow WHERE target_id = (SELECT id FROM actor WHERE uri = ?1) AND notifies LIMIT 1
"""
COUNTED_MOST = 100  # of what is unread: nobody counts further
_UNREAD = """
SELECT count(*) AS number FROM (SELECT 1 FROM notification n
LEFT JOIN post p ON p.id = n.post_id LEFT JOIN actor a ON a.id = n.by_id
WHERE {whose} AND n.read_at IS NULL AND n.message_id IS NULL AND p.deleted_at IS NULL
    AND (NOT a.is_blocked OR n.kind = ?2) LIMIT {most}) AS found
"""
_ANY_UNREAD = _UNREAD.format(whose="n.member_id = ?1", most=COUNTED_MOST)
# By the index of identities, which tells the few of a kind from all others.
_UNREAD_OF_A_KIND = _UNREAD.format(
    whose="n.identity_id IN (SELECT id FROM actor WHERE member_id = ?1) AND n.kind = ?3",
    most=COUNTED_MOST,
)
# What anybody may do; nobody is rid of a decision by blocking whose it was.
_SOCIAL = (
    NotificationKind.REPLY,
    NotificationKind.MENTION,
    NotificationKind.FOLLOW,
    NotificationKind.FOLLOW_REQUEST,
    NotificationKind.LIKE,
    NotificationKind.BOOST,
    NotificationKind.THREAD,
    NotificationKind.EDITED,
)
_SENT_ON = (NotificationKind.REPLY, NotificationKind.MENTION)
_OF_REACTION = {
    ReactionKind.LIKE: NotificationKind.LIKE,
    ReactionKind.EMOJI: NotificationKind.LIKE,
    ReactionKind.BOOST: NotificationKind.BOOST,
}


async def of_post(post: Post, author: Actor, answered: Actor | None) -> None:
    """A new public post: whom it answers, then whom it names. Nobody hears of it twice."""
    if answered is not None:
        await tell(answered, NotificationKind.REPLY, post.author_id, post)
    for actor in await _mentioned(post.document) if post.document.get("tag") else ():
        if answered is None or actor.id != answered.id:
            await tell(actor, NotificationKind.MENTION, post.author_id, post)
    if post.in_reply_to_uri is None:
        await _of_thread(post, author)


def bells(author_uri: str) -> raw_sql.Question:
    """Whether anybody wants to hear of each thread of an author: few are, and of few."""
    return _ANY_BELLS, (author_uri,)


async def _of_thread(post: Post, author: Actor) -> None:
    """Whoever of ours wants to hear of each thread of its author, or of its channel. What is not
    new any more, because its server told us late, is no news; who is named in it knows."""
    group_id = post.thread.group_id or 0
    if not group_id and not await raw_sql.look_up(*bells(author.uri)):
        return  # nearly all
    now = datetime.now(UTC)
    if post.published_at < now - _NEW:
        return
    for row in await raw_sql.run(_BELLS, [post.author_id, group_id, post.id, now, _BELLS_MOST]):
        to = await raw_sql.one(Actor, "id", row["id"])
        if to is not None:
            await tell(to, NotificationKind.THREAD, post.author_id, post)


async def of_follow(follower: Actor, target: Actor, state: FollowState) -> None:
    """A new Follow of one of ours. Who keeps a channel hears of requests alone."""
    is_request = state is FollowState.PENDING
    kind = NotificationKind.FOLLOW_REQUEST if is_request else NotificationKind.FOLLOW
    if target.kind is ActorKind.PERSON:
        await tell(target, kind, follower.id)
    elif is_request:
        for moderator in await Moderator.filter(group_id=target.id).select_related("actor"):
            await tell(moderator.actor, kind, follower.id)


async def of_reaction(kind: ReactionKind, post: Post, by: Actor) -> None:
    """A new reaction; needs `post.author` loaded. What is meant badly is not told."""
    if kind in _OF_REACTION:
        await tell(post.author, _OF_REACTION[kind], by.id, post)


async def of_poll(poll: Poll, post: Post) -> None:
    """A poll has ended; needs `post.author` loaded. Who made it is told, and who voted here."""
    votes = Vote.filter(poll_id=poll.id, actor__is_local=True).select_related("actor")
    people = {vote.actor_id: vote.actor for vote in await votes}
    for actor in (post.author, *people.values()):
        if not await _is_muted(actor, post):
            await store(actor, NotificationKind.POLL, post.author_id, post)


async def forget_trust(by_uri: str) -> None:
    """What was told of an institution's offer or agreement is no news any more."""
    kinds = (NotificationKind.TRUST_OFFERED, NotificationKind.TRUST_CHANGED)
    await Notification.filter(by__uri=by_uri, kind__in=kinds).delete()


async def forget_list(by: Actor) -> None:
    """The list of this publisher changed again."""
    await Notification.filter(by_id=by.id, kind=NotificationKind.LIST_CHANGED).delete()


async def forget_by(to: Actor, by_ids: Collection[int]) -> None:
    """What one identity was told that these did: it wants to hear nothing of them."""
    told = Notification.filter(identity_id=to.id, by_id__in=list(by_ids), kind__in=list(_SOCIAL))
    await told.delete()


async def of_role(to: Actor, by: Actor) -> None:
    """An owner changed what a member looks after here."""
    await anew(to, NotificationKind.ROLE_CHANGED, by)


async def of_vouch(to: Actor, kind: NotificationKind, by: Actor) -> None:
    """A colleague asks for their word, gave theirs, or one ended."""
    await Notification.filter(identity_id=to.id, kind=kind, by_id=by.id).delete()
    await tell(to, kind, by.id)


async def of_closing(to: Actor, kind: NotificationKind, by: Actor) -> None:
    """This server closes, or does not any more: the one takes the place of the other."""
    both = (NotificationKind.CLOSING, NotificationKind.STAYS)
    await Notification.filter(identity_id=to.id, kind__in=both).delete()
    await store(to, kind, by.id)


async def of_warning(to: Actor, by: Actor, post: Post | None) -> None:
    """A moderator warned them; why stands in the report."""
    was = Notification.filter(identity_id=to.id, kind=NotificationKind.WARNED, by_id=by.id)
    await was.filter(post_id=post.id if post is not None else None).delete()
    await store(to, NotificationKind.WARNED, by.id, post)


async def anew(to: Actor, kind: NotificationKind, by: Actor) -> None:
    """What may happen again, and is news again then."""
    await Notification.filter(identity_id=to.id, kind=kind, by_id=by.id).delete()
    await store(to, kind, by.id)


async def page(member: Member, before: int | None = None) -> list[Notification]:
    """Newest first; each with `identity`, `by`, `alert` and the post's thread loaded."""
    query = _visible(member)
    if before is not None:
        query = query.filter(id__lt=before)
    loaded = query.select_related("identity", "by", "alert", "post__thread")
    return await loaded.order_by("-id").limit(PAGE)


async def count_unread(member: Member) -> int:
    """COUNTED_MOST: or more."""
    [found] = await raw_sql.look_up(_ANY_UNREAD, [member.id, NotificationKind.LIST_CHANGED.value])
    return int(found["number"])


async def count_recalled(member: Member) -> int:
    """Of what is unread: that something was recalled, which stands on every page until then."""
    kinds = [NotificationKind.LIST_CHANGED.value, NotificationKind.RECALLED.value]
    [found] = await raw_sql.look_up(_UNREAD_OF_A_KIND, [member.id, *kinds])
    return int(found["number"])


async def read_one(member: Member, notification_id: int) -> Notification | None:
    """Opened by whom it is for; None where there is none of theirs."""
    row = (
        await _visible(member).select_related("by", "alert", "post").get_or_none(id=notification_id)
    )
    if row is not None and row.read_at is None:
        await _mark_read(member, Q(id=row.id))
    return row


async def read_all(member: Member) -> None:
    await _mark_read(member, Q())


async def _mark_read(member: Member, which: Q) -> None:
    rows = Notification.filter(which, member_id=member.id, read_at=None)
    await rows.update(read_at=datetime.now(UTC))


def _visible(member: Member) -> QuerySet[Notification]:
    """What is told of a post that was deleted since is told no more, and what somebody did whose
    server is blocked now (T56); single messages are for applications. `_UNREAD` says the same."""
    there = Q(post_id=None) | Q(post__deleted_at=None)
    # What came of a list that we follow concerns us, also where its publisher is blocked by now.
    in_sight = Q(by__is_blocked=False) | Q(kind=NotificationKind.LIST_CHANGED)
    return Notification.filter(there, in_sight, member_id=member.id, message_id=None)


async def _mentioned(document: Mapping[str, Any]) -> list[Actor]:
    """Those of ours whom the `tag` list names."""
    found = {uri: None for uri in _mention_uris(document.get("tag"))}
    uris = list(islice(found, MENTIONS_MOST))
    if not uris:
        return []
    people = Actor.filter(uri__in=uris, is_local=True, kind=ActorKind.PERSON)
    return await people.order_by("id")


def _mention_uris(tags: object) -> Iterable[str]:
    for tag in tags if isinstance(tags, list) else [tags]:
        if isinstance(tag, Mapping) and tag.get("type") == "Mention":
            if uri := vocabulary.id_of(tag.get("href")):
                yield uri


async def tell(
    to: Actor,
    kind: NotificationKind,
    by_id: int,
    post: Post | None = None,
    message: Contribution | None = None,
) -> None:
    """Unless they did it themselves, under whatever name, or want nothing of who did or of the
    thread."""
    if to.member_id is None:
        return
    by = await raw_sql.one(Actor, "id", by_id)
    if by is None or by.member_id == to.member_id:
        return
    if await raw_sql.look_up(_UNHEARD, [to.id, by_id, datetime.now(UTC), by.host]):
        return
    if post is None or not await _is_muted(to, post):
        await store(to, kind, by_id, post, message=message)


async def _is_muted(to: Actor, post: Post) -> bool:
    return bool(await raw_sql.look_up(_MUTED, [to.id, post.thread_id]))


async def store(
    to: Actor,
    kind: NotificationKind,
    by_id: int,
    post: Post | None = None,
    alert: ToldAlert | None = None,
    message: Contribution | None = None,
) -> bool:
    """Once, however often it is caused: a like that comes and goes is no news the second time."""
    if to.member_id is None:
        return False
    key = {
        "identity_id": to.id,
        "kind": kind,
        "by_id": by_id,
        "post_id": post.id if post is not None else None,
        "alert_id": alert.id if alert is not None else None,
        "message_id": message.id if message is not None else None,
    }
    now = datetime.now(UTC)
    if post is None:  # the index takes any number of rows without one
        row, is_new = await Notification.get_or_create(defaults={"member_id": to.member_id}, **key)
    else:
        row = raw_sql.new(Notification, id=new_id(), member_id=to.member_id, created_at=now, **key)
        is_new = await raw_sql.insert(row, unless="identity_id, kind, by_id, post_id")
        if is_new and kind in _SENT_ON:
            await reaching.send_on(row, await Member.get(id=to.member_id), Occasion.MENTION, now)
    if is_new:
        await client_push.queue(row)
        await events.publish("notification", to.member_id, ("told", row.id))
    return is_new
