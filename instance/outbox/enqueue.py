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
    body: bytes | None = None,
) -> None:
    """Store `document` once and one delivery per distinct remote inbox; with none, nothing.

    What is about one thing reaches an inbox in the order it was put on its way: `lane` is the id
    of that thing, the thread or the consult; without it, of who acts. `post`: the public post
    whose author sees where it arrived. `body`: the document as somebody else wrote it, to be sent
    byte for byte.

    Must run inside the transaction of the change it tells about (federation.md 12). With
    `consult` every host is checked against its audience (F-CON-2); a violation raises.
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
        body=body or orjson.dumps(document),
    )
    now = datetime.now(UTC)
    lane = lane or (consult.id if consult is not None else sender.id)
    await Delivery.bulk_create(
        Delivery(activity=activity, inbox=inbox, host=hosts[inbox], lane=lane, due_at=now)
        for inbox in targets
    )
    await events.publish("delivery", activity.id)


async def wake_host(host: str) -> None:
    """Make the oldest waiting delivery to a host due, not before a Retry-After it sent.

    Its success frees the rest (federation.md 12).
    """
    now = datetime.now(UTC)
    peer = await Peer.get_or_none(host=host)
    if peer is not None and peer.retry_after_at is not None and peer.retry_after_at > now:
        return
    row = await Delivery.filter(host=host, due_at__gt=now).order_by("id").first()
    if row is not None:
        await Delivery.filter(id=row.id, due_at__gt=now).update(due_at=now)
        await events.publish("delivery", row.activity_id)
