"""serve, worker."""

import asyncio
import contextlib
import gc
import os
import signal
import socket
from types import FrameType

import click
import uvicorn
import uvloop
from quart import Quart

from instance.app import create_app
from instance.cli import connections, metrics_listener, running
from instance.config import Config
from instance.errors import CurbsideError
from instance.institution import Institution
from instance.services import first_run, institutions
from instance.workers.running import Workers

GRACE_SECONDS = 5
_ACCEPTED_WITHIN = 0.05  # seconds: what was taken from the kernel's queue is a connection by then
SILENCE_MOST = 30  # seconds
PING_EVERY = 15.0  # seconds: an open socket that does not answer one is gone
WORDS_MOST = 16 * 1024  # bytes in a message to us: those that applications send are short
# Python's own looks for cycles some times in each request, which leaves hardly any.
_COLLECTED_AFTER = (20_000, 20, 20)


@click.command()
@click.option("--no-worker", is_flag=True, help="Leave deliveries to `curbside worker`.")
def serve(no_worker: bool) -> None:
    """Serve this institution, with its worker inside."""
    config = running.settings()
    try:
        code = asyncio.run(running.patiently(lambda: _prepare(config)))
    except CurbsideError as error:
        raise click.ClickException(error.shown) from error
    if code:
        _say_link(config, code)
    app = create_app(config, with_workers=not no_worker)
    server = _Server(server_settings(app, config), app.config["INSTITUTION"])
    sockets = connections.handed_over(os.environ)
    with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C, after everything was closed
        gc.freeze()  # what was loaded stays: nobody has to look through it again
        gc.set_threshold(*_COLLECTED_AFTER)
        server.run(sockets or None)
    if not server.started:
        raise click.exceptions.Exit(1)  # the log says why


def server_settings(app: Quart, config: Config) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=config.listen_host,
        port=config.listen_port,
        loop="uvloop",
        http=connections.Connection,
        ws="wsproto",
        ws_max_size=WORDS_MOST,
        ws_ping_interval=PING_EVERY,
        ws_ping_timeout=PING_EVERY,
        ws_per_message_deflate=False,  # it would cost each open stream more than all the rest
        proxy_headers=False,  # who is believed about addresses is our decision (T65)
        server_header=False,
        access_log=False,  # it would log query strings
        log_config=None,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


class _Server(uvicorn.Server):
    """Ends in order: it takes no more, ends open streams (they would use up the whole grace), and
    answers what came before."""

    def __init__(self, settings: uvicorn.Config, institution: Institution) -> None:
        super().__init__(settings)
        self._institution = institution
        self._beside = contextlib.AsyncExitStack()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:  # not under nohup
            signal.signal(signal.SIGHUP, self.handle_exit)
        listening = metrics_listener.listen(self._institution.config)
        self._institution.activate()  # once, and not for each request, whose task comes from here
        await super().startup(sockets)
        beside = metrics_listener.beside(self._institution, listening)
        await self._beside.enter_async_context(beside)
        for server in self.servers if self.started else ():
            for one in server.sockets:
                _limit_silence(one.fileno())
        if self.started:
            connections.tell(os.environ, "READY=1")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._institution.leave()  # a proxy that looks sends nobody here from now on
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        connections.tell(os.environ, "STOPPING=1")
        for server in self.servers:
            server.close()
        await asyncio.sleep(_ACCEPTED_WITHIN)
        await self._institution.bus.close()
        await self._beside.aclose()
        await super().shutdown(sockets)


def _limit_silence(descriptor: int) -> None:
    """Of every connection that comes: where what waits for its reader is not taken for so long,
    the kernel ends it, and forgets what waits. Nobody else can: a stream that was cut off would be
    closed only after all of it went out."""
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
        with socket.socket(fileno=os.dup(descriptor)) as same:
            same.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENCE_MOST * 1000)


@click.command()
def worker() -> None:
    """Deliver, fetch and tidy up, beside `curbside serve --no-worker`."""
    config = running.settings()
    try:
        uvloop.run(_work(config))
    except CurbsideError as error:
        raise click.ClickException(error.shown) from error


async def _prepare(config: Config) -> str:
    """Returns the code of a link for the first owner, while there is none (T70)."""
    config.data.mkdir(parents=True, exist_ok=True)
    await running.require_migrated(config)
    institution = Institution(config)
    await institution.open()
    try:
        await institutions.require_key()
        return await first_run.new_code()
    finally:
        await institution.close()


def _say_link(config: Config, code: str) -> None:
    click.echo(
        "This server has no owner yet. Whoever opens this link within 24 hours becomes its owner;"
        f" it works once:\n\n  {config.uri(f'/set-up/{code}')}\n"
    )


async def _opened(config: Config) -> Institution:
    await running.require_migrated(config)
    institution = Institution(config)
    try:
        await institution.open()
        await institutions.ensure_institution()
    except BaseException:
        await institution.close()
        raise
    return institution


async def _work(config: Config) -> None:
    listening = metrics_listener.listen(config)
    institution = await running.patiently(lambda: _opened(config))
    workers = Workers(institution)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stopping.set)
    async with metrics_listener.beside(institution, listening):
        workers.start()
        connections.tell(os.environ, "READY=1")
        await stopping.wait()
        connections.tell(os.environ, "STOPPING=1")
        await workers.stop()
    await institution.close()


COMMANDS = (serve, worker)
