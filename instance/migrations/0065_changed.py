from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('curbside', '0064_weekly')]

    initial = False

    operations = [
        ops.AddIndex(
            model_name='Consult',
            index=Index(fields=['changed_at', 'id']),
        ),
    ]
