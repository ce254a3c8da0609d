from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.ids import new_id
from instance.models.alert import AlertKind
from instance.models.keys import IdField
from instance.models.member_act import ActKind
from instance.models.post import SignedBy
from instance.models.unmasking import Ground
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('curbside', '0025_invitations_of_members')]

    initial = False

    operations = [
        ops.CreateModel(
            name='MemberAct',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('member', fields.ForeignKeyField('curbside.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='acts', on_delete=OnDelete.CASCADE)),
                ('by', fields.ForeignKeyField('curbside.Member', source_field='by_id', null=True, db_constraint=True, to_field='id', related_name='acted', on_delete=OnDelete.SET_NULL)),
                ('kind', fields.CharEnumField(description='SUSPENDED: suspended\nRESTORED: restored\nSTAGE: stage\nPROFESSION: profession\nSPECIALTIES: specialties\nJURISDICTION: jurisdiction\nRECHECK: recheck', enum_type=ActKind, max_length=12)),
                ('before', fields.CharField(default='', max_length=500)),
                ('after', fields.CharField(default='', max_length=500)),
                ('evidence', fields.CharField(default='', max_length=12)),
                ('reason', fields.CharField(default='', max_length=300)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'member_act', 'app': 'curbside', 'indexes': [Index(fields=['member_id', 'id'])], 'pk_attr': 'id', 'table_description': 'One thing that was decided about a member, and why: they read it.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Unmasking',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('actor', fields.ForeignKeyField('curbside.Actor', source_field='actor_id', db_constraint=True, to_field='id', related_name='unmaskings', on_delete=OnDelete.RESTRICT)),
                ('asked_by', fields.ForeignKeyField('curbside.Member', source_field='asked_by_id', db_constraint=True, to_field='id', related_name='asked_to_unmask', on_delete=OnDelete.RESTRICT)),
                ('ground', fields.CharEnumField(description='LEGAL: legal\nSAFETY: safety\nMISCONDUCT: misconduct', enum_type=Ground, max_length=10)),
                ('reason', fields.CharField(max_length=300)),
                ('silent_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('decided_by', fields.ForeignKeyField('curbside.Member', source_field='decided_by_id', null=True, db_constraint=True, to_field='id', related_name='let_unmask', on_delete=OnDelete.SET_NULL)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ends_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('told_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'unmasking', 'app': 'curbside', 'indexes': [Index(fields=['asked_by_id', 'id']), Index(fields=['decided_at', 'created_at']), Index(fields=['told_at', 'ends_at'])], 'pk_attr': 'id', 'table_description': "One officer's leave to see which member a pseudonym is, asked for and decided by another."},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Channel',
            name='signed_by',
            field=fields.CharEnumField(default=SignedBy.EITHER, description='EITHER: either\nNAMES: names\nPSEUDONYMS: pseudonyms', db_default='either', enum_type=SignedBy, max_length=10),
        ),
        ops.AlterField(
            model_name='Mail',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nOVERDUE: overdue\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test\nPASSWORD: password\nFACTOR: factor\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nCASE: case\nEXPIRES: expires\nADDRESS: address\nSUSPENDED: suspended\nRESTORED: restored\nCHANGED: changed\nRECHECK: recheck\nUNMASKED: unmasked', enum_type=AlertKind, max_length=9),
        ),
        ops.AlterField(
            model_name='MutedMail',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nOVERDUE: overdue\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test\nPASSWORD: password\nFACTOR: factor\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nCASE: case\nEXPIRES: expires\nADDRESS: address\nSUSPENDED: suspended\nRESTORED: restored\nCHANGED: changed\nRECHECK: recheck\nUNMASKED: unmasked', enum_type=AlertKind, max_length=9),
        ),
        ops.AddField(
            model_name='Standing',
            name='is_withdrawn',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AlterField(
            model_name='ToldAlert',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nOVERDUE: overdue\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test\nPASSWORD: password\nFACTOR: factor\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nCASE: case\nEXPIRES: expires\nADDRESS: address\nSUSPENDED: suspended\nRESTORED: restored\nCHANGED: changed\nRECHECK: recheck\nUNMASKED: unmasked', enum_type=AlertKind, max_length=9),
        ),
    ]
