from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.models.alert import AlertKind
from instance.models.member import Stage
from instance.models.notification import NotificationKind
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('curbside', '0034_ballots')]

    initial = False

    operations = [
        ops.AlterField(
            model_name='Mail',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nOVERDUE: overdue\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test\nCLOSING: closing\nSTAYS: stays\nCASE_LATE: case_late\nPASSWORD: password\nFACTOR: factor\nPASSKEY: passkey\nCODES: codes\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nCASE: case\nEXPIRES: expires\nADDRESS: address\nINVITED: invited\nKNOWN: known\nMAILBOX: mailbox\nSUSPENDED: suspended\nRESTORED: restored\nCHANGED: changed\nRECHECK: recheck\nUNMASKED: unmasked', enum_type=AlertKind, max_length=9),
        ),
        ops.AlterField(
            model_name='MutedMail',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nOVERDUE: overdue\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test\nCLOSING: closing\nSTAYS: stays\nCASE_LATE: case_late\nPASSWORD: password\nFACTOR: factor\nPASSKEY: passkey\nCODES: codes\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nCASE: case\nEXPIRES: expires\nADDRESS: address\nINVITED: invited\nKNOWN: known\nMAILBOX: mailbox\nSUSPENDED: suspended\nRESTORED: restored\nCHANGED: changed\nRECHECK: recheck\nUNMASKED: unmasked', enum_type=AlertKind, max_length=9),
        ),
        ops.AlterField(
            model_name='Notification',
            name='kind',
            field=fields.CharEnumField(description='REPLY: reply\nMENTION: mention\nFOLLOW: follow\nFOLLOW_REQUEST: follow_request\nLIKE: like\nBOOST: boost\nPOLL: poll\nTRUST_OFFERED: trust_offered\nTRUST_CHANGED: trust_changed\nLIST_CHANGED: list_changed\nROLE_CHANGED: role_changed\nREADING: reading\nREADING_ASKED: reading_asked\nREADING_DECIDED: reading_decided\nALERT: alert\nCASE: case\nCASE_SECOND: case_second\nENDS_SOON: ends_soon\nVOUCH_ASKED: vouch_asked\nVOUCH_ENDED: vouch_ended\nVOUCH_LOST: vouch_lost\nVOUCHED: vouched\nUNMASK_ASKED: unmask_asked\nUNMASK_DECIDED: unmask_decided\nWARNED: warned\nCLOSING: closing\nSTAYS: stays\nEXPORT_READY: export_ready', enum_type=NotificationKind, max_length=16),
        ),
        ops.AddField(
            model_name='RosterEntry',
            name='stage_taken',
            field=fields.CharEnumField(null=True, description='STUDENT: student\nTRAINEE: trainee\nPRACTISING: practising\nRETIRED: retired', enum_type=Stage, max_length=12),
        ),
        ops.AddField(
            model_name='Standing',
            name='basis',
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AlterField(
            model_name='ToldAlert',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nOVERDUE: overdue\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test\nCLOSING: closing\nSTAYS: stays\nCASE_LATE: case_late\nPASSWORD: password\nFACTOR: factor\nPASSKEY: passkey\nCODES: codes\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nCASE: case\nEXPIRES: expires\nADDRESS: address\nINVITED: invited\nKNOWN: known\nMAILBOX: mailbox\nSUSPENDED: suspended\nRESTORED: restored\nCHANGED: changed\nRECHECK: recheck\nUNMASKED: unmasked', enum_type=AlertKind, max_length=9),
        ),
        ops.AddField(
            model_name='ToldAlert',
            name='case',
            field=fields.ForeignKeyField('curbside.VerificationCase', source_field='case_id', null=True, db_constraint=True, to_field='id', related_name='alerts', on_delete=OnDelete.CASCADE),
        ),
    ]
