from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.ids import new_id
from instance.models.alert import AlertKind
from instance.models.keys import IdField
from instance.sealed import SealedBytesField
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('curbside', '0017_settings')]

    initial = False

    operations = [
        ops.CreateModel(
            name='CodeApp',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('member', fields.OneToOneField('curbside.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='code_app', on_delete=OnDelete.CASCADE)),
                ('secret', SealedBytesField(generated=False, null=False, unique=False)),
                ('last_step', fields.BigIntField()),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={'table': 'code_app', 'app': 'curbside', 'pk_attr': 'id', 'table_description': 'The secret that an authenticator app shares with us. `last_step`: a code works once (T66).'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='EmailChange',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('member', fields.OneToOneField('curbside.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='email_change', on_delete=OnDelete.CASCADE)),
                ('address', fields.CharField(max_length=254)),
                ('code_hash', fields.CharField(max_length=64)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'email_change', 'app': 'curbside', 'pk_attr': 'id', 'table_description': 'An address that a member wants to have, until the code that was mailed there comes back.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='KnownPlace',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('member', fields.ForeignKeyField('curbside.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='known_places', on_delete=OnDelete.CASCADE)),
                ('place_hash', fields.CharField(max_length=64)),
                ('seen_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'known_place', 'app': 'curbside', 'unique_together': (('member', 'place_hash'),), 'pk_attr': 'id', 'table_description': 'A network or a browser in which a member has signed in, by a hash with our key.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Passkey',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('member', fields.ForeignKeyField('curbside.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='passkeys', on_delete=OnDelete.CASCADE)),
                ('credential_id', fields.TextField(unique=False)),
                ('credential_hash', fields.CharField(unique=True, max_length=64)),
                ('public_key', fields.BinaryField()),
                ('sign_count', fields.BigIntField()),
                ('name', fields.CharField(max_length=60)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'passkey', 'app': 'curbside', 'pk_attr': 'id', 'table_description': 'A credential of WebAuthn. `credential_id` is base64url, and long: its hash is what is unique.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RecoveryCode',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('member', fields.ForeignKeyField('curbside.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='recovery_codes', on_delete=OnDelete.CASCADE)),
                ('code_hash', fields.CharField(max_length=64)),
            ],
            options={'table': 'recovery_code', 'app': 'curbside', 'unique_together': (('member', 'code_hash'),), 'pk_attr': 'id', 'table_description': 'One code for a day without the phone. Only its hash is kept; used, the row is gone.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SignInStep',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('token_hash', fields.CharField(unique=True, max_length=64)),
                ('member', fields.ForeignKeyField('curbside.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='sign_in_steps', on_delete=OnDelete.CASCADE)),
                ('device', fields.CharField(default='', max_length=120)),
                ('is_shared_computer', fields.BooleanField(default=True)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'sign_in_step', 'app': 'curbside', 'pk_attr': 'id', 'table_description': 'A browser that knew the password and still owes the second step: nobody, for 5 minutes.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='UsedChallenge',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('challenge_hash', fields.CharField(unique=True, max_length=64)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'used_challenge', 'app': 'curbside', 'pk_attr': 'id', 'table_description': 'A challenge that a passkey has signed: nobody signs in with the same answer again.'},
            bases=['Model'],
        ),
        ops.AlterField(
            model_name='Mail',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test\nPASSWORD: password\nFACTOR: factor\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nADDRESS: address', enum_type=AlertKind, max_length=9),
        ),
        ops.AddField(
            model_name='Mail',
            name='address',
            field=fields.CharField(default='', db_default='', max_length=254),
        ),
        ops.AddField(
            model_name='Mail',
            name='code',
            field=SealedBytesField(null=True, generated=False, unique=False),
        ),
        ops.AddField(
            model_name='Member',
            name='has_second_factor',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AlterField(
            model_name='MutedMail',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test\nPASSWORD: password\nFACTOR: factor\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nADDRESS: address', enum_type=AlertKind, max_length=9),
        ),
        ops.AlterModelOptions(
            name='SignInFailure',
            options={'table': 'sign_in_failure', 'app': 'curbside', 'indexes': [Index(fields=['account_hash', 'created_at']), Index(fields=['network_hash', 'created_at'])], 'pk_attr': 'id', 'table_description': 'One failed try at a door of an account, for the throttle by account and by network (T65).'},
        ),
        ops.AlterField(
            model_name='ToldAlert',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test\nPASSWORD: password\nFACTOR: factor\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nADDRESS: address', enum_type=AlertKind, max_length=9),
        ),
    ]
