from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import Index
from instance.models.keys import IndexOfSome

class Migration(migrations.Migration):
    dependencies = [('curbside', '0068_untold')]

    initial = False

    operations = [
        ops.AddIndex(
            model_name='Actor',
            index=IndexOfSome(fields=['host'], name='actor_proven', having='proven_at'),
        ),
        ops.AddIndex(
            model_name='Consult',
            index=Index(fields=['is_private', 'status', 'asker_id']),
        ),
    ]
