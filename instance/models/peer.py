"""Other institutions' servers and how far we trust them (federation.md 11)."""

from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from instance.models.keys import IdField
from instance.models.member import Member


class PeerLevel(StrEnum):
    """An administrator's standing decision; `trusted` counts only with both ways ACTIVE."""

    BLOCKED = "blocked"
    PUBLIC = "public"
    TRUSTED = "trusted"


class TrustState(StrEnum):
    NONE = "none"
    PINNED = "pinned"
    OFFERED = "offered"
    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    REJECTED = "rejected"


class Direction(StrEnum):
    OURS = "ours"  # we trust them
    THEIRS = "theirs"  # they trust us


class Peer(Model):
    """One host we have dealt with: level, pinned keys, and how delivery to it goes."""

    id = IdField()
    host = fields.CharField(max_length=255, unique=True)
    name = fields.CharField(max_length=200, default="")
    # Hospital or society, as its own document says: when it begins to ask (domain.md 3.4).
    kind = fields.CharField(max_length=8, default="hospital", db_default="hospital")
    level = fields.CharEnumField(PeerLevel, max_length=8, default=PeerLevel.PUBLIC)
    # On the list of hosts we deal with, as a pin is too: counts where the operator keeps one.
    allowed_at = fields.DatetimeField(null=True)
    # Why it was blocked or allowed, as lists of hosts carry it: everybody may read it.
    comment = fields.CharField(max_length=500, default="", db_default="")
    actor_uri = fields.CharField(max_length=512, null=True)
    actor_inbox = fields.CharField(max_length=512, null=True)  # of the Application itself
    inbox = fields.CharField(max_length=512, null=True)
    # The pin: compared by telephone, never replaced by a fetch (T58).
    pinned_rsa = fields.TextField(null=True)
    pinned_rsa_uri = fields.CharField(max_length=512, null=True)
    pinned_ed25519 = fields.CharField(max_length=100, null=True)
    pinned_ed25519_uri = fields.CharField(max_length=512, null=True)
    pinned_at = fields.DatetimeField(null=True)
    spoke_to = fields.CharField(max_length=200, default="", db_default="")  # on that telephone
    # The key that vouched for this pin: standing signed with it counts 48 hours more (F-STD-1).
    former_ed25519 = fields.CharField(max_length=100, null=True)
    former_ed25519_uri = fields.CharField(max_length=512, null=True)
    # Since when its server shows other keys than those: trust rests, until people compared again.
    keys_changed_at = fields.DatetimeField(null=True)
    # Since a restore, until it has confirmed that we work together: trust in it rests.
    awaited_since = fields.DatetimeField(null=True)
    # Since a restore, until all is here that it holds of our consults: nothing is added to them.
    untold_since = fields.DatetimeField(null=True)
    # Which signature form worked last, remembered 7 days (federation.md 9.3).
    form = fields.CharField(max_length=8, null=True)
    form_at = fields.DatetimeField(null=True)
    delivered_at = fields.DatetimeField(null=True)
    failing_since = fields.DatetimeField(null=True)
    # Since when a partner's server does not answer when we look at its keys (section 11.1.7).
    silent_since = fields.DatetimeField(null=True)
    # When its lists of standing are fetched next, and since when that fails (F-STD-2).
    lists_due_at = fields.DatetimeField(null=True)
    lists_failing_since = fields.DatetimeField(null=True)
    last_error = fields.CharField(max_length=200, null=True)
    retry_after_at = fields.DatetimeField(null=True)
    # Nothing is sent while it is set: by an administrator, or after seven days without an answer;
    # then one delivery is tried a day (section 12).
    paused_at = fields.DatetimeField(null=True)
    paused_by = fields.CharField(
        max_length=512, default="", db_default=""
    )  # actor; "" where it was the clock
    probe_at = fields.DatetimeField(null=True)
    # Of channels it gets the bare Announce of starters only: a microblog (5.3).
    plain_only = fields.BooleanField(default=False, db_default=False)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "peer"


class Relationship(Model):
    """One direction of trust. Consults need both, ACTIVE and unexpired."""

    id = IdField()
    uri = fields.CharField(max_length=512, unique=True)
    peer: fields.ForeignKeyRelation[Peer] = fields.ForeignKeyField(
        "curbside.Peer", related_name="relationships", on_delete=fields.CASCADE
    )
    peer_id: int
    direction = fields.CharEnumField(Direction, max_length=6)
    state = fields.CharEnumField(TrustState, max_length=10)
    # The Offer or Accept that said so, which an Undo names.
    activity_uri = fields.CharField(max_length=512, default="", db_default="", db_index=True)
    scopes: Any = fields.JSONField()
    terms: Any = fields.JSONField()
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()

    class Meta:
        table = "relationship"
        unique_together = (("peer", "direction"),)


class KeyCheck(Model):
    """Keys that one administrator compared by telephone. They are the pin when a second one has."""

    id = IdField()
    peer: fields.OneToOneRelation[Peer] = fields.OneToOneField(
        "curbside.Peer", related_name="key_check", on_delete=fields.CASCADE
    )
    peer_id: int
    name = fields.CharField(max_length=200)
    actor_uri = fields.CharField(max_length=512)
    actor_inbox = fields.CharField(max_length=512)
    inbox = fields.CharField(max_length=512)
    rsa = fields.TextField()
    rsa_uri = fields.CharField(max_length=512)
    ed25519 = fields.CharField(max_length=100)
    ed25519_uri = fields.CharField(max_length=512)
    by: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="key_checks", on_delete=fields.CASCADE
    )
    by_id: int
    spoke_to = fields.CharField(max_length=200)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "key_check"


class Offer(Model):
    """The last Offer of trust in one direction: a new one takes the place of the one before.

    OURS is OFFERED while it waits for their answer, THEIRS is PENDING while it waits for ours;
    else `state` says what became of it, NONE that it lapsed. `document` is as it was sent.
    `answer_uri` and `answer`: our Accept of theirs, and our Relationship in it; both count when it
    has arrived.
    """

    id = IdField()
    uri = fields.CharField(max_length=512, unique=True)
    peer: fields.ForeignKeyRelation[Peer] = fields.ForeignKeyField(
        "curbside.Peer", related_name="offers", on_delete=fields.CASCADE
    )
    peer_id: int
    direction = fields.CharEnumField(Direction, max_length=6)
    state = fields.CharEnumField(TrustState, max_length=10)
    document: Any = fields.JSONField()
    nonce = fields.CharField(max_length=64)
    answer_uri = fields.CharField(max_length=512, null=True, unique=True)
    answer: Any = fields.JSONField(null=True)
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    created_at = fields.DatetimeField()
    closed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "offer"
        unique_together = (("peer", "direction"),)
        indexes = (("state", "created_at"),)
