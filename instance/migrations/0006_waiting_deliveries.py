from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.models.keys import IndexOfSome

class Migration(migrations.Migration):
    dependencies = [('curbside', '0005_moderation_acts')]

    initial = False

    operations = [
        ops.RemoveIndex(
            model_name='Delivery',
            name=None,
            fields=['due_at', 'claimed_until'],
        ),
        ops.RemoveIndex(
            model_name='Delivery',
            name=None,
            fields=['inbox', 'lane', 'due_at'],
        ),
        ops.AddIndex(
            model_name='Delivery',
            index=IndexOfSome(fields=['host', 'due_at'], name='delivery_waiting', having='due_at'),
        ),
        ops.AddIndex(
            model_name='Delivery',
            index=IndexOfSome(fields=['inbox', 'lane', 'id'], name='delivery_lane', having='due_at'),
        ),
        ops.AddIndex(
            model_name='Delivery',
            index=IndexOfSome(fields=['host', 'claimed_until'], name='delivery_claimed', having='claimed_until'),
        ),
        ops.AddIndex(
            model_name='Delivery',
            index=IndexOfSome(fields=['host', 'gave_up_at'], name='delivery_gave_up', having='gave_up_at'),
        ),
    ]
