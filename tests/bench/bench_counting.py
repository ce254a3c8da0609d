"""What it costs to number, time and count a request: a null Quart GET with and without it.

In this process, without a socket, so that so little can be told at all; both in turn.
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any, cast

from instance.config import Config
from instance.metrics import Metrics
from instance.web import observing
from instance.web.observing import Application
from tests.bench import report, servers
from tests.bench.yardstick_apps import null_app
from tests.ports import free_ports

_ROUTE = "get_actor"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--requests", type=int, default=200, help="per round and application")


async def run(chosen: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="curbside-bench-") as name:
        settings = Config.from_env(servers.environ(Path(name), free_ports(1)[0], ()))
    null = cast(Application, null_app())
    counted = observing.around(null, settings, Metrics())
    costs: dict[str, list[float]] = {"null": [], "counted": []}
    for number in range(chosen.rounds + 1):
        for what, application in (("null", null), ("counted", counted)):
            cost = await _cpu_us(application, chosen.requests)
            costs[what] += [cost] if number else []  # the first one warms up
    report.line("null Quart GET, no socket", report.spread(costs["null"], " us CPU"))
    pairs = list(zip(costs["counted"], costs["null"], strict=True))
    more = [one - other for one, other in pairs]
    report.line("counting it, more", report.spread(more, " us CPU"))
    report.ratio("-", "counted, to null GET", [one / other for one, other in pairs], "-", "-")


async def _cpu_us(application: Application, times: int) -> float:
    before = time.process_time()
    for _ in range(times):
        await _get(application)
    return (time.process_time() - before) * 1e6 / times


async def _get(application: Application) -> None:
    scope: dict[str, Any] = {
        **{"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET"},
        **{"scheme": "http", "path": "/actor", "raw_path": b"/actor", "query_string": b""},
        **{"root_path": "", "headers": [(b"host", b"localhost")], "client": ("127.0.0.1", 1)},
        **{"server": ("127.0.0.1", 80), "extensions": {}},
    }
    observing.note_route(scope, _ROUTE)
    requests: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    requests.put_nowait({"type": "http.request", "body": b"", "more_body": False})

    async def send(message: Any) -> None:
        pass

    await application(scope, requests.get, send)
