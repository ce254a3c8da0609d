from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.ids import new_id
from instance.models.keys import IdField
from instance.models.notification import NotificationKind
from instance.models.registry import NumberKind, NumberOutcome, RegistryState
from instance.models.verification import Ending
from instance.models.vouch import VouchState
from instance.sealed import SealedJSONField
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('curbside', '0023_verification_cases')]

    initial = False

    operations = [
        ops.CreateModel(
            name='MemberNumber',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('member', fields.ForeignKeyField('curbside.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='numbers', on_delete=OnDelete.CASCADE)),
                ('kind', fields.CharEnumField(description='LICENCE: licence\nNPI: npi\nORCID: orcid', enum_type=NumberKind, max_length=7)),
                ('jurisdiction', fields.CharField(max_length=8)),
                ('typed', fields.CharField(max_length=40)),
                ('key', fields.CharField(max_length=40)),
                ('held', fields.CharField(null=True, unique=True, max_length=60)),
                ('outcome', fields.CharEnumField(default=NumberOutcome.GIVEN, description='GIVEN: given\nMATCHED: matched\nNO_REGISTER: no_register\nUNKNOWN: unknown\nINACTIVE: inactive\nUNSETTLED: unsettled', enum_type=NumberOutcome, max_length=11)),
                ('given_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'member_number', 'app': 'curbside', 'unique_together': (('member', 'kind'),), 'pk_attr': 'id', 'table_description': 'A number that a member says is theirs: `typed` as they did, `key` as it is compared.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RegistryImport',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('register', fields.CharField(db_index=True, max_length=40)),
                ('file', fields.CharField(max_length=200)),
                ('fingerprint', fields.CharField(max_length=64)),
                ('state', fields.CharEnumField(default=RegistryState.READING, description='READING: reading\nFOLLOWING: following\nDONE: done\nREPLACED: replaced\nBROKEN: broken', enum_type=RegistryState, max_length=10)),
                ('position', fields.BigIntField(default=0)),
                ('people', fields.BigIntField(default=0)),
                ('numbers', fields.BigIntField(default=0)),
                ('refused', fields.BigIntField(default=0)),
                ('newest', fields.CharField(default='', max_length=10)),
                ('jurisdictions', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ('followed_to', fields.BigIntField(default=0)),
                ('started_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('loaded_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'registry_import', 'app': 'curbside', 'pk_attr': 'id', 'table_description': 'A file of a register. `fingerprint`: of its beginning and size, to go on where it stopped.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RegistryNumber',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('import_id', fields.BigIntField()),
                ('number', fields.CharField(max_length=20)),
                ('jurisdiction', fields.CharField(max_length=8)),
                ('given', fields.CharField(max_length=80)),
                ('families', fields.CharField(max_length=160)),
                ('professions', fields.CharField(max_length=60)),
                ('places', fields.CharField(max_length=120)),
                ('specialties', fields.CharField(max_length=160)),
                ('is_active', fields.BooleanField()),
                ('replaced_by', fields.CharField(max_length=10)),
            ],
            options={'table': 'registry_number', 'app': 'curbside', 'indexes': [Index(fields=['number', 'jurisdiction'])], 'pk_attr': 'id', 'table_description': 'A number of a register, and whose it is: millions of rows, so nothing that no match needs.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Vouch',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('member', fields.ForeignKeyField('curbside.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='vouches', on_delete=OnDelete.CASCADE)),
                ('voucher', fields.ForeignKeyField('curbside.Member', source_field='voucher_id', db_constraint=True, to_field='id', related_name='vouched', on_delete=OnDelete.CASCADE)),
                ('state', fields.CharEnumField(default=VouchState.ASKED, description='ASKED: asked\nDECLINED: declined\nGIVEN: given\nREVOKED: revoked\nABUSED: abused', enum_type=VouchState, max_length=8)),
                ('how', SealedJSONField(null=True, generated=False, unique=False)),
                ('asked_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('given_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('reason', fields.CharField(default='', max_length=500)),
                ('found_by', fields.ForeignKeyField('curbside.Member', source_field='found_by_id', null=True, db_constraint=True, to_field='id', related_name='found_abused', on_delete=OnDelete.SET_NULL)),
            ],
            options={'table': 'vouch', 'app': 'curbside', 'unique_together': (('member', 'voucher'),), 'indexes': [Index(fields=['voucher_id', 'state'])], 'pk_attr': 'id', 'table_description': "One colleague's word for another. `how`: how they know them, in a sentence."},
            bases=['Model'],
        ),
        ops.AlterField(
            model_name='Notification',
            name='kind',
            field=fields.CharEnumField(description='REPLY: reply\nMENTION: mention\nFOLLOW: follow\nFOLLOW_REQUEST: follow_request\nLIKE: like\nBOOST: boost\nPOLL: poll\nTRUST_OFFERED: trust_offered\nTRUST_CHANGED: trust_changed\nLIST_CHANGED: list_changed\nROLE_CHANGED: role_changed\nREADING: reading\nREADING_ASKED: reading_asked\nREADING_DECIDED: reading_decided\nALERT: alert\nCASE: case\nCASE_SECOND: case_second\nENDS_SOON: ends_soon\nVOUCH_ASKED: vouch_asked\nVOUCH_ENDED: vouch_ended\nVOUCH_LOST: vouch_lost\nVOUCHED: vouched\nWARNED: warned', enum_type=NotificationKind, max_length=16),
        ),
        ops.AlterField(
            model_name='Verification',
            name='ending',
            field=fields.CharEnumField(null=True, description='EXPIRED: expired\nLEFT: left\nMAILBOX: mailbox\nREGISTRY: registry\nREPLACED: replaced\nREVOKED: revoked', enum_type=Ending, max_length=8),
        ),
    ]
