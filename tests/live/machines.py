"""A machine whose first process is a real systemd, in namespaces of its own: no service of the
machine around it is begun, and nothing of its files is changed."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.live.servers import ROOT, children, until

PROGRAM, DATA, USER = "/opt/curbside/bin/curbside", "/var/lib/curbside", "curbside"
_NEEDED = ("unshare", "nsenter", "systemctl", "journalctl")
_SYSTEMD = Path("/lib/systemd/systemd")
_STARTS_WITHIN = 30.0
_APART = (
    *("unshare", "--mount", "--pid", "--uts", "--ipc", "--cgroup", "--propagation=private"),
    *("--fork", "--kill-child=KILL"),
)

# $1: what is copied to /etc. $2: the data folder of the server. Then pairs of what is shown where.
_BEGIN = r"""
set -eu
etc=$1 data=$2; shift 2
mount -t proc proc /proc
mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys
mount --make-rshared /  # as it is on a machine: credentials come by it
umount -R /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs /opt
while [ $# -gt 0 ]; do
  mkdir -p "$(dirname "$2")"
  if [ -d "$1" ]; then mkdir -p "$2"; else : >"$2"; fi
  mount --bind "$1" "$2"; shift 2
done
mkdir -p /opt/.etc /opt/.units /opt/.data /opt/.var/lib/curbside
for one in passwd group hosts nsswitch.conf localtime ld.so.cache mime.types; do
  if [ -e "/etc/$one" ]; then cp -a "/etc/$one" /opt/.etc; fi
done
cp -a "$etc"/. /opt/.etc
# In which order it starts, a journal, and none of the services of this machine.
for one in basic sysinit sockets timers paths slices network network-online multi-user local-fs \
  local-fs-pre shutdown umount final exit; do
  cp "/lib/systemd/system/$one.target" /opt/.units
done
cp /lib/systemd/system/systemd-exit.service /lib/systemd/system/systemd-journald* /opt/.units
mkdir /opt/.units/sysinit.target.wants
ln -s ../systemd-journald.service /opt/.units/sysinit.target.wants
mount --bind "$data" /opt/.data
mount -t tmpfs tmpfs /run
mount --bind /opt/.etc /etc
mount --bind /opt/.units /lib/systemd/system
mount --bind /opt/.var /var
ln -s /run /var/run
mount --bind /opt/.data /var/lib/curbside
mkdir -m 1777 /var/tmp; mkdir -p /var/log /var/backups
mount -t tmpfs tmpfs /lib/systemd/system-generators
mount -t tmpfs -o mode=1777 tmpfs /tmp
cd /
exec env -i container=curbside PATH="$PATH" /lib/systemd/systemd --system --unit=multi-user.target \
  --show-status=no --log-target=journal
"""


@dataclass(frozen=True)
class Machine:
    """`pid`: its first process, as it is known outside."""

    pid: int

    def run(self, *command: str, environ: Mapping[str, str] | None = None) -> str:
        ended = self.tried(*command, environ=environ)
        assert ended.returncode == 0, f"{command}: {ended.stdout}{ended.stderr}\n{self.log()}"
        return ended.stdout

    def tried(
        self, *command: str, environ: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        inside = ("nsenter", "-t", str(self.pid), "-m", "-p", "-i", "-u", "-C", "--wd=/")
        return subprocess.run(
            [*inside, *command],
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **(environ or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def systemctl(self, *arguments: str) -> str:
        return self.run("systemctl", *arguments).strip()

    def shows(self, unit: str, what: str) -> str:
        return self.systemctl("show", unit, f"--property={what}", "--value")

    def log(self) -> str:
        return self.tried("journalctl", "--no-pager", "--output=cat").stdout


@contextmanager
def machine(folder: Path, data: Path, settings: str, shown: Mapping[str, str]) -> Iterator[Machine]:
    """`data`: becomes its `DATA`; `settings`: /etc/curbside/curbside.env; `shown`: more files of
    ours, and where they are there. Skips where none can be made."""
    _require()
    etc = folder / "etc"
    _write_etc(etc, settings)
    group = _control_group(folder)
    places = {sys.base_prefix: "/opt/python", str(_program(folder)): "/opt/curbside"}
    places |= {f"{sys.prefix}/lib": "/opt/curbside/lib", str(ROOT): "/opt/source", **shown}
    arguments = [one for pair in places.items() for one in pair]
    with (folder / "machine.log").open("wb") as log:
        outside = subprocess.Popen(
            [*_APART, "sh", "-c", _BEGIN, "sh", str(etc), str(data), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=lambda: _enter(group),
        )
    try:
        yield _begun(outside, folder / "machine.log")
    finally:
        outside.kill()
        outside.wait()
        until(lambda: _is_removed(group), 10, "its processes are gone")


def _require() -> None:
    missing = [name for name in _NEEDED if shutil.which(name) is None]
    if missing or not _SYSTEMD.exists():
        pytest.skip(f"no systemd is installed here ({', '.join(missing) or _SYSTEMD})")
    if os.geteuid() != 0:
        pytest.skip("only root may start a systemd as the first process of a machine")
    if _cgroup2() is None:
        pytest.skip("there is no cgroup2 here, by which systemd keeps its services")


def _cgroup2() -> Path | None:
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    return next((Path(one[1]) for one in mounts if one[2] == "cgroup2"), None)


def _control_group(folder: Path) -> Path:
    top = _cgroup2()
    assert top is not None
    group = top / f"curbside-{folder.stat().st_ino}"
    try:
        group.mkdir()
    except OSError as error:
        pytest.skip(f"no control group may be made here: {error.strerror}")
    return group


def _enter(group: Path) -> None:
    (group / "cgroup.procs").write_text(str(os.getpid()))


def _is_removed(group: Path) -> bool:
    """A control group of which the last process has just ended is busy for a moment."""
    for one in sorted([group, *group.rglob("*/")], key=lambda path: -len(path.parts)):
        with suppress(OSError):
            one.rmdir()
    return not group.exists()


def _write_etc(etc: Path, settings: str) -> None:
    (etc / "curbside").mkdir(parents=True)
    (etc / "systemd" / "system").mkdir(parents=True)
    (etc / "machine-id").write_text("0123456789abcdef0123456789abcdef\n")
    (etc / "systemd" / "journald.conf").write_text("[Journal]\nStorage=volatile\nReadKMsg=no\n")
    (etc / "curbside" / "curbside.env").write_text(settings)
    (etc / "curbside" / "passphrase").write_text("a passphrase of several words\n")
    (etc / "curbside" / "passphrase").chmod(0o600)


def _program(folder: Path) -> Path:
    """As `pip install` into /opt/curbside had made it."""
    place = folder / "program"
    (place / "bin").mkdir(parents=True)
    (place / "pyvenv.cfg").write_text("home = /opt/python/bin\n")
    (place / "bin" / "python").symlink_to("/opt/python/bin/python3")
    program = place / "bin" / "curbside"
    program.write_text("#!/opt/curbside/bin/python\nfrom instance.cli import main\n\nmain()\n")
    program.chmod(0o755)
    return place


def _begun(outside: subprocess.Popen[bytes], log: Path) -> Machine:
    def answers() -> bool:
        if outside.poll() is not None:
            pytest.skip(f"no namespaces for a systemd here: {log.read_text().strip()[-200:]}")
        inside = children(outside.pid)
        return bool(inside) and "running" in Machine(inside[0]).tried(
            "systemctl", "is-system-running"
        ).stdout.replace("degraded", "running")

    until(answers, _STARTS_WITHIN, f"systemd is up: {log.read_text()[-300:]}", every=0.3)
    return Machine(children(outside.pid)[0])


def kill(machine: Machine, unit: str) -> None:
    """As a power cut would, the server alone."""
    machine.systemctl("kill", f"--signal={int(signal.SIGKILL)}", "--kill-who=main", unit)
