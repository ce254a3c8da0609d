"""Put an activity on its way, in the transaction of what caused it."""

import logging
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from tortoise.expressions import Q

from federation.authentication import Level
from federation.fields import id_of
from federation.origin import host_of
from instance import config, events, raw_sql
from instance.ids import new_id
from instance.models import Actor, Consult, Delivery, OutboxActivity, Peer, Post
from instance.outbox import audience, pacing, trust

log = logging.getLogger(__name__)

INBOXES_MOST = 50_000  # of one activity (federation.md 12, T76)
# Of these the outbox knows what they are also where a channel announces them.
_OF_ONE_POST = ("Update", "Delete")
_DELIVERIES = """
INSERT INTO delivery (activity_id, inbox, host, lane, due_at, created_at, attempts, not_found)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, 0)
"""
_BLOCKERS = """
SELECT a.inbox FROM block b JOIN actor a ON a.id = b.actor_id WHERE b.target_id = ?1
"""


async def enqueue(
    document: Mapping[str, Any],
    *,
    sender: Actor,
    inboxes: Iterable[str],
    consult: Consult | None = None,
    post: Post | None = None,
    lane: int | None = None,
    body: bytes | None = None,
    passed_on: Mapping[str, Any] | None = None,
    as_partner: bool = False,
) -> None:
    """Store `document` once and one delivery per distinct remote inbox; with none, nothing.

    Must run inside the transaction of the change it tells about (federation.md 12). With
    `consult` every host is checked against its audience (F-CON-2); a violation raises. `post`:
    the public post it is about, whose author sees where it arrived. `body`: the document as
    somebody else wrote it, to be sent byte for byte. `passed_on`: the activity that a channel of
    ours announces with it. `as_partner`: signed as between partners whatever the host's level is,
    as the handshake is (F-SIG-8).

    What has one `lane` reaches an inbox in this order, whoever sends it. It is the id of the
    consult or of the post's thread; `lane` names the thread where there is no post; else what one
    actor sends keeps its order. Who says too much waits (see `pacing`), in a lane where nobody
    else does: Updates of one post that wait are one, the last. Raises TooMany.
    """
    now, said = datetime.now(UTC), passed_on or document
    kind = said["type"] if said["type"] in _OF_ONE_POST else document["type"]
    updated = post if kind == "Update" else None
    waited = await _instead(updated, sender) if updated else set()
    hosts = await _targets(sender, waited.union(inboxes), consult)
    if not hosts:
        return
    author_uri, due_at = id_of(said.get("actor")), now
    if consult is None:
        due_at = pacing.of_author(author_uri, kind, max(0, len(hosts) - len(waited)), now)
    if updated:
        due_at = max(due_at, await pacing.of_update(updated, sender, now))
    if due_at > now:
        lane = post.id if post else await _own_lane(author_uri, sender)
    lane = lane or (consult.id if consult else post.thread_id if post else sender.id)
    lanes = await _open_lanes(post) if post and kind in _OF_ONE_POST else {}
    held = await trust.held(set(hosts.values())) if consult else {}
    activity = raw_sql.new(
        OutboxActivity,
        id=new_id(),
        uri=document["id"],
        type=kind,
        actor_id=sender.id,
        consult_id=consult.id if consult else None,
        post_id=post.id if post else None,
        as_partner=as_partner,
        body=body or orjson.dumps(document),
        created_at=due_at,
    )
    await raw_sql.insert(activity)
    rows = [
        (activity.id, inbox, host, lanes.get(inbox, lane), held.get(host, due_at), due_at)
        for inbox, host in hosts.items()
    ]
    await raw_sql.insert_many(_DELIVERIES, rows)
    await events.publish("delivery", activity.id)
    # By the id it is found in the logs of those servers, by the request's number in ours.
    log.info("queueing %s %s for %d servers", kind, activity.uri, len(set(hosts.values())))


async def take_back(
    post_ids: Iterable[int],
    kinds: Iterable[str] = ("Create", "Update", "Announce"),
    sender: Actor | None = None,
) -> list[Delivery]:
    """Cancel what was said of these public posts, be it by one sender alone, and has not left; in
    the caller's transaction.

    Returns the deliveries that are no more, each with its `activity`. What a worker holds at this
    moment is not among them.
    """
    said = OutboxActivity.filter(post_id__in=list(post_ids), type__in=list(kinds))
    said = said.filter(actor_id=sender.id) if sender is not None else said
    activities = {row.id: row for row in await said.only("id", "type")}
    now = datetime.now(UTC)
    is_free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    waiting = Delivery.filter(is_free, activity_id__in=list(activities), due_at__not_isnull=True)
    rows = await waiting.select_for_update()
    await Delivery.filter(id__in=[row.id for row in rows]).delete()
    for row in rows:
        row.activity = activities[row.activity_id]
    return rows


async def _instead(post: Post, sender: Actor) -> set[str]:
    """Where an Update of the post waits for its turn: the next one goes there instead."""
    return {row.inbox for row in await take_back([post.id], ("Update",), sender)}


async def _open_lanes(post: Post) -> dict[str, int]:
    """Where something of a post is still to go, and in what lane: what tells of changes stays
    behind that."""
    rows = Delivery.filter(activity__post_id=post.id, due_at__not_isnull=True).order_by("id")
    return {row.inbox: row.lane for row in await rows.only("id", "inbox", "lane")}


async def _own_lane(author_uri: str, sender: Actor) -> int:
    author = await Actor.get_or_none(uri=author_uri)
    found: int = (author or sender).id
    return found


async def _targets(sender: Actor, wanted: set[str], consult: Consult | None) -> dict[str, str]:
    """Those inboxes elsewhere that it may go to, each with its host."""
    settings = config.current()
    inboxes = sorted(inbox for inbox in wanted if not settings.is_ours(inbox))[:INBOXES_MOST]
    if consult is None:
        if not inboxes:
            return {}
        inboxes = await _without_blockers(sender, inboxes)
    hosts = {inbox: host_of(inbox, settings.development) for inbox in inboxes}
    if consult is not None:
        await audience.require_queued(consult, hosts.values())
    levels = await trust.levels(set(hosts.values()))
    return {inbox: host for inbox, host in hosts.items() if levels[host] is not Level.BLOCKED}


async def _without_blockers(sender: Actor, inboxes: list[str]) -> list[str]:
    """Who blocked the sender gets nothing of them; what others at that server get, they may."""
    own = {row["inbox"] for row in await raw_sql.run(_BLOCKERS, [sender.id])}
    return sorted(set(inboxes) - own)


async def wake_host(host: str) -> None:
    """Make one waiting delivery to a host due, not before a Retry-After it sent.

    Its success frees the rest (federation.md 12). What an administrator paused stays paused.
    """
    now = datetime.now(UTC)
    peer = await Peer.get_or_none(host=host)
    if peer is not None and peer.retry_after_at is not None and peer.retry_after_at > now:
        return
    await Peer.filter(host=host, probe_at__gt=now).update(probe_at=now)
    # The oldest stands behind nothing else. What waits for its turn has not begun to (`pacing`).
    begun = Delivery.filter(host=host, due_at__not_isnull=True, created_at__lte=now)
    row = await begun.order_by("id").first()
    if row is not None:
        await Delivery.filter(id=row.id, due_at__gt=now).update(due_at=now)
        await events.publish("delivery", row.activity_id)
