"""A register of the United States in its 330 columns, imported twice: the second time it replaces.

Memory: the peak of the command over that of `registry status`, which brings nothing; for a file of
a quarter of the rows and for all of them, because it must not grow with the file. Rows a second of
the whole command. Look-ups: of a number among all of them. Limit: 50 MiB, whatever the rows.
"""

import argparse
import asyncio
import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from instance import credentials
from instance.config import Config
from instance.institution import Institution
from instance.models import RegistryNumber
from tests.bench import report, servers
from tests.ports import free_ports
from tests.registers import HEADINGS, person

LIMIT_MIB = 50
_WIDE = 330
_LOOKED_UP = 500


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--database", default="", help="URL; left out: SQLite in a new folder.")


async def run(chosen: argparse.Namespace) -> None:
    [port] = free_ports(1)
    with tempfile.TemporaryDirectory(prefix="curbside-bench-") as name:
        folder = Path(name)
        environ = servers.environ(folder / "data", port, [])
        if chosen.database:
            environ["CURBSIDE_DATABASE"] = chosen.database
        (folder / "data").mkdir()
        _command(["migrate"], environ)
        part, whole = folder / "part.csv", folder / "whole.csv"
        await asyncio.to_thread(_write, part, chosen.rows // 4)
        await asyncio.to_thread(_write, whole, chosen.rows)
        _, _, idle = _command(["registry", "status"], environ)
        options = ["--source", "nppes", "--anyway"]
        for title, path in (("a quarter", part), ("all, new", whole), ("all, replacing", whole)):
            seconds, busy, peak = _command(["registry", "import", str(path), *options], environ)
            rows = chosen.rows // 4 if path is part else chosen.rows
            report.line(
                f"{title}: {rows:,} rows, {path.stat().st_size / 1e6:,.0f} MB",
                f"{seconds:.0f} s, {rows / seconds:,.0f} rows/s ({rows / busy:,.0f} a second of "
                f"CPU), {peak - idle:.0f} MiB over idle   limit {LIMIT_MIB} MiB",
            )
        await _look_up(environ, chosen.rows)


def _command(arguments: Sequence[str], environ: Mapping[str, str]) -> tuple[float, float, float]:
    """Seconds on the clock and of CPU, and the most memory it had, in MiB."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "instance", *arguments],
        env={**os.environ, **environ},
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{arguments[0]} ended with {process.returncode}")
    busy = usage.ru_utime + usage.ru_stime
    return time.perf_counter() - start, busy, usage.ru_maxrss / 1024


async def _look_up(environ: Mapping[str, str], rows: int) -> None:
    institution = Institution(Config.from_env(environ))
    await institution.open()
    try:
        start = time.perf_counter()
        for number in range(_LOOKED_UP):
            npi = _npi(number * (rows // _LOOKED_UP))
            if not await RegistryNumber.filter(number=npi, jurisdiction="US"):
                raise RuntimeError("a number that was imported is not there")
        each = (time.perf_counter() - start) / _LOOKED_UP
        count = await RegistryNumber.all().count()
    finally:
        await institution.close()
    report.line(f"a look-up among {count:,} numbers", f"{each * 1000:.2f} ms")


def _write(path: Path, rows: int) -> None:
    others = tuple(f"Column {number}" for number in range(_WIDE - len(HEADINGS)))
    with path.open("w", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow([*HEADINGS, *others])
        rest = [""] * len(others)
        for number in range(rows):
            said = person(
                _npi(number), f"Family{number % 9973}", "Given", f"{number * 7919 % 10**7}"
            )
            writer.writerow([*(said.get(name, "") for name in HEADINGS), *rest])


def _npi(number: int) -> str:
    nine = str(100_000_000 + number)
    return next(npi for last in "0123456789" if credentials.is_npi(npi := nine + last))
