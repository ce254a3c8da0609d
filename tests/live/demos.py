"""`curbside demo` as a process, and what its three institutions show to who signs in."""

import json
import re
import signal
import time
from html import unescape
from pathlib import Path
from typing import Any

from instance.demo.world import PASSWORD
from tests.live.browsing import Browser
from tests.live.servers import Process, children, until

READY_WITHIN = 240.0  # on a machine that runs other tests, too
SEEDED_WITHIN = 480.0
ENDS_WITHIN = 12.0
# One physician of each institution, who may read every consult that it takes part in.
READERS = {"mercy": "lee", "stlukes": "okafor", "heart": "castellanos"}
_BOXES = ("open", "mine", "closed")
_TITLE = re.compile(r'href="(/[kt]/\d+)">([^<]+)</a>')


class Demo(Process):
    def __init__(self, folder: Path, ports: list[int], *more: str) -> None:
        self.folder, self.ports = folder, ports
        self.ready_file = folder.with_suffix(".ready.json")
        super().__init__({}, folder.with_suffix(".log"), *self.arguments(), *more)

    def arguments(self) -> list[str]:
        ports = ",".join(map(str, self.ports))
        ready = str(self.ready_file)
        return ["demo", "--dir", str(self.folder), "--ports", ports, "--ready-file", ready]

    @property
    def servers(self) -> list[int]:
        """Pids."""
        return children(self.pid)

    def ready(self) -> dict[str, Any]:
        """What the ready file says, as soon as it is there."""
        until(lambda: self._runs() and self.ready_file.exists(), READY_WITHIN, "it is ready")
        return dict(json.loads(self.ready_file.read_text()))

    def seeded(self) -> dict[str, Any]:
        until(lambda: self._runs() and "seeded" in self.ready(), SEEDED_WITHIN, "threads came")
        return self.ready()

    def says(self, words: str) -> None:
        """Wait until it has printed these words."""
        until(lambda: self._runs() and words in self.log.read_text(), READY_WITHIN, words)

    def interrupt(self) -> tuple[int, float]:
        """Ctrl-C: the exit code, and how many seconds it took."""
        started = time.monotonic()
        self.send(signal.SIGINT)
        return self.wait(ENDS_WITHIN), time.monotonic() - started

    def _runs(self) -> bool:
        assert self.is_running(), self.log.read_text()[-2000:]
        return True


def consults_at(url: str, handle: str) -> dict[str, str]:
    """Title and path of every consult in the folders of this person."""
    browser = Browser()
    assert browser.sign_in(url, handle, PASSWORD).status == 302
    lists = [browser.get(f"{url}/consults?box={box}").text for box in _BOXES]
    return {title: path for page in lists for path, title in _titles(page)}


def threads_in(url: str, channel: str, handle: str | None = None) -> dict[str, str]:
    """Title and path of every thread on a channel's page, signed out or as this person."""
    browser = Browser()
    if handle is not None:
        assert browser.sign_in(url, handle, PASSWORD).status == 302
    return {title: path for path, title in _titles(browser.get(f"{url}/channels/{channel}").text)}


def words_of(page: str) -> str:
    """A page's text alone, spaces made one."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def _titles(page: str) -> list[tuple[str, str]]:
    return [(path, unescape(title)) for path, title in _TITLE.findall(page)]
