"""The units that `curbside example` prints, run by a real systemd with all that they forbid."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests import pictures
from tests.live import machines, pairs, servers
from tests.live.browsing import Browser
from tests.live.loads import Load
from tests.live.machines import DATA, PROGRAM, USER, Machine
from tests.live.pairs import CHANNEL, signed_in
from tests.live.servers import Place, until

_WHAT_FAILS = re.compile(r" ERROR |Traceback|Operation not permitted|Read-only file system")


@contextmanager
def installed(folder: Path, home: Place, **shown: str) -> Iterator[Machine]:
    """A machine with the units of this hospital, and its data; nothing of it runs yet."""
    environ = {**home.environ, "CURBSIDE_DATA": DATA}
    # How this copy of the source is found; one that pip installed needs none of it.
    environ |= {"PYTHONPATH": "/opt/source", "LD_LIBRARY_PATH": "/opt/python/lib"}
    settings = "".join(f'{name}="{value}"\n' for name, value in environ.items())
    with machines.machine(folder, home.folder, settings, shown) as machine:
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


def test_the_units_serve_start_again_make_backups_and_end(tmp_path: Path) -> None:
    home = pairs.hospital(tmp_path, [])
    with installed(tmp_path, home) as machine:
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
        assert _WHAT_FAILS.findall(machine.log()) == []


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
