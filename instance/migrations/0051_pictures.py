from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.ids import new_id
from instance.models.attachment import AttachmentState
from instance.models.keys import IdField
from instance.models.media import Variant
from instance.models.portrait import PortraitKind
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('curbside', '0050_posts')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Attachment',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('actor', fields.ForeignKeyField('curbside.Actor', source_field='actor_id', db_constraint=True, to_field='id', related_name='attachments', on_delete=OnDelete.CASCADE)),
                ('post', fields.ForeignKeyField('curbside.Post', source_field='post_id', null=True, db_constraint=True, to_field='id', related_name='attachments', on_delete=OnDelete.CASCADE)),
                ('position', fields.IntField(default=0)),
                ('name', fields.CharField(unique=True, max_length=32)),
                ('source', fields.CharField(null=True, max_length=512)),
                ('state', fields.CharEnumField(description='PROCESSING: processing\nREADY: ready\nREFUSED: refused\nAWAITED: awaited\nMISSING: missing', enum_type=AttachmentState, max_length=10)),
                ('problem', fields.CharField(default='', max_length=300)),
                ('media_type', fields.CharField(default='', max_length=100)),
                ('width', fields.IntField(default=0)),
                ('height', fields.IntField(default=0)),
                ('alt', fields.TextField(default='', unique=False)),
                ('focus_x', fields.FloatField(null=True)),
                ('focus_y', fields.FloatField(null=True)),
                ('blurhash', fields.CharField(default='', max_length=100)),
                ('looked_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('held_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'attachment', 'app': 'curbside', 'unique_together': (('post', 'source'),), 'indexes': [Index(fields=['post_id', 'position']), Index(fields=['actor_id', 'post_id']), Index(fields=['created_at'])], 'pk_attr': 'id', 'table_description': 'One picture, of whom posts it. Until it stands in a post only they can name it.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='AttachmentFile',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('attachment', fields.ForeignKeyField('curbside.Attachment', source_field='attachment_id', db_constraint=True, to_field='id', related_name='files', on_delete=OnDelete.CASCADE)),
                ('variant', fields.CharEnumField(description='FULL: full\nSMALL: small', enum_type=Variant, max_length=5)),
                ('content', fields.BinaryField()),
            ],
            options={'table': 'attachment_file', 'app': 'curbside', 'unique_together': (('attachment', 'variant'),), 'pk_attr': 'id', 'table_description': 'A picture as it is served, or the small one of it.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Portrait',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('actor', fields.ForeignKeyField('curbside.Actor', source_field='actor_id', db_constraint=True, to_field='id', related_name='portraits', on_delete=OnDelete.CASCADE)),
                ('kind', fields.CharEnumField(description='AVATAR: avatar\nHEADER: header', enum_type=PortraitKind, max_length=6)),
                ('name', fields.CharField(unique=True, max_length=32)),
                ('source', fields.CharField(null=True, max_length=512)),
                ('media_type', fields.CharField(default='', max_length=20)),
                ('content', fields.BinaryField(null=True)),
                ('asked_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'portrait', 'app': 'curbside', 'unique_together': (('actor', 'kind'),), 'pk_attr': 'id', 'table_description': 'One picture of one identity; as `Attachment`, `name` is its address and `source` where one of'},
            bases=['Model'],
        ),
    ]
