from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.ids import new_id
from instance.models.alert import AlertKind
from instance.models.keys import IdField
from instance.models.member import Profession, Stage
from instance.models.notification import NotificationKind
from instance.models.verification import Method
from instance.models.verification_case import CaseAct, CaseKind, CaseState
from instance.sealed import SealedBytesField
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('curbside', '0022_profiles')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Attestation',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('member', fields.ForeignKeyField('curbside.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='attestations', on_delete=OnDelete.CASCADE)),
                ('version', fields.IntField()),
                ('text', fields.TextField(unique=False)),
                ('name', fields.CharField(max_length=200)),
                ('profession', fields.CharEnumField(description='PHYSICIAN: physician\nNURSE: nurse\nPHARMACIST: pharmacist\nASSISTANT: assistant\nOTHER: other', enum_type=Profession, max_length=12)),
                ('stage', fields.CharEnumField(description='STUDENT: student\nTRAINEE: trainee\nPRACTISING: practising\nRETIRED: retired', enum_type=Stage, max_length=12)),
                ('signed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'attestation', 'app': 'curbside', 'indexes': [Index(fields=['member_id', 'id'])], 'pk_attr': 'id', 'table_description': 'What somebody stated on their honour, word for word as they signed it.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='VerificationCase',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('member', fields.ForeignKeyField('curbside.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='cases', on_delete=OnDelete.CASCADE)),
                ('kind', fields.CharEnumField(description='JOINED: joined\nDOCUMENT: document\nNUMBER: number\nSTAGE: stage\nRENEWAL: renewal', enum_type=CaseKind, max_length=8)),
                ('state', fields.CharEnumField(default=CaseState.WAITING, description='WAITING: waiting\nSECOND: second\nASKED: asked\nGRANTED: granted\nREFUSED: refused\nCLOSED: closed', enum_type=CaseState, max_length=8)),
                ('key', fields.CharField(null=True, unique=True, max_length=40)),
                ('stage', fields.CharEnumField(null=True, description='STUDENT: student\nTRAINEE: trainee\nPRACTISING: practising\nRETIRED: retired', enum_type=Stage, max_length=12)),
                ('method', fields.CharEnumField(null=True, description='SSO: sso\nROSTER: roster\nDOCUMENT: document\nREGISTRY: registry\nVOUCH: vouch\nATTEST: attest', enum_type=Method, max_length=8)),
                ('until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('entry', fields.ForeignKeyField('curbside.RosterEntry', source_field='entry_id', null=True, db_constraint=True, to_field='id', related_name='cases', on_delete=OnDelete.SET_NULL)),
                ('proposed_by', fields.ForeignKeyField('curbside.Member', source_field='proposed_by_id', null=True, db_constraint=True, to_field='id', related_name='proposed_cases', on_delete=OnDelete.SET_NULL)),
                ('opened_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('waits_since', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'verification_case', 'app': 'curbside', 'indexes': [Index(fields=['state', 'waits_since']), Index(fields=['member_id', 'id'])], 'pk_attr': 'id', 'table_description': "One question about one member's standing, from when it is asked until it is decided."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='CaseDocument',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('case', fields.ForeignKeyField('curbside.VerificationCase', source_field='case_id', db_constraint=True, to_field='id', related_name='documents', on_delete=OnDelete.CASCADE)),
                ('media_type', fields.CharField(max_length=20)),
                ('size', fields.IntField()),
                ('content', SealedBytesField(generated=False, null=False, unique=False)),
                ('sent_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'case_document', 'app': 'curbside', 'pk_attr': 'id', 'table_description': 'A licence or a photo ID, as long as it is needed: the row goes with the decision.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='CaseStep',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('case', fields.ForeignKeyField('curbside.VerificationCase', source_field='case_id', db_constraint=True, to_field='id', related_name='steps', on_delete=OnDelete.CASCADE)),
                ('by', fields.ForeignKeyField('curbside.Member', source_field='by_id', null=True, db_constraint=True, to_field='id', related_name='case_steps', on_delete=OnDelete.SET_NULL)),
                ('act', fields.CharEnumField(description='OPENED: opened\nSENT: sent\nANSWERED: answered\nASKED: asked\nSEEN: seen\nPROPOSED: proposed\nGRANTED: granted\nREFUSED: refused\nCLOSED: closed', enum_type=CaseAct, max_length=9)),
                ('text', fields.TextField(default='', unique=False)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'case_step', 'app': 'curbside', 'indexes': [Index(fields=['case_id', 'id'])], 'pk_attr': 'id', 'table_description': 'One thing that was said or done in a case. `by` is NULL for this server itself.'},
            bases=['Model'],
        ),
        ops.AlterField(
            model_name='Mail',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nOVERDUE: overdue\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test\nPASSWORD: password\nFACTOR: factor\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nCASE: case\nEXPIRES: expires\nADDRESS: address', enum_type=AlertKind, max_length=9),
        ),
        ops.AlterField(
            model_name='MutedMail',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nOVERDUE: overdue\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test\nPASSWORD: password\nFACTOR: factor\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nCASE: case\nEXPIRES: expires\nADDRESS: address', enum_type=AlertKind, max_length=9),
        ),
        ops.AlterField(
            model_name='Notification',
            name='kind',
            field=fields.CharEnumField(description='REPLY: reply\nMENTION: mention\nFOLLOW: follow\nFOLLOW_REQUEST: follow_request\nLIKE: like\nBOOST: boost\nPOLL: poll\nTRUST_OFFERED: trust_offered\nTRUST_CHANGED: trust_changed\nLIST_CHANGED: list_changed\nROLE_CHANGED: role_changed\nREADING: reading\nREADING_ASKED: reading_asked\nREADING_DECIDED: reading_decided\nALERT: alert\nCASE: case\nCASE_SECOND: case_second\nENDS_SOON: ends_soon\nWARNED: warned', enum_type=NotificationKind, max_length=16),
        ),
        ops.AddField(
            model_name='RosterEntry',
            name='is_linked',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AlterField(
            model_name='ToldAlert',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nOVERDUE: overdue\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test\nPASSWORD: password\nFACTOR: factor\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nCASE: case\nEXPIRES: expires\nADDRESS: address', enum_type=AlertKind, max_length=9),
        ),
        ops.AddField(
            model_name='Verification',
            name='reminded_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
