"""What applications get by push: that there is something of a type, and its number.

Queued in the transaction of its cause and sent by a worker, as to browsers. What anybody wrote or
is called is read in the application, with its token (T54).
"""

from datetime import UTC, datetime, timedelta

import orjson

from instance import events, push_words, raw_sql, sealed
from instance.errors import NotFound
from instance.models import (
    AccessToken,
    Actor,
    Follow,
    FollowState,
    Notification,
    PushMessage,
    PushPolicy,
    PushSubscription,
)
from instance.services import client_notifications, scopes, tokens
from instance.services.client_notifications import ALL_TYPES, Reader

EVENT = "push"
_LIVES = timedelta(days=2)
_OF_ACTOR = """
SELECT s.id FROM push_subscription s JOIN access_token t ON t.id = s.token_id
WHERE s.member_id = ?1 AND t.actor_id = ?2
"""


async def queue(row: Notification) -> None:
    """To each application that acts as this identity and wants it; in the caller's transaction."""
    if row.kind not in ALL_TYPES:
        return
    found = await raw_sql.look_up(_OF_ACTOR, [row.member_id, row.identity_id])
    for device in await PushSubscription.filter(id__in=[one["id"] for one in found]):
        types = (await _reader(device, row)).types
        if row.kind in types and await _is_chosen(device, row):
            await _queue(device, row)


async def is_wanted(device: PushSubscription, row: Notification) -> bool:
    """Whether its application still may see it, wants it, and has not read it."""
    if row.read_at is not None or not await _is_chosen(device, row):
        return False
    try:
        await client_notifications.by_id(await _reader(device, row), row.id)
    except NotFound:
        return False
    return True


def payload_of(row: Notification) -> bytes:
    """As Mastodon has it. The token it names there is none that we could name: of ours only hashes
    are kept. Its number is a number, for some applications read no other (mastodon-api.md 3)."""
    kind = ALL_TYPES[row.kind]
    title, body = push_words.APPLICATIONS[kind]
    return orjson.dumps(
        {
            "access_token": "",
            "preferred_locale": "en",
            "notification_id": row.id,
            "notification_type": kind,
            "icon": "",
            "title": title,
            "body": body,
        }
    )


async def _reader(device: PushSubscription, row: Notification) -> Reader:
    """As its application sees the identity that is told, by what its token holds now (T56)."""
    token = await AccessToken.get(id=device.token_id).select_related("application", "member")
    may = scopes.CONSULTS in tokens.held(token)
    return Reader(await Actor.get(id=row.identity_id), token.member if may else None)


async def _is_chosen(device: PushSubscription, row: Notification) -> bool:
    if not (device.alerts or {}).get(ALL_TYPES[row.kind]) or device.policy is PushPolicy.NONE:
        return False
    if device.policy is PushPolicy.ALL:
        return True
    pair = (row.identity_id, row.by_id)
    by, of = pair if device.policy is PushPolicy.FOLLOWED else pair[::-1]
    kept = Follow.filter(follower_id=by, target_id=of, state=FollowState.ACCEPTED)
    return await kept.exists()


async def _queue(device: PushSubscription, row: Notification) -> None:
    now = datetime.now(UTC)
    topic = sealed.current().digest("push topic", f"{device.id} {row.id}")[:32]
    await PushMessage.create(
        subscription_id=device.id,
        notification_id=row.id,
        kind=row.kind.value,
        topic=topic,
        due_at=now,
        expires_at=now + _LIVES,
    )
    await events.publish(EVENT, device.id)
