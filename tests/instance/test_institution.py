"""An institution is made current once; what may not go on is refused each time."""

import asyncio

import pytest
from tortoise.transactions import in_transaction

from tests.houses import House


async def test_a_task_that_a_transaction_began_is_refused_where_its_institution_is_current(
    mercy: House,
) -> None:
    async def work() -> None:
        mercy.institution.activate()

    async def begin() -> None:
        mercy.institution.activate()
        async with in_transaction():
            task = asyncio.create_task(work())
            with pytest.raises(RuntimeError, match="after the commit"):
                await task

    await mercy.at(begin)
