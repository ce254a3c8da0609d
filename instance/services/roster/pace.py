"""How long work beside the requests may take at a time."""

import asyncio
import time

from instance import events

EVENT = "roster_import"
_REST = 4.0  # times as long as we worked, others have their turn
_TOLD_EVERY = 0.5  # seconds


class Pace:
    """Leaves most of the time to others, and tells now and then how far it is."""

    def __init__(self, import_id: int | None = None) -> None:
        self._id, self._began, self._told = import_id, time.perf_counter(), 0.0

    async def rest(self) -> None:
        worked = time.perf_counter() - self._began
        if self._id is not None and time.perf_counter() - self._told > _TOLD_EVERY:
            self._told = time.perf_counter()
            await events.publish(EVENT, self._id)
        await asyncio.sleep(worked * _REST)
        self._began = time.perf_counter()
