from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.ids import new_id
from instance.models.alert import AlertKind
from instance.models.keys import IdField, IndexOfSome
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields

# Statements of before have no number in a list: each is issued anew as soon as a worker runs. In an
# order drawn at random, as the dates are: that two are of one member shows in nothing.
_ISSUE_ANEW = """
UPDATE standing SET due_at = valid_from WHERE actor_id IN (SELECT id FROM actor WHERE is_local)
"""


async def issue_anew(apps, editor):
    await editor.client.execute_query(_ISSUE_ANEW, [])


class Migration(migrations.Migration):
    dependencies = [('curbside', '0019_roster')]

    initial = False

    operations = [
        ops.CreateModel(
            name='RemoteStatusList',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('uri', fields.CharField(unique=True, max_length=512)),
                ('host', fields.CharField(db_index=True, max_length=255)),
                ('purpose', fields.CharField(max_length=10)),
                ('bits', fields.BinaryField()),
                ('fetched_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('valid_from', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('valid_until', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'remote_status_list', 'app': 'curbside', 'pk_attr': 'id', 'table_description': 'A list of a partner, as it was fetched last with success.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='StandingReader',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('actor', fields.ForeignKeyField('curbside.Actor', source_field='actor_id', db_constraint=True, to_field='id', related_name='standing_readers', on_delete=OnDelete.CASCADE)),
                ('host', fields.CharField(max_length=255)),
                ('fetched_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'standing_reader', 'app': 'curbside', 'unique_together': (('actor', 'host'),), 'pk_attr': 'id', 'table_description': 'A partner that has fetched an actor of ours, with its standing: it is told of changes.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='StatusList',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('purpose', fields.CharField(max_length=10)),
                ('document', fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ('signed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={'table': 'status_list', 'app': 'curbside', 'pk_attr': 'id', 'table_description': 'A list of ours; its bits are its entries.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='StatusEntry',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('list', fields.ForeignKeyField('curbside.StatusList', source_field='list_id', db_constraint=True, to_field='id', related_name='entries', on_delete=OnDelete.CASCADE)),
                ('index', fields.IntField()),
                ('is_set', fields.BooleanField(default=False)),
            ],
            options={'table': 'status_entry', 'app': 'curbside', 'unique_together': (('list', 'index'),), 'pk_attr': 'id', 'table_description': 'A number that a statement of ours has or had in a list: no other one ever gets it.'},
            bases=['Model'],
        ),
        ops.AlterField(
            model_name='Mail',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test', enum_type=AlertKind, max_length=9),
        ),
        ops.AlterField(
            model_name='MutedMail',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test', enum_type=AlertKind, max_length=9),
        ),
        ops.AddField(
            model_name='Peer',
            name='former_ed25519',
            field=fields.CharField(null=True, max_length=100),
        ),
        ops.AddField(
            model_name='Peer',
            name='former_ed25519_uri',
            field=fields.CharField(null=True, max_length=512),
        ),
        ops.AddField(
            model_name='Peer',
            name='lists_due_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Peer',
            name='lists_failing_since',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Standing',
            name='due_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddIndex(
            model_name='Standing',
            index=IndexOfSome(fields=['due_at'], name='standing_due', having='due_at'),
        ),
        ops.AlterField(
            model_name='ToldAlert',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test', enum_type=AlertKind, max_length=9),
        ),
        ops.RunPython(issue_anew),
    ]
