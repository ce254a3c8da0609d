from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.ids import new_id
from instance.models.keys import IdField
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('curbside', '0039_routing')]

    initial = False

    operations = [
        ops.CreateModel(
            name='DismissedTerm',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('member', fields.ForeignKeyField('curbside.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='dismissed_terms', on_delete=OnDelete.CASCADE)),
                ('digest', fields.CharField(max_length=64)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={'table': 'dismissed_term', 'app': 'curbside', 'unique_together': (('member', 'digest'),), 'pk_attr': 'id', 'table_description': 'The identifier check asks this member about this term no more (domain.md 6.4).'},
            bases=['Model'],
        ),
    ]
