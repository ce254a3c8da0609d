from instance.models.alert import AlertKind
from instance.models.notification import NotificationKind
from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.models.keys import IndexOfSome
from instance.models.profile import ProfileKind
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('curbside', '0028_portability')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Post',
            name='pinned_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddIndex(
            model_name='Post',
            index=IndexOfSome(fields=['author_id'], name='post_pinned', having='pinned_at'),
        ),
        ops.AlterField(
            model_name='ProfileField',
            name='kind',
            field=fields.CharEnumField(description='ABOUT: about\nTOWN: town\nPOSITIONS: positions\nTRAINING: training\nCERTIFICATION: certification\nLANGUAGES: languages\nINTERESTS: interests\nLINKS: links\nBANNER: banner', enum_type=ProfileKind, max_length=16),
        ),
        ops.AlterField(
            model_name='Notification',
            name='kind',
            field=fields.CharEnumField(description='REPLY: reply\nMENTION: mention\nFOLLOW: follow\nFOLLOW_REQUEST: follow_request\nLIKE: like\nBOOST: boost\nPOLL: poll\nTRUST_OFFERED: trust_offered\nTRUST_CHANGED: trust_changed\nLIST_CHANGED: list_changed\nROLE_CHANGED: role_changed\nREADING: reading\nREADING_ASKED: reading_asked\nREADING_DECIDED: reading_decided\nALERT: alert\nCASE: case\nCASE_SECOND: case_second\nENDS_SOON: ends_soon\nVOUCH_ASKED: vouch_asked\nVOUCH_ENDED: vouch_ended\nVOUCH_LOST: vouch_lost\nVOUCHED: vouched\nWARNED: warned\nEXPORT_READY: export_ready', enum_type=NotificationKind, max_length=16),
        ),
        ops.AlterField(
            model_name='Mail',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nOVERDUE: overdue\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test\nPASSWORD: password\nFACTOR: factor\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nCASE: case\nEXPIRES: expires\nADDRESS: address\nINVITED: invited\nKNOWN: known\nMAILBOX: mailbox\nSUSPENDED: suspended\nRESTORED: restored\nCHANGED: changed\nRECHECK: recheck\nUNMASKED: unmasked', enum_type=AlertKind, max_length=9),
        ),
        ops.AlterField(
            model_name='MutedMail',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nOVERDUE: overdue\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test\nPASSWORD: password\nFACTOR: factor\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nCASE: case\nEXPIRES: expires\nADDRESS: address\nINVITED: invited\nKNOWN: known\nMAILBOX: mailbox\nSUSPENDED: suspended\nRESTORED: restored\nCHANGED: changed\nRECHECK: recheck\nUNMASKED: unmasked', enum_type=AlertKind, max_length=9),
        ),
        ops.AlterField(
            model_name='ToldAlert',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nOVERDUE: overdue\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test\nPASSWORD: password\nFACTOR: factor\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nCASE: case\nEXPIRES: expires\nADDRESS: address\nINVITED: invited\nKNOWN: known\nMAILBOX: mailbox\nSUSPENDED: suspended\nRESTORED: restored\nCHANGED: changed\nRECHECK: recheck\nUNMASKED: unmasked', enum_type=AlertKind, max_length=9),
        ),
    ]
