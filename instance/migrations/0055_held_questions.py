from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.models.alert import AlertKind
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('curbside', '0054_changed_questions')]

    initial = False

    operations = [
        ops.AlterField(
            model_name='Mail',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nOVERDUE: overdue\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test\nCLOSING: closing\nDIGEST: digest\nSTAYS: stays\nCASE_LATE: case_late\nHELD: held\nPASSWORD: password\nFACTOR: factor\nPASSKEY: passkey\nCODES: codes\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nCASE: case\nEXPIRES: expires\nADDRESS: address\nINVITED: invited\nKNOWN: known\nMAILBOX: mailbox\nSUSPENDED: suspended\nRESTORED: restored\nCHANGED: changed\nRECHECK: recheck\nUNMASKED: unmasked', enum_type=AlertKind, max_length=9),
        ),
        ops.AlterField(
            model_name='MutedMail',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nOVERDUE: overdue\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test\nCLOSING: closing\nDIGEST: digest\nSTAYS: stays\nCASE_LATE: case_late\nHELD: held\nPASSWORD: password\nFACTOR: factor\nPASSKEY: passkey\nCODES: codes\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nCASE: case\nEXPIRES: expires\nADDRESS: address\nINVITED: invited\nKNOWN: known\nMAILBOX: mailbox\nSUSPENDED: suspended\nRESTORED: restored\nCHANGED: changed\nRECHECK: recheck\nUNMASKED: unmasked', enum_type=AlertKind, max_length=9),
        ),
        ops.AlterField(
            model_name='ToldAlert',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nOVERDUE: overdue\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test\nCLOSING: closing\nDIGEST: digest\nSTAYS: stays\nCASE_LATE: case_late\nHELD: held\nPASSWORD: password\nFACTOR: factor\nPASSKEY: passkey\nCODES: codes\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nCASE: case\nEXPIRES: expires\nADDRESS: address\nINVITED: invited\nKNOWN: known\nMAILBOX: mailbox\nSUSPENDED: suspended\nRESTORED: restored\nCHANGED: changed\nRECHECK: recheck\nUNMASKED: unmasked', enum_type=AlertKind, max_length=9),
        ),
    ]
