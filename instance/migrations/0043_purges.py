from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.ids import new_id
from instance.models.keys import IdField
from instance.models.media import MediaState
from instance.models.notification import NotificationKind
from instance.sealed import SealedJSONField
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('curbside', '0042_publication')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ConsultReader',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('member', fields.ForeignKeyField('curbside.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='consults_read', on_delete=OnDelete.CASCADE)),
                ('consult', fields.ForeignKeyField('curbside.Consult', source_field='consult_id', db_constraint=True, to_field='id', related_name='readers', on_delete=OnDelete.CASCADE)),
                ('opened_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'consult_reader', 'app': 'curbside', 'unique_together': (('consult', 'member'),), 'indexes': [Index(fields=['opened_at'])], 'pk_attr': 'id', 'table_description': 'That a member opened a consult, and when of late: to tell them of a recall, for nothing else.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Hold',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('consult', fields.OneToOneField('curbside.Consult', source_field='consult_id', db_constraint=True, to_field='id', related_name='hold', on_delete=OnDelete.CASCADE)),
                ('held_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('released_by_uri', fields.CharField(default='', max_length=512)),
                ('release_reason', fields.CharField(default='', max_length=300)),
            ],
            options={'table': 'hold', 'app': 'curbside', 'pk_attr': 'id', 'table_description': 'Of a consult that was held before it was sent: for the figures, and why a steward let it go.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Draft',
            name='held_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Draft',
            name='note',
            field=SealedJSONField(null=True, generated=False, unique=False),
        ),
        ops.AddField(
            model_name='Draft',
            name='told_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AlterField(
            model_name='Media',
            name='state',
            field=fields.CharEnumField(default=MediaState.READY, description='READY: ready\nAWAITED: awaited\nMISSING: missing\nHELD: held', enum_type=MediaState, max_length=8),
        ),
        ops.AlterField(
            model_name='Notification',
            name='kind',
            field=fields.CharEnumField(description='REPLY: reply\nMENTION: mention\nFOLLOW: follow\nFOLLOW_REQUEST: follow_request\nLIKE: like\nBOOST: boost\nPOLL: poll\nTRUST_OFFERED: trust_offered\nTRUST_CHANGED: trust_changed\nLIST_CHANGED: list_changed\nROLE_CHANGED: role_changed\nREADING: reading\nREADING_ASKED: reading_asked\nREADING_DECIDED: reading_decided\nALERT: alert\nCASE: case\nCASE_SECOND: case_second\nENDS_SOON: ends_soon\nVOUCH_ASKED: vouch_asked\nVOUCH_ENDED: vouch_ended\nVOUCH_LOST: vouch_lost\nVOUCHED: vouched\nUNMASK_ASKED: unmask_asked\nUNMASK_DECIDED: unmask_decided\nWARNED: warned\nCLOSING: closing\nSTAYS: stays\nEXPORT_READY: export_ready\nASKED: asked\nINFO_ASKED: info_asked\nANSWERED: answered\nANSWERED_MORE: answered_more\nOUTCOME_DUE: outcome_due\nEXPIRES: expires\nRECALLED: recalled\nCONSENT: consent\nDRAFT_RELEASED: draft_released\nDRAFT_RETURNED: draft_returned\nDRAFT_ENDS: draft_ends', enum_type=NotificationKind, max_length=16),
        ),
    ]
