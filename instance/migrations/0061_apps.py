from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.models.keys import IndexOfSome
from instance.models.notification import NotificationKind
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('curbside', '0060_home')]

    initial = False

    operations = [
        ops.AddIndex(
            model_name='Follow',
            index=IndexOfSome(fields=['follower_id'], name='follow_languages', having='languages'),
        ),
        ops.AlterField(
            model_name='Notification',
            name='kind',
            field=fields.CharEnumField(description='REPLY: reply\nMENTION: mention\nFOLLOW: follow\nFOLLOW_REQUEST: follow_request\nLIKE: like\nBOOST: boost\nEDITED: edited\nPOLL: poll\nTHREAD: thread\nNOT_POSTED: not_posted\nTRUST_OFFERED: trust_offered\nTRUST_CHANGED: trust_changed\nLIST_CHANGED: list_changed\nROLE_CHANGED: role_changed\nREADING: reading\nREADING_ASKED: reading_asked\nREADING_DECIDED: reading_decided\nALERT: alert\nCASE: case\nCASE_SECOND: case_second\nENDS_SOON: ends_soon\nVOUCH_ASKED: vouch_asked\nVOUCH_ENDED: vouch_ended\nVOUCH_LOST: vouch_lost\nVOUCHED: vouched\nUNMASK_ASKED: unmask_asked\nUNMASK_DECIDED: unmask_decided\nWARNED: warned\nCLOSING: closing\nSTAYS: stays\nEXPORT_READY: export_ready\nASKED: asked\nINFO_ASKED: info_asked\nANSWERED: answered\nANSWERED_MORE: answered_more\nCHANGED: changed\nOUTCOME_DUE: outcome_due\nEXPIRES: expires\nRECALLED: recalled\nCONSENT: consent\nPRIVATE: private\nDRAFT_RELEASED: draft_released\nDRAFT_RETURNED: draft_returned\nDRAFT_ENDS: draft_ends', enum_type=NotificationKind, max_length=16),
        ),
    ]
