from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.ids import new_id
from instance.models.keys import IdField
from orjson import loads
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

_TABLES = ("audit_entry", "audit_seal", "audit_anchor")
_REFUSED = "the audit record is append-only"
# REPLACE removes a row without asking the DELETE trigger, so it is refused where it begins.
_KEYS = {"audit_entry": ("id",), "audit_seal": ("id", "number"), "audit_anchor": ("id", "day")}
_SQLITE = "CREATE TRIGGER {name} BEFORE {event} BEGIN SELECT RAISE(ABORT, '{refused}'); END"
# The chain begins at 1: nothing is put in below it, where nobody follows it.
_FROM_1 = {"audit_entry": ("id",), "audit_seal": ("id", "number"), "audit_anchor": ("id", "number")}
_POSTGRES_FUNCTION = f"""
CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{_REFUSED}' USING ERRCODE = 'restrict_violation';
END $$
"""
_POSTGRES_TRIGGER = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()
"""
# Of new rows alone: what was written before this migration stays as it is.
_POSTGRES_CHECK = "ALTER TABLE {table} ADD CONSTRAINT {table}_from_1 CHECK ({is_so}) NOT VALID"
# Also for a session that switches triggers off.
_POSTGRES_ALWAYS = "ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_append_only"


def _low(table):
    return " OR ".join(f"NEW.{key} < 1" for key in _FROM_1[table])


def _from_1(table):
    return " AND ".join(f"{key} > 0" for key in _FROM_1[table])


def _sqlite_statements():
    for table in _TABLES:
        same = " OR ".join(f"{key} = NEW.{key}" for key in _KEYS[table])
        events = {
            "update": f"UPDATE ON {table}",
            "delete": f"DELETE ON {table}",
            "replace": f"INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})",
            "low": f"INSERT ON {table} WHEN " + _low(table),
        }
        for name, event in events.items():
            yield _SQLITE.format(name=f"{table}_no_{name}", event=event, refused=_REFUSED)


def _postgres_statements():
    yield _POSTGRES_FUNCTION
    for table in _TABLES:
        yield _POSTGRES_TRIGGER.format(table=table)
        yield _POSTGRES_ALWAYS.format(table=table)
        yield _POSTGRES_CHECK.format(table=table, is_so=_from_1(table))


async def make_append_only(apps, editor):
    sqlite = editor.client.capabilities.dialect == "sqlite"
    for statement in _sqlite_statements() if sqlite else _postgres_statements():
        await editor.client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [('curbside', '0008_handshake')]

    initial = False

    operations = [
        ops.CreateModel(
            name='AuditAnchor',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('day', fields.DateField(unique=True)),
                ('number', fields.BigIntField()),
                ('hash', fields.CharField(max_length=64)),
                ('key', fields.CharField(max_length=100)),
                ('document', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={'table': 'audit_anchor', 'app': 'curbside', 'pk_attr': 'id', 'table_description': 'The last seal of a day, signed by the institution. The log has the same hash.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='AuditCheck',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('moved_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('finished_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('done', fields.BigIntField(default=0)),
                ('total', fields.BigIntField(default=0)),
                ('problems', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={'table': 'audit_check', 'app': 'curbside', 'indexes': [Index(fields=['finished_at', 'id'])], 'pk_attr': 'id', 'table_description': 'One reading of the whole chain, asked for on the page or begun at night, and its result.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='AuditSeal',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('number', fields.BigIntField(unique=True)),
                ('entry_hash', fields.CharField(max_length=64)),
                ('hash', fields.CharField(max_length=64)),
                ('sealed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('covers_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'audit_seal', 'app': 'curbside', 'pk_attr': 'id', 'table_description': "One entry's place in the chain. `hash` is over the seal before, this one and the entry."},
            bases=['Model'],
        ),
        ops.AddIndex(
            model_name='AuditEntry',
            index=Index(fields=['action', 'id']),
        ),
        ops.AddIndex(
            model_name='AuditEntry',
            index=Index(fields=['host', 'id']),
        ),
        ops.AddIndex(
            model_name='AuditEntry',
            index=Index(fields=['actor_uri', 'id']),
        ),
        ops.RunPython(make_append_only),
    ]
