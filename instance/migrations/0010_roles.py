from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.models.notification import NotificationKind
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('curbside', '0009_audit')]

    initial = False

    operations = [
        ops.AlterField(
            model_name='Notification',
            name='kind',
            field=fields.CharEnumField(description='REPLY: reply\nMENTION: mention\nFOLLOW: follow\nFOLLOW_REQUEST: follow_request\nLIKE: like\nBOOST: boost\nPOLL: poll\nTRUST_OFFERED: trust_offered\nTRUST_CHANGED: trust_changed\nROLE_CHANGED: role_changed', enum_type=NotificationKind, max_length=16),
        ),
    ]
