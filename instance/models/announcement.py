"""What the institution tells all its members: on the start page, and in their applications."""

from tortoise import fields
from tortoise.models import Model

from instance.models.actor import Actor
from instance.models.keys import IdField


class Announcement(Model):
    """Plain text. Once ended it is shown to nobody."""

    id = IdField()
    text = fields.TextField()
    published_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "announcement"
        indexes = (("ended_at", "id"),)


class AnnouncementDismissed(Model):
    """One identity has read it, and put it away in an application."""

    id = IdField()
    announcement: fields.ForeignKeyRelation[Announcement] = fields.ForeignKeyField(
        "curbside.Announcement", related_name="dismissed", on_delete=fields.CASCADE
    )
    announcement_id: int
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="dismissed_announcements", on_delete=fields.CASCADE
    )
    actor_id: int

    class Meta:
        table = "announcement_dismissed"
        unique_together = (("announcement", "actor"),)


class AnnouncementReaction(Model):
    """What one identity thinks of it: `name` is an emoji."""

    id = IdField()
    announcement: fields.ForeignKeyRelation[Announcement] = fields.ForeignKeyField(
        "curbside.Announcement", related_name="reactions", on_delete=fields.CASCADE
    )
    announcement_id: int
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="announcement_reactions", on_delete=fields.CASCADE
    )
    actor_id: int
    name = fields.CharField(max_length=32)

    class Meta:
        table = "announcement_reaction"
        unique_together = (("announcement", "actor", "name"),)
