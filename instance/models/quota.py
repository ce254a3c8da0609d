"""How much other servers leave here (T78): what they did today, what is here of them, and where an
administrator decided how much may be."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from instance.models.keys import IdField


class Left(StrEnum):
    """What a server leaves here."""

    POSTS = "posts"
    BYTES = "bytes"  # of posts, as they came
    PEOPLE = "people"  # of its accounts that nobody here knew
    REACTIONS = "reactions"  # likes, boosts, follows and votes
    REPORTS = "reports"
    CONSULTS = "consults"  # what it asks and answers


class HostDay(Model):
    """How many of one kind came from one server within a day."""

    id = IdField()
    host = fields.CharField(max_length=255)
    day = fields.DateField(db_index=True)
    kind = fields.CharEnumField(Left, max_length=10)
    count = fields.BigIntField(default=0)

    class Meta:
        table = "host_day"
        unique_together = (("host", "day", "kind"),)


class HostTotal(Model):
    """How many of one kind are here: as they were counted last, and what came since."""

    id = IdField()
    host = fields.CharField(max_length=255)
    kind = fields.CharEnumField(Left, max_length=10)
    count = fields.BigIntField(default=0)

    class Meta:
        table = "host_total"
        unique_together = (("host", "kind"),)


class HostLimit(Model):
    """What an administrator decided for one server; without a row the usual counts."""

    id = IdField()
    host = fields.CharField(max_length=255)
    kind = fields.CharEnumField(Left, max_length=10)
    a_day = fields.BigIntField()
    in_all = fields.BigIntField()

    class Meta:
        table = "host_limit"
        unique_together = (("host", "kind"),)
