"""A roster of 50,000 rows, brought to a server that people use meanwhile.

Twice: the first time everybody is new, the second time the same file comes again, one row in ten
changed. Memory: the peak of the process over what it held right before. Requests: a member asks for
the same page every few milliseconds, while the file is checked and imported and, before and after
that, alone; median and 95th percentile of both. Limits: 100 MiB, and no request slower than twice.
"""

import argparse
import asyncio
import re
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median, quantiles

import aiohttp

from instance.models import Role
from tests.bench import browsing, report, servers, wards
from tests.bench.browsing import Browser
from tests.bench.servers import Server
from tests.ports import free_ports

LIMIT_MIB, LIMIT_RATIO = 100, 2
_PAGE = "/consults?box=mine"
_EVERY = 0.02  # seconds
_WITHIN = 900.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--seconds", type=float, default=20.0, help="of measuring the idle server")


async def run(chosen: argparse.Namespace) -> None:
    [port] = free_ports(1)
    with tempfile.TemporaryDirectory(prefix="curbside-bench-") as name:
        folder = Path(name)
        environ = servers.environ(folder / "data", port, [])
        await wards.found(environ, [], followers=0, role=Role.OWNER)
        command = ["-m", "instance", "serve"]
        with servers.running(command, port, folder / "roster.log", environ) as server:
            await server.first_200("/actor")
            async with browsing.signed_in(port, wards.LOGIN, wards.PASSWORD) as browser:
                for title, one_in in (("everybody is new", 0), ("one in ten changed", 10)):
                    content = b"".join(_file(chosen.rows, one_in))
                    await _round(server, browser, title, content, chosen)


async def _round(
    server: Server, browser: Browser, title: str, content: bytes, chosen: argparse.Namespace
) -> None:
    idle = await _asked_for(browser, chosen.seconds)
    before = server.rss()
    server.forget_peak()
    async with _asking(browser) as busy:
        sent_at = time.perf_counter()
        url = await _bring(browser, content)
        counted = await _until(browser, url, "correct lines")
        checked_at = time.perf_counter()
        await browser.post(f"{url}/confirm", {"csrf_token": await browser.token(url)})
        await _until(browser, url, "Undo this import")
        done_at = time.perf_counter()
    peak = server.peak_rss() - before
    idle += await _asked_for(browser, chosen.seconds)
    print(f"{chosen.rows:,} rows, {len(content) / 1e6:.1f} MB: {title} ({counted})")
    report.line("checked, imported", f"{checked_at - sent_at:.0f} s, {done_at - checked_at:.0f} s")
    report.line("peak over what was held before", f"{peak:.0f} MiB   limit {LIMIT_MIB}")
    for label, of in (("median", median), ("p95", _p95)):
        alone, beside = of(idle) * 1000, of(busy) * 1000
        said = f"{alone:.1f} -> {beside:.1f} ms, {beside / alone:.2f}x   limit {LIMIT_RATIO}x"
        report.line(f"a page, {label} of {len(idle)} and {len(busy)}", said)


def _p95(times: Sequence[float]) -> float:
    return quantiles(times, n=20)[-1]


async def _asked_for(browser: Browser, seconds: float) -> list[float]:
    async with _asking(browser) as times:
        await asyncio.sleep(seconds)
    return times


@asynccontextmanager
async def _asking(browser: Browser) -> AsyncIterator[list[float]]:
    times: list[float] = []

    async def ask() -> None:
        while True:
            start = time.perf_counter()
            await browser.get(_PAGE)
            times.append(time.perf_counter() - start)
            await asyncio.sleep(_EVERY)

    task = asyncio.create_task(ask())
    try:
        yield times
    finally:
        task.cancel()


async def _bring(browser: Browser, content: bytes) -> str:
    form = aiohttp.FormData()
    form.add_field("csrf_token", await browser.token("/admin/roster"))
    form.add_field("roster", content, filename="staff.csv", content_type="text/csv")
    path = "/admin/roster/import"
    async with browser.session.post(path, data=form, allow_redirects=False) as answer:
        if answer.status != 302:
            raise RuntimeError(f"{path} answered {answer.status}")
        url = answer.headers["Location"]
    page = await browser.get(url)
    chosen = re.findall(r'<select id="(column-\d+)".*?<option value="(\w+)" selected', page, re.S)
    if "Check the file" in page:
        token = await browser.token(url)
        await browser.post(
            f"{url}/columns", {**dict(chosen), "profession": "physician", "csrf_token": token}
        )
    return url


async def _until(browser: Browser, url: str, said: str) -> str:
    async with asyncio.timeout(_WITHIN):
        while said not in (page := await browser.get(url)):  # noqa: ASYNC110
            await asyncio.sleep(1)
    return ", ".join(" ".join(pair) for pair in re.findall(r"<li><b>(\d+)</b>([^<]+)</li>", page))


def _file(rows: int, one_in: int) -> Iterator[bytes]:
    yield b"Staff ID,E-mail,First name,Surname,Profession,Stage,Specialty,Department\r\n"
    for number in range(rows):
        ward = "Moved" if one_in and number % one_in == 0 else "Ward"
        yield (
            f"{100_000 + number},p{number}@hospital.example,Given {number},Family-Name {number},"
            f"Physician,Practising,Internal medicine,{ward} {number % 90}\r\n"
        ).encode()
