"""What owners decide while the server runs."""

from tortoise import fields
from tortoise.models import Model


class Setting(Model):
    """One setting that somebody changed; without a row the environment or our default counts."""

    name = fields.CharField(max_length=40, primary_key=True)
    value = fields.TextField()

    class Meta:
        table = "setting"
