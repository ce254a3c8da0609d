from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('curbside', '0043_purges')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Media',
            name='keepsake',
            field=fields.ForeignKeyField('curbside.Keepsake', source_field='keepsake_id', null=True, db_constraint=True, to_field='id', related_name='media', on_delete=OnDelete.CASCADE),
        ),
        ops.AddIndex(
            model_name='Media',
            index=Index(fields=['keepsake_id', 'position']),
        ),
    ]
