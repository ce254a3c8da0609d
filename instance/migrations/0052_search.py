from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.ids import new_id
from instance.models.keys import IdField
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

# People and channels are looked for by the first letters of their words.
_PREFIXES = {"post": "", "actor": ", prefix='1 2 3'"}
# Not described by models, see `instance.word_tables`. FTS5 keeps no places of words, which nobody
# asks for, and takes its words as they are: "ascii" parts them at blanks.
_TABLES = {
    "sqlite": (
        "CREATE VIRTUAL TABLE {name} USING fts5("
        "words, tokenize='ascii', detail=none, columnsize=0{prefixes})",
    ),
    "postgres": (
        "CREATE TABLE {name} (id BIGINT NOT NULL PRIMARY KEY, words TSVECTOR NOT NULL)",
        "CREATE INDEX {name}_words ON {name} USING GIN (words)",
    ),
}
_UNINDEXED = """
INSERT INTO unindexed (name, below)
SELECT '{table}', 9223372036854775807 WHERE EXISTS (SELECT 1 FROM {table})
"""


async def make_word_tables(apps, editor):
    """Empty: a worker reads what is there, so that a million posts do not hold up the start."""
    for table in ("post", "actor"):
        for sql in _TABLES[editor.client.capabilities.dialect]:
            await editor.client.execute_query(
                sql.format(name=f"{table}_words", prefixes=_PREFIXES[table]), []
            )
        await editor.client.execute_query(_UNINDEXED.format(table=table), [])


class Migration(migrations.Migration):
    dependencies = [('curbside', '0051_pictures')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Tag',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('name', fields.CharField(unique=True, max_length=100)),
                ('written', fields.CharField(max_length=100)),
            ],
            options={'table': 'tag', 'app': 'curbside', 'pk_attr': 'id', 'table_description': 'One hashtag. `name` as it is compared; `written` as somebody wrote it first.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='FeaturedTag',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('actor', fields.ForeignKeyField('curbside.Actor', source_field='actor_id', db_constraint=True, to_field='id', related_name='featured_tags', on_delete=OnDelete.CASCADE)),
                ('tag', fields.ForeignKeyField('curbside.Tag', source_field='tag_id', db_constraint=True, to_field='id', related_name='featured_by', on_delete=OnDelete.CASCADE)),
            ],
            options={'table': 'featured_tag', 'app': 'curbside', 'unique_together': (('actor', 'tag'),), 'pk_attr': 'id', 'table_description': 'One identity shows a hashtag on its profile.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='FollowedTag',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('actor', fields.ForeignKeyField('curbside.Actor', source_field='actor_id', db_constraint=True, to_field='id', related_name='followed_tags', on_delete=OnDelete.CASCADE)),
                ('tag', fields.ForeignKeyField('curbside.Tag', source_field='tag_id', db_constraint=True, to_field='id', related_name='followers', on_delete=OnDelete.CASCADE)),
            ],
            options={'table': 'followed_tag', 'app': 'curbside', 'unique_together': (('actor', 'tag'),), 'pk_attr': 'id', 'table_description': 'One identity wants the posts with a hashtag in its home timeline.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PostTag',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('tag', fields.ForeignKeyField('curbside.Tag', source_field='tag_id', db_constraint=True, to_field='id', related_name='on', on_delete=OnDelete.CASCADE)),
                ('post', fields.ForeignKeyField('curbside.Post', source_field='post_id', db_constraint=True, to_field='id', related_name='tagged', on_delete=OnDelete.CASCADE)),
                ('author', fields.ForeignKeyField('curbside.Actor', source_field='author_id', db_constraint=True, to_field='id', related_name='tagged', on_delete=OnDelete.CASCADE)),
            ],
            options={'table': 'post_tag', 'app': 'curbside', 'unique_together': (('tag', 'post'),), 'indexes': [Index(fields=['author_id', 'tag_id', 'post_id']), Index(fields=['post_id'])], 'pk_attr': 'id', 'table_description': 'That a public post has a hashtag. `author`: of the post.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Unindexed',
            fields=[
                ('name', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=10)),
                ('below', fields.BigIntField()),
            ],
            options={'table': 'unindexed', 'app': 'curbside', 'pk_attr': 'name', 'table_description': 'Of this table ("post", "actor") the rows below this id were there before search was; without'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Actor',
            name='is_looked_up',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.RunPython(make_word_tables),
    ]
