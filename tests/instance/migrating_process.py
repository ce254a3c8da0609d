"""`python -m tests.instance.migrating_process URL MODULE`: migrates, in a process that can be
killed. With KILLED_AT in the environment it dies by its own hand, as by `kill -9`, at that event.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from instance.migrate import migrate
from instance.stepwise import Listener


class Killed(Listener):
    def __init__(self, event: str) -> None:
        self._event = event

    def waits(self, who: str) -> None:
        _say(f"waits for {who}")

    def copied(self, copy: Path) -> None:
        self._reach("copied")

    def begins(self, name: str) -> None:
        self._reach(f"begins {name}")

    def batch(self, table: str, rows: int) -> None:
        _say(f"batch {rows}")
        self._reach("batch")

    def applied(self, name: str) -> None:
        _say(f"applied {name}")
        self._reach(f"applied {name}")

    def _reach(self, event: str) -> None:
        if event == self._event:
            os.kill(os.getpid(), signal.SIGKILL)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    listener = Killed(os.environ.get("KILLED_AT", ""))
    asyncio.run(migrate(sys.argv[1], migrations=sys.argv[2], listener=listener))
