"""A push service on loopback that keeps what it is sent, as it came."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Thread


class _Handler(BaseHTTPRequestHandler):
    server: "Pushes"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.taken.put((body, {name.title(): text for name, text in self.headers.items()}))
        self.send_response(201)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


class Pushes(ThreadingHTTPServer):
    """`taken`: bodies, and the headers they came with."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.taken: Queue[tuple[bytes, dict[str, str]]] = Queue()


@contextmanager
def pushes() -> Iterator[Pushes]:
    with Pushes() as service:
        thread = Thread(target=service.serve_forever, daemon=True)
        thread.start()
        try:
            yield service
        finally:
            service.shutdown()
            thread.join()
