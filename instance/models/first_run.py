"""How far setting up this server has come (ux.md J1)."""

from datetime import timedelta
from typing import Any

from tortoise import fields
from tortoise.models import Model

from instance.models.keys import IdField


class FirstRun(Model):
    """One row, made when a server starts that has no owner; a server without it was set up.

    `code_hash`: of the code in the link that was printed last, NULL once somebody came with it.
    The moments say when each step was done; `second_at`, that somebody was asked to be the second
    owner. `findings`: what the self-test found, as `services.self_test` reads it.
    """

    LIVES = timedelta(hours=24)
    ID = 1

    id = IdField()
    code_hash = fields.CharField(max_length=64, null=True)
    code_until = fields.DatetimeField(null=True)
    hospital_at = fields.DatetimeField(null=True)
    tested_at = fields.DatetimeField(null=True)
    findings: Any = fields.JSONField(default=list)
    second_at = fields.DatetimeField(null=True)
    rules_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "first_run"
