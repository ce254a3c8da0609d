from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.models.keys import IndexOfSome

class Migration(migrations.Migration):
    dependencies = [('curbside', '0044_kept_images')]

    initial = False

    operations = [
        ops.AddIndex(
            model_name='Actor',
            index=IndexOfSome(fields=['member_id'], name='actor_of_member', having='member_id'),
        ),
        ops.AddIndex(
            model_name='OutboxActivity',
            index=IndexOfSome(fields=['consult_id'], name='outbox_of_consult', having='consult_id'),
        ),
    ]
