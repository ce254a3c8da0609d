"""Who was asked to join, at which address, and how far they have come (T70)."""

from datetime import timedelta

from tortoise import fields
from tortoise.models import Model

from instance.models.keys import IdField
from instance.models.member import Member


class Invitation(Model):
    """One person asked to join as a member, at one address: asked again, it is the same row.

    Of the code in the link, of the one that is mailed to the mailbox and of the token of the
    browser in which that was typed only hashes are kept.
    """

    LIVES = timedelta(days=7)
    MAILBOX_CODE_LIVES = timedelta(minutes=15)

    id = IdField()
    email = fields.CharField(max_length=254, unique=True)  # lower case
    code_hash = fields.CharField(max_length=64, unique=True)
    invited_by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="invitations", null=True, on_delete=fields.SET_NULL
    )
    invited_by_id: int | None
    sent_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)
    withdrawn_at = fields.DatetimeField(null=True)
    mailbox_code_hash = fields.CharField(max_length=64, null=True)
    mailbox_code_until = fields.DatetimeField(null=True)
    browser_hash = fields.CharField(max_length=64, null=True, unique=True)

    class Meta:
        table = "invitation"


class InvitationRound(Model):
    """Everybody of the roster who has no account is asked, some at a time.

    `total`: people of the roster when it began; `looked_at` of them are done, up to the entry
    `after_id`; `invited` were asked.
    """

    id = IdField()
    by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="invitation_rounds", null=True, on_delete=fields.SET_NULL
    )
    by_id: int | None
    total = fields.IntField()
    looked_at = fields.IntField(default=0)
    invited = fields.IntField(default=0)
    after_id = fields.BigIntField(default=0)
    is_open = fields.BooleanField(null=True, default=True, unique=True)  # NULL when it is over
    created_at = fields.DatetimeField(auto_now_add=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "invitation_round"
