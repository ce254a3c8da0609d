from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('curbside', '0059_backups')]

    initial = False

    operations = [
        ops.AddIndex(
            model_name='Thread',
            index=Index(fields=['group_id', 'created_at']),
        ),
    ]
