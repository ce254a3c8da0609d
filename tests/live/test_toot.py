"""toot at a running server, as somebody at a terminal has it: signed in by the code that the pages
show, then one command after the other."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from instance.demo.people import Person
from tests.live import pairs, servers
from tests.live.consenting import code_for
from tests.live.pairs import CHANNEL
from tests.live.servers import Place, Server
from tests import pictures

MOYO = Person("north", "moyo", "Dr S. Moyo", ("gastroenterology",))
_LOGIN = re.compile(r"http://\S+/oauth/authorize/\S+")
_POSTED = re.compile(r"/(?:t|p|o)/\S+?(\d+)\s")


@dataclass(frozen=True)
class Terminal:
    """Somebody's, with toot; what it keeps is in `folder`."""

    home: Place
    folder: Path

    def __call__(self, *words: str, says: str = "") -> str:
        """What a command prints. Fails where the command does."""
        done = self.tries(*words, says=says)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout

    def tries(self, *words: str, says: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "toot", *words],
            env=self._environ(),
            input=says,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def signs_in(self, who: str) -> str:
        command = [sys.executable, "-m", "toot", "login", "-i", self.home.url]
        pipe = subprocess.PIPE
        with subprocess.Popen(
            command, env=self._environ(), stdin=pipe, stdout=pipe, text=True
        ) as login:
            assert login.stdin is not None and login.stdout is not None
            shown = ""
            while not (url := _LOGIN.search(shown)):
                line = login.stdout.readline()
                assert line, shown
                shown += line
            code = code_for(self.home, url[0], who)
            said, _ = login.communicate(f"n\n{code}\n", timeout=60)
        return said

    def _environ(self) -> dict[str, str]:
        return {
            **os.environ,
            "XDG_CONFIG_HOME": str(self.folder),
            "BROWSER": "true",
            "COLUMNS": "200",
            "PYTHONWARNINGS": "ignore",
        }


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    home = pairs.hospital(tmp_path_factory.mktemp("hospital"), [], MOYO)
    with servers.running(Server(home)):
        yield home


@pytest.fixture(scope="module")
def toot(hospital: Place, tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    pytest.importorskip("toot")
    terminal = Terminal(hospital, tmp_path_factory.mktemp("toot"))
    said = terminal.signs_in("lee")
    assert "Successfully logged in" in said
    return terminal
