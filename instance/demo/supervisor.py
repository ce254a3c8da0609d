"""Run the demonstration: three server processes, their people, and what they say."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import click
import orjson

from federation.authentication import Level
from federation.client import Client
from federation.errors import FederationError, FetchFailed
from instance.demo import world
from instance.demo.founding import Opened, found, open_all
from instance.demo.seeding import Seeder
from instance.demo.world import Home

_STARTS_WITHIN = 60.0
_STOPS_WITHIN = 10.0
_LOOKS_EVERY = 0.5
_STDOUT = 1


class _Everybody:
    """Before they run, nobody has told our servers whom to trust."""

    async def level(self, host: str) -> Level:
        return Level.PUBLIC


class Demonstration:
    """One run. `folder` keeps everything, so that the next run goes on where this one ends."""

    def __init__(
        self, folder: Path, ports: tuple[int, ...], peers: tuple[str, ...], ready: Path | None
    ) -> None:
        self.folder = folder
        self.ports = ports
        self.ready = ready
        self.homes = world.homes(folder, ports, peers)
        self._servers: list[subprocess.Popen[bytes]] = []

    def require_free_ports(self) -> None:
        """Raises ClickException naming the port and, where it is one of ours, who has it."""
        for port in self.ports:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                    continue
                except OSError:
                    raise click.ClickException(_taken(port)) from None

    def require_own_data(self) -> None:
        """Raises ClickException where the folder's data was made for other ports."""
        before = world.ports_of(self.folder)
        if before not in (None, self.ports):
            known = ",".join(map(str, before or ()))
            raise click.ClickException(
                f"The data in {self.folder} belongs to the ports {known}. "
                f"Use --ports {known}, another folder with --dir, or start anew with --fresh."
            )

    def start_anew(self) -> None:
        for home in self.homes:
            shutil.rmtree(home.folder, ignore_errors=True)
        self._seeded_file.unlink(missing_ok=True)

    async def run(self) -> None:
        """Until Ctrl-C, or until a server ends by itself. Stops what it started, always."""
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # HUP: its terminal closed
            loop.add_signal_handler(number, stopping.set)
        self._prepare()
        opened = [Opened(home) for home in self.homes]
        work = asyncio.create_task(self._work(opened))
        stop = asyncio.create_task(stopping.wait())
        try:
            await asyncio.wait({work, stop}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()  # a failure becomes the error of the command
            click.echo("\nStopping.")
        finally:
            work.cancel()
            stop.cancel()
            await asyncio.gather(work, stop, return_exceptions=True)
            await self._stop(opened)

    def _prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        world.keep_ports(self.folder, self.ports)
        for port in self.ports:
            world.note_port(port, self.folder)
        if self.ready is not None:
            self.ready.parent.mkdir(parents=True, exist_ok=True)
            self.ready.unlink(missing_ok=True)  # of a run that was killed

    async def _work(self, opened: Sequence[Opened]) -> None:
        await open_all(opened)
        await found(opened, _say)
        self._start_servers()
        for home in self.homes:
            await self._answers(home)
        self._write_ready(seeded=False)
        _clear_line()
        click.echo(_table(self.homes))
        click.echo("Threads are being sent between the three; the pages fill up in a minute.")
        await self._seed(opened)
        self._write_ready(seeded=True)
        _clear_line()
        click.echo("Everything has arrived. Ctrl-C stops; the data stays for the next time.")
        while True:
            self._require_running()
            await asyncio.sleep(_LOOKS_EVERY)

    async def _seed(self, opened: Sequence[Opened]) -> None:
        """Let the people talk, and watch the servers meanwhile."""
        seeding = asyncio.create_task(Seeder(opened, self._seeded_file).seed(_say))
        try:
            while not seeding.done():
                self._require_running()
                await asyncio.wait({seeding}, timeout=_LOOKS_EVERY)
            seeding.result()
        except (FederationError, ExceptionGroup) as failed:
            lost = _first(failed)
            if lost is None:
                raise
            raise click.ClickException(f"{lost}. The logs are below {self.folder}.") from failed
        finally:
            seeding.cancel()
            await asyncio.gather(seeding, return_exceptions=True)

    def _start_servers(self) -> None:
        for home in self.homes:
            home.write_settings()
            environ = {**os.environ, **home.environ}
            with home.log.open("ab") as log:
                server = subprocess.Popen(
                    [sys.executable, "-m", "instance", "serve"],
                    env=environ,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,  # Ctrl-C is for us; we stop them in order
                )
            self._servers.append(server)
            world.note_port(home.port, self.folder, server.pid)

    async def _answers(self, home: Home) -> None:
        deadline = asyncio.get_running_loop().time() + _STARTS_WITHIN
        _say(f"Waiting for {home.institution.name} at {home.url}")
        client = Client(
            user_agent="Curbside demo",
            development=home.config.development,
            private_networks=(),
            trust=_Everybody(),
        )
        try:
            while asyncio.get_running_loop().time() < deadline:
                self._require_running()
                with contextlib.suppress(FetchFailed):
                    await client.get_document(f"{home.url}/actor")
                    return
                await asyncio.sleep(0.1)
        finally:
            await client.close()
        raise click.ClickException(f"{home.institution.name} does not answer. Log: {home.log}")

    def _require_running(self) -> None:
        for home, server in zip(self.homes, self._servers, strict=True):
            if server.poll() is not None:
                raise click.ClickException(
                    f"{home.institution.name} stopped by itself. Its log says why: {home.log}"
                )

    async def _stop(self, opened: Sequence[Opened]) -> None:
        for server in self._servers:
            server.terminate()
        for server in self._servers:
            try:
                await asyncio.to_thread(server.wait, _STOPS_WITHIN)
            except subprocess.TimeoutExpired:
                server.kill()
        for one in opened:
            with contextlib.suppress(Exception):
                await one.close()
        world.forget_ports(self.ports)
        if self.ready is not None:
            self.ready.unlink(missing_ok=True)

    def _write_ready(self, *, seeded: bool) -> None:
        """Complete or not there: written aside, then renamed."""
        if self.ready is None:
            return
        instances = [
            {
                "key": home.institution.key,
                "name": home.institution.name,
                "url": home.url,
                "data": str(home.folder),
                "members": [
                    {"handle": person.handle, "password": world.PASSWORD} for person in home.members
                ],
            }
            for home in self.homes
        ]
        aside = self.ready.with_suffix(".part")
        document = {"instances": instances, **({"seeded": True} if seeded else {})}
        aside.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))
        aside.rename(self.ready)

    @property
    def _seeded_file(self) -> Path:
        return self.folder / "threads-sent.json"


def _table(homes: list[Home]) -> str:
    lines = ["", f"{'Institution':<24}{'Address':<26}Who may sign in", "-" * 78]
    for home in homes:
        handles = [person.handle for person in home.members]
        lines.append(f"{home.institution.name:<24}{home.url:<26}{', '.join(handles[:4])}")
        lines.append(f"{'':<50}{', '.join(handles[4:])}")
    lines += [
        "-" * 78,
        f"Password of everybody: {world.PASSWORD}",
        "",
        "Try this:",
        f"  1. Sign in as lee at {homes[0].url} and ask a consult of cardiology.",
        f"  2. In a second window sign in as okafor at {homes[1].url}: it arrives by itself.",
        "  3. Answer it, and watch the asker's page. Accept the answer there.",
        f"  4. Read {homes[2].url}/channels/rhythm without signing in.",
        f"  5. . {homes[2].settings_file} && "
        "curbside post --as castellanos --channel rhythm 'Hello'",
        "",
    ]
    return "\n".join(lines)


def _taken(port: int) -> str:
    other = world.occupant(port)
    if other is not None and other.runs:
        return (
            f"Port {port} is taken by another demo: folder {other.folder}, process {other.pid}. "
            "Stop that one, or choose other ports with --ports."
        )
    if other is not None and other.left_server:
        return (
            f"Port {port} is taken by a server of an earlier demo that was killed: "
            f"folder {other.folder}. End it first: kill {other.left_server}"
        )
    return f"Port {port} is taken by another program. Choose other ports with --ports A,B,C."


def _first(failed: FederationError | ExceptionGroup[Exception]) -> FederationError | None:
    """What did not arrive, where that and nothing else is why it failed."""
    if isinstance(failed, FederationError):
        return failed
    lost, rest = failed.split(FederationError)
    return _first(lost.exceptions[0]) if lost is not None and rest is None else None


def _say(text: str) -> None:
    """Progress: one line that changes on a terminal, one line each in a file."""
    if os.isatty(_STDOUT):
        click.echo(f"\r\x1b[K{text}", nl=False)
    else:
        click.echo(text)


def _clear_line() -> None:
    if os.isatty(_STDOUT):
        click.echo("\r\x1b[K", nl=False)
