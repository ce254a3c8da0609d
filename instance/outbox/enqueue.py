"""Put an activity on its way, in the transaction of what caused it."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from federation.origin import host_of
from instance import config, events
from instance.models import Actor, Consult, Delivery, OutboxActivity, Peer, Post
from instance.outbox import audience


async def enqueue(
    document: Mapping[str, Any],
    *,
    sender: Actor,
    inboxes: Iterable[str],
    consult: Consult | None = None,
    post: Post | None = None,
    lane: int | None = None,
) -> None:
    """Store `document` once and one delivery per distinct remote inbox; with none, nothing.

    Must run inside the transaction of the change it tells about (federation.md 12). With
    `consult` every host is checked against its audience (F-CON-2); a violation raises. `post`:
    the public post it is about, whose author sees where it arrived.

    What has one `lane` reaches an inbox in this order, whoever sends it. It is the id of the
    consult or of the post's thread; `lane` names the thread where there is no post; else what one
    actor sends keeps its order.
    """
    settings = config.current()
    targets = sorted({inbox for inbox in inboxes if not settings.is_ours(inbox)})
    hosts = {inbox: host_of(inbox, settings.development) for inbox in targets}
    if consult is not None:
        await audience.require_queued(consult, hosts.values())
    if not targets:
        return
    activity = await OutboxActivity.create(
        uri=document["id"],
        type=document["type"],
        actor=sender,
        consult=consult,
        post=post,
        body=orjson.dumps(document),
    )
    now = datetime.now(UTC)
    lane = lane or (consult.id if consult else post.thread_id if post else sender.id)
    await Delivery.bulk_create(
        Delivery(activity=activity, inbox=inbox, host=hosts[inbox], lane=lane, due_at=now)
        for inbox in targets
    )
    await events.publish("delivery", activity.id)


async def wake_host(host: str) -> None:
    """Make one waiting delivery to a host due, not before a Retry-After it sent.

    Its success frees the rest (federation.md 12). What an administrator paused stays paused.
    """
    now = datetime.now(UTC)
    peer = await Peer.get_or_none(host=host)
    if peer is not None and peer.retry_after_at is not None and peer.retry_after_at > now:
        return
    await Peer.filter(host=host, probe_at__gt=now).update(probe_at=now)
    # The oldest stands behind nothing else.
    row = await Delivery.filter(host=host, due_at__not_isnull=True).order_by("id").first()
    if row is not None:
        await Delivery.filter(id=row.id, due_at__gt=now).update(due_at=now)
        await events.publish("delivery", row.activity_id)
