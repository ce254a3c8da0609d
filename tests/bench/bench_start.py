"""P10: from the start of `curbside serve` to its first 200, against importing its dependencies.

Both are new processes of the same interpreter with compiled modules, taken in turn. The database
is there and migrated, as at every start but the first. RSS is taken when nothing was asked for
two seconds after the first answer. The ratio by CPU time is that of a machine with nothing else to
do: of wall time each takes its own share of what others leave.
"""

import argparse
import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench import report, servers
from tests.ports import free_ports

# What `serve` loads of what pyproject.toml lists; the rest waits until somebody needs it.
DEPENDENCIES = (
    "quart, uvicorn, uvloop, httptools, orjson, tortoise, little_boxes, cryptography, aiohttp, "
    "jinja2, click, http_message_signatures, rfc8785, nh3, markdown_it, argon2, itsdangerous, "
    "wsproto, pyotp, aiosmtplib, prometheus_client"
)
# The modules of those packages that a server uses and that do not come with the package itself.
PARTS = (
    "uvicorn.protocols.http.httptools_impl, tortoise.backends.sqlite.client, "
    "little_boxes.activitypub, cryptography.hazmat.primitives.asymmetric.rsa"
)
_FIVE = "quart, tortoise, aiohttp, cryptography, jinja2"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=7)


async def run(chosen: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="curbside-bench-") as name:
        folder, (port,) = Path(name), free_ports(1)
        await _started(folder / "compiling", port, folder)
        first, _ = await _started(folder / "data", port, folder)
        starts, imports, fives, sizes = [], [], [], []
        for _ in range(chosen.rounds):
            imports.append(_importing(f"{DEPENDENCIES}, {PARTS}", folder))
            start, size = await _started(folder / "data", port, folder)
            starts.append(start)
            sizes.append(size)
            fives.append(_importing(_FIVE, folder))
    report.line("first start ever: tables, keys, answer", f"{first.wall:.2f} s")
    for what, times in (
        ("start to first 200", starts),
        ("importing all its dependencies", imports),
        (f"importing only {_FIVE}", fives),
    ):
        report.line(what, report.spread([time.wall for time in times], " s"))
        report.line("  of CPU time", report.spread([time.cpu for time in times], " s"))
    what = "start to importing its dependencies"
    ratios = [start.wall / imported.wall for start, imported in zip(starts, imports, strict=True)]
    report.ratio("P10", what, ratios, "2.5x", "1.5x")
    ratios = [start.cpu / imported.cpu for start, imported in zip(starts, imports, strict=True)]
    report.ratio("P10", f"{what}, by CPU", ratios, "2.5x", "1.5x")
    ratios = [start.cpu / imported.cpu for start, imported in zip(starts, fives, strict=True)]
    report.line("the same to importing only those five", report.spread(ratios, "x"))
    print(f"P10  idle RSS: {report.spread(sizes, ' MiB')}   floor 120 MiB, goal 90 MiB")


@dataclass(frozen=True)
class _Spent:
    """Seconds."""

    wall: float
    cpu: float


async def _started(data: Path, port: int, folder: Path) -> tuple[_Spent, float]:
    """Until the first 200, and MiB resident two seconds later."""
    environ = servers.environ(data, port, ()) | _compiled(folder)
    start = time.perf_counter()
    with servers.running(
        ["-m", "instance", "serve"], port, folder / "start.log", environ
    ) as server:
        await server.first_200("/actor")
        spent = _Spent(time.perf_counter() - start, server.cpu())
        await asyncio.sleep(2)
        return spent, server.rss()


def _importing(names: str, folder: Path) -> _Spent:
    environ = {**os.environ, **_compiled(folder)}
    start, before = time.perf_counter(), _of_children()
    subprocess.run([sys.executable, "-c", f"import {names}"], check=True, env=environ)
    return _Spent(time.perf_counter() - start, _of_children() - before)


def _of_children() -> float:
    """Seconds of CPU time of all that have ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _compiled(folder: Path) -> dict[str, str]:
    """Modules compiled once, in a place of our own, whatever the surroundings say."""
    return {"PYTHONPYCACHEPREFIX": str(folder / "compiled"), "PYTHONDONTWRITEBYTECODE": ""}
