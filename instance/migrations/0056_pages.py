from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('curbside', '0055_watch')]

    initial = False

    operations = [
        ops.AddIndex(
            model_name='Post',
            index=Index(fields=['author_id', 'id']),
        ),
        ops.AddIndex(
            model_name='Reaction',
            index=Index(fields=['actor_id', 'id']),
        ),
        ops.AddIndex(
            model_name='Thread',
            index=Index(fields=['group_id', 'id']),
        ),
    ]
