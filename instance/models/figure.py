"""Counts of which administrators see charts. Never of people, never of content."""

from tortoise import fields
from tortoise.models import Model


class DeliveryHour(Model):
    """How many tries to deliver to one host ended in one way within an hour.

    `bucket`: the place in `delivery_figures.WITHIN` of the time that those took which arrived;
    FAILED for tries without success, GAVE_UP for what is not tried again.
    """

    FAILED = -1
    GAVE_UP = -2

    id = fields.BigIntField(primary_key=True, generated=True)  # many are made at once
    host = fields.CharField(max_length=255)
    hour = fields.DatetimeField()
    bucket = fields.SmallIntField()
    count = fields.IntField()

    class Meta:
        table = "delivery_hour"
        unique_together = (("host", "hour", "bucket"),)
        indexes = (("hour",),)
