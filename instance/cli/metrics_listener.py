"""`/metrics` for Prometheus, at an address of its own that no proxy leads to: of a server or of a
worker, each process for itself. Nothing listens where nobody set it up."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, MutableMapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from importlib.metadata import version
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

import click
import uvicorn

from instance import metrics
from instance.config import Config
from instance.institution import Institution
from instance.services import measures, vital_signs

log = logging.getLogger(__name__)

PATH = "/metrics"
_TEXT = "text/plain; charset=utf-8"

Networks = Sequence[IPv4Network | IPv6Network]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


@asynccontextmanager
async def beside(institution: Institution, listening: socket.socket | None) -> AsyncIterator[None]:
    """Answers while the body runs; `listening`: as `listen` gave it."""
    if listening is None:
        yield
        return
    server = _Server(
        uvicorn.Config(
            application(institution),
            lifespan="off",
            http="httptools",
            ws="none",
            proxy_headers=False,
            server_header=False,
            access_log=False,
            log_config=None,
            limit_concurrency=20,
            timeout_graceful_shutdown=1,
        )
    )
    task = asyncio.create_task(server.serve([listening]), name="curbside metrics")
    try:
        yield
    finally:
        server.should_exit = True
        await task


def application(institution: Institution) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """Only for who comes from a network that may: whoever else finds nothing, whatever they ask."""
    networks = institution.config.metrics_from

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        may = _may_read((scope.get("client") or ("",))[0], networks)
        if not may or scope["path"] != PATH or scope["method"] not in ("GET", "HEAD"):
            await _say(send, 404, b"", _TEXT)
            return
        institution.activate()
        signs = await vital_signs.look()
        body = institution.metrics.text(measures.of(signs, version("curbside")))
        await _say(send, 200, body, metrics.CONTENT_TYPE)

    return serve


def _may_read(address: str, networks: Networks) -> bool:
    """Of this machine, or from where the operator said. No header says where from: no proxy of ours
    leads here."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    found = getattr(found, "ipv4_mapped", None) or found
    return found.is_loopback if not networks else any(found in network for network in networks)


async def _say(send: Send, status: int, body: bytes, kind: str) -> None:
    headers = [
        (b"content-type", kind.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def listen(config: Config) -> socket.socket | None:
    """None where nobody is to read. Raises ClickException where the address is taken."""
    if config.metrics_at is None:
        return None
    host, port = config.metrics_at
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise click.ClickException(
            f"CURBSIDE_METRICS_LISTEN: nothing can listen at {host}:{port} ({error.strerror})."
            " Each process needs a port of its own."
        ) from error


class _Server(uvicorn.Server):
    """One beside the one that is asked to end by signals, which are not its matter."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
