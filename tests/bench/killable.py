"""`curbside` that tells how many deliveries it works on, in a file of its data named by its pid."""

import os
from pathlib import Path
from typing import Any

from instance.cli import main
from instance.workers.delivery import DeliveryWorker
from tests.live import hasty  # claims that run out soon

__all__ = ["at_work", "hasty"]
_WIDTH = 4  # digits


def at_work(data: Path, pid: int) -> int:
    """Deliveries that a process has claimed and not recorded; read it while it is stopped."""
    try:
        return int(_file(data, pid).read_text() or "0")
    except FileNotFoundError:
        return 0


def _file(data: Path, pid: int) -> Path:
    return data / f"at-work-{pid}"


def _count(data: Path) -> None:
    told = os.open(_file(data, os.getpid()), os.O_WRONLY | os.O_CREAT)
    deliver = DeliveryWorker._deliver

    async def counted(worker: DeliveryWorker, *arguments: Any) -> None:
        os.pwrite(told, str(len(worker._in_flight)).zfill(_WIDTH).encode(), 0)
        try:
            await deliver(worker, *arguments)
        finally:
            os.pwrite(told, str(len(worker._in_flight) - 1).zfill(_WIDTH).encode(), 0)

    DeliveryWorker._deliver = counted  # type: ignore[method-assign, assignment]


if __name__ == "__main__":
    _count(Path(os.environ["CURBSIDE_DATA"]))
    main()
