from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.ids import new_id
from instance.models.keys import IdField
from instance.models.portability import AccountImportState
from instance.sealed import SealedBytesField, SealedJSONField
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('curbside', '0029_profile_pins')]

    initial = False

    operations = [
        ops.CreateModel(
            name='AccountImport',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('identity', fields.ForeignKeyField('curbside.Actor', source_field='identity_id', db_constraint=True, to_field='id', related_name='imports', on_delete=OnDelete.CASCADE)),
                ('source_uri', fields.CharField(max_length=512)),
                ('source', fields.CharField(max_length=400)),
                ('state', fields.CharEnumField(default=AccountImportState.CHECKED, description='CHECKED: checked\nTAKING: taking\nDONE: done', enum_type=AccountImportState, max_length=8)),
                ('counts', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('position', fields.IntField(default=0)),
                ('missed', fields.IntField(default=0)),
                ('run', fields.IntField(default=0)),
                ('claimed_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'account_import', 'app': 'curbside', 'indexes': [Index(fields=['state', 'id']), Index(fields=['identity_id', 'id'])], 'pk_attr': 'id', 'table_description': 'A file that a member brought for one of their names, and how much of it is taken.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='AccountPart',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('account_import', fields.ForeignKeyField('curbside.AccountImport', source_field='account_import_id', db_constraint=True, to_field='id', related_name='parts', on_delete=OnDelete.CASCADE)),
                ('number', fields.IntField()),
                ('content', SealedBytesField(generated=False, null=False, unique=False)),
            ],
            options={'table': 'account_part', 'app': 'curbside', 'unique_together': (('account_import', 'number'),), 'pk_attr': 'id', 'table_description': 'A piece of such a file, sealed; gone when all is taken.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Keepsake',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('identity', fields.ForeignKeyField('curbside.Actor', source_field='identity_id', db_constraint=True, to_field='id', related_name='keepsakes', on_delete=OnDelete.CASCADE)),
                ('uri', fields.CharField(max_length=512)),
                ('is_consult', fields.BooleanField()),
                ('source', fields.CharField(max_length=400)),
                ('document', SealedJSONField(generated=False, null=False, unique=False)),
                ('published_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'keepsake', 'app': 'curbside', 'unique_together': (('identity', 'uri'),), 'indexes': [Index(fields=['identity_id', 'published_at', 'id'])], 'pk_attr': 'id', 'table_description': 'A post or a consult of an account elsewhere, which its owner brought: for them alone.'},
            bases=['Model'],
        ),
    ]
