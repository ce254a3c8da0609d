from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.ids import new_id
from instance.models.alert import AlertKind
from instance.models.keys import IdField
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('curbside', '0062_pictures')]

    initial = False

    operations = [
        ops.CreateModel(
            name='WeeklyMail',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('member', fields.OneToOneField('curbside.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='weekly_mail', on_delete=OnDelete.CASCADE)),
                ('token', fields.CharField(unique=True, max_length=32)),
                ('due_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'weekly_mail', 'app': 'curbside', 'pk_attr': 'id', 'table_description': 'Who wants none has no row. `token`: whoever has it, as every such mail does, can end it.'},
            bases=['Model'],
        ),
        ops.AlterField(
            model_name='Mail',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nOVERDUE: overdue\nGAVE_UP: gave_up\nQUOTA: quota\nAUDIT: audit\nMAIL: mail\nBACKUP: backup\nTEST: test\nCLOSING: closing\nDIGEST: digest\nWEEKLY: weekly\nSTAYS: stays\nCASE_LATE: case_late\nHELD: held\nPASSWORD: password\nFACTOR: factor\nPASSKEY: passkey\nCODES: codes\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nCASE: case\nEXPIRES: expires\nADDRESS: address\nINVITED: invited\nKNOWN: known\nMAILBOX: mailbox\nSUSPENDED: suspended\nRESTORED: restored\nCHANGED: changed\nRECHECK: recheck\nUNMASKED: unmasked', enum_type=AlertKind, max_length=9),
        ),
        ops.AlterField(
            model_name='MutedMail',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nOVERDUE: overdue\nGAVE_UP: gave_up\nQUOTA: quota\nAUDIT: audit\nMAIL: mail\nBACKUP: backup\nTEST: test\nCLOSING: closing\nDIGEST: digest\nWEEKLY: weekly\nSTAYS: stays\nCASE_LATE: case_late\nHELD: held\nPASSWORD: password\nFACTOR: factor\nPASSKEY: passkey\nCODES: codes\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nCASE: case\nEXPIRES: expires\nADDRESS: address\nINVITED: invited\nKNOWN: known\nMAILBOX: mailbox\nSUSPENDED: suspended\nRESTORED: restored\nCHANGED: changed\nRECHECK: recheck\nUNMASKED: unmasked', enum_type=AlertKind, max_length=9),
        ),
        ops.AlterField(
            model_name='ToldAlert',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nOVERDUE: overdue\nGAVE_UP: gave_up\nQUOTA: quota\nAUDIT: audit\nMAIL: mail\nBACKUP: backup\nTEST: test\nCLOSING: closing\nDIGEST: digest\nWEEKLY: weekly\nSTAYS: stays\nCASE_LATE: case_late\nHELD: held\nPASSWORD: password\nFACTOR: factor\nPASSKEY: passkey\nCODES: codes\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nCASE: case\nEXPIRES: expires\nADDRESS: address\nINVITED: invited\nKNOWN: known\nMAILBOX: mailbox\nSUSPENDED: suspended\nRESTORED: restored\nCHANGED: changed\nRECHECK: recheck\nUNMASKED: unmasked', enum_type=AlertKind, max_length=9),
        ),
    ]
