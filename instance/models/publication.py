"""Proposals to publish a closed consult as a teaching case, and what each who is asked said."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from instance.models.consult import Consult
from instance.models.keys import IdField
from instance.sealed import SealedJSONField


class Publication(Model):
    """What the asker of a consult, ours or a peer's, proposes to make public.

    `uri`: the Note that proposes it. `words` is the exact text as in that Note, and
    `digest` what each consent names (SHA-256 of its canonical form); of an end nothing is kept of
    the text. `stops_at`, at its owner: somebody objected, and the others learn by then that it is
    over. `public_uri`: the post that came of it, empty where none did.
    """

    id = IdField()
    consult: fields.ForeignKeyRelation[Consult] = fields.ForeignKeyField(
        "curbside.Consult", related_name="publications", on_delete=fields.CASCADE
    )
    consult_id: int
    uri = fields.CharField(max_length=512, unique=True)
    words: Any = SealedJSONField()
    digest = fields.CharField(max_length=64)
    proposed_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    stops_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    public_uri = fields.CharField(max_length=512, default="")
    answers: fields.ReverseRelation["PublicationAnswer"]

    class Meta:
        table = "publication"
        indexes = (("consult_id", "id"), ("ended_at", "id"))


class PublicationAnswer(Model):
    """One whose word counts: a person who wrote in the consult, or a hospital in it.

    At its owner all of them, elsewhere our own. `said`: sealed, NULL while they are waited for. It
    is read to reckon the outcome, and shown to who said it: of our hospital, to its stewards.
    """

    id = IdField()
    publication: fields.ForeignKeyRelation[Publication] = fields.ForeignKeyField(
        "curbside.Publication", related_name="answers", on_delete=fields.CASCADE
    )
    publication_id: int
    actor_uri = fields.CharField(max_length=512)
    host = fields.CharField(max_length=255)
    is_institution = fields.BooleanField()
    said: Any = SealedJSONField(null=True)

    class Meta:
        table = "publication_answer"
        unique_together = (("publication", "actor_uri"),)
        indexes = (("host", "is_institution"),)
