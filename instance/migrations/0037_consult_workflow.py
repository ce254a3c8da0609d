from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.ids import new_id
from instance.models.consult import Status
from instance.models.draft import DraftState
from instance.models.keys import IdField, IndexOfSome
from instance.sealed import SealedJSONField
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('curbside', '0035_notices_of_members')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Draft',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('member', fields.ForeignKeyField('curbside.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='drafts', on_delete=OnDelete.CASCADE)),
                ('key', fields.BigIntField()),
                ('version', fields.IntField(default=1)),
                ('state', fields.CharEnumField(default=DraftState.DRAFT, description='DRAFT: draft\nHELD: held', enum_type=DraftState, max_length=8)),
                ('words', SealedJSONField(null=True, generated=False, unique=False)),
                ('digest', fields.CharField(null=True, max_length=64)),
                ('consult', fields.ForeignKeyField('curbside.Consult', source_field='consult_id', null=True, db_constraint=True, to_field='id', related_name='drafts', on_delete=OnDelete.CASCADE)),
                ('saved_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'consult_draft', 'app': 'curbside', 'unique_together': (('member', 'key'),), 'indexes': [Index(fields=['member_id', 'saved_at'])], 'pk_attr': 'id', 'table_description': 'One form of a consult as it was typed, until it is sent or thrown away.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Consult',
            name='held_before',
            field=fields.CharEnumField(null=True, description='OPEN: open\nNEEDS_INFO: needs_info\nANSWERED: answered\nRESOLVED: resolved\nCLOSED: closed\nESCALATED: escalated\nEXPIRED: expired\nWITHDRAWN: withdrawn\nHELD: held', enum_type=Status, max_length=12),
        ),
        ops.AddField(
            model_name='Consult',
            name='lapses_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Consult',
            name='reopened',
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddIndex(
            model_name='Consult',
            index=IndexOfSome(fields=['lapses_at'], name='consult_lapses', having='lapses_at'),
        ),
        ops.AddField(
            model_name='Contribution',
            name='deleted_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Contribution',
            name='edited_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
