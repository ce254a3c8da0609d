"""What a process saw of this server, written down for the others: that a worker runs, how our clock
goes, until when our certificate holds."""

import os
import socket
from datetime import datetime

from instance import raw_sql
from instance.models import Observation

CLOCK = "clock"  # value: by how many seconds ours is fast
CERTIFICATE = "certificate"  # value: until when it holds, in seconds since 1970; 0: it does not
_WORKER = "worker "
_LONGEST = 100  # as in the table
_NOTE = """
INSERT INTO observation (name, value, at) VALUES (?1, ?2, ?3)
ON CONFLICT (name) DO UPDATE SET value = excluded.value, at = excluded.at
"""


async def note(name: str, at: datetime, value: float | None = None) -> None:
    """In place of what was noted of it before."""
    await raw_sql.run(_NOTE, [name[:_LONGEST], value, at])


async def all_of_them() -> dict[str, Observation]:
    return {row.name: row for row in await Observation.all()}


async def note_worker(at: datetime) -> None:
    await note(_this_worker(), at)


async def forget_worker() -> None:
    """One that ends in order is missed by nobody."""
    await Observation.filter(name=_this_worker()).delete()


async def forget_workers(before: datetime) -> None:
    """Those that ended otherwise, long ago."""
    await Observation.filter(name__startswith=_WORKER, at__lt=before).delete()


def is_worker(row: Observation) -> bool:
    return row.name.startswith(_WORKER)


def _this_worker() -> str:
    return f"{_WORKER}{socket.gethostname()[:64]}:{os.getpid()}"[:_LONGEST]
