"""`python -m tests.instance.moving_process FILE URL`: moves, in a process that can be killed.

It dies by its own hand, as by `kill -9`, before the batch of this number (KILLED_AT), or at the
step of this name.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from instance.moving import move
from instance.moving.target import Target


def _die_at(event: str) -> None:
    for name in ("begin", "restore_references", "finish"):
        if event in (f"before {name}", f"after {name}"):
            _dying(name, event.startswith("before"))
    if event == "the middle of a batch":
        _dying_in_a_batch()


def _dying(name: str, before: bool) -> None:
    real = getattr(Target, name)

    async def dying(*arguments: object) -> None:
        if not before:
            await real(*arguments)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(Target, name, dying)


def _dying_in_a_batch() -> None:
    real = Target.put

    async def dying(self: Target, *arguments: object) -> None:
        async with self._connection.transaction():
            await real(self, *arguments)  # type: ignore[arg-type]
            os.kill(os.getpid(), signal.SIGKILL)

    Target.put = dying  # type: ignore[method-assign, assignment]


def _tell(what: str, rows: int) -> None:
    global batches
    batches += 1
    if event == str(batches):
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    batches, event = 0, os.environ.get("KILLED_AT", "")
    move._SIZE = 2
    _die_at(event)
    moved = asyncio.run(
        move.move(Path(sys.argv[1]), sys.argv[2], tell=_tell, total=lambda rows: None)
    )
    sys.stdout.write(f"{moved.rows}\n")
