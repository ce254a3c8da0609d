"""What was drawn of what is said in consults, kept a moment for whoever opens the thread next.

Nothing here decides who may read: a page asks that first, each time, and reads which rows there
are. What is kept stands under all that went into it: the seal of the words, which is another one
for each version, and whatever of reader and page shows in it. So it cannot be out of date, nor
another's.

They are words of patients: of a consult nothing is kept from the moment its news are known, nor for
longer than `KEPT_SECONDS` (T63), and of all of them no more than `MOST_BYTES`.
"""

import asyncio

from instance.events import Bus
from instance.web.views.drawn import DrawnThread

KEPT_SECONDS = 30.0
MOST_BYTES = 16 * 1024 * 1024


class Drawn:
    """One per institution and process."""

    def __init__(self) -> None:
        self._threads: dict[int, DrawnThread] = {}

    def of(self, consult_id: int) -> DrawnThread:
        if sum(thread.bytes for thread in self._threads.values()) > MOST_BYTES:
            self._threads.clear()
        thread = self._threads.get(consult_id)
        if thread is None:
            thread = self._threads[consult_id] = DrawnThread()
            asyncio.get_running_loop().call_later(KEPT_SECONDS, self._forget, consult_id, thread)
        return thread

    async def follow(self, bus: Bus) -> None:
        """Forget what changed, until the bus ends."""
        with bus.subscribe() as news:
            async for event in news:
                if event.kind == "consult":
                    self._threads.pop(event.object_id, None)
        self._threads.clear()

    def _forget(self, consult_id: int, thread: DrawnThread) -> None:
        if self._threads.get(consult_id) is thread:
            del self._threads[consult_id]
