"""A server made by others, on Fedify: fetched from npm, started, and told what to do."""

import json
import shutil
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.live.npm import packages
from tests.live.servers import Process, until

SOURCES = Path(__file__).parent / "fedify"
STARTS_WITHIN = 60.0  # it makes an RSA key of 4096 bits
ARRIVES_WITHIN = 20.0

Record = dict[str, Any]


class Stranger(Process):
    """One person, ada, on a server of her own. `form`: how her server signs first."""

    def __init__(self, folder: Path, ports: list[int], form: str) -> None:
        port, control_port = ports
        self.name, self._control = f"localhost:{port}", f"http://localhost:{control_port}"
        self.uri = f"http://{self.name}/users/ada"
        modules = packages(SOURCES)
        for source in SOURCES.glob("*.mjs"):
            shutil.copy(source, folder)
        (folder / "node_modules").symlink_to(modules)
        keys = modules.parent / "keys.json"
        arguments = (str(folder / "peer.mjs"), str(port), str(control_port), form, str(keys))
        super().__init__({}, folder / "peer.log", *arguments, program=["node"])

    def wait_ready(self) -> None:
        until(self._answers, STARTS_WITHIN, f"{self.name} answers")

    def does(self, act: str, **values: Any) -> Record:
        answer = self._ask(act, json.dumps(values).encode())
        assert isinstance(answer, dict)
        return answer

    def received(self, **wanted: Any) -> list[Record]:
        """Activities whose signature it verified."""
        return [one for one in self._ask("received") if wanted.items() <= one.items()]

    def asked(self) -> list[Record]:
        """Requests of others, and what it answered."""
        return list(self._ask("asked"))

    def refused(self) -> list[str]:
        """What others did not take of it."""
        return list(self._ask("refused"))

    def gets(self, **wanted: Any) -> Record:
        """Wait for an activity, and return it."""
        self.waits(lambda: bool(self.received(**wanted)), f"{wanted} arrives")
        return self.received(**wanted)[0]

    def waits(self, is_so: Callable[[], bool], what: str) -> None:
        until(is_so, ARRIVES_WITHIN, what)

    def _answers(self) -> bool:
        assert self.is_running(), self.log.read_text()[-2000:]
        try:
            return self.asked() is not None
        except OSError:
            return False

    def _ask(self, what: str, body: bytes | None = None) -> Any:
        with urllib.request.urlopen(f"{self._control}/{what}", body, timeout=30) as answer:
            return json.load(answer)
