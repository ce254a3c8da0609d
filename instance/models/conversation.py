"""How far one identity has got in what others see of a consult as a conversation."""

from tortoise import fields
from tortoise.models import Model

from instance.models.actor import Actor
from instance.models.consult import Consult
from instance.models.keys import IdField


class ConversationPlace(Model):
    """`read_seq`: it has read up to there. `hidden_seq`: up to there it is off their list, and back
    with the next message; nothing is deleted.
    """

    id = IdField()
    consult: fields.ForeignKeyRelation[Consult] = fields.ForeignKeyField(
        "curbside.Consult", related_name="places", on_delete=fields.CASCADE
    )
    consult_id: int
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="places", on_delete=fields.CASCADE
    )
    actor_id: int
    read_seq = fields.IntField(default=0)
    hidden_seq = fields.IntField(default=0)

    class Meta:
        table = "conversation_place"
        unique_together = (("actor", "consult"),)
