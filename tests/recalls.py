"""What tests of recalls share: a consult of three institutions, and what is left of it where."""

import re
from html import unescape
from typing import Any

from instance.models import Consult, Receipt, Role
from instance.services.consults import burying
from tests.cast import new
from tests.clinic import seen_at
from tests.houses import House, tables

STEWARD = new("steward", "Dr S. Teward", role=Role.STEWARD)
PHI = {"post": "all", "reason": "phi"}


async def receipts_of(house: House) -> dict[str, Receipt]:
    rows = await house.at(lambda: Receipt.all().order_by("id"))
    return {row.host: row for row in rows}


async def bodies(house: House, consult: Consult) -> int:
    """How many bodies of the consult this institution has."""
    there = await seen_at(house, consult)
    await house.at(there.fetch_related, "group")
    return await house.at(burying.left, there, [there.uri])


async def page(house: House, consult: Consult, path: str = "", handle: str = "lee") -> str:
    """The words of a page under `/k/<id>`, for a member of this institution."""
    there = await seen_at(house, consult)
    answer = await (await house.sign_in(handle)).get(f"/k/{there.id}{path}")
    assert answer.status == 200, path
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))


async def opened(house: House) -> dict[str, str]:
    """Everything in every table, unsealed, by the name of the table."""

    async def read() -> dict[str, str]:
        found: dict[str, str] = {}
        for model in tables().values():
            rows: list[Any] = await model.all()
            columns = [list(row._meta.fields_db_projection) for row in rows[:1]]
            values = [[getattr(row, name) for name in columns[0]] for row in rows]
            found[model._meta.db_table] = str(values).lower()
        return found

    return await house.at(read)
