"""Applications that members let act for them (OAuth 2). Of every secret its hash alone is kept."""

from datetime import timedelta
from typing import Any

from tortoise import fields
from tortoise.models import Model

from instance.models.actor import Actor
from instance.models.consult import Contribution
from instance.models.keys import IdField
from instance.models.member import Member
from instance.models.post import Post


class Application(Model):
    """One that registered itself, or that `curbside token create` made.

    `redirect_uris` and `scopes` are lists. `approved_at`: an administrator lets it read consults
    where its user does.
    """

    id = IdField()
    client_id = fields.CharField(max_length=64, unique=True)
    secret_hash = fields.CharField(max_length=64)
    name = fields.CharField(max_length=80)
    website = fields.CharField(max_length=500, null=True)
    redirect_uris: Any = fields.JSONField()
    scopes: Any = fields.JSONField()
    approved_at = fields.DatetimeField(null=True)
    used_at = fields.DatetimeField(null=True)  # when it first got a token: such ones are kept
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "application"
        indexes = (("used_at", "created_at"),)  # those that nobody ever used are forgotten


class AuthorizationCode(Model):
    """What an application gets from a member's yes, and changes for a token once.

    Kept a day: who brings it twice takes its tokens away.
    """

    LIVES = timedelta(minutes=10)
    KEPT = timedelta(days=1)

    id = IdField()
    code_hash = fields.CharField(max_length=64, unique=True)
    application: fields.ForeignKeyRelation[Application] = fields.ForeignKeyField(
        "curbside.Application", related_name="codes", on_delete=fields.CASCADE
    )
    application_id: int
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="authorization_codes", on_delete=fields.CASCADE
    )
    member_id: int
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="authorization_codes", on_delete=fields.CASCADE
    )
    actor_id: int
    redirect_uri = fields.CharField(max_length=500)
    scopes: Any = fields.JSONField()
    challenge = fields.CharField(max_length=64, default="")  # S256, or none
    used_at = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "authorization_code"


class AccessToken(Model):
    """What an application may do as one identity of a member; without both it reads what is public.

    It lives until it is taken back, or the member's sessions end.
    """

    id = IdField()
    token_hash = fields.CharField(max_length=64, unique=True)
    application: fields.ForeignKeyRelation[Application] = fields.ForeignKeyField(
        "curbside.Application", related_name="tokens", on_delete=fields.CASCADE
    )
    application_id: int
    member: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="access_tokens", null=True, on_delete=fields.CASCADE
    )
    member_id: int | None
    actor: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="access_tokens", null=True, on_delete=fields.CASCADE
    )
    actor_id: int | None
    code: fields.ForeignKeyNullableRelation[AuthorizationCode] = fields.ForeignKeyField(
        "curbside.AuthorizationCode", related_name="tokens", null=True, on_delete=fields.SET_NULL
    )
    code_id: int | None
    scopes: Any = fields.JSONField()
    seen_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "access_token"


class SentOnce(Model):
    """A post that an application may send again under the same key: it gets the first one back.

    It is a `post`, or a `message` in a consult: neither is there yet while the first request is
    under way. Kept an hour.
    """

    KEPT = timedelta(hours=1)

    id = IdField()
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="sent_once", on_delete=fields.CASCADE
    )
    actor_id: int
    key_hash = fields.CharField(max_length=64)
    post: fields.ForeignKeyNullableRelation[Post] = fields.ForeignKeyField(
        "curbside.Post", related_name="sent_once", null=True, on_delete=fields.CASCADE
    )
    post_id: int | None
    message: fields.ForeignKeyNullableRelation[Contribution] = fields.ForeignKeyField(
        "curbside.Contribution", related_name="sent_once", null=True, on_delete=fields.CASCADE
    )
    message_id: int | None
    created_at = fields.DatetimeField(auto_now_add=True, db_index=True)

    class Meta:
        table = "sent_once"
        unique_together = (("actor", "key_hash"),)


class PostedWith(Model):
    """Which application a post came from; its author alone is shown it."""

    id = IdField()
    post: fields.OneToOneRelation[Post] = fields.OneToOneField(
        "curbside.Post", related_name="posted_with", on_delete=fields.CASCADE
    )
    post_id: int
    application: fields.ForeignKeyRelation[Application] = fields.ForeignKeyField(
        "curbside.Application", related_name="posts", on_delete=fields.CASCADE
    )
    application_id: int

    class Meta:
        table = "posted_with"
        indexes = (("application_id",),)
