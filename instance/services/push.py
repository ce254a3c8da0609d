"""The devices that members let us write to, and what waits to be sent to them.

A message is queued in the transaction of its cause and sent by a worker (`workers.pushing`). Its
words hang on the kind of the notification; the row holds that and ids (T54).
"""

import secrets
from binascii import Error as NotBase64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import orjson
from tortoise.exceptions import IntegrityError
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from federation.errors import FederationError
from instance import config, events, push_words, sealed
from instance.errors import FormRefused, NotAllowed
from instance.models import (
    Consult,
    Member,
    Notification,
    NotificationKind,
    PushKey,
    PushMessage,
    PushSubscription,
    Session,
    Status,
)
from instance.outbox import push as sending
from instance.outbox import push_keys, remote
from instance.outbox.push import Answer, Device, Letter
from instance.services import client_push
from instance.services.occasions import HABITS

EVENT = "push"
DEVICES_MOST = 10
TEST = "test"
_KEY = "vapid"
_ENDPOINT_MOST = 1_000
_WAITS = (*(timedelta(minutes=n) for n in (1, 5, 30)), timedelta(hours=2))
_LONGEST = timedelta(hours=6)
_SPREAD = 0.2
_random = secrets.SystemRandom()
_URGENT = frozenset(habit.kind.value for habit in HABITS.values() if habit.is_urgent)
_NO_DEVICE = "Your browser did not say where it takes messages. Allow notifications, and try again."


async def key() -> PushKey:
    """Ours, made when it is asked for the first time, by whichever process is first."""
    found = await PushKey.get_or_none(name=_KEY)
    if found is None:
        private, public = sending.new_key()
        defaults = {"private": private, "public": public}
        found, _ = await PushKey.get_or_create(name=_KEY, defaults=defaults)
    return found


async def subscribe(session: Session, typed: Mapping[str, str]) -> None:
    """Let us write to this browser. `typed`: endpoint, p256dh and auth, as it said them.

    Raises NotAllowed on a shared computer, FormRefused for what is no device.
    """
    if session.is_shared_computer:
        raise NotAllowed("This is a shared computer: others would see your messages.")
    device = device_of(typed)
    row = {
        "member_id": session.member_id,
        "session_id": session.id,
        "place": place_of(device),
        "device": session.device,
        "used_at": None,
    }
    async with in_transaction():
        await Member.filter(id=session.member_id).select_for_update().first()  # twice at once
        endpoint_hash = _hash(device.endpoint)
        await PushSubscription.filter(endpoint_hash=endpoint_hash).delete()
        if await _devices(session.member_id).count() >= DEVICES_MOST:
            raise FormRefused({"device": "Remove a device below before you add another one."})
        try:
            await PushSubscription.create(endpoint_hash=endpoint_hash, **row)
        except IntegrityError as error:
            raise FormRefused({"device": _NO_DEVICE}) from error


async def of(member: Member) -> list[PushSubscription]:
    return await _devices(member.id).order_by("-id")


async def remove(member: Member, subscription_id: int) -> None:
    await _devices(member.id).filter(id=subscription_id).delete()


async def queue(row: Notification, due_at: datetime, lives: timedelta) -> None:
    """To each device of its member, unless the same waits there; in the caller's transaction."""
    await _queue(row.member_id, row.kind.value, due_at, lives, row)


async def queue_test(member: Member) -> None:
    async with in_transaction():
        await _queue(member.id, TEST, datetime.now(UTC), timedelta(minutes=10), None)


async def _queue(
    member_id: int, kind: str, due_at: datetime, lives: timedelta, row: Notification | None
) -> None:
    about = f"{kind} {row.by_id if row is not None else ''}"
    for device in await _devices(member_id):
        topic = sealed.current().digest("push topic", f"{device.id} {about}")[:32]
        if await PushMessage.filter(subscription_id=device.id, topic=topic).exists():
            continue
        await PushMessage.create(
            subscription_id=device.id,
            notification_id=row.id if row is not None else None,
            kind=kind,
            topic=topic,
            due_at=due_at,
            expires_at=due_at + lives,
        )
        await events.publish(EVENT, device.id)


async def is_wanted(row: PushMessage, now: datetime) -> bool:
    """Whether it is still news: neither too late, nor read, nor over. `row` with its notification
    and its subscription's member loaded."""
    if row.expires_at <= now or row.subscription.member.suspended_at is not None:
        return False
    told = row.notification
    if told is None:
        return row.kind == TEST
    if row.subscription.token_id is not None:
        return await client_push.is_wanted(row.subscription, told)
    if told.kind is NotificationKind.ASKED:
        return await Consult.filter(group_id=told.by_id, status=Status.OPEN).exists()
    return told.read_at is None


async def send(row: PushMessage, now: datetime) -> Answer:
    """One try, over the network: outside any transaction."""
    place = row.subscription.place
    p256dh, auth = (push_keys.decoded(place[name]) for name in ("p256dh", "auth"))
    device = Device(place["endpoint"], p256dh, auth, row.subscription.is_standard)
    lives = row.expires_at - now
    letter = Letter(_payload(row), row.topic, lives, row.kind in _URGENT)
    own = await key()
    return await sending.send(
        remote.directory().client, device, letter, own.private, _contact(), now
    )


def _payload(row: PushMessage) -> bytes:
    if row.subscription.token_id is not None and row.notification is not None:
        return client_push.payload_of(row.notification)
    return payload_of(row.kind)


def payload_of(kind: str) -> bytes:
    """All that a message says: a sentence of ours, and a page behind the sign-in."""
    text, page = push_words.SENTENCES[kind], push_words.page_of(kind)
    return orjson.dumps({"text": text, "page": page, "kind": kind})


async def note(row: PushMessage, answer: Answer, now: datetime) -> None:
    """Sent, tried again later, or over; a device that is gone is forgotten."""
    if answer.outcome == "gone":
        await PushSubscription.filter(id=row.subscription_id).delete()
        return
    if answer.outcome == "taken":
        await PushSubscription.filter(id=row.subscription_id).update(used_at=now)
    wait = answer.after or _WAITS[min(row.attempts, len(_WAITS) - 1)]
    due_at = now + min(wait * (1 + _SPREAD * _random.random()), _LONGEST)
    if answer.outcome != "later" or due_at >= row.expires_at:
        await PushMessage.filter(id=row.id).delete()
        return
    values = {"attempts": row.attempts + 1, "due_at": due_at, "claimed_until": None}
    await PushMessage.filter(id=row.id).update(**values)


async def drop(row: PushMessage) -> None:
    await PushMessage.filter(id=row.id).delete()


def _devices(member_id: int) -> QuerySet[PushSubscription]:
    """Their browsers: what applications take is theirs alone (`client_push`)."""
    return PushSubscription.filter(member_id=member_id, token_id=None)


def device_of(typed: Mapping[str, str]) -> Device:
    """What a browser or an application says of itself. Raises FormRefused for what is none."""
    endpoint = typed.get("endpoint", "").strip()
    try:
        p256dh, auth = (push_keys.decoded(typed.get(name, "")) for name in ("p256dh", "auth"))
        vetted = remote.directory().client.vetted(endpoint)
    except (FederationError, NotBase64, ValueError) as error:
        raise FormRefused({"device": _NO_DEVICE}) from error
    if len(vetted) > _ENDPOINT_MOST or len(auth) != 16 or not push_keys.is_point(p256dh):
        raise FormRefused({"device": _NO_DEVICE})
    return Device(vetted, p256dh, auth)


def place_of(device: Device) -> dict[str, str]:
    return {
        "endpoint": device.endpoint,
        "p256dh": push_keys.encoded(device.p256dh),
        "auth": push_keys.encoded(device.auth),
    }


def _hash(endpoint: str) -> str:
    return sealed.current().digest("push endpoint", endpoint)


def _contact() -> str:
    settings = config.current()
    return f"mailto:{settings.contact}" if "@" in settings.contact else settings.origin
