"""Messages to members' devices by the push service of their browser (RFC 8030, 8291, 8292)."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from instance.models.keys import IdField
from instance.models.member import Member, Session
from instance.models.notification import Notification
from instance.sealed import SealedBytesField, SealedJSONField


class PushKey(Model):
    """Our key towards push services (VAPID): made once, for every device is bound to it."""

    name = fields.CharField(max_length=8, primary_key=True)
    private = SealedBytesField()
    public = fields.CharField(max_length=100)  # as `applicationServerKey` has it

    class Meta:
        table = "push_key"


class PushSubscription(Model):
    """One device of a member. `place`: endpoint, p256dh and auth; who has them can write to it.

    `session`: in which it was allowed. It goes with that session when somebody ends it; where the
    session just grew old the device is still the member's.
    """

    id = IdField()
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="push_subscriptions", on_delete=fields.CASCADE
    )
    member_id: int
    session: fields.ForeignKeyNullableRelation[Session] = fields.ForeignKeyField(
        "curbside.Session", related_name="push_subscriptions", null=True, on_delete=fields.SET_NULL
    )
    session_id: int | None
    endpoint_hash = fields.CharField(max_length=64, unique=True)
    place: Any = SealedJSONField()
    device = fields.CharField(max_length=120, default="")
    created_at = fields.DatetimeField(auto_now_add=True)
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "push_subscription"
        indexes = (("member_id", "id"),)


class PushMessage(Model):
    """What waits to be sent to a device; sent or given up, it is gone. Its words hang on `kind`.

    Of those with one `topic` the device shows the last. Nothing is sent once the notification was
    read, or after `expires_at`.
    """

    id = IdField()
    subscription: fields.ForeignKeyRelation[PushSubscription] = fields.ForeignKeyField(
        "curbside.PushSubscription", related_name="messages", on_delete=fields.CASCADE
    )
    subscription_id: int
    notification: fields.ForeignKeyNullableRelation[Notification] = fields.ForeignKeyField(
        "curbside.Notification", related_name="pushes", null=True, on_delete=fields.CASCADE
    )
    notification_id: int | None
    kind = fields.CharField(max_length=16)
    topic = fields.CharField(max_length=32)
    expires_at = fields.DatetimeField()
    attempts = fields.IntField(default=0)
    due_at = fields.DatetimeField()
    claimed_until = fields.DatetimeField(null=True)  # a worker owns the row until then

    class Meta:
        table = "push_message"
        indexes = (("due_at",), ("subscription_id", "topic"))
