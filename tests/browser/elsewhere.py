"""The web client of `web_client`, served from an origin of its own, as Elk and Phanpy are."""

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

from tests.live.npm import packages

SOURCES = Path(__file__).parent / "web_client"
_JAVASCRIPT = "text/javascript"


@contextmanager
def served() -> Iterator[str]:
    """Its address. Skips where npm cannot bring masto.js."""
    folders = {"packages": packages(SOURCES), "": SOURCES}

    class Files(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path.lstrip("/") or "index.html"
            first, _, rest = path.partition("/")
            file = folders[first] / rest if first in folders else folders[""] / path
            if not file.is_file():
                self.send_error(404)
                return
            kind = _JAVASCRIPT if file.suffix in (".js", ".mjs") else mimetypes.guess_type(file)[0]
            self.send_response(200)
            self.send_header("Content-Type", kind or "application/octet-stream")
            self.end_headers()
            self.wfile.write(file.read_bytes())

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
