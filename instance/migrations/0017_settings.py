from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.models.moderation import Decision
from instance.models.notification import NotificationKind
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('curbside', '0016_departures')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Setting',
            fields=[
                ('name', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=40)),
                ('value', fields.TextField(unique=False)),
            ],
            options={'table': 'setting', 'app': 'curbside', 'pk_attr': 'name', 'table_description': 'One setting that somebody changed; without a row the environment or our default counts.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Channel',
            name='closed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AlterField(
            model_name='Notification',
            name='kind',
            field=fields.CharEnumField(description='REPLY: reply\nMENTION: mention\nFOLLOW: follow\nFOLLOW_REQUEST: follow_request\nLIKE: like\nBOOST: boost\nPOLL: poll\nTRUST_OFFERED: trust_offered\nTRUST_CHANGED: trust_changed\nLIST_CHANGED: list_changed\nROLE_CHANGED: role_changed\nREADING: reading\nREADING_ASKED: reading_asked\nREADING_DECIDED: reading_decided\nALERT: alert\nWARNED: warned', enum_type=NotificationKind, max_length=16),
        ),
        ops.AlterField(
            model_name='Report',
            name='decision',
            field=fields.CharEnumField(null=True, description='NO_ACTION: no_action\nREMOVED: removed\nBANNED: banned\nSUSPENDED: suspended\nWARNED: warned\nPASSED_ON: passed_on', enum_type=Decision, max_length=10),
        ),
        ops.AddField(
            model_name='Report',
            name='reason',
            field=fields.CharField(default='', db_default='', max_length=300),
        ),
    ]
