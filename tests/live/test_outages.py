"""A disk that is full, a database that is locked, or gone: it is said, nothing that was accepted is
lost, and all goes on by itself."""

import asyncio
import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import pytest

from instance import migrate
from instance.models import Delivery, Peer, Post
from tests import postgres as postgresql
from tests.live import pairs, servers
from tests.live.browsing import Answer, Browser
from tests.live.pairs import CHANNEL, Pair, at, signed_in
from tests.live.servers import Server, until
from tests.postgres import Postgres

AGAIN_WITHIN = 15.0  # seconds
_ROOM = 48 * 1024**2  # bytes
_TEXT = "Who has tried the late handover?"


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """What is in the folder, on a file system of its own with little room.

    It is mounted beside the folders of pytest, which fails over one that a killed run left there.
    """
    kept = folder.rename(folder.with_suffix(".kept"))
    disk = Path(tempfile.mkdtemp(prefix="curbside-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_ROOM}", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True).returncode:
        disk.rmdir()
        pytest.skip("no file system may be mounted here")
    try:
        shutil.copytree(kept, disk, dirs_exist_ok=True)
        folder.symlink_to(disk)
        yield
    finally:
        folder.unlink(missing_ok=True)
        subprocess.run(["umount", "-l", str(disk)], check=True)
        disk.rmdir()


class Filled:
    """A disk on which nothing more has room, until `free`."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "ballast"

    def fill(self, _: int) -> None:
        with self._file.open("wb", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while True:
                        file.write(b"\1" * size)
                except OSError:
                    continue

    def free(self, _: int) -> None:
        self._file.unlink()


class Limited:
    """A quota: no file of the process grows beyond what the log of its database has."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "curbside.sqlite3-wal"

    def fill(self, pid: int) -> None:
        most = self._log.stat().st_size
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))

    def free(self, pid: int) -> None:
        most = resource.RLIM_INFINITY
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))


@pytest.mark.parametrize("kind", ["disk", "quota"])
def test_with_a_full_disk_all_is_read_nothing_is_lost_and_room_is_enough(
    kind: str, tmp_path: Path
) -> None:
    pair = pairs.pair(tmp_path)
    if kind == "quota":
        _fills_up(pair, Limited(pair.mercy.folder))
        return
    with small_disk(pair.mercy.folder):
        _fills_up(pair, Filled(pair.mercy.folder))


def _fills_up(pair: Pair, disk: Filled | Limited) -> None:
    mercy = pair.server(pair.mercy)
    with servers.running(mercy, pair.server(pair.stlukes)):
        people = People(pair)
        disk.fill(mercy.processes[0].pid)
        people.are_told("The disk of this server is full")
        assert people.lee.get(pair.mercy.url).status == 200
        people.wait_elsewhere()
        disk.free(mercy.processes[0].pid)
        people.go_on()
        assert mercy.log().count("the disk is full") == 1
        _locked(pair, people)
        _is_quiet(mercy)


def _locked(pair: Pair, people: "People") -> None:
    """By another program, for longer than anybody waits."""
    with closing(sqlite3.connect(pair.mercy.folder / "curbside.sqlite3")) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = people.posts("Never stored")
        assert answer.status == 503 and "Another program is using the database" in answer.text
        other.rollback()
    assert people.posts("After the lock").status == 302


@pytest.fixture
def own_postgres() -> Iterator[Path]:
    """One that a test may stop. By its settings it says yes before its log is written. Its own user
    gets to no folder of pytest's."""
    if why := postgresql.why_not():
        pytest.skip(why)
    folder = Path(tempfile.mkdtemp(prefix="curbside-"))
    home = folder / "pg"
    postgresql.start(home)
    try:
        asyncio.run(postgresql.create(home))
        yield home
    finally:
        postgresql.stop(home)
        shutil.rmtree(folder)


def test_a_postgresql_that_stops_or_is_killed_costs_nothing_but_time(
    tmp_path: Path, own_postgres: Path, postgres: Postgres
) -> None:
    url = postgresql.url(own_postgres, postgresql.TEMPLATE)
    asyncio.run(migrate.migrate(url))
    with postgres.migrated() as other:
        pair = pairs.pair(tmp_path, (url, other))
        mercy = pair.server(pair.mercy)
        with servers.running(mercy, pair.server(pair.stlukes)):
            people = People(pair)
            for end in (_stop, _kill):
                end(own_postgres)
                people.are_told("The database of this server does not answer")
                page = Browser().get(f"{pair.mercy.url}/about")
                assert page.status == 503 and "Mercy General" in page.text
                people.wait_elsewhere()
                _start(own_postgres)
                people.go_on()
            _is_quiet(mercy)
            assert mercy.log().count("the database does not answer") <= 4  # two processes, twice


def test_a_server_that_starts_before_its_database_waits_for_it(
    tmp_path: Path, own_postgres: Path
) -> None:
    url = postgresql.url(own_postgres, postgresql.TEMPLATE)
    asyncio.run(migrate.migrate(url))
    home = pairs.hospital(tmp_path, [], CURBSIDE_DATABASE=url)
    server = Server(home, worker_apart=True)
    _stop(own_postgres)
    try:
        server.start()
        until(lambda: server.log().count("does not answer") == 2, 40, "both say so")
        _start(own_postgres)
        server.wait_ready()
    finally:
        server.end()


class People:
    """Dr Lee at Mercy, where it happens, and Dr Okafor, who writes there from St. Luke's."""

    def __init__(self, pair: Pair) -> None:
        pairs.follow_the_channel(pair)
        self._pair, self._count = pair, 0
        self.lee, self._okafor = signed_in(pair.mercy), signed_in(pair.stlukes)
        made = servers.command(
            *(pair.mercy, "token", "create", "--as", "lee"), "--scopes", "read write:statuses"
        )
        self._token = json.loads(made.stdout)["access_token"]
        self._url = f"{pair.mercy.url}/channels/{CHANNEL}/new"
        self._form = {"csrf_token": self.lee.form_token(self._url), "text": _TEXT}
        self._waiting: list[str] = []

    def posts(self, title: str) -> Answer:
        """The page was opened before."""
        return self.lee.post_raw(self._url, {**self._form, "title": title})

    def are_told(self, words: str) -> None:
        """Pages and applications, with what was typed."""
        until(lambda: self.posts("Typed once").status == 503, 10, "nothing can be stored")
        answer = self.posts("Typed once")
        assert words in answer.text and _TEXT in answer.text and answer.headers["retry-after"]
        asked = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        url = f"{self._pair.mercy.url}/api/v1/statuses"
        told = self.lee.send("POST", url, json.dumps({"status": "x"}).encode(), asked)
        assert told.status == 503 and words in json.loads(told.text)["error"]
        assert told.headers["retry-after"]

    def wait_elsewhere(self) -> None:
        """What St. Luke's sends now is told to come again, and does not count as taken."""
        self._count += 1
        title = f"From elsewhere {self._count}"
        url = f"{self._pair.stlukes.url}/channels/{self._pair.channel_at_stlukes}/new"
        answer = self._okafor.post(url, {"title": title, "text": _TEXT})
        assert answer.status == 302
        at(self._pair.stlukes, lambda: pairs.eventually(_is_told, "Mercy says when to come again"))
        self._waiting.append(title)

    def go_on(self) -> None:
        """By themselves, within seconds: what was typed is sent once more; that Mercy writes to
        St. Luke's tells it not to wait until it was to come again."""
        title = f"Sent again {self._count}"
        until(lambda: self.posts(title).status == 302, AGAIN_WITHIN, "it is stored")
        at(self._pair.mercy, lambda: pairs.eventually(partial(_is_here, self._waiting), "all came"))
        at(self._pair.mercy, pairs.nothing_is_waiting)
        found = pairs.titles(self._pair.mercy)
        assert max(found.values()) == 1 and "Typed once" not in found


async def _is_told() -> bool:
    """By 503 with Retry-After; nothing was given up."""
    assert not await Delivery.filter(gave_up_at__not_isnull=True).exists()
    return await Peer.filter(last_error__contains="503", retry_after_at__not_isnull=True).exists()


async def _is_here(titles: list[str]) -> bool:
    return await Post.filter(thread__title__in=titles).count() == len(titles)


def _is_quiet(server: Server) -> None:
    """What failed says so once, and every process is the one that was started."""
    log = server.log()
    assert "Traceback" not in log and "starting it again" not in log and " failed " not in log
    assert all(process.is_running() for process in server.processes)


def _stop(home: Path) -> None:
    postgresql.stop(home, "fast")


def _kill(home: Path) -> None:
    pid = int((home / "data" / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)


def _start(home: Path) -> None:
    """Its own processes end a moment after the first one was killed."""
    for attempt in range(20):
        try:
            return postgresql.start_again(home)
        except subprocess.CalledProcessError:
            if attempt == 19:
                raise
            time.sleep(0.5)
