"""What a member looked at and found to be no identifier."""

from tortoise import fields
from tortoise.models import Model

from instance.models.keys import IdField
from instance.models.member import Member


class DismissedTerm(Model):
    """The identifier check asks this member about this term no more (domain.md 6.4).

    `digest` is keyed: the term cannot be told from it, not even by trying.
    """

    id = IdField()
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="dismissed_terms", on_delete=fields.CASCADE
    )
    member_id: int
    digest = fields.CharField(max_length=64)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "dismissed_term"
        unique_together = (("member", "digest"),)  # a second press is no second row
