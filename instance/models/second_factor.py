"""What a member shows besides a password: codes of an app, passkeys, recovery codes."""

from tortoise import fields
from tortoise.models import Model

from instance.models.keys import IdField
from instance.models.member import Member
from instance.sealed import SealedBytesField


class CodeApp(Model):
    """The secret that an authenticator app shares with us. `last_step`: a code works once (T66)."""

    id = IdField()
    member: fields.OneToOneRelation[Member] = fields.OneToOneField(
        "curbside.Member", related_name="code_app", on_delete=fields.CASCADE
    )
    member_id: int
    secret = SealedBytesField()
    last_step = fields.BigIntField()
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "code_app"


class RecoveryCode(Model):
    """One code for a day without the phone. Only its hash is kept; used, the row is gone."""

    id = IdField()
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="recovery_codes", on_delete=fields.CASCADE
    )
    member_id: int
    code_hash = fields.CharField(max_length=64)

    class Meta:
        table = "recovery_code"
        unique_together = (("member", "code_hash"),)


class Passkey(Model):
    """A credential of WebAuthn. `credential_id` is base64url, and long: its hash is what is unique.

    `sign_count` grows with each use where the device counts; one that goes back is a copy.
    """

    id = IdField()
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="passkeys", on_delete=fields.CASCADE
    )
    member_id: int
    credential_id = fields.TextField()
    credential_hash = fields.CharField(max_length=64, unique=True)
    public_key = fields.BinaryField()
    sign_count = fields.BigIntField()
    name = fields.CharField(max_length=60)
    created_at = fields.DatetimeField(auto_now_add=True)
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "passkey"


class UsedChallenge(Model):
    """A challenge that a passkey has signed: nobody signs in with the same answer again."""

    id = IdField()
    challenge_hash = fields.CharField(max_length=64, unique=True)
    expires_at = fields.DatetimeField()

    class Meta:
        table = "used_challenge"
