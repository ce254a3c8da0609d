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
from dataclasses import dataclass, field

from instance.events import Bus
from instance.models import Consult
from instance.services.consults import said
from instance.services.consults.said import Said
from instance.web.views.drawn import Look

KEPT_SECONDS = 30.0
MOST_BYTES = 16 * 1024 * 1024
_ROW = 1024  # bytes of a row besides its words, about


@dataclass
class _Kept:
    """Of one consult: what is said in it, sealed as it is stored, and how that looked."""

    looks: dict[Hashable, Look] = field(default_factory=dict)
    marks: Hashable = None
    rows: list[Said] = field(default_factory=list)
    sealed_bytes: int = 0

    @property
    def bytes(self) -> int:
        return self.sealed_bytes + sum(look.bytes for look in self.looks.values())


class Drawn:
    """One per institution and process."""

    def __init__(self) -> None:
        self._consults: dict[int, _Kept] = {}

    async def said(self, consult: Consult) -> tuple[Hashable, list[Said]]:
        """What is said in it now, and under what that can be kept.

        Which rows there are is read each time; all of them only where that is another answer than
        the last time. They may be newer than their marks, never older.
        """
        marks = await said.marks(consult)
        kept = self._of(consult.id)
        if kept.marks != marks:
            rows = await said.of_consult(consult)
            kept.marks, kept.rows = marks, rows
            kept.sealed_bytes = sum(_ROW + len(row.sealed_body) for row in rows)
        return kept.marks, kept.rows

    def look(self, consult_id: int, look: Hashable) -> Look:
        """`look`: all that shows in a thread besides what is said, and is the same in each item."""
        return self._of(consult_id).looks.setdefault(look, Look())

    async def follow(self, bus: Bus) -> None:
        """Forget what changed, until the bus ends."""
        with bus.subscribe(kinds={"consult"}) as news:
            async for event in news:
                self._consults.pop(event.object_id, None)
        self._consults.clear()

    def _of(self, consult_id: int) -> _Kept:
        if sum(kept.bytes for kept in self._consults.values()) > MOST_BYTES:
            self._consults.clear()
        kept = self._consults.get(consult_id)
        if kept is None:
            kept = self._consults[consult_id] = _Kept()
            asyncio.get_running_loop().call_later(KEPT_SECONDS, self._forget, consult_id, kept)
        return kept

    def _forget(self, consult_id: int, kept: _Kept) -> None:
        if self._consults.get(consult_id) is kept:
            del self._consults[consult_id]
