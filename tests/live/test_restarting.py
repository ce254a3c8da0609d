"""A server that is started again: whoever asks meanwhile is answered, as nothing had been."""

import signal
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from tests.live import pairs, servers
from tests.live.loads import Load
from tests.live.pairs import CHANNEL, at
from tests.live.servers import Place, Process, until

# What the server writes when it tells each connection that it ends, before it reads on.
IS_TOLD = "Shutting down"


def test_no_request_and_no_delivery_fails_while_a_server_starts_again_twice(tmp_path: Path) -> None:
    """Both ways, with one process on SQLite: the kernel keeps who comes in between."""
    pair = pairs.pair(tmp_path)
    with held(pair.mercy, tmp_path) as mercy, servers.running(pair.server(pair.stlukes)):
        pairs.follow_the_channel(pair)
        load = [
            Load(pair.mercy, f"/channels/{CHANNEL}/new", "Here"),
            Load(pair.stlukes, f"/channels/{pair.channel_at_stlukes}/new", "There"),
        ]
        for _ in range(2):
            answered = [len(one.titles) for one in load]
            mercy.start_again()
            for one, number in zip(load, answered, strict=True):
                until(partial(one.has_more, number), 30, "posts are taken again")
        posted = Counter([title for one in load for title in one.end()])
        for home in (pair.mercy, pair.stlukes):
            at(home, pairs.nothing_is_waiting)
        assert pairs.titles(pair.mercy) == pairs.titles(pair.stlukes) == posted
        assert "ERROR" not in pair.mercy.log.read_text()


def test_a_request_that_was_begun_is_answered_before_the_server_ends(tmp_path: Path) -> None:
    """Also one of which nothing has come yet but the connection; and what is closed is said."""
    home = pairs.hospital(tmp_path, [])
    with held(home, tmp_path) as mercy, ExitStack() as opened:
        begun, quiet = (
            opened.enter_context(socket.create_connection(("127.0.0.1", home.port)))
            for _ in range(2)
        )
        host = f"Host: localhost:{home.port}\r\n\r\n"
        begun.sendall(f"GET /about HTTP/1.1\r\n{host[:5]}".encode())
        servers.is_answered(home.port)  # both were taken from the queue by then
        mercy.process.send(signal.SIGHUP)
        until(lambda: IS_TOLD in home.log.read_text(), 30, "connections are told", every=0.005)
        begun.sendall(host[5:].encode())
        quiet.sendall(f"GET /about HTTP/1.1\r\n{host}".encode())
        for one in (begun, quiet):
            with one.makefile("rb") as file:
                answer = file.read()
            assert answer.startswith(b"HTTP/1.1 200") and b"\r\nconnection: close\r\n" in answer
        assert mercy.process.wait() == 0


class Held:
    """A server whose listening socket somebody else keeps, as systemd does, and is told of it."""

    def __init__(self, home: Place, folder: Path) -> None:
        self.socket = socket.create_server(("127.0.0.1", home.port), backlog=512)
        self._told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._told.bind(str(folder / "told"))
        self._told.settimeout(servers.STARTS_WITHIN)
        environ = {**home.environ, "NOTIFY_SOCKET": str(folder / "told")}
        self.process = Process(environ, home.log, "serve", listening=self.socket)

    def start(self) -> None:
        self.process.start()
        while self._told.recv(100) != b"READY=1":
            continue

    def close(self) -> None:
        self.socket.close()
        self._told.close()

    def start_again(self) -> None:
        assert self.process.stop() in (0, -signal.SIGTERM)
        self.start()


@contextmanager
def held(home: Place, folder: Path) -> Iterator[Held]:
    server = Held(home, folder)
    try:
        server.start()
        yield server
    except BaseException as error:
        error.add_note(home.log.read_text()[-3000:])
        raise
    finally:
        server.process.end()
        server.close()
