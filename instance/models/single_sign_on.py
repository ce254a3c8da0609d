"""Signing in through the institution's own accounts (OpenID Connect): whom we ask, who is who."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from instance.models.keys import IdField
from instance.models.member import Member
from instance.sealed import SealedBytesField


class SignOnProvider(Model):
    """The one provider that an owner named. A row that is not `is_on` is a draft.

    `*_claim`: which claim says it, "" for none. `affiliations`: one of these must be said, and any
    will do where there are none. `factors`: values of `amr` or `acr` that stand for a second step.
    `found`: what its discovery document said, `keys` the keys it signs with.
    """

    id = IdField()  # 1
    issuer = fields.CharField(max_length=500)
    client_id = fields.CharField(max_length=200)
    client_secret = SealedBytesField()
    scopes = fields.CharField(max_length=200, default="")  # besides our own
    key_claim = fields.CharField(max_length=60, default="")
    email_claim = fields.CharField(max_length=60, default="email")
    affiliation_claim = fields.CharField(max_length=60, default="")
    affiliations: Any = fields.JSONField(default=list)
    factors: Any = fields.JSONField(default=list)
    is_on = fields.BooleanField(default=False)
    found: Any = fields.JSONField(null=True)
    found_at = fields.DatetimeField(null=True)
    keys: Any = fields.JSONField(null=True)
    keys_at = fields.DatetimeField(null=True)

    class Meta:
        table = "sign_on_provider"


class SignOnIdentity(Model):
    """An account at a provider, and the one member it signs in. Never found by an e-mail (T71)."""

    id = IdField()
    member: fields.OneToOneRelation[Member] = fields.OneToOneField(
        "curbside.Member", related_name="sign_on", on_delete=fields.CASCADE
    )
    member_id: int
    issuer = fields.CharField(max_length=500)
    subject = fields.CharField(max_length=255)
    created_at = fields.DatetimeField(auto_now_add=True)
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "sign_on_identity"
        unique_together = (("issuer", "subject"),)
