"""The line for SQLite's one connection, and how long each in it waits for another program.

Where another program keeps the database locked, whoever has the connection waits for it as long as
`busy_timeout` says. If each behind them waited so again, a request would stand there for all of
them: so who was in the line meanwhile, or comes right afterwards, only looks whether it is over.
"""

import asyncio
import time
from typing import Literal, Protocol

_LOOK_MS = 100
_AFTERWARDS = 1.0  # seconds, in which whatever a request or a worker does next begins


class _Client(Protocol):
    async def set_patience(self, milliseconds: int) -> None: ...


class Line(asyncio.Lock):
    """In place of the lock that Tortoise's client takes for each statement and transaction."""

    def __init__(self, client: _Client, patience_ms: int) -> None:
        super().__init__()
        self._client = client
        self._patience_ms = self._waits_ms = patience_ms
        self._taken_at, self._was_long_at = 0.0, float("-inf")

    async def acquire(self) -> Literal[True]:
        came_at = time.monotonic()
        await super().acquire()
        try:
            is_brief = came_at < self._was_long_at + _AFTERWARDS
            await self._wait_for(_LOOK_MS if is_brief else self._patience_ms)
        except BaseException:
            super().release()
            raise
        self._taken_at = time.monotonic()
        return True

    def release(self) -> None:
        now = time.monotonic()
        # Be it for another program, or for a long transaction: the others have waited for it, too.
        if (now - self._taken_at) * 1000 > 0.9 * self._waits_ms:
            self._was_long_at = now
        super().release()

    async def _wait_for(self, milliseconds: int) -> None:
        if milliseconds != self._waits_ms:
            self._waits_ms = milliseconds  # before: what is cancelled here is done all the same
            await self._client.set_patience(milliseconds)
