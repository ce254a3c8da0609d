from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.models.keys import IndexOfSome

class Migration(migrations.Migration):
    dependencies = [('curbside', '0060_home')]

    initial = False

    operations = [
        ops.AddIndex(
            model_name='Follow',
            index=IndexOfSome(fields=['follower_id'], name='follow_languages', having='languages'),
        ),
    ]
