"""`python -m` in processes that need not load `curbside`: they are forked from one that has.

To load it takes a server more than a second of processor time, as much as many live tests need for
all else. The one they come from read no setting and started no loop and no thread. Where a test
begins a process in another way, as systemd or in a network apart, it is loaded as by a shell.
"""

import multiprocessing
import os
import pkgutil
import runpy
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from instance import cli

_CONTEXT = multiprocessing.get_context("forkserver")
_COMMANDS = [f"{cli.__name__}.{one.name}" for one in pkgutil.iter_modules(cli.__path__)]
_CONTEXT.set_forkserver_preload([*_COMMANDS, __name__])
_WRITTEN = os.O_WRONLY | os.O_APPEND | os.O_CREAT


class Forked:
    """A process that runs, with what of `subprocess.Popen` is asked for here."""

    def __init__(
        self, module: Sequence[str], environ: dict[str, str], folder: Path, out: Path, errors: Path
    ) -> None:
        """`module`: with its arguments. `folder`: where it works. `out`, `errors`: files that its
        output is added to."""
        for file in (out, errors):
            file.touch()  # as a shell does before it begins a process
        given = (list(module), environ, folder, out, errors)
        self._process = _CONTEXT.Process(target=_run, args=given, daemon=True)
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float) -> int:
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise subprocess.TimeoutExpired("python -m", timeout)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


def _run(module: list[str], environ: dict[str, str], folder: Path, out: Path, errors: Path) -> None:
    """In the new process: make it what a shell would have begun."""
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    for number, file, how in (
        (0, Path(os.devnull), os.O_RDONLY),
        (1, out, _WRITTEN),
        (2, errors, _WRITTEN),
    ):
        os.dup2(os.open(file, how, 0o666), number)
    sys.argv = module
    runpy.run_module(module[0], run_name="__main__", alter_sys=True)
