"""How many requests may wait for a key at the same time: it is fetched while their sender waits."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from federation.authentication import Level
from federation.errors import KeyNotYet

# The client has four connections to a host, of which one at least stays free for deliveries.
AT_ONCE, AT_ONCE_OF_A_HOST = 8, 3
QUEUE_SECONDS = {Level.PUBLIC: 1, Level.TRUSTED: 5}
QUEUE_MOST = 32  # of strangers


class Places:
    """Who finds none free waits a moment, and is then told to come again. Of strangers only some
    wait; peers have places of their own, which a storm of strangers does not take."""

    def __init__(self) -> None:
        self.taken: dict[Level, Counter[str]] = {level: Counter() for level in Level}
        self._waiting: Counter[Level] = Counter()
        self._freed = asyncio.Condition()

    @asynccontextmanager
    async def one(self, host: str, level: Level) -> AsyncIterator[None]:
        """Raises KeyNotYet where none is free."""
        taken = self.taken[level]

        def is_free() -> bool:
            return taken.total() < AT_ONCE and taken[host] < AT_ONCE_OF_A_HOST

        async with self._freed:
            if level is Level.TRUSTED or self._waiting[level] < QUEUE_MOST:
                self._waiting[level] += 1
                try:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(QUEUE_SECONDS[level]):
                            await self._freed.wait_for(is_free)
                finally:
                    self._waiting[level] -= 1
            if not is_free():
                raise KeyNotYet(f"{host}: too many keys are being fetched")
            taken[host] += 1
        try:
            yield
        finally:
            taken[host] -= 1
            if not taken[host]:
                del taken[host]
            async with self._freed:
                self._freed.notify_all()
