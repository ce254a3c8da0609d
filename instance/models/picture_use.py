"""When copies of pictures from elsewhere were used last: those that nobody sees go first."""

from tortoise import fields
from tortoise.models import Model


class PictureUse(Model):
    """`name`: of the `Attachment` or `Portrait`. Written once a day at most."""

    name = fields.CharField(max_length=32, primary_key=True)
    used_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "picture_use"
