from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.ids import new_id
from instance.models.alert import AlertKind
from instance.models.keys import IdField, IndexOfSome
from instance.models.notification import NotificationKind
from instance.models.routing import Why
from instance.sealed import SealedBytesField, SealedJSONField
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('curbside', '0038_media')]

    initial = False

    operations = [
        ops.CreateModel(
            name='AnswerRequest',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('consult', fields.ForeignKeyField('curbside.Consult', source_field='consult_id', db_constraint=True, to_field='id', related_name='requests', on_delete=OnDelete.CASCADE)),
                ('member', fields.ForeignKeyField('curbside.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='requests', on_delete=OnDelete.CASCADE)),
                ('identity', fields.ForeignKeyField('curbside.Actor', source_field='identity_id', db_constraint=True, to_field='id', related_name='requests', on_delete=OnDelete.CASCADE)),
                ('why', fields.CharEnumField(description='ROUTED: routed\nNAMED: named\nINVITED: invited\nREDIRECTED: redirected', enum_type=Why, max_length=10)),
                ('asked_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('declined_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'answer_request', 'app': 'curbside', 'unique_together': (('consult', 'member'),), 'indexes': [Index(fields=['member_id', 'asked_at'])], 'pk_attr': 'id', 'table_description': 'That a member was asked, under `identity`. Nobody but they ever reads it (domain.md 3.4).'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Availability',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('member', fields.OneToOneField('curbside.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='availability', on_delete=OnDelete.CASCADE)),
                ('away_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('quiet_from', fields.IntField(default=1320)),
                ('quiet_to', fields.IntField(default=420)),
                ('weekly_cap', fields.IntField(default=3)),
                ('choices', fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={'table': 'availability', 'app': 'curbside', 'pk_attr': 'id', 'table_description': 'What a member said about being asked; without a row the defaults count.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Invitee',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('consult', fields.ForeignKeyField('curbside.Consult', source_field='consult_id', db_constraint=True, to_field='id', related_name='invitees', on_delete=OnDelete.CASCADE)),
                ('target', fields.ForeignKeyField('curbside.Actor', source_field='target_id', db_constraint=True, to_field='id', related_name='invited_to', on_delete=OnDelete.CASCADE)),
                ('invited_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'invitee', 'app': 'curbside', 'unique_together': (('consult', 'target'),), 'pk_attr': 'id', 'table_description': 'Whom the asker of one of our consults invited by name; only the asker reads it.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PushKey',
            fields=[
                ('name', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=8)),
                ('private', SealedBytesField(generated=False, null=False, unique=False)),
                ('public', fields.CharField(max_length=100)),
            ],
            options={'table': 'push_key', 'app': 'curbside', 'pk_attr': 'name', 'table_description': 'Our key towards push services (VAPID): made once, for every device is bound to it.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PushSubscription',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('member', fields.ForeignKeyField('curbside.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='push_subscriptions', on_delete=OnDelete.CASCADE)),
                ('session', fields.ForeignKeyField('curbside.Session', source_field='session_id', null=True, db_constraint=True, to_field='id', related_name='push_subscriptions', on_delete=OnDelete.SET_NULL)),
                ('endpoint_hash', fields.CharField(unique=True, max_length=64)),
                ('place', SealedJSONField(generated=False, null=False, unique=False)),
                ('device', fields.CharField(default='', max_length=120)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'push_subscription', 'app': 'curbside', 'indexes': [Index(fields=['member_id', 'id'])], 'pk_attr': 'id', 'table_description': 'One device of a member. `place`: endpoint, p256dh and auth; who has them can write to it.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PushMessage',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('subscription', fields.ForeignKeyField('curbside.PushSubscription', source_field='subscription_id', db_constraint=True, to_field='id', related_name='messages', on_delete=OnDelete.CASCADE)),
                ('notification', fields.ForeignKeyField('curbside.Notification', source_field='notification_id', null=True, db_constraint=True, to_field='id', related_name='pushes', on_delete=OnDelete.CASCADE)),
                ('kind', fields.CharField(max_length=16)),
                ('topic', fields.CharField(max_length=32)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('attempts', fields.IntField(default=0)),
                ('due_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('claimed_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'push_message', 'app': 'curbside', 'indexes': [Index(fields=['due_at']), Index(fields=['subscription_id', 'topic'])], 'pk_attr': 'id', 'table_description': 'What waits to be sent to a device; sent or given up, it is gone. Its words hang on `kind`.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Routing',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('consult', fields.OneToOneField('curbside.Consult', source_field='consult_id', db_constraint=True, to_field='id', related_name='routing', on_delete=OnDelete.CASCADE)),
                ('waves', fields.IntField(default=0)),
                ('owed', fields.IntField(default=0)),
                ('hops', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={'table': 'routing', 'app': 'curbside', 'pk_attr': 'id', 'table_description': 'How far a consult has got here: each institution keeps its own, and says nothing of it.'},
            bases=['Model'],
        ),
        ops.AlterField(
            model_name='Mail',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nOVERDUE: overdue\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test\nCLOSING: closing\nDIGEST: digest\nSTAYS: stays\nCASE_LATE: case_late\nPASSWORD: password\nFACTOR: factor\nPASSKEY: passkey\nCODES: codes\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nCASE: case\nEXPIRES: expires\nADDRESS: address\nINVITED: invited\nKNOWN: known\nMAILBOX: mailbox\nSUSPENDED: suspended\nRESTORED: restored\nCHANGED: changed\nRECHECK: recheck\nUNMASKED: unmasked', enum_type=AlertKind, max_length=9),
        ),
        ops.AddField(
            model_name='Member',
            name='zone',
            field=fields.CharField(default='', db_default='', max_length=40),
        ),
        ops.AlterField(
            model_name='MutedMail',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nOVERDUE: overdue\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test\nCLOSING: closing\nDIGEST: digest\nSTAYS: stays\nCASE_LATE: case_late\nPASSWORD: password\nFACTOR: factor\nPASSKEY: passkey\nCODES: codes\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nCASE: case\nEXPIRES: expires\nADDRESS: address\nINVITED: invited\nKNOWN: known\nMAILBOX: mailbox\nSUSPENDED: suspended\nRESTORED: restored\nCHANGED: changed\nRECHECK: recheck\nUNMASKED: unmasked', enum_type=AlertKind, max_length=9),
        ),
        ops.AlterField(
            model_name='Notification',
            name='kind',
            field=fields.CharEnumField(description='REPLY: reply\nMENTION: mention\nFOLLOW: follow\nFOLLOW_REQUEST: follow_request\nLIKE: like\nBOOST: boost\nPOLL: poll\nTRUST_OFFERED: trust_offered\nTRUST_CHANGED: trust_changed\nLIST_CHANGED: list_changed\nROLE_CHANGED: role_changed\nREADING: reading\nREADING_ASKED: reading_asked\nREADING_DECIDED: reading_decided\nALERT: alert\nCASE: case\nCASE_SECOND: case_second\nENDS_SOON: ends_soon\nVOUCH_ASKED: vouch_asked\nVOUCH_ENDED: vouch_ended\nVOUCH_LOST: vouch_lost\nVOUCHED: vouched\nUNMASK_ASKED: unmask_asked\nUNMASK_DECIDED: unmask_decided\nWARNED: warned\nCLOSING: closing\nSTAYS: stays\nEXPORT_READY: export_ready\nASKED: asked\nINFO_ASKED: info_asked\nANSWERED: answered\nANSWERED_MORE: answered_more\nOUTCOME_DUE: outcome_due\nEXPIRES: expires\nRECALLED: recalled', enum_type=NotificationKind, max_length=16),
        ),
        ops.AddField(
            model_name='Notification',
            name='mail_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddIndex(
            model_name='Notification',
            index=IndexOfSome(fields=['mail_at'], name='notification_mail', having='mail_at'),
        ),
        ops.AddField(
            model_name='Peer',
            name='kind',
            field=fields.CharField(default='hospital', db_default='hospital', max_length=8),
        ),
        ops.AlterField(
            model_name='ToldAlert',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nOVERDUE: overdue\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test\nCLOSING: closing\nDIGEST: digest\nSTAYS: stays\nCASE_LATE: case_late\nPASSWORD: password\nFACTOR: factor\nPASSKEY: passkey\nCODES: codes\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nCASE: case\nEXPIRES: expires\nADDRESS: address\nINVITED: invited\nKNOWN: known\nMAILBOX: mailbox\nSUSPENDED: suspended\nRESTORED: restored\nCHANGED: changed\nRECHECK: recheck\nUNMASKED: unmasked', enum_type=AlertKind, max_length=9),
        ),
    ]
