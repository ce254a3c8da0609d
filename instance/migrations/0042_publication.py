from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.ids import new_id
from instance.models.keys import IdField
from instance.models.notification import NotificationKind
from instance.sealed import SealedJSONField
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('curbside', '0041_recalls')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Publication',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('consult', fields.ForeignKeyField('curbside.Consult', source_field='consult_id', db_constraint=True, to_field='id', related_name='publications', on_delete=OnDelete.CASCADE)),
                ('uri', fields.CharField(unique=True, max_length=512)),
                ('words', SealedJSONField(generated=False, null=False, unique=False)),
                ('digest', fields.CharField(max_length=64)),
                ('proposed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ends_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('stops_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('public_uri', fields.CharField(default='', max_length=512)),
            ],
            options={'table': 'publication', 'app': 'curbside', 'indexes': [Index(fields=['consult_id', 'id']), Index(fields=['ended_at', 'id'])], 'pk_attr': 'id', 'table_description': "What the asker of a consult, ours or a peer's, proposes to make public."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PublicationAnswer',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('publication', fields.ForeignKeyField('curbside.Publication', source_field='publication_id', db_constraint=True, to_field='id', related_name='answers', on_delete=OnDelete.CASCADE)),
                ('actor_uri', fields.CharField(max_length=512)),
                ('host', fields.CharField(max_length=255)),
                ('is_institution', fields.BooleanField()),
                ('said', SealedJSONField(null=True, generated=False, unique=False)),
            ],
            options={'table': 'publication_answer', 'app': 'curbside', 'unique_together': (('publication', 'actor_uri'),), 'indexes': [Index(fields=['host', 'is_institution'])], 'pk_attr': 'id', 'table_description': 'One whose word counts: a person who wrote in the consult, or a hospital in it.'},
            bases=['Model'],
        ),
        ops.AlterField(
            model_name='Notification',
            name='kind',
            field=fields.CharEnumField(description='REPLY: reply\nMENTION: mention\nFOLLOW: follow\nFOLLOW_REQUEST: follow_request\nLIKE: like\nBOOST: boost\nPOLL: poll\nTRUST_OFFERED: trust_offered\nTRUST_CHANGED: trust_changed\nLIST_CHANGED: list_changed\nROLE_CHANGED: role_changed\nREADING: reading\nREADING_ASKED: reading_asked\nREADING_DECIDED: reading_decided\nALERT: alert\nCASE: case\nCASE_SECOND: case_second\nENDS_SOON: ends_soon\nVOUCH_ASKED: vouch_asked\nVOUCH_ENDED: vouch_ended\nVOUCH_LOST: vouch_lost\nVOUCHED: vouched\nUNMASK_ASKED: unmask_asked\nUNMASK_DECIDED: unmask_decided\nWARNED: warned\nCLOSING: closing\nSTAYS: stays\nEXPORT_READY: export_ready\nASKED: asked\nINFO_ASKED: info_asked\nANSWERED: answered\nANSWERED_MORE: answered_more\nOUTCOME_DUE: outcome_due\nEXPIRES: expires\nRECALLED: recalled\nCONSENT: consent', enum_type=NotificationKind, max_length=16),
        ),
    ]
