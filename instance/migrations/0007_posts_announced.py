from tortoise import migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index
from instance.batches import InBatches
from instance.models.keys import IndexOfSome

# What a channel announced before: a post by its id, or by the Create or Update that holds it.
_FIND = """
UPDATE announced SET post_id = (SELECT p.id FROM post p WHERE p.uri = CASE
    WHEN announced.is_plain THEN announced.object_uri
    WHEN {kind} IN ('Create', 'Update') THEN coalesce({by_id}, {of_one}, {bare})
END) WHERE {{some}}
"""
_JSON = {
    "sqlite": "json_extract(announced.document, '$.object.{}')",
    "postgres": "announced.document #>> '{{object,{}}}'",
}
_PATHS = {
    "sqlite": ("type", "object.id", "object[0].id", "object"),
    "postgres": ("type", "object,id", "object,0,id", "object"),
}


def _find(dialect):
    names = ("kind", "by_id", "of_one", "bare")
    return _FIND.format(**{n: _JSON[dialect].format(p) for n, p in zip(names, _PATHS[dialect])})


find_posts = InBatches(
    "announced",
    {dialect: _find(dialect) for dialect in _JSON},
    about="finds the posts of what channels announced",
)


class Migration(migrations.Migration):
    dependencies = [('curbside', '0006_waiting_deliveries')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Announced',
            name='post',
            field=fields.ForeignKeyField('curbside.Post', source_field='post_id', null=True, db_constraint=True, to_field='id', related_name='announced', on_delete=OnDelete.CASCADE),
        ),
        ops.AddIndex(
            model_name='Announced',
            index=Index(fields=['post_id']),
        ),
        ops.AddIndex(
            model_name='OutboxActivity',
            index=IndexOfSome(fields=['post_id'], name='outbox_of_post', having='post_id'),
        ),
        find_posts,
    ]
