"""Server processes on loopback: start, wait for the first 200, CPU time, memory, stop."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

STARTS_WITHIN = 60.0
_STOPS_WITHIN = 10.0
_ASK_EVERY = 0.002


@dataclass(frozen=True)
class Server:
    """A running process that listens on `port` of 127.0.0.1; `log` has what it wrote."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def cpu(self) -> float:
        """Seconds of CPU time since its start, all its threads."""
        return time.clock_gettime((~self.process.pid << 3) | 2)  # Linux: the clock of a process

    def rss(self) -> float:
        """Resident memory now, MiB."""
        return self._memory("VmRSS")

    def peak_rss(self) -> float:
        """The most it was since the start, or since `forget_peak`."""
        return self._memory("VmHWM")

    def forget_peak(self) -> None:
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def _memory(self, name: str) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith(name))
        return int(line.split()[1]) / 1024

    async def first_200(self, path: str, named: int = 0) -> None:
        """Ask until it answers 200. Raises RuntimeError when it ends or takes too long. `named`:
        the port in its name, where it listens on another one."""
        deadline = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"a server ended by itself; its log is {self.log}")
            if await _status(self.port, path, named or self.port) == 200:
                return
            await asyncio.sleep(_ASK_EVERY)
        raise RuntimeError(f"a server does not answer; its log is {self.log}")

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(_STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def running(
    arguments: Sequence[str], port: int, log: Path, environ: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """`python` with these arguments, until the block ends."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            env={**os.environ, **(environ or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    server = Server(process, port, log)
    try:
        yield server
    finally:
        server.stop()


def environ(folder: Path, port: int, peers: Sequence[int], name: str = "Bench") -> dict[str, str]:
    """Settings of an institution at `http://localhost:<port>` with these peers on loopback."""
    pairs = ",".join(f"localhost:{each}" for each in (port, *peers))
    return {
        "CURBSIDE_ORIGIN": f"http://localhost:{port}",
        "CURBSIDE_NAME": name,
        "CURBSIDE_ON_CALL": "the operator",
        "CURBSIDE_DATA": str(folder),
        "CURBSIDE_LISTEN": f"127.0.0.1:{port}",
        "CURBSIDE_LOOPBACK_PEERS": pairs,
    }


async def _status(port: int, path: str, named: int) -> int:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return 0
    try:
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: localhost:{named}\r\nConnection: close\r\n\r\n".encode()
        )
        line = await reader.readline()
        return int(line.split()[1]) if line else 0
    except OSError:
        return 0
    finally:
        writer.close()
