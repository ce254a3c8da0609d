"""Which copies of pictures from elsewhere were shown, and which were to be and are not here.

Kept in memory and written down every few seconds (`services.picture_copies`): reading a page writes
nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

_MOST = 20_000  # of each; beyond, what is shown is noted another time


@dataclass
class Seen:
    """`used`: names. `wanted`: ids of attachments; `faces`: of the people whose portraits are."""

    used: set[str] = field(default_factory=set)
    wanted: set[int] = field(default_factory=set)
    faces: set[int] = field(default_factory=set)


class SeenPictures:
    """Of one institution in one process."""

    def __init__(self) -> None:
        self._new = Seen()
        self._written: set[str] = set()  # today
        self._today: date | None = None

    def use(self, name: str, today: date) -> None:
        if today != self._today:
            self._today, self._written = today, set()
        if name not in self._written and len(self._new.used) < _MOST:
            self._new.used.add(name)

    def want(self, attachment_id: int) -> None:
        if len(self._new.wanted) < _MOST:
            self._new.wanted.add(attachment_id)

    def want_faces(self, actor_id: int) -> None:
        if len(self._new.faces) < _MOST:
            self._new.faces.add(actor_id)

    def take(self) -> Seen:
        taken, self._new = self._new, Seen()
        return taken

    def wrote(self, names: Collection[str]) -> None:
        """Not again today."""
        if len(self._written) < _MOST:
            self._written.update(names)
