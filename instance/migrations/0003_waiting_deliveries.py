from tortoise import migrations
from tortoise.migrations import operations as ops

# Of the rows that wait alone: finished ones are many, and nobody looks for them by host.
WAITING = (
    'CREATE INDEX "delivery_waiting" ON "delivery" ("host", "due_at") WHERE "due_at" IS NOT NULL',
    'CREATE INDEX "delivery_lane" ON "delivery" ("inbox", "lane", "id") WHERE "due_at" IS NOT NULL',
    'CREATE INDEX "delivery_claimed" ON "delivery" ("host", "claimed_until")'
    ' WHERE "claimed_until" IS NOT NULL',
)


class Migration(migrations.Migration):
    dependencies = [("curbside", "0002_public_channels")]

    initial = False

    operations = [
        ops.RemoveIndex(model_name="Delivery", name=None, fields=["due_at", "claimed_until"]),
        ops.RemoveIndex(model_name="Delivery", name=None, fields=["inbox", "lane", "due_at"]),
        ops.RunSQL(WAITING),
    ]
