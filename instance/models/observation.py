"""What this server saw of itself last: the newest of each kind, and nothing of before."""

from tortoise import fields
from tortoise.models import Model


class Observation(Model):
    """`name`: what was looked at, of workers with which process (`worker ward-7:4711`). `value`: a
    number that hangs on it, where there is one."""

    name = fields.CharField(max_length=100, primary_key=True)
    value = fields.FloatField(null=True)
    at = fields.DatetimeField()

    class Meta:
        table = "observation"
