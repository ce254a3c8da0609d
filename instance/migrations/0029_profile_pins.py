from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.models.keys import IndexOfSome
from instance.models.profile import ProfileKind
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('curbside', '0023_verification_cases')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Post',
            name='pinned_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddIndex(
            model_name='Post',
            index=IndexOfSome(fields=['author_id'], name='post_pinned', having='pinned_at'),
        ),
        ops.AlterField(
            model_name='ProfileField',
            name='kind',
            field=fields.CharEnumField(description='ABOUT: about\nTOWN: town\nPOSITIONS: positions\nTRAINING: training\nCERTIFICATION: certification\nLANGUAGES: languages\nINTERESTS: interests\nLINKS: links\nBANNER: banner', enum_type=ProfileKind, max_length=16),
        ),
    ]
