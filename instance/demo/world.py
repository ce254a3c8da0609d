"""Where the demonstration lives: a folder, three ports, and the settings of each institution."""

import json
import os
import shlex
import tempfile
from dataclasses import dataclass
from pathlib import Path

from instance.config import Config
from instance.demo import people

PASSWORD = "curbside-demo"  # noqa: S105  (invented people, loopback only)
DEFAULT_PORTS = (8101, 8102, 8103)
_PORTS_FILE = "ports.json"


@dataclass(frozen=True)
class Home:
    """One institution of the demonstration on this machine."""

    institution: people.Institution
    port: int
    folder: Path
    environ: dict[str, str]

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def config(self) -> Config:
        return Config.from_env(self.environ)

    @property
    def database(self) -> Path:
        return Path(self.config.database_url.removeprefix("sqlite://"))

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def settings_file(self) -> Path:
        """For commands beside the server: `. FILE && curbside post --as lee "..."`."""
        return self.folder / "settings.sh"

    def write_settings(self) -> None:
        lines = [f"export {name}={shlex.quote(value)}" for name, value in self.environ.items()]
        self.settings_file.write_text("\n".join(lines) + "\n")

    @property
    def members(self) -> list[people.Person]:
        return [p for p in people.PEOPLE if p.institution == self.institution.key]


def homes(folder: Path, ports: tuple[int, ...], peers: tuple[str, ...]) -> list[Home]:
    """`peers`: other servers on this machine that may be tried against the demonstration."""
    loopback = ",".join([*[f"localhost:{port}" for port in ports], *peers])
    found = []
    for institution, port in zip(people.INSTITUTIONS, ports, strict=True):
        data = folder / institution.key
        environ = {
            "CURBSIDE_ORIGIN": f"http://localhost:{port}",
            "CURBSIDE_NAME": institution.name,
            "CURBSIDE_KIND": institution.kind,
            "CURBSIDE_ON_CALL": institution.on_call,
            "CURBSIDE_CONTACT": f"curbside@{institution.key}.example",
            "CURBSIDE_DATA": str(data),
            "CURBSIDE_LISTEN": f"127.0.0.1:{port}",
            "CURBSIDE_LOOPBACK_PEERS": loopback,
        }
        found.append(Home(institution, port, data, environ))
    return found


@dataclass(frozen=True)
class Occupant:
    """A demonstration that noted a port: its folder, its process, and its server there if any."""

    pid: int
    folder: str
    server: int | None

    @property
    def runs(self) -> bool:
        return _is_running(self.pid)

    @property
    def left_server(self) -> int | None:
        """A server whose demonstration was killed and could not end it."""
        return self.server if self.server and not self.runs and _is_running(self.server) else None


def occupant(port: int) -> Occupant | None:
    """Who noted this port, if anybody did."""
    try:
        noted = json.loads(_note(port).read_text())
        return Occupant(noted["pid"], noted["folder"], noted.get("server"))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def note_port(port: int, folder: Path, server: int | None = None) -> None:
    noted = {"pid": os.getpid(), "folder": str(folder), "server": server}
    _note(port).write_text(json.dumps(noted))


def forget_ports(ports: tuple[int, ...]) -> None:
    for port in ports:
        _note(port).unlink(missing_ok=True)


def ports_of(folder: Path) -> tuple[int, ...] | None:
    """The ports a folder's data was made for: they are part of every id in it."""
    try:
        return tuple(json.loads((folder / _PORTS_FILE).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def keep_ports(folder: Path, ports: tuple[int, ...]) -> None:
    (folder / _PORTS_FILE).write_text(json.dumps(ports))


def _note(port: int) -> Path:
    return Path(tempfile.gettempdir()) / f"curbside-demo-{os.getuid()}-{port}.json"


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return True
