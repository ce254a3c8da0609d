"""Applications that listen to two server processes on one database, as a user has them:
Mastodon.py by server-sent events, a WebSocket client, and one that does not read."""

import asyncio
import json
import queue
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from mastodon import Mastodon, StreamListener
from mastodon.streaming import SSEStreamHandle

from instance import events
from instance.models import AccessToken, Post
from instance.services import authorizing, follows, members
from instance.services.throttle import hashed
from tests.live import pairs, servers
from tests.live.pairs import CHANNEL
from tests.live.servers import Place, Process, until
from tests.ports import free_ports
from tests.postgres import Postgres

pytestmark = pytest.mark.xdist_group("streams of applications")

PATH = "/api/v1/streaming"
SCOPES = "read write follow"
PATIENCE = 30.0
ENDS_WITHIN = 5.0  # T56


@dataclass(frozen=True)
class Both:
    """One hospital, served by two processes."""

    home: Place
    ports: tuple[int, int]
    processes: tuple[Process, Process]
    log: Path
    tokens: list[str]
    ends: ExitStack

    def client(self, token: str) -> Mastodon:
        client = Mastodon(access_token=token, api_base_url=self.home.url)
        self.ends.callback(client.session.close)
        return client


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("hospital")
    with postgres.migrated() as url, ExitStack() as ends:
        home = pairs.hospital(folder, [], CURBSIDE_DATABASE=url)
        [other] = free_ports(1)
        log = folder / "second.log"
        apart = {**home.environ, "CURBSIDE_LISTEN": f"127.0.0.1:{other}"}
        first = Process(home.environ, home.log, "serve")
        second = Process(apart, log, "serve", "--no-worker")
        try:
            for process in (first, second):
                process.start()
            until(lambda: servers.is_answered(home.port), servers.STARTS_WITHIN, "the first")
            until(lambda: _listens(other), servers.STARTS_WITHIN, "the second")
            tokens = pairs.at(home, _let_in)
            yield Both(home, (home.port, other), (first, second), log, tokens, ends)
        finally:
            first.end()
            second.end()


async def _let_in() -> list[str]:
    """Lee follows the channel, and lets some scripts act for her."""
    lee = await members.by_handle("lee")
    await follows.follow(lee, await members.by_handle(CHANNEL))
    return [(await authorizing.issue_directly(lee, SCOPES)).text for _ in range(4)]


class Heard(StreamListener):
    """What Mastodon.py was told, in order; its first sign of life tells that it is open."""

    def __init__(self) -> None:
        self.all: queue.Queue[tuple[str, Any]] = queue.Queue()

    def on_any_event(self, name: str, data: Any = None, for_stream: Any = None) -> None:
        self.all.put((name, data))

    def handle_heartbeat(self) -> None:
        self.all.put(("alive", None))

    def on_abort(self, err: Exception) -> None:
        self.all.put(("ended", None))

    def next(self) -> tuple[str, Any]:
        return self.all.get(timeout=PATIENCE)


@dataclass
class Open:
    """One socket of a client; `next` gives event, stream and payload."""

    socket: aiohttp.ClientWebSocketResponse

    async def next(self) -> tuple[str, list[str], Any]:
        said = await self.socket.receive(timeout=PATIENCE)
        if said.type is not aiohttp.WSMsgType.TEXT:
            return "ended", [], said.data
        found = json.loads(said.data)
        if "error" in found:
            return "error", [], found["status"]
        return found["event"], found["stream"], json.loads(found["payload"])

    async def subscribes(self, *streams: str) -> None:
        """Answered when what is said last is, which is none of ours."""
        for name in (*streams, "nonsense"):
            await self.socket.send_json({"type": "subscribe", "stream": name})
        assert (await self.next())[0] == "error"


def test_mastodon_py_hears_what_happens(both: Both) -> None:
    token = both.tokens[3]
    client = both.client(token)
    assert client.stream_healthy()
    opened: list[tuple[Heard, SSEStreamHandle]] = []
    for stream in (client.stream_user, client.stream_local, client.stream_user_notifications):
        heard = Heard()
        opened.append((heard, stream(heard, run_async=True)))
        both.ends.callback(opened[-1][1].close)
        assert heard.next() == ("alive", None)
    (home, _), (local, _), _ = opened

    sent = client.status_post(f"@{CHANNEL} Who rounds at night?\n\nWe tried two ways.")
    name, shown = home.next()
    assert (name, shown.reblog.id, shown.account.acct) == ("update", sent.id, CHANNEL)
    name, shown = local.next()
    assert (name, shown.id, shown.curbside["title"]) == ("update", sent.id, "Who rounds at night?")
    client.status_delete(sent)
    gone = {home.next()[1] for _ in range(2)}
    assert str(sent.id) in map(str, gone) and local.next()[0] == "delete"
    pairs.at(both.home, lambda: _take_back(token))
    for heard, handle in opened:
        handle.join(ENDS_WITHIN)  # type: ignore[no-untyped-call]
        assert handle.closed is False and handle.running is False and heard.all.empty()


async def test_two_processes_deliver_the_same_events_and_end_alike(both: Both) -> None:
    """A token in the header, as protocol, in the address; revoked at one it ends at both."""
    bystander, _, token, _ = both.tokens
    client = both.client(bystander)
    host = {"Host": both.home.url.partition("//")[2]}
    first, second = (f"ws://127.0.0.1:{port}{PATH}" for port in both.ports)
    async with aiohttp.ClientSession() as session:
        ways: tuple[dict[str, Any], ...] = (
            {"url": first, "headers": {**host, "Authorization": f"Bearer {token}"}},
            {"url": second, "headers": host, "protocols": (token,)},
            {"url": f"{second}?access_token={token}&stream=direct", "headers": host},
            {"url": second, "headers": host, "protocols": (bystander,)},
        )
        opened = [Open(await session.ws_connect(**way)) for way in ways]
        assert opened[1].socket.protocol == token
        for one in opened:
            await one.subscribes("user", "public")
        sent = await asyncio.to_thread(client.status_post, "In two places at once")
        for name in ("user", "public"):
            came = [await one.next() for one in opened]
            assert {(event, *stream, shown["id"]) for event, stream, shown in came} == {
                ("update", name, str(sent.id))
            }
            assert len({json.dumps(shown) for _, _, shown in came}) == 1
        await asyncio.to_thread(pairs.at, both.home, lambda: _take_back(token))
        before = time.monotonic()
        for one in opened[:3]:
            assert await one.next() == ("ended", [], 1008)
        assert time.monotonic() - before < ENDS_WITHIN
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(**ways[1])
        assert refused.value.status == 401
        await opened[3].socket.close()
    logs = both.home.log.read_text() + both.log.read_text()
    assert token not in logs and bystander not in logs and "ERROR" not in logs


async def test_who_does_not_read_is_cut_off_and_others_miss_nothing(both: Both) -> None:
    token = both.tokens[0]
    client = both.client(token)
    words = "\u6f22\u5b57 " * 6_000  # which take three bytes each
    sent = await asyncio.to_thread(client.status_post, f"Long\n\n{words}")
    host = both.home.url.partition("//")[2]
    async with aiohttp.ClientSession() as session:
        headers = {"Host": host, "Authorization": f"Bearer {token}"}
        url = f"ws://127.0.0.1:{both.ports[1]}{PATH}?stream=public"
        reading = Open(await session.ws_connect(url, headers=headers, max_msg_size=0))
        with socket.socket() as deaf:
            _goes_deaf(deaf, both.ports[1], host, token)
            await asyncio.to_thread(pairs.at, both.home, lambda: _again(int(sent.id)))
            for _ in range(TIMES):
                assert (await reading.next())[0] == "status.update"
            taken = await asyncio.to_thread(_drained, deaf)
        assert 0 < taken < TIMES * len(words.encode()) * 3 // 4
        await reading.socket.close()
    # Of who was cut off the server says that its answer was not whole.
    told = both.log.read_text()
    assert told.count("ERROR") == told.count("returned without completing response."), told


async def test_open_streams_do_not_hold_up_the_end_of_a_server(both: Both) -> None:
    """The last one here: it ends the second process."""
    token = both.tokens[0]
    host = both.home.url.partition("//")[2]
    headers = {"Host": host, "Authorization": f"Bearer {token}"}
    url = f"127.0.0.1:{both.ports[1]}{PATH}"
    async with aiohttp.ClientSession(headers=headers) as session:
        opened = Open(await session.ws_connect(f"ws://{url}?stream=user"))
        async with session.get(f"http://{url}/user") as page:
            assert await page.content.readline() == b":)\n"
            before, told = time.monotonic(), len(both.log.read_text())
            both.processes[1].send(signal.SIGINT)
            code = await asyncio.to_thread(both.processes[1].wait)
            assert (await opened.next())[2] == 1012
            while await page.content.readline():
                pass
    assert code == 0 and time.monotonic() - before < ENDS_WITHIN
    assert "ERROR" not in (said := both.log.read_text()[told:]), said


TIMES = 240


async def _take_back(token: str) -> None:
    assert await AccessToken.filter(token_hash=hashed(token)).delete() == 1


async def _again(post_id: int) -> None:
    assert await Post.filter(id=post_id).exists()
    for _ in range(TIMES):
        await events.publish("edited", post_id)


def _goes_deaf(opened: socket.socket, port: int, host: str, token: str) -> None:
    """A stream whose reader takes nothing: it asks for little, and then does not look."""
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    opened.connect(("127.0.0.1", port))
    lines = (f"GET {PATH}/public HTTP/1.1", f"Host: {host}", f"Authorization: Bearer {token}")
    opened.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    assert opened.recv(12) == b"HTTP/1.1 200"


def _drained(opened: socket.socket) -> int:
    """How many bytes came, now that it reads, until it ended."""
    opened.settimeout(PATIENCE)
    taken = 0
    while part := opened.recv(1 << 20):
        taken += len(part)
    return taken


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
