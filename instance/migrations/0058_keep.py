from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.ids import new_id
from instance.models.keys import IdField
from instance.models.quota import Left
from tortoise import fields

async def merge_once(apps, editor):
    """What was deleted before this version is still in old pieces of the index of SQLite."""
    if editor.client.capabilities.dialect == "sqlite":
        for name in ("post_words", "actor_words"):
            await editor.client.execute_query(
                "INSERT INTO remains (name, taken_out, merged) VALUES (?, 1, 0)", [name]
            )


class Migration(migrations.Migration):
    dependencies = [('curbside', '0057_keys')]

    initial = False

    operations = [
        ops.CreateModel(
            name='HostDay',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('host', fields.CharField(max_length=255)),
                ('day', fields.DateField(db_index=True)),
                ('kind', fields.CharEnumField(description='POSTS: posts\nBYTES: bytes\nPEOPLE: people\nREACTIONS: reactions\nREPORTS: reports\nCONSULTS: consults', enum_type=Left, max_length=10)),
                ('count', fields.BigIntField(default=0)),
            ],
            options={'table': 'host_day', 'app': 'curbside', 'unique_together': (('host', 'day', 'kind'),), 'pk_attr': 'id', 'table_description': 'How many of one kind came from one server within a day.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='HostLimit',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('host', fields.CharField(max_length=255)),
                ('kind', fields.CharEnumField(description='POSTS: posts\nBYTES: bytes\nPEOPLE: people\nREACTIONS: reactions\nREPORTS: reports\nCONSULTS: consults', enum_type=Left, max_length=10)),
                ('a_day', fields.BigIntField()),
                ('in_all', fields.BigIntField()),
            ],
            options={'table': 'host_limit', 'app': 'curbside', 'unique_together': (('host', 'kind'),), 'pk_attr': 'id', 'table_description': 'What an administrator decided for one server; without a row the usual counts.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='HostTotal',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('host', fields.CharField(max_length=255)),
                ('kind', fields.CharEnumField(description='POSTS: posts\nBYTES: bytes\nPEOPLE: people\nREACTIONS: reactions\nREPORTS: reports\nCONSULTS: consults', enum_type=Left, max_length=10)),
                ('count', fields.BigIntField(default=0)),
            ],
            options={'table': 'host_total', 'app': 'curbside', 'unique_together': (('host', 'kind'),), 'pk_attr': 'id', 'table_description': 'How many of one kind are here: as they were counted last, and what came since.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PurgeRun',
            fields=[
                ('name', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=40)),
                ('ran_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('last_removed', fields.IntField(default=0)),
                ('removed', fields.BigIntField(default=0)),
            ],
            options={'table': 'purge_run', 'app': 'curbside', 'pk_attr': 'name', 'table_description': 'One row of each kind of `services.retention`: its last purge. `removed`: rows in all.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Remains',
            fields=[
                ('name', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=20)),
                ('taken_out', fields.BigIntField(default=0)),
                ('merged', fields.BigIntField(default=0)),
            ],
            options={'table': 'remains', 'app': 'curbside', 'pk_attr': 'name', 'table_description': 'How often words were taken out of a table of words, and of how many no trace is in its file.'},
            bases=['Model'],
        ),
        ops.RunPython(merge_once),
    ]
