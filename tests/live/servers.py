"""Real server processes on loopback: start them, wait for them, stop or kill them by their pid."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from instance.demo.people import Institution, Person
from instance.demo.world import Home
from tests.live.forked import Forked

ROOT = Path(__file__).parent.parent.parent
_MODULE = (sys.executable, "-m")
CURBSIDE = (*_MODULE, "instance")
STARTS_WITHIN = 90.0
COMMANDS_END_WITHIN = 60.0
STOPS_WITHIN = 60.0  # one that only says what is wrong has to start first
# What systemd does between fork and exec: the socket is descriptor 3.
_HANDS_OVER = """
import os, sys
os.dup2(int(os.environ.pop("HELD")), 3)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv(sys.argv[1], sys.argv[1:])
"""


@dataclass(frozen=True)
class Place(Home):
    """An institution of a test: few people, because their keys and passwords cost time."""

    people: tuple[Person, ...] = ()

    @property
    def members(self) -> list[Person]:
        return list(self.people)


def place(
    institution: Institution,
    ports: Sequence[int],
    port: int,
    folder: Path,
    *people: Person,
    **settings: str,
) -> Place:
    """`ports`: of everybody who may be talked to. `settings`: more of the environment."""
    environ = {
        "CURBSIDE_ORIGIN": f"http://localhost:{port}",
        "CURBSIDE_NAME": institution.name,
        "CURBSIDE_KIND": institution.kind,
        "CURBSIDE_ON_CALL": institution.on_call,
        "CURBSIDE_DATA": str(folder),
        "CURBSIDE_LISTEN": f"127.0.0.1:{port}",
        "CURBSIDE_LOOPBACK_PEERS": ",".join(f"localhost:{one}" for one in ports),
        **settings,
    }
    return Place(institution, port, folder, environ, people)


class Process:
    """One `curbside` command; its output goes to a file, which tests may read.

    `program`: another one than `curbside`.
    """

    def __init__(
        self,
        environ: dict[str, str],
        log: Path,
        *arguments: str,
        program: Sequence[str] = CURBSIDE,
        listening: socket.socket | None = None,
    ) -> None:
        """`listening`: is handed over, as systemd does."""
        self._environ, self.log, self._command = environ, log, [*program, *arguments]
        self._is_forked = tuple(program[:2]) == _MODULE and listening is None
        self._handed_over: tuple[int, ...] = ()
        if listening is not None:
            self._handed_over = (listening.fileno(),)
            self._environ = {**environ, "HELD": str(listening.fileno())}
            self._command = [sys.executable, "-c", _HANDS_OVER, *self._command]
        self._running: subprocess.Popen[bytes] | Forked | None = None

    @property
    def pid(self) -> int:
        return self._popen.pid

    def start(self) -> None:
        environ = clean_environment(self._environ)
        if self._is_forked:
            self._running = Forked(self._command[2:], environ, ROOT, self.log, self.log)
            return
        with self.log.open("ab") as log:
            self._running = subprocess.Popen(
                self._command,
                env=environ,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=self._handed_over,
            )

    def is_running(self) -> bool:
        return self._running is not None and self._running.poll() is None

    def send(self, number: signal.Signals) -> None:
        self._popen.send_signal(number)

    def wait(self, seconds: float = STOPS_WITHIN) -> int:
        return self._popen.wait(seconds)

    def stop(self) -> int:
        """Ask it to end, and return its exit code."""
        self.send(signal.SIGTERM)
        return self.wait()

    def kill(self) -> None:
        """As a power cut or the kernel would: no chance to finish anything."""
        self.send(signal.SIGKILL)
        self.wait()

    def end(self) -> None:
        """After a test, however it went."""
        if self.is_running():
            self.send(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self.wait()
        if self.is_running():
            self.kill()

    @property
    def _popen(self) -> subprocess.Popen[bytes] | Forked:
        assert self._running is not None, "it was not started"
        return self._running


class Server:
    """An institution's `serve`, with its worker inside or in a process of its own."""

    def __init__(self, home: Home, *, worker_apart: bool = False) -> None:
        self.home = home
        alone = Process(home.environ, home.log, "serve")
        apart = [
            Process(home.environ, home.log, "serve", "--no-worker"),
            Process(home.environ, home.log, "worker"),
        ]
        self.processes = apart if worker_apart else [alone]

    def start(self) -> None:
        for process in self.processes:
            process.start()

    def wait_ready(self) -> None:
        until(self._answers, STARTS_WITHIN, f"{self.home.url} answers")
        for process in self.processes:
            until(lambda of=process: _ends_when_asked(of.pid), STARTS_WITHIN, "a worker started")  # type: ignore[misc]

    def stop(self) -> list[int]:
        for process in self.processes:
            process.send(signal.SIGTERM)
        return [process.wait() for process in self.processes]

    def kill(self) -> None:
        for process in self.processes:
            process.send(signal.SIGKILL)
        for process in self.processes:
            process.wait()

    def end(self) -> None:
        for process in self.processes:
            process.end()

    def log(self) -> str:
        return self.home.log.read_text() if self.home.log.exists() else ""

    def _answers(self) -> bool:
        for process in self.processes:
            assert process.is_running(), self.log()[-2000:]
        return is_answered(self.home.port)


def _ends_when_asked(pid: int) -> bool:
    """A worker answers nothing that shows whether it has begun; but it ends by itself then."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return True
    caught = re.search(r"^SigCgt:\s*(\w+)", status.read_text(), re.MULTILINE)
    return caught is not None and bool(int(caught[1], 16) & 1 << signal.SIGTERM - 1)


@contextmanager
def running(*servers: Server) -> Iterator[None]:
    """Started together, ready; ended afterwards."""
    try:
        for server in servers:
            server.start()
        for server in servers:
            server.wait_ready()
        yield
    except BaseException as error:
        for server in servers:
            error.add_note(f"{server.home.institution.name}:\n{server.log()[-3000:]}")
        raise
    finally:
        for server in servers:
            server.end()


def command(home: Home, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a `curbside` command to its end, beside the server or without it."""
    with tempfile.TemporaryDirectory() as folder:
        out, errors = Path(folder, "out"), Path(folder, "errors")
        module = ["instance", *arguments]
        process = Forked(module, clean_environment(home.environ), ROOT, out, errors)
        try:
            code = process.wait(COMMANDS_END_WITHIN)
        finally:
            process.send_signal(signal.SIGKILL)  # as far as it is there
        said = out.read_text(), errors.read_text()
    return subprocess.CompletedProcess([*CURBSIDE, *arguments], code, *said)


def clean_environment(settings: dict[str, str]) -> dict[str, str]:
    """Ours, without what the machine or another test may have set for Curbside."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CURBSIDE_")}
    return {**kept, **settings}


def is_answered(port: int) -> bool:
    connection = http.client.HTTPConnection("localhost", port, timeout=5)
    try:
        connection.request("GET", "/actor", headers={"Accept": "application/activity+json"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def until(is_so: Callable[[], bool], seconds: float, what: str, every: float = 0.05) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(every)


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that ended and waits for its parent does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def children(pid: int) -> list[int]:
    """Processes that a process started and that still run."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
            if int(parent) == pid and state != "Z":
                found.append(int(stat.parent.name))
    return found
