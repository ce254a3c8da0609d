from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from instance.models.keys import IndexOfSome

_THREADS = (
    (["group_id", "last_post_at", "id"], "thread_board"),
    (["group_id", "id"], "thread_paged"),
    (["group_id", "created_at"], "thread_begun"),
)


def _replaced(model: str, columns: list[str], name: str, having: str) -> list[ops.Operation]:
    return [
        ops.RemoveIndex(model_name=model, fields=columns),
        ops.AddIndex(
            model_name=model, index=IndexOfSome(fields=columns, name=name, having=having)
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("curbside", "0071_recalled_images")]

    initial = False

    operations = [
        *(step for of in _THREADS for step in _replaced("Thread", *of, having="group_id")),
        *_replaced("Post", ["in_reply_to_uri"], "post_answers", "in_reply_to_uri"),
        ops.AlterField(
            model_name="Thread",
            name="lock_uri",
            field=fields.CharField(null=True, max_length=512),
        ),
        ops.AddIndex(
            model_name="Thread",
            index=IndexOfSome(fields=["lock_uri"], name="thread_lock", having="lock_uri"),
        ),
    ]
