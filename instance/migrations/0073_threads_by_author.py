from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Nothing asks for the latest threads of an author; a key has to be found when one goes."""

    dependencies = [("curbside", "0072_indexes_of_some")]

    initial = False

    operations = [
        ops.RemoveIndex(model_name="Thread", fields=["author_id", "last_post_at", "id"]),
        ops.AddIndex(model_name="Thread", index=Index(fields=["author_id"])),
    ]
