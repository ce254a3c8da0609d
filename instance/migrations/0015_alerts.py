from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.ids import new_id
from instance.models.alert import AlertKind
from instance.models.keys import IdField, IndexOfSome
from instance.models.notification import NotificationKind
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('curbside', '0014_seen')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Mail',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('member', fields.ForeignKeyField('curbside.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='mails', on_delete=OnDelete.CASCADE)),
                ('kind', fields.CharEnumField(description='SILENT: silent\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test', enum_type=AlertKind, max_length=9)),
                ('host', fields.CharField(max_length=255)),
                ('attempts', fields.IntField(default=0)),
                ('due_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('claimed_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('sent_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('gave_up_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('last_error', fields.CharField(default='', max_length=200)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={'table': 'mail', 'app': 'curbside', 'indexes': [Index(fields=['member_id', 'kind', 'host']), IndexOfSome(fields=['due_at'], name='mail_waiting', having='due_at')], 'pk_attr': 'id', 'table_description': 'One mail to one member. Its words are fixed by `kind`; of the cause it holds the host alone.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='MutedMail',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('member', fields.ForeignKeyField('curbside.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='muted_mails', on_delete=OnDelete.CASCADE)),
                ('kind', fields.CharEnumField(description='SILENT: silent\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test', enum_type=AlertKind, max_length=9)),
            ],
            options={'table': 'muted_mail', 'app': 'curbside', 'unique_together': (('member', 'kind'),), 'pk_attr': 'id', 'table_description': 'A kind of alert of which a member wants no mail.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ToldAlert',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('kind', fields.CharEnumField(description='SILENT: silent\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test', enum_type=AlertKind, max_length=9)),
                ('host', fields.CharField(max_length=255)),
                ('key', fields.CharField(null=True, unique=True, max_length=300)),
                ('since', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'told_alert', 'app': 'curbside', 'pk_attr': 'id', 'table_description': 'One thing that went wrong, told to administrators when it began.'},
            bases=['Model'],
        ),
        ops.AlterField(
            model_name='Notification',
            name='kind',
            field=fields.CharEnumField(description='REPLY: reply\nMENTION: mention\nFOLLOW: follow\nFOLLOW_REQUEST: follow_request\nLIKE: like\nBOOST: boost\nPOLL: poll\nTRUST_OFFERED: trust_offered\nTRUST_CHANGED: trust_changed\nLIST_CHANGED: list_changed\nROLE_CHANGED: role_changed\nREADING: reading\nREADING_ASKED: reading_asked\nREADING_DECIDED: reading_decided\nALERT: alert', enum_type=NotificationKind, max_length=16),
        ),
        ops.AddField(
            model_name='Notification',
            name='alert',
            field=fields.ForeignKeyField('curbside.ToldAlert', source_field='alert_id', null=True, db_constraint=True, to_field='id', related_name='notifications', on_delete=OnDelete.CASCADE),
        ),
        ops.AddField(
            model_name='Peer',
            name='silent_since',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
