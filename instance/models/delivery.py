"""The outbox queue, what was received, and what is still to be fetched."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from instance.models.actor import Actor
from instance.models.consult import Consult
from instance.models.keys import IdField, IndexOfSome
from instance.models.post import Post
from instance.sealed import SealedBytesField


class ReceivedActivity(Model):
    """An activity id that was applied: a repeat has no effect (T13)."""

    id = IdField()
    uri = fields.CharField(max_length=512, unique=True)
    host = fields.CharField(max_length=255)
    type = fields.CharField(max_length=32)
    received_at = fields.DatetimeField(auto_now_add=True, db_index=True)

    class Meta:
        table = "received_activity"


class SeenSignature(Model):
    """SHA-256 of a signature within its window (F-SIG-4).

    Of what was handed on: of anything else the id, signed with it, is remembered for longer.
    """

    signature_hash = fields.CharField(max_length=64, primary_key=True)
    expires_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "seen_signature"


class OutboxActivity(Model):
    """An activity as it is sent, serialised once: every retry sends the same bytes.

    `body` is sealed, and for consults dropped after the last delivery (T62).
    """

    id = IdField()
    uri = fields.CharField(max_length=512)
    # Also of an Update or Delete that a channel of ours announces: then that.
    type = fields.CharField(max_length=32)
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="sent", on_delete=fields.RESTRICT
    )
    actor_id: int
    consult: fields.ForeignKeyNullableRelation[Consult] = fields.ForeignKeyField(
        "curbside.Consult", related_name="sent", null=True, on_delete=fields.CASCADE
    )
    consult_id: int | None
    # The public post it is about: its author sees where it arrived.
    post: fields.ForeignKeyNullableRelation[Post] = fields.ForeignKeyField(
        "curbside.Post", related_name="sent", null=True, on_delete=fields.SET_NULL
    )
    post_id: int | None
    # Signed as between partners whatever the host's level is: the handshake itself (F-SIG-8).
    as_partner = fields.BooleanField(default=False, db_default=False)
    body: Any = SealedBytesField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)  # or when its turn comes (T76)

    class Meta:
        table = "outbox_activity"
        unique_together = (("uri",),)  # an activity never gets a second row
        indexes = (
            IndexOfSome(fields=["post_id"], name="outbox_of_post", having="post_id"),
            IndexOfSome(fields=["consult_id"], name="outbox_of_consult", having="consult_id"),
        )


class Delivery(Model):
    """One activity to one inbox.

    `due_at` is NULL when nothing is left to do: `delivered_at` or `gave_up_at` says why.
    Deliveries with one `lane` to one inbox go out in the order of `id`.
    """

    id = fields.BigIntField(primary_key=True, generated=True)  # the order of enqueueing
    activity: fields.ForeignKeyRelation[OutboxActivity] = fields.ForeignKeyField(
        "curbside.OutboxActivity", related_name="deliveries", on_delete=fields.CASCADE
    )
    activity_id: int
    inbox = fields.CharField(max_length=512)
    host = fields.CharField(max_length=255)
    lane = fields.BigIntField()  # id of the thread or consult it is about, else of who acts
    attempts = fields.IntField(default=0)
    not_found = fields.IntField(default=0)  # answers 404: the third drops it
    due_at = fields.DatetimeField(null=True)
    claimed_until = fields.DatetimeField(null=True)  # a worker owns the row until then
    delivered_at = fields.DatetimeField(null=True)
    gave_up_at = fields.DatetimeField(null=True)
    last_error = fields.CharField(max_length=200, null=True)
    created_at = fields.DatetimeField(auto_now_add=True)  # or when its turn comes (T76)

    class Meta:
        table = "delivery"
        unique_together = (("activity", "inbox"),)  # a repeated enqueue must not deliver twice
        indexes = (
            IndexOfSome(fields=["host", "due_at"], name="delivery_waiting", having="due_at"),
            # Is an earlier one of the lane still open?
            IndexOfSome(fields=["inbox", "lane", "id"], name="delivery_lane", having="due_at"),
            IndexOfSome(
                fields=["host", "claimed_until"], name="delivery_claimed", having="claimed_until"
            ),
            IndexOfSome(
                fields=["host", "gave_up_at"], name="delivery_gave_up", having="gave_up_at"
            ),
        )


class Fetch(Model):
    """A document a handler needs and must not wait for. `kind` says who takes it up."""

    id = IdField()
    kind = fields.CharField(max_length=16)  # a `fetches.Kind`
    uri = fields.CharField(max_length=512)
    channel = fields.CharField(max_length=512, default="")  # whose Announce named it, if one did
    host = fields.CharField(max_length=255)
    # The verified activity that waits for the document, where one does.
    activity: Any = fields.JSONField(null=True)
    attempts = fields.IntField(default=0)
    due_at = fields.DatetimeField(db_index=True)
    claimed_until = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "fetch"
        unique_together = (("kind", "uri", "channel"),)  # asked for ten times, fetched once
