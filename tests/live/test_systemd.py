"""The units that `curbside example` prints, run by a real systemd with all that they forbid."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from instance.demo.world import PASSWORD
from tests import pictures
from tests.live import machines, pairs, servers
from tests.live.browsing import Browser
from tests.live.loads import Load
from tests.live.machines import DATA, PROGRAM, USER, Machine
from tests.live.pairs import CHANNEL, signed_in
from tests.live.servers import Place, until
from tests.ports import free_ports
from tests.postgres import Postgres

_SEVERAL, _SOCKETS = "/opt/several", "/opt/postgresql"  # where they are in the machine
_WHAT_FAILS = re.compile(r" ERROR |Traceback|Operation not permitted|Read-only file system")


@contextmanager
def installed(folder: Path, home: Place, **shown: str) -> Iterator[Machine]:
    """A machine with the units of this hospital, and its data; nothing of it runs yet."""
    environ = _environ(home)
    with machines.machine(folder, home.folder, _settings(environ), shown) as machine:
        try:
            machine.run("sh", "-c", f"echo {USER}:x:990:990::/:/usr/sbin/nologin >>/etc/passwd")
            machine.run("sh", "-c", f"echo {USER}:x:990: >>/etc/group")
            machine.run("chown", "-R", f"{USER}:{USER}", DATA)
            for name in machine.run(PROGRAM, "example", environ=environ).splitlines():
                if name.startswith("systemd"):
                    unit = machine.run(PROGRAM, "example", name.split()[0], environ=environ)
                    place = unit.partition(":")[0].removeprefix("# ")
                    machine.run("sh", "-c", 'printf %s "$1" >"$0"', place, unit)
            machine.systemctl("daemon-reload")
            yield machine
        except BaseException as error:
            error.add_note(machine.log()[-4000:])
            raise


def _environ(home: Place) -> dict[str, str]:
    """Of its units: with how this copy of the source is found; what pip installed needs no such."""
    places = {"PYTHONPATH": "/opt/source", "LD_LIBRARY_PATH": "/opt/python/lib"}
    return {**home.environ, "CURBSIDE_DATA": DATA, **places}


def _settings(environ: dict[str, str]) -> str:
    return "".join(f'{name}="{value}"\n' for name, value in environ.items())


def test_the_units_serve_start_again_make_backups_and_end(
    tmp_path: Path, postgres: Postgres
) -> None:
    """The server with SQLite; then, in the same place, two servers and a worker with PostgreSQL."""
    home = pairs.hospital(tmp_path, [])
    with postgres.migrated() as url:
        folder = url.rpartition("=")[2]
        several = pairs.hospital(tmp_path / "several", [], CURBSIDE_DATABASE=url)
        shown = {str(several.folder): _SEVERAL}
        shown |= {f"{folder}/.s.PGSQL.5432": f"{_SOCKETS}/.s.PGSQL.5432"}
        with installed(tmp_path, home, **shown) as machine:
            _require_one(machine, home)
            several.environ["CURBSIDE_DATABASE"] = url.replace(folder, _SOCKETS)
            _require_several(machine, several)
            assert _WHAT_FAILS.findall(machine.log()) == []


def _require_one(machine: Machine, home: Place) -> None:
    # Returns when it takes requests, and not before.
    machine.systemctl("enable", "--now", "curbside.socket", "curbside.service")
    assert Browser().get(f"{home.url}/health/ready").status == 200
    _require_closed(machine)
    _require_pictures(home)

    load = Load(home, f"/channels/{CHANNEL}/new", "Here")
    answered = len(load.titles)
    machine.systemctl("restart", "curbside")
    until(partial(load.has_more, answered), 30, "posts are taken again")
    titles = load.end()  # of which no request failed

    machines.kill(machine, "curbside")
    until(lambda: machine.shows("curbside", "NRestarts") == "1", 30, "it is started again")
    until(lambda: _is_ready(home), servers.STARTS_WITHIN, "and serves")
    page = signed_in(home).get(f"{home.url}/channels/{CHANNEL}").text
    assert titles and max(titles) in page

    _require_backup(machine)
    machine.systemctl("stop", "curbside.socket", "curbside.service")
    assert machine.shows("curbside", "Result") == "success"
    assert machine.shows("curbside", "ActiveState") == "inactive"
    assert not servers.is_answered(home.port)


def _require_several(machine: Machine, home: Place) -> None:
    """Each is started again under load, and no request fails; a worker that dies comes again."""
    to = f'find {DATA} -mindepth 1 -delete; cp -a {_SEVERAL}/. {DATA}; printf %s "$0" >"$1"'
    machine.run("sh", "-c", to, _settings(_environ(home)), "/etc/curbside/curbside.env")
    machine.run("chown", "-R", f"{USER}:{USER}", DATA)
    ports = [home.port, *free_ports(1)]
    webs = [f"curbside-web@{port}" for port in ports]
    sockets = [f"{web}.socket" for web in webs]
    machine.systemctl("enable", "--now", *sockets, *webs, "curbside-worker")
    for port in ports:
        assert Browser(through=port).get(f"{home.url}/health/ready").status == 200

    load = Load(home, f"/channels/{CHANNEL}/new", "There")
    answered = len(load.titles)
    machine.systemctl("restart", webs[0])
    until(partial(load.has_more, answered), 60, "posts are taken again")
    titles = load.end()  # of which no request failed
    other = Browser(through=ports[1])
    assert other.sign_in(home.url, home.people[0].handle, PASSWORD).status == 302
    assert titles and max(titles) in other.get(f"{home.url}/channels/{CHANNEL}").text

    machines.kill(machine, "curbside-worker")
    until(lambda: machine.shows("curbside-worker", "NRestarts") == "1", 60, "it is started again")
    until(lambda: machine.shows("curbside-worker", "ActiveState") == "active", 90, "and works")
    machine.systemctl("stop", *sockets, *webs, "curbside-worker")
    for unit in (*webs, "curbside-worker"):
        assert machine.shows(unit, "Result") == "success"
    assert not any(servers.is_answered(port) for port in ports)


def _require_closed(machine: Machine) -> None:
    """What the unit forbids is forbidden, and the key is nobody else's to read."""
    pid = machine.shows("curbside", "MainPID")
    status = machine.run("cat", f"/proc/{pid}/status")
    for line in ("Seccomp:\t2", "NoNewPrivs:\t1", "CapBnd:\t0000000000000000"):
        assert line in status
    assert re.search(r"Uid:\t990\t990", status)
    assert machine.run("stat", "-c", "%a %U", DATA).split() == ["700", USER]


def _require_pictures(home: Place) -> None:
    """They are decoded by a process of their own, with limits that it sets itself."""
    browser = signed_in(home)
    page = f"{home.url}/account/profile/lee"
    token = browser.form_token(page)
    part = "Content-Disposition: form-data; name="
    body = b"\r\n".join(
        (
            b"--x",
            f'{part}"csrf_token"\r\n\r\n{token}\r\n--x'.encode(),
            f'{part}"avatar"; filename="me.png"\r\nContent-Type: image/png\r\n'.encode(),
            pictures.of(),
            b"--x--\r\n",
        )
    )
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Origin": home.url}
    sent = browser.send("POST", f"{page}/picture", body, headers)
    assert sent.status == 302, sent.text


def _require_backup(machine: Machine) -> None:
    """Beside the server, and looked through by the same unit."""
    places = ("/var/backups/curbside", "/var/backups/curbside-keys")
    machine.run("install", "-d", "-o", USER, "-g", USER, "-m", "700", *places)
    machine.systemctl("enable", "--now", "curbside-backup.timer")
    assert machine.shows("curbside-backup.timer", "NextElapseUSecRealtime")
    machine.systemctl("start", "curbside-backup.service")
    [made] = machine.run("ls", places[0]).split()
    assert machine.run("ls", places[1]).split() == [f"{made}.key"]
    assert "is sound" in machine.log()


def _is_ready(home: Place) -> bool:
    try:
        return Browser().get(f"{home.url}/health/ready").status == 200
    except OSError:
        return False
