"""Lists of hosts that somebody brings: looked at first, taken over when that was confirmed."""

from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from instance.models.keys import IdField
from instance.models.member import Member


class HostAction(StrEnum):
    BLOCK = "block"
    ALLOW = "allow"


class ImportState(StrEnum):
    CHECKING = "checking"
    CHECKED = "checked"
    WAITING = "waiting"  # for a second administrator: something would be cut
    DONE = "done"
    CANCELLED = "cancelled"
    UNREADABLE = "unreadable"


class Verdict(StrEnum):
    CHANGE = "change"
    SAME = "same"  # it is so already
    REFUSED = "refused"


class HostImport(Model):
    """A list of hosts as somebody brought it, and what was decided about it.

    `content` is dropped when its rows are there; they stay, and say what was done.
    `problem`: why all of it cannot be read, a key of `list_words.PROBLEMS`.
    """

    id = IdField()
    by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="host_imports", null=True, on_delete=fields.SET_NULL
    )
    by_id: int | None
    confirmed_by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="confirmed_imports", null=True, on_delete=fields.SET_NULL
    )
    confirmed_by_id: int | None
    action = fields.CharEnumField(HostAction, max_length=5)  # of rows that do not say
    state = fields.CharEnumField(ImportState, max_length=10, default=ImportState.CHECKING)
    problem = fields.CharField(max_length=20, default="")
    content: str | None = fields.TextField(null=True)
    total = fields.IntField(default=0)
    checked = fields.IntField(default=0)
    created_at = fields.DatetimeField(auto_now_add=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "host_import"
        indexes = (("state", "id"),)


class HostImportRow(Model):
    """One row of such a list.

    `reason`: why it is refused, a key of `list_words.REASONS`. The numbers: what it would cut
    (`services.reach`).
    """

    id = fields.BigIntField(primary_key=True, generated=True)
    host_import: fields.ForeignKeyRelation[HostImport] = fields.ForeignKeyField(
        "curbside.HostImport", related_name="rows", on_delete=fields.CASCADE
    )
    host_import_id: int
    line = fields.IntField()
    typed = fields.CharField(max_length=255)
    host = fields.CharField(max_length=255)
    action = fields.CharEnumField(HostAction, max_length=5)
    comment = fields.CharField(max_length=500)
    verdict = fields.CharEnumField(Verdict, max_length=7)
    reason = fields.CharField(max_length=20)
    followers = fields.IntField()
    followed = fields.IntField()
    consults = fields.IntField()

    class Meta:
        table = "host_import_row"
        indexes = (("host_import_id", "verdict", "line"),)


class PublishedList(Model):
    """The list of blocked hosts that we publish, as an administrator published it last."""

    id = IdField()
    version = fields.IntField()
    document: Any = fields.JSONField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "published_list"


class Subscription(Model):
    """A list of another institution that is fetched daily, with the key it was first proven by.

    `error`: why the last look at it failed, a key of `list_words.FAILURES`. `added`, `retracted`
    and `waiting`: what the last new version did here.
    """

    id = IdField()
    uri = fields.CharField(max_length=512, unique=True)
    publisher = fields.CharField(max_length=512)
    key_uri = fields.CharField(max_length=512)
    key = fields.CharField(max_length=100)  # Multikey
    version = fields.IntField()
    fetched_at = fields.DatetimeField()
    due_at = fields.DatetimeField(db_index=True)
    error = fields.CharField(max_length=20, default="")
    changed_at = fields.DatetimeField()
    added = fields.IntField(default=0)
    retracted = fields.IntField(default=0)
    waiting = fields.IntField(default=0)

    class Meta:
        table = "subscription"


class ItemState(StrEnum):
    APPLIED = "applied"  # blocked here because of this list
    SAME = "same"  # it was blocked already
    WAITING = "waiting"  # a block would cut somebody off
    REFUSED = "refused"  # ourselves, or a partner
    PROPOSED = "proposed"  # as somebody to work with


class SubscriptionItem(Model):
    """One host of it, and what came of it when it appeared."""

    id = IdField()
    subscription: fields.ForeignKeyRelation[Subscription] = fields.ForeignKeyField(
        "curbside.Subscription", related_name="items", on_delete=fields.CASCADE
    )
    subscription_id: int
    host = fields.CharField(max_length=255)
    level = fields.CharField(max_length=9)
    comment = fields.CharField(max_length=500)
    state = fields.CharEnumField(ItemState, max_length=8)

    class Meta:
        table = "subscription_item"
        unique_together = (("subscription", "host"),)
        indexes = (("host", "state"),)
