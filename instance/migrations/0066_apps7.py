from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.models.keys import IndexOfSome
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('curbside', '0062_pictures')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Notification',
            name='message',
            field=fields.ForeignKeyField('curbside.Contribution', source_field='message_id', null=True, db_constraint=True, to_field='id', related_name='notifications', on_delete=OnDelete.CASCADE),
        ),
        ops.AddIndex(
            model_name='Notification',
            index=IndexOfSome(fields=['message_id'], name='notification_message', having='message_id'),
        ),
    ]
