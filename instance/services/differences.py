"""What a restored institution has back, what it misses, and which partners have not told yet."""

from dataclasses import dataclass
from datetime import datetime

from instance.models import Peer, Restore
from instance.services import restoring


@dataclass(frozen=True)
class Between:
    """Us and one host, "" where it is about nobody else. `counts`: by `RestoreCount.kind`."""

    host: str
    name: str
    counts: dict[str, int]


@dataclass(frozen=True)
class Difference:
    """`awaited`: those whose answer is still to come, or of which not all is here."""

    restore: Restore
    awaited: tuple[Peer, ...]
    between: tuple[Between, ...]


async def last(since: datetime | None = None) -> Difference | None:
    """Of the last restore, where there was one since then."""
    restore = await restoring.last(since)
    if restore is None:
        return None
    awaited = await restoring.awaited() if restore.ended_at is None else []
    counted: dict[str, dict[str, int]] = {}
    for row in await restoring.counts(restore):
        counted.setdefault(row.host, {})[row.kind] = row.count
    names = {peer.host: peer.name for peer in await Peer.filter(host__in=list(counted))}
    between = tuple(
        Between(host, names.get(host) or host, counts) for host, counts in counted.items()
    )
    return Difference(restore, tuple(awaited), between)
