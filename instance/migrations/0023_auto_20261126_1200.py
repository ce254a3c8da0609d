from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.models.alert import AlertKind
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('curbside', '0022_profiles')]

    initial = False

    operations = [
        ops.AlterField(
            model_name='Mail',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nOVERDUE: overdue\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test\nPASSWORD: password\nFACTOR: factor\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nADDRESS: address', enum_type=AlertKind, max_length=9),
        ),
        ops.AlterField(
            model_name='MutedMail',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nOVERDUE: overdue\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test\nPASSWORD: password\nFACTOR: factor\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nADDRESS: address', enum_type=AlertKind, max_length=9),
        ),
        ops.AlterField(
            model_name='ToldAlert',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nOVERDUE: overdue\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test\nPASSWORD: password\nFACTOR: factor\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nADDRESS: address', enum_type=AlertKind, max_length=9),
        ),
    ]
