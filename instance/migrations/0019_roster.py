from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.ids import new_id
from instance.models.keys import IdField, IndexOfSome
from instance.models.member import Level, Profession, Stage
from instance.models.roster import RosterState, RowVerdict
from instance.models.verification import Ending, Method
from instance.sealed import SealedBytesField, SealedJSONField
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

# Who was here before keeps their level: it lasts until somebody ends it, as it did.
_LEVELS = {4: "sso", 3: "roster", 2: "registry", 1: "attest"}
_GIVE = """
INSERT INTO verification (id, member_id, method, level, given_at)
SELECT m.id, m.id, CASE m.level {methods} END, m.level, m.created_at FROM member m
WHERE m.level BETWEEN 1 AND 4
"""


async def keep_levels(apps, editor):
    methods = " ".join(f"WHEN {level} THEN '{method}'" for level, method in _LEVELS.items())
    await editor.client.execute_query(_GIVE.format(methods=methods), [])


class Migration(migrations.Migration):
    dependencies = [('curbside', '0018_second_factors')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Mailbox',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('member', fields.OneToOneField('curbside.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='mailbox', on_delete=OnDelete.CASCADE)),
                ('email', fields.CharField(db_index=True, max_length=254)),
                ('confirmed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'mailbox', 'app': 'curbside', 'pk_attr': 'id', 'table_description': 'The address at which a member read our code. One that they changed since is not confirmed.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RosterEntry',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('key', fields.CharField(unique=True, max_length=254)),
                ('email', fields.CharField(max_length=254)),
                ('email_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('title', fields.CharField(max_length=40)),
                ('given_name', fields.CharField(max_length=100)),
                ('family_name', fields.CharField(max_length=100)),
                ('name_key', fields.CharField(max_length=200)),
                ('profession', fields.CharEnumField(description='PHYSICIAN: physician\nNURSE: nurse\nPHARMACIST: pharmacist\nASSISTANT: assistant\nOTHER: other', enum_type=Profession, max_length=12)),
                ('stage', fields.CharEnumField(description='STUDENT: student\nTRAINEE: trainee\nPRACTISING: practising\nRETIRED: retired', enum_type=Stage, max_length=12)),
                ('specialties', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ('jurisdiction', fields.CharField(max_length=8)),
                ('licence', fields.CharField(max_length=40)),
                ('licence_until', fields.DateField(null=True)),
                ('npi', fields.CharField(max_length=10)),
                ('department', fields.CharField(max_length=120)),
                ('digest', fields.CharField(max_length=64)),
                ('left_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('first_import_id', fields.BigIntField()),
                ('last_import_id', fields.BigIntField(db_index=True)),
                ('member', fields.OneToOneField('curbside.Member', source_field='member_id', null=True, db_constraint=True, to_field='id', related_name='roster_entry', on_delete=OnDelete.SET_NULL)),
                ('due_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'roster_entry', 'app': 'curbside', 'indexes': [Index(fields=['email']), Index(fields=['npi']), Index(fields=['name_key', 'id']), IndexOfSome(fields=['due_at'], name='roster_due', having='due_at')], 'pk_attr': 'id', 'table_description': 'One person of the roster. Who left stays, to be known again.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RosterImport',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('by', fields.ForeignKeyField('curbside.Member', source_field='by_id', null=True, db_constraint=True, to_field='id', related_name='roster_imports', on_delete=OnDelete.SET_NULL)),
                ('confirmed_by', fields.ForeignKeyField('curbside.Member', source_field='confirmed_by_id', null=True, db_constraint=True, to_field='id', related_name='confirmed_rosters', on_delete=OnDelete.SET_NULL)),
                ('agreed_by', fields.ForeignKeyField('curbside.Member', source_field='agreed_by_id', null=True, db_constraint=True, to_field='id', related_name='agreed_rosters', on_delete=OnDelete.SET_NULL)),
                ('file', fields.CharField(max_length=200)),
                ('size', fields.IntField(default=0)),
                ('sha256', fields.CharField(default='', max_length=64)),
                ('encoding', fields.CharField(default='', max_length=12)),
                ('delimiter', fields.CharField(default='', max_length=1)),
                ('headers', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ('mapping', fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ('profession', fields.CharEnumField(default=Profession.PHYSICIAN, description='PHYSICIAN: physician\nNURSE: nurse\nPHARMACIST: pharmacist\nASSISTANT: assistant\nOTHER: other', enum_type=Profession, max_length=12)),
                ('state', fields.CharEnumField(default=RosterState.RECEIVING, description='RECEIVING: receiving\nMATCHING: matching\nCHECKING: checking\nCHECKED: checked\nWAITING: waiting\nIMPORTING: importing\nDONE: done\nUNDOING: undoing\nUNDONE: undone\nCANCELLED: cancelled\nUNREADABLE: unreadable', enum_type=RosterState, max_length=10)),
                ('problem', fields.CharField(default='', max_length=20)),
                ('total', fields.IntField(default=0)),
                ('checked', fields.IntField(default=0)),
                ('read_to', fields.IntField(default=0)),
                ('added', fields.IntField(default=0)),
                ('changed', fields.IntField(default=0)),
                ('unchanged', fields.IntField(default=0)),
                ('errors', fields.IntField(default=0)),
                ('left', fields.IntField(default=0)),
                ('present', fields.IntField(default=0)),
                ('applied', fields.IntField(default=0)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('checked_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'roster_import', 'app': 'curbside', 'indexes': [Index(fields=['state', 'id'])], 'pk_attr': 'id', 'table_description': 'A roster as somebody brought it, what it would change, and what was decided about it.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RosterMapping',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('headings', fields.CharField(unique=True, max_length=64)),
                ('mapping', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('profession', fields.CharEnumField(description='PHYSICIAN: physician\nNURSE: nurse\nPHARMACIST: pharmacist\nASSISTANT: assistant\nOTHER: other', enum_type=Profession, max_length=12)),
            ],
            options={'table': 'roster_mapping', 'app': 'curbside', 'pk_attr': 'id', 'table_description': 'Which column was which in the last file with these headings.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RosterPart',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('roster_import', fields.ForeignKeyField('curbside.RosterImport', source_field='roster_import_id', db_constraint=True, to_field='id', related_name='parts', on_delete=OnDelete.CASCADE)),
                ('number', fields.IntField()),
                ('content', SealedBytesField(generated=False, null=False, unique=False)),
            ],
            options={'table': 'roster_part', 'app': 'curbside', 'unique_together': (('roster_import', 'number'),), 'pk_attr': 'id', 'table_description': 'A part of the file as it was sent; gone when its rows were judged.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RosterRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('roster_import', fields.ForeignKeyField('curbside.RosterImport', source_field='roster_import_id', db_constraint=True, to_field='id', related_name='rows', on_delete=OnDelete.CASCADE)),
                ('line', fields.IntField()),
                ('verdict', fields.CharEnumField(description='NEW: new\nCHANGED: changed\nSAME: same\nERROR: error\nLEFT: left', enum_type=RowVerdict, max_length=7)),
                ('key', fields.CharField(max_length=254)),
                ('email', fields.CharField(max_length=254)),
                ('npi', fields.CharField(max_length=10)),
                ('entry_id', fields.BigIntField(null=True)),
                ('values', SealedJSONField(null=True, generated=False, unique=False)),
                ('before', SealedJSONField(null=True, generated=False, unique=False)),
                ('field', fields.CharField(max_length=20)),
                ('reason', fields.CharField(max_length=20)),
                ('other_line', fields.IntField(null=True)),
                ('is_applied', fields.BooleanField(default=False)),
            ],
            options={'table': 'roster_row', 'app': 'curbside', 'indexes': [Index(fields=['roster_import_id', 'verdict', 'line']), Index(fields=['roster_import_id', 'key']), Index(fields=['roster_import_id', 'email']), Index(fields=['roster_import_id', 'npi']), Index(fields=['roster_import_id', 'entry_id'])], 'pk_attr': 'id', 'table_description': 'One row of a file, or somebody who is not in it, and what comes of it.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Verification',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('member', fields.ForeignKeyField('curbside.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='verifications', on_delete=OnDelete.CASCADE)),
                ('method', fields.CharEnumField(description='SSO: sso\nROSTER: roster\nDOCUMENT: document\nREGISTRY: registry\nVOUCH: vouch\nATTEST: attest', enum_type=Method, max_length=8)),
                ('level', fields.IntEnumField(description='GUEST: 0\nATTESTED: 1\nCHECKED: 2\nVERIFIED: 3\nINSTITUTIONAL: 4', enum_type=Level, generated=False)),
                ('given_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('valid_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ending', fields.CharEnumField(null=True, description='EXPIRED: expired\nLEFT: left\nMAILBOX: mailbox\nREPLACED: replaced\nREVOKED: revoked', enum_type=Ending, max_length=8)),
                ('entry', fields.ForeignKeyField('curbside.RosterEntry', source_field='entry_id', null=True, db_constraint=True, to_field='id', related_name='verifications', on_delete=OnDelete.SET_NULL)),
                ('decided_by', fields.ForeignKeyField('curbside.Member', source_field='decided_by_id', null=True, db_constraint=True, to_field='id', related_name='decided', on_delete=OnDelete.SET_NULL)),
            ],
            options={'table': 'verification', 'app': 'curbside', 'indexes': [Index(fields=['member_id', 'ended_at']), IndexOfSome(fields=['valid_until'], name='verification_ends', having='valid_until')], 'pk_attr': 'id', 'table_description': 'One piece of evidence about a member. A row lives until `ended_at`, and is kept after it.'},
            bases=['Model'],
        ),
        ops.RunPython(keep_levels),
    ]
