"""The worker that seals: woken once for many, and not ended by what fails (T73)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import pytest

from instance.models import AuditCheck, AuditSeal
from instance.services import audit, seals
from instance.workers import auditing
from tests.houses import House

_seal = seals.seal


async def entry() -> None:
    await audit.record("peer.paused", actor_uri="x", host="new.example", subject="x")


async def while_it_seals(house: House, work: Callable[[], Awaitable[None]]) -> None:
    async def both() -> None:
        task = asyncio.create_task(auditing.run_seals(asyncio.Event()))
        try:
            async with asyncio.timeout(15):
                await work()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    await house.at(both)


async def sealed(count: int) -> None:
    while await AuditSeal.all().count() != count:  # noqa: ASYNC110
        await asyncio.sleep(0.02)


async def test_a_signature_that_fails_holds_up_neither_seals_nor_the_check(
    mercy: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    walks: list[bool] = []

    async def counted(now: datetime, *, everything: bool = False) -> int:
        walks.append(everything)
        return await _seal(now, everything=everything)

    async def failing(now: datetime) -> None:
        raise LookupError

    monkeypatch.setattr(seals, "seal", counted)
    monkeypatch.setattr(seals, "anchor", failing)

    async def work() -> None:
        for number in range(1, 4):
            await entry()
            await sealed(number)
        assert await AuditCheck.all().count() == 1

    await while_it_seals(mercy, work)
    assert walks[0] and not any(walks[1:])


async def test_a_day_without_anything_to_sign_is_checked_too(mercy: House) -> None:
    async def work() -> None:
        while await AuditCheck.all().count() != 1:  # noqa: ASYNC110
            await asyncio.sleep(0.02)

    await while_it_seals(mercy, work)


async def test_many_entries_at_once_wake_it_once(
    mercy: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Any] = []

    async def counted(now: datetime, *, everything: bool = False) -> int:
        calls.append(now)
        if len(calls) == 1:
            for _ in range(30):
                await entry()
            await asyncio.sleep(0.5)  # until all were told of
        return await _seal(now, everything=everything)

    monkeypatch.setattr(seals, "seal", counted)

    async def work() -> None:
        await sealed(30)
        await asyncio.sleep(0.5)

    await while_it_seals(mercy, work)
    assert len(calls) < 10
