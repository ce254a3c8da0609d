"""Who acts: members' identities, channels, consults' Groups, institutions; local and remote."""

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from tortoise import fields
from tortoise.models import Model

from instance.models.keys import IdField, IndexOfSome
from instance.sealed import SealedBytesField

if TYPE_CHECKING:
    from instance.models.member import Member
    from instance.models.standing import Standing


class ActorKind(StrEnum):
    PERSON = "person"
    CHANNEL = "channel"
    CONSULT = "consult"
    INSTITUTION = "institution"


class Actor(Model):
    """One actor, local or remote alike. A member may have several; nothing outside links them."""

    id = IdField()
    uri = fields.CharField(max_length=512, unique=True)
    kind = fields.CharEnumField(ActorKind, max_length=12)
    is_local = fields.BooleanField(default=False)
    host = fields.CharField(max_length=255)
    handle = fields.CharField(max_length=100)
    # Local handles share one namespace (federation.md 2): the handle again, NULL for remote ones.
    local_handle = fields.CharField(max_length=100, null=True, unique=True)
    name = fields.CharField(max_length=200, default="")
    summary = fields.TextField(default="")
    inbox = fields.CharField(max_length=512)
    shared_inbox = fields.CharField(max_length=512, null=True)
    followers_uri = fields.CharField(max_length=512, null=True)
    page_url = fields.CharField(max_length=512, null=True)
    discoverable = fields.BooleanField(default=False)
    # Of a remote one: its institution offers it to the directories of partners (`cs:listed`).
    is_listed = fields.BooleanField(default=False, db_default=False)
    # Of a remote one: what its document says besides, as [name, text] pairs.
    properties: Any = fields.JSONField(null=True)
    # Whether search engines may list what it wrote; asked for apart from the public profile.
    indexable = fields.BooleanField(default=False, db_default=False)
    # A person: admits one by one who follows. Of a channel of ours its `Channel` says so.
    approves_followers = fields.BooleanField(default=False, db_default=False)
    # Partners find it by its address though it is not public (federation.md 3, `directory`).
    allows_invitations = fields.BooleanField(default=False, db_default=False)
    # Of a remote one: a member asked for it by its address, so it is known here to all.
    is_looked_up = fields.BooleanField(default=False, db_default=False)
    is_pseudonym = fields.BooleanField(default=False)
    also_known_as: Any = fields.JSONField(null=True)  # ids it names as its own, for a Move
    moved_to_uri = fields.CharField(max_length=512, null=True)
    moved_at = fields.DatetimeField(null=True)  # followers move along once in 30 days
    gone_at = fields.DatetimeField(null=True)  # its server deleted it
    # Its host is blocked here: nothing of it is shown (see `services.hosts`).
    is_blocked = fields.BooleanField(default=False, db_default=False)
    # Set while the document's proof fitted the pin of its institution (F-ACT-1).
    proven_at = fields.DatetimeField(null=True)
    fetched_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    member: fields.ForeignKeyNullableRelation["Member"] = fields.ForeignKeyField(
        "curbside.Member", related_name="actors", null=True, on_delete=fields.RESTRICT
    )
    member_id: int | None
    standing: fields.BackwardOneToOneRelation["Standing"]

    class Meta:
        table = "actor"
        indexes = (
            ("host", "handle"),  # found by address
            IndexOfSome(fields=["member_id"], name="actor_of_member", having="member_id"),
            IndexOfSome(fields=["host"], name="actor_proven", having="proven_at"),
        )

    @property
    def address(self) -> str:
        return f"@{self.handle}@{self.host}"


class ActorKey(Model):
    """One key of an actor. `private` is sealed and ours; a peer's key has none."""

    id = IdField()
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="keys", on_delete=fields.CASCADE
    )
    actor_id: int
    uri = fields.CharField(max_length=512, unique=True)
    algorithm = fields.CharField(max_length=8)  # "rsa" or "ed25519"
    public = fields.TextField()  # SPKI PEM for RSA, Multikey for Ed25519
    private: Any = SealedBytesField(null=True)
    retired_at = fields.DatetimeField(null=True)  # a newer one is used; gone 48 hours later (9.3)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "actor_key"
