"""What people say about themselves, each thing for the readers they choose."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from instance.models.actor import Actor
from instance.models.keys import IdField


class ProfileKind(StrEnum):
    """In the order of the page."""

    ABOUT = "about"
    TOWN = "town"
    POSITIONS = "positions"
    TRAINING = "training"
    CERTIFICATION = "certification"
    LANGUAGES = "languages"
    INTERESTS = "interests"
    LINKS = "links"
    BANNER = "banner"  # the name of a drawing, above the page


class Visibility(StrEnum):
    """From everybody to nobody; whoever may read the one may read what stands before it."""

    PUBLIC = "public"
    PARTNERS = "partners"  # members of institutions that trust us and that we trust
    MEMBERS = "members"  # of this institution
    PRIVATE = "private"


class ProfileField(Model):
    """One thing on the profile of one identity. An identity has rows of its own: nothing of them
    tells which others are the same member's (F-ACT-2)."""

    id = IdField()
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="profile", on_delete=fields.CASCADE
    )
    actor_id: int
    kind = fields.CharEnumField(ProfileKind, max_length=16)
    text = fields.TextField()
    visibility = fields.CharEnumField(Visibility, max_length=10)

    class Meta:
        table = "profile_field"
        unique_together = (("actor", "kind"),)
