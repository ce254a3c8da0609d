from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.ids import new_id
from instance.models.keys import IdField
from instance.models.profile import ProfileKind, Visibility
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('curbside', '0021_kept')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ProfileField',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('actor', fields.ForeignKeyField('curbside.Actor', source_field='actor_id', db_constraint=True, to_field='id', related_name='profile', on_delete=OnDelete.CASCADE)),
                ('kind', fields.CharEnumField(description='ABOUT: about\nTOWN: town\nPOSITIONS: positions\nTRAINING: training\nCERTIFICATION: certification\nLANGUAGES: languages\nINTERESTS: interests\nLINKS: links', enum_type=ProfileKind, max_length=16)),
                ('text', fields.TextField(unique=False)),
                ('visibility', fields.CharEnumField(description='PUBLIC: public\nPARTNERS: partners\nMEMBERS: members\nPRIVATE: private', enum_type=Visibility, max_length=10)),
            ],
            options={'table': 'profile_field', 'app': 'curbside', 'unique_together': (('actor', 'kind'),), 'pk_attr': 'id', 'table_description': 'One thing on the profile of one identity. An identity has rows of its own: nothing of them'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Actor',
            name='is_listed',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Actor',
            name='properties',
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
    ]
