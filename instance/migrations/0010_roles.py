from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.ids import new_id
from instance.models.keys import IdField
from instance.models.notification import NotificationKind
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('curbside', '0009_audit')]

    initial = False

    operations = [
        ops.CreateModel(
            name='BreakGlass',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('consult', fields.ForeignKeyField('curbside.Consult', source_field='consult_id', db_constraint=True, to_field='id', related_name='break_glass', on_delete=OnDelete.CASCADE)),
                ('asked_by', fields.ForeignKeyField('curbside.Member', source_field='asked_by_id', db_constraint=True, to_field='id', related_name='asked_to_read', on_delete=OnDelete.CASCADE)),
                ('reason', fields.CharField(max_length=300)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('decided_by', fields.ForeignKeyField('curbside.Member', source_field='decided_by_id', null=True, db_constraint=True, to_field='id', related_name='let_read', on_delete=OnDelete.SET_NULL)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ends_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'break_glass', 'app': 'curbside', 'indexes': [Index(fields=['asked_by_id', 'id']), Index(fields=['consult_id', 'id']), Index(fields=['decided_at', 'created_at'])], 'pk_attr': 'id', 'table_description': "One person's leave to read one consult they take no part in, asked for and decided (T72)."},
            bases=['Model'],
        ),
        ops.AlterField(
            model_name='Notification',
            name='kind',
            field=fields.CharEnumField(description='REPLY: reply\nMENTION: mention\nFOLLOW: follow\nFOLLOW_REQUEST: follow_request\nLIKE: like\nBOOST: boost\nPOLL: poll\nTRUST_OFFERED: trust_offered\nTRUST_CHANGED: trust_changed\nROLE_CHANGED: role_changed\nREADING: reading\nREADING_ASKED: reading_asked\nREADING_DECIDED: reading_decided', enum_type=NotificationKind, max_length=16),
        ),
    ]
