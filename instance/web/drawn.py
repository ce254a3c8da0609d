"""What was drawn of what is said in consults, kept a moment for whoever opens the thread next.

Nothing here decides who may read: a page asks that first, each time, and reads which rows there
are. What is kept stands under all that went into it: the seal of the words, which is another one
for each version, and whatever of reader and page shows in it. So it cannot be out of date, nor
another's.

They are words of patients: of a consult nothing is kept from the moment its news are known, nor for
longer than `KEPT_SECONDS` (T63), and of all of them no more than `MOST_BYTES`.
"""

import asyncio
from collections.abc import Hashable

from instance.events import Bus
from instance.web.views.drawn import Look

KEPT_SECONDS = 30.0
MOST_BYTES = 16 * 1024 * 1024


class Drawn:
    """One per institution and process."""

    def __init__(self) -> None:
        self._consults: dict[int, dict[Hashable, Look]] = {}

    def look(self, consult_id: int, look: Hashable) -> Look:
        """`look`: all that shows in a thread besides what is said, and is the same in each item."""
        if self._bytes() > MOST_BYTES:
            self._consults.clear()
        looks = self._consults.get(consult_id)
        if looks is None:
            looks = self._consults[consult_id] = {}
            asyncio.get_running_loop().call_later(KEPT_SECONDS, self._forget, consult_id, looks)
        return looks.setdefault(look, Look())

    async def follow(self, bus: Bus) -> None:
        """Forget what changed, until the bus ends."""
        with bus.subscribe() as news:
            async for event in news:
                if event.kind == "consult":
                    self._consults.pop(event.object_id, None)
        self._consults.clear()

    def _forget(self, consult_id: int, looks: dict[Hashable, Look]) -> None:
        if self._consults.get(consult_id) is looks:
            del self._consults[consult_id]

    def _bytes(self) -> int:
        return sum(look.bytes for looks in self._consults.values() for look in looks.values())
