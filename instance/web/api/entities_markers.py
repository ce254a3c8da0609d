"""How far somebody has read, as clients read it."""

from collections.abc import Iterable
from typing import TypedDict

from instance.models import Marker
from instance.web.api.entities import moment


class MarkerEntity(TypedDict):
    last_read_id: str
    version: int
    updated_at: str


def by_timeline(rows: Iterable[Marker]) -> dict[str, MarkerEntity]:
    return {row.timeline.value: _marker(row) for row in rows}


def _marker(row: Marker) -> MarkerEntity:
    return {
        "last_read_id": str(row.last_read_id),
        "version": row.version,
        "updated_at": moment(row.updated_at),
    }
