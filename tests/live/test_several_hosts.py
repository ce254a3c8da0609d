"""One hospital on two hosts, each with a server, a worker and a network of its own; they share a
PostgreSQL and `secret.key`, and no folder."""

import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from instance.demo.world import PASSWORD
from tests.live import pairs, servers
from tests.live.browsing import Browser
from tests.live.pairs import CHANNEL, Pair, at
from tests.live.servers import CURBSIDE, Process, until
from tests.ports import free_ports
from tests.postgres import Postgres

POSTS = 12
_RELAY = (sys.executable, "-m", "tests.live.relay")


@dataclass(frozen=True)
class Hosts:
    """`ports`: where each of Mercy's hosts is reached alone; at its own port they take turns."""

    pair: Pair
    ports: tuple[int, int]

    def browser(self, number: int, jar: dict[str, str]) -> Browser:
        return Browser(jar, through=self.ports[number])


@pytest.fixture
def hosts(tmp_path: Path, postgres: Postgres) -> Iterator[Hosts]:
    with ExitStack() as stack:
        databases = stack.enter_context(pairs.two_databases(postgres))
        names = [
            stack.enter_context(_network(f"curbside-{tmp_path.stat().st_ino}-{n}")) for n in "ab"
        ]
        pair = pairs.pair(tmp_path, databases)
        mercy, stlukes = pair.mercy.port, pair.stlukes.port
        alone = free_ports(2)
        doors = [str(tmp_path / f"{n}.sock") for n in "ab"]
        outside = str(tmp_path / "outside.sock")
        started: list[Process] = [
            Process(
                {},
                tmp_path / "relay.log",
                *(f"{mercy}={doors[0]},{doors[1]}", f"{alone[0]}={doors[0]}"),
                *(f"{alone[1]}={doors[1]}", f"{outside}={stlukes}"),
                program=_RELAY,
            )
        ]
        for name, door in zip(names, doors, strict=True):
            data = tmp_path / name
            data.mkdir(mode=0o700)
            shutil.copy(pair.mercy.folder / "secret.key", data)
            environ = {**pair.mercy.environ, "CURBSIDE_DATA": str(data)}
            into = ("ip", "netns", "exec", name)
            log = data / "server.log"
            started += [
                Process(
                    {},
                    log,
                    *(f"{door}={mercy}", f"{stlukes}={outside}"),
                    program=(*into, *_RELAY),
                ),
                Process(environ, log, "serve", "--no-worker", program=(*into, *CURBSIDE)),
                Process(environ, log, "worker", program=(*into, *CURBSIDE)),
            ]
        try:
            for process in started:
                process.start()
            with servers.running(pair.server(pair.stlukes)):
                for port in alone:
                    until(partial(_is_well, port), servers.STARTS_WITHIN, "each answers")
                yield Hosts(pair, (alone[0], alone[1]))
        except BaseException as error:
            for log in sorted(tmp_path.glob("*/server.log")):
                error.add_note(f"{log.parent.name}:\n{log.read_text()[-2000:]}")
            raise
        finally:
            for process in started:
                process.end()


@contextmanager
def _network(name: str) -> Iterator[str]:
    """In which there is nothing but its own loopback."""
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"no network of its own may be made here: {made.stderr.strip()}")
    try:
        subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)
        yield name
    finally:
        subprocess.run(["ip", "netns", "del", name], check=True)


def _is_well(port: int) -> bool:
    try:
        return Browser().get(f"http://localhost:{port}/health/ready").status == 200
    except (OSError, ValueError):
        return False


def test_two_hosts_are_one_hospital(hosts: Hosts) -> None:
    pair, url = hosts.pair, hosts.pair.mercy.url
    pairs.follow_the_channel(pair)
    assert servers.command(pair.mercy, "follow", "--as", "lee", f"@{CHANNEL}").returncode == 0
    jar: dict[str, str] = {}
    first, second = (hosts.browser(number, jar) for number in (0, 1))
    assert first.sign_in(url, "lee", PASSWORD).status == 302
    assert "Sign out" in second.get(f"{url}/account").text  # signed in there too

    new = f"{url}/channels/{CHANNEL}/new"
    form = {"text": "How is it?", "csrf_token": first.form_token(new)}
    with second.stream(f"{url}/stream") as home:
        home.message()
        assert first.post_raw(new, {**form, "title": "Seen there"}).status == 302
        assert "1 new" in (home.message() or "")  # written at one, told by the other

    titles = [f"Round {number:02}" for number in range(POSTS)]
    for number, title in enumerate(titles):
        browser = (first, second)[number % 2]
        assert browser.post_raw(new, {**form, "title": title}).status == 302
    at(pair.mercy, pairs.nothing_is_waiting)
    assert pairs.titles(pair.stlukes) == Counter([*titles, "Seen there"])
    taken = re.findall(r"received \S+ (\S+) from", pair.stlukes.log.read_text())
    assert len(taken) > POSTS and max(Counter(taken).values()) == 1  # nothing was sent twice

    guesses = [
        hosts.browser(number % 2, {}).sign_in(url, "lee", "a wrong guess") for number in range(6)
    ]
    assert [guess.status for guess in guesses] == [401] * 5 + [429]  # counted together


def test_a_host_with_another_key_does_not_start(tmp_path: Path) -> None:
    """It would seal what the others cannot open. On SQLite: a file brought here without its key."""
    home = pairs.hospital(tmp_path, [])
    (home.folder / "secret.key").rename(tmp_path / "kept")
    for arguments in (["serve"], ["worker"], ["post", "--as", "lee", "Hello"]):
        ended = servers.command(home, *arguments)
        assert ended.returncode == 1 and "is not the key of this database" in ended.stderr
        assert "Traceback" not in ended.stderr
    (tmp_path / "kept").replace(home.folder / "secret.key")
    assert servers.command(home, "follow", "--as", "lee", f"@{CHANNEL}").returncode == 0
