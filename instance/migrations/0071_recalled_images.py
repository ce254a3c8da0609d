from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from instance.models.media import MediaState


class Migration(migrations.Migration):
    dependencies = [("curbside", "0069_finding")]

    initial = False

    operations = [
        ops.AlterField(
            model_name="Media",
            name="state",
            field=fields.CharEnumField(
                default=MediaState.READY,
                description="READY: ready\nAWAITED: awaited\nMISSING: missing\nHELD: held\n"
                "RECALLED: recalled",
                enum_type=MediaState,
                max_length=8,
            ),
        ),
    ]
