"""P10: from the start of `curbside serve` to its first 200, against importing its dependencies.

Both are new processes of the same interpreter with compiled modules, taken in turn. The database
is there and migrated, as at every start but the first. RSS is taken when nothing was asked for
two seconds after the first answer.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench import report, servers

# What `serve` cannot do without, as pyproject.toml lists it.
DEPENDENCIES = (
    "quart, uvicorn, uvloop, httptools, orjson, tortoise, little_boxes, cryptography, aiohttp, "
    "jinja2, click, http_message_signatures, rfc8785, nh3, markdown_it, argon2, itsdangerous"
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
        folder, (port,) = Path(name), servers.free_ports(1)
        await _started(folder / "compiling", port, folder)
        first, _ = await _started(folder / "data", port, folder)
        starts, imports, fives, sizes = [], [], [], []
        for _ in range(chosen.rounds):
            imports.append(_importing(f"{DEPENDENCIES}, {PARTS}", folder))
            seconds, size = await _started(folder / "data", port, folder)
            starts.append(seconds)
            sizes.append(size)
            fives.append(_importing(_FIVE, folder))
    report.line("first start ever: tables, keys, answer", f"{first:.2f} s")
    report.line("start to first 200", report.spread(starts, " s"))
    report.line("importing all its dependencies", report.spread(imports, " s"))
    report.line(f"importing only {_FIVE}", report.spread(fives, " s"))
    ratios = [start / imported for start, imported in zip(starts, imports, strict=True)]
    report.ratio("P10", "start to importing its dependencies", ratios, "2.5x", "1.5x")
    ratios = [start / imported for start, imported in zip(starts, fives, strict=True)]
    report.line("the same to importing only those five", report.spread(ratios, "x"))
    print(f"P10  idle RSS: {report.spread(sizes, ' MiB')}   floor 120 MiB, goal 90 MiB")


async def _started(data: Path, port: int, folder: Path) -> tuple[float, float]:
    """Seconds to the first 200, and MiB resident two seconds later."""
    environ = servers.environ(data, port, ()) | _compiled(folder)
    start = time.perf_counter()
    with servers.running(
        ["-m", "instance", "serve"], port, folder / "start.log", environ
    ) as server:
        await server.first_200("/actor")
        seconds = time.perf_counter() - start
        await asyncio.sleep(2)
        return seconds, server.rss()


def _importing(names: str, folder: Path) -> float:
    environ = {**os.environ, **_compiled(folder)}
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", f"import {names}"], check=True, env=environ)
    return time.perf_counter() - start


def _compiled(folder: Path) -> dict[str, str]:
    """Modules compiled once, in a place of our own, whatever the surroundings say."""
    return {"PYTHONPYCACHEPREFIX": str(folder / "compiled"), "PYTHONDONTWRITEBYTECODE": ""}
