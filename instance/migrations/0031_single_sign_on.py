from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.ids import new_id
from instance.models.keys import IdField
from instance.models.verification import Ending
from instance.sealed import SealedBytesField
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('curbside', '0030_imports')]

    initial = False

    operations = [
        ops.CreateModel(
            name='SignOnIdentity',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('member', fields.OneToOneField('curbside.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='sign_on', on_delete=OnDelete.CASCADE)),
                ('issuer', fields.CharField(max_length=500)),
                ('subject', fields.CharField(max_length=255)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'sign_on_identity', 'app': 'curbside', 'unique_together': (('issuer', 'subject'),), 'pk_attr': 'id', 'table_description': 'An account at a provider, and the one member it signs in. Never found by an e-mail (T71).'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SignOnProvider',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('issuer', fields.CharField(max_length=500)),
                ('client_id', fields.CharField(max_length=200)),
                ('client_secret', SealedBytesField(generated=False, null=False, unique=False)),
                ('scopes', fields.CharField(default='', max_length=200)),
                ('key_claim', fields.CharField(default='', max_length=60)),
                ('email_claim', fields.CharField(default='email', max_length=60)),
                ('affiliation_claim', fields.CharField(default='', max_length=60)),
                ('affiliations', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ('factors', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ('is_on', fields.BooleanField(default=False)),
                ('found', fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ('found_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('keys', fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ('keys_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'sign_on_provider', 'app': 'curbside', 'pk_attr': 'id', 'table_description': 'The one provider that an owner named. A row that is not `is_on` is a draft.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Session',
            name='has_second_step',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Session',
            name='is_single_sign_on',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='SignInStep',
            name='is_single_sign_on',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AlterField(
            model_name='Verification',
            name='ending',
            field=fields.CharEnumField(null=True, description='EXPIRED: expired\nLEFT: left\nMAILBOX: mailbox\nREGISTRY: registry\nREPLACED: replaced\nREVOKED: revoked\nUNSAID: unsaid', enum_type=Ending, max_length=8),
        ),
    ]
