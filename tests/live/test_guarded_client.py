"""The guarded client on real sockets: what only the network can do to it."""

import asyncio
import gzip
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from federation import answers, client, connections
from federation.client import Client
from federation.errors import FetchFailed, UnsafeAddress
from federation.origin import Development
from tests.federation.scripted import everybody
from tests.live.loopback import Handler, served

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/activity+json\r\n"


class Peer:
    """A server on loopback, and the requests it got, head and body as they came."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.requests: list[bytes] = []
        self.connections = 0

    def url(self, path: str = "/o/1") -> str:
        return f"http://localhost:{self.port}{path}"


async def _request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    return head + await reader.readexactly(length)


@asynccontextmanager
async def peer_that(answer: Handler) -> AsyncIterator[Peer]:
    peer = Peer(0)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer.connections += 1
        while True:
            peer.requests.append(await _request(reader))
            await answer(reader, writer)

    async with served(serve) as peer.port:
        yield peer


@asynccontextmanager
async def client_of(*ports: int) -> AsyncIterator[Client]:
    ours = Client(
        user_agent="Curbside/0",
        development=Development(frozenset(f"localhost:{port}" for port in ports)),
        private_networks=(),
        trust=everybody,
    )
    try:
        yield ours
    finally:
        await ours.close()


def document(url: str) -> bytes:
    return b'{"id":"%b","type":"Note"}' % url.encode()


def complete(body: bytes, extra: bytes = b"") -> bytes:
    return HEAD + extra + b"Content-Length: %d\r\n\r\n" % len(body) + body


async def test_a_listed_peer_is_read_over_one_kept_connection() -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        cookie = b"Set-Cookie: session=1; Path=/\r\n"
        writer.write(complete(document(peer.url("/a%2Fb%2Dc?q=%C3%B6")), cookie))

    async with peer_that(answer) as peer, client_of(peer.port) as ours:
        for _ in range(3):
            await ours.get_document(peer.url("/a%2Fb%2Dc?q=ö"))

    assert peer.connections == 1
    assert all(got.startswith(b"GET /a%2Fb%2Dc?q=%C3%B6 HTTP/1.1\r\n") for got in peer.requests)
    assert not any(b"cookie" in got.lower() for got in peer.requests)
    assert f"Host: localhost:{peer.port}".encode() in peer.requests[0]


async def test_no_setting_of_the_machine_puts_a_proxy_in_between(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(complete(document(peer.url())))

    async with peer_that(answer) as peer, client_of(peer.port) as ours:
        assert await ours.get_document(peer.url())


async def test_loopback_that_is_not_listed_gets_no_connection() -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(complete(b"{}"))

    async with peer_that(answer) as peer, client_of(peer.port + 1) as ours:
        for url in (peer.url(), f"http://127.0.0.1:{peer.port}/", f"http://[::1]:{peer.port}/"):
            with pytest.raises(UnsafeAddress):
                await ours.get_document(url)
        with pytest.raises(UnsafeAddress):
            await ours.get_document("https://localhost/")

    assert peer.connections == 0


async def test_a_redirect_to_a_neighbour_port_gets_no_connection() -> None:
    async def elsewhere(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: %b\r\n\r\n"
        writer.write(head % hidden.url().encode())

    async def secret(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(complete(b"{}"))

    async with peer_that(secret) as hidden, peer_that(elsewhere) as peer:
        async with client_of(peer.port) as ours:
            with pytest.raises(UnsafeAddress):
                await ours.get_document(peer.url())

    assert hidden.connections == 0


async def test_an_endless_body_is_cut_at_a_megabyte() -> None:
    sent = 0

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"10000\r\n" + b" " * 65536 + b"\r\n")
            sent += 65536
            await writer.drain()

    async with peer_that(answer) as peer, client_of(peer.port) as ours:
        with pytest.raises(FetchFailed, match="too much"):
            await ours.get_document(peer.url())

    assert sent < 16 * answers.MAX_BYTES


async def test_a_body_that_drips_ends_with_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """T39: the time is that of the whole answer, not of one read."""
    monkeypatch.setattr(client, "TOTAL_SECONDS", 0.3)

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"Content-Length: 1000\r\n\r\n")
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with peer_that(answer) as peer, client_of(peer.port) as ours:
        started = time.monotonic()
        with pytest.raises(FetchFailed, match="in time"):
            await ours.get_document(peer.url())

    assert time.monotonic() - started < 5


async def test_a_body_that_is_shorter_than_announced_is_no_answer() -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"Content-Length: 1000\r\n\r\n{}")
        raise ConnectionError

    async with peer_that(answer) as peer, client_of(peer.port) as ours:
        with pytest.raises(FetchFailed) as failed:
            await ours.get_document(peer.url())

    assert not failed.value.permanent


async def test_a_compressed_answer_is_not_unpacked_to_look_at_it() -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(complete(gzip.compress(b" " * 50_000_000), b"Content-Encoding: gzip\r\n"))

    async with peer_that(answer) as peer, client_of(peer.port) as ours:
        with pytest.raises(FetchFailed, match="encoding"):
            await ours.get_document(peer.url())


async def test_a_post_sends_the_bytes_and_keeps_the_connection() -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 8\r\n\r\naccepted")

    async with peer_that(answer) as peer, client_of(peer.port) as ours:
        for _ in range(3):
            answered = await ours.post(peer.url("/inbox"), b'{"a":1}', {"Signature": "x"})
            assert (answered.status, answered.body) == (202, b"")

    assert peer.connections == 1
    assert peer.requests[0].endswith(b'\r\n\r\n{"a":1}')
    assert b"content-type: application/activity+json" in peer.requests[0].lower()


async def test_a_redirect_of_a_post_is_handed_back() -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 307 Moved\r\nContent-Length: 0\r\nLocation: /inbox2\r\n\r\n")

    async with peer_that(answer) as peer, client_of(peer.port) as ours:
        assert (await ours.post(peer.url("/inbox"), b"{}", {})).status == 307

    assert len(peer.requests) == 1


async def test_an_accepted_post_stays_accepted_however_its_answer_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "_DRAIN_SECONDS", 0.1)

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 1000\r\n\r\n")
        await asyncio.sleep(0.5)
        raise ConnectionError

    async with peer_that(answer) as peer, client_of(peer.port) as ours:
        assert (await ours.post(peer.url("/inbox"), b"{}", {})).status == 202


async def test_a_peer_that_speaks_nonsense_or_nothing_may_be_asked_again() -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
        await writer.drain()
        raise ConnectionError

    async with peer_that(answer) as peer, client_of(peer.port) as ours:
        with pytest.raises(FetchFailed) as failed:
            await ours.get_document(peer.url())
    async with client_of(peer.port) as ours:
        with pytest.raises(FetchFailed) as refused:
            await ours.post(peer.url("/inbox"), b"{}", {})

    assert not failed.value.permanent
    assert not refused.value.permanent
