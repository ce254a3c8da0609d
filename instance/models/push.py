"""Messages to members' devices by the push service of their browser (RFC 8030, 8291, 8292)."""

from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from instance.models.client import AccessToken
from instance.models.keys import IdField, IndexOfSome
from instance.models.member import Member, Session
from instance.models.notification import Notification
from instance.sealed import SealedBytesField, SealedJSONField


class PushPolicy(StrEnum):
    """Of whom an application wants to hear."""

    ALL = "all"
    FOLLOWED = "followed"
    FOLLOWER = "follower"
    NONE = "none"


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

    `token`: an application's own, one at most, and it goes with the token. `alerts`: of which types
    it hears, by `policy` from whom; `is_standard`: whether it reads RFC 8291, or the draft before.
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
    token: fields.ForeignKeyNullableRelation[AccessToken] = fields.ForeignKeyField(
        "curbside.AccessToken",
        related_name="push_subscriptions",
        null=True,
        on_delete=fields.CASCADE,
    )
    token_id: int | None
    alerts: Any = fields.JSONField(null=True)
    policy = fields.CharEnumField(
        PushPolicy, max_length=8, default=PushPolicy.ALL, db_default="all"
    )
    is_standard = fields.BooleanField(default=True, db_default=True)
    endpoint_hash = fields.CharField(max_length=64, unique=True)
    place: Any = SealedJSONField()
    device = fields.CharField(max_length=120, default="")
    created_at = fields.DatetimeField(auto_now_add=True)
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "push_subscription"
        indexes = (
            ("member_id", "id"),
            IndexOfSome(fields=["token_id"], name="push_of_token", having="token_id"),
        )


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
