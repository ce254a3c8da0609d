"""The running demonstration that the end-to-end tests look at.

`CURBSIDE_DEMO_READY` names the ready file of one that runs already (`curbside demo --ready-file`);
otherwise one is started here, on free ports and in a new folder, and stopped at the end.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.ports import free_ports

ROOT = Path(__file__).parent.parent.parent
# Generous: three servers, a worker each and 54 threads, on a machine that runs other tests too.
SEEDED_WITHIN_SECONDS = 480
STOPS_WITHIN_SECONDS = 60
ACTIVITY = "application/activity+json"


@dataclass(frozen=True)
class House:
    """One institution of the demonstration, and the passwords of its members by handle."""

    name: str
    url: str
    passwords: dict[str, str]

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")


@dataclass(frozen=True)
class Demo:
    mercy: House
    stlukes: House
    heart: House

    @property
    def houses(self) -> tuple[House, House, House]:
        return self.mercy, self.stlukes, self.heart


@dataclass(frozen=True)
class Fetched:
    """What a plain request without a browser got."""

    status: int
    kind: str
    body: bytes


def fetch(url: str, accept: str = "text/html") -> Fetched:
    """One GET without cookies or signature."""
    request = Request(url, headers={"Accept": accept})
    try:
        with urlopen(request, timeout=30) as answer:
            return Fetched(answer.status, answer.headers.get("Content-Type", ""), answer.read())
    except HTTPError as error:
        with error:
            return Fetched(error.code, error.headers.get("Content-Type", ""), error.read())


@contextmanager
def running_demo(folder: Path) -> Iterator[Demo]:
    """The demonstration with everything in it; `folder` is for one that is started here."""
    given = os.environ.get("CURBSIDE_DEMO_READY")
    if given:
        yield _seeded(Path(given), None)
        return
    ready, log = folder / "ready.json", folder / "demo.log"
    ports = ",".join(map(str, free_ports(3)))
    place = ["--dir", str(folder / "data"), "--ports", ports, "--ready-file", str(ready)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "instance", "demo", *place],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield _seeded(ready, process, log)
    finally:
        process.terminate()
        process.wait(STOPS_WITHIN_SECONDS)


def _seeded(ready: Path, process: subprocess.Popen[bytes] | None, log: Path | None = None) -> Demo:
    deadline = time.monotonic() + SEEDED_WITHIN_SECONDS
    while True:
        found = json.loads(ready.read_text()) if ready.exists() else {}
        if found.get("seeded"):
            return _demo(found)
        ended = process is not None and process.poll() is not None
        if ended or time.monotonic() > deadline:
            said = log.read_text()[-2000:] if log else f"{ready} never said that it is seeded"
            raise AssertionError(f"the demonstration did not start:\n{said}")
        time.sleep(0.2)


def _demo(found: dict[str, Any]) -> Demo:
    houses = {
        entry["key"]: House(
            name=entry["name"],
            url=entry["url"],
            passwords={member["handle"]: member["password"] for member in entry["members"]},
        )
        for entry in found["instances"]
    }
    return Demo(**houses)
