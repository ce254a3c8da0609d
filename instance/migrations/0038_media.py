from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.ids import new_id
from instance.models.keys import IdField
from instance.models.media import ConsentBasis, MediaState, Variant
from instance.sealed import SealedBytesField, SealedJSONField
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('curbside', '0037_consult_workflow')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Media',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('member', fields.ForeignKeyField('curbside.Member', source_field='member_id', null=True, db_constraint=True, to_field='id', related_name='media', on_delete=OnDelete.SET_NULL)),
                ('consult', fields.ForeignKeyField('curbside.Consult', source_field='consult_id', null=True, db_constraint=True, to_field='id', related_name='media', on_delete=OnDelete.CASCADE)),
                ('draft_key', fields.BigIntField(null=True)),
                ('source', fields.CharField(null=True, max_length=512)),
                ('position', fields.IntField(default=0)),
                ('state', fields.CharEnumField(default=MediaState.READY, description='READY: ready\nAWAITED: awaited\nMISSING: missing', enum_type=MediaState, max_length=8)),
                ('media_type', fields.CharField(default='', max_length=20)),
                ('width', fields.IntField(default=0)),
                ('height', fields.IntField(default=0)),
                ('words', SealedJSONField(generated=False, null=False, unique=False)),
                ('basis', fields.CharEnumField(null=True, description='HELD: held\nNO_FEATURE: no_feature', enum_type=ConsentBasis, max_length=10)),
                ('looked_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('version', fields.IntField(default=1)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'media', 'app': 'curbside', 'unique_together': (('consult', 'source'),), 'indexes': [Index(fields=['consult_id', 'position']), Index(fields=['member_id', 'draft_key']), Index(fields=['source'])], 'pk_attr': 'id', 'table_description': "One picture. `member` sent it; of a peer's it is NULL and `source` is where it is served."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='MediaPart',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('media', fields.ForeignKeyField('curbside.Media', source_field='media_id', db_constraint=True, to_field='id', related_name='parts', on_delete=OnDelete.CASCADE)),
                ('variant', fields.CharEnumField(description='FULL: full\nSMALL: small', enum_type=Variant, max_length=5)),
                ('number', fields.IntField()),
                ('content', SealedBytesField(generated=False, null=False, unique=False)),
            ],
            options={'table': 'media_part', 'app': 'curbside', 'unique_together': (('media', 'variant', 'number'),), 'pk_attr': 'id', 'table_description': 'A piece of a picture, sealed.'},
            bases=['Model'],
        ),
    ]
