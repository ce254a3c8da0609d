"""The servers Curbside is compared with; `python -m tests.bench.yardstick_apps NAME PORT FOLDER`.

Both run as `curbside serve` does: uvicorn, uvloop, httptools, no access log.

null   a Quart route that reads the body and answers 202: what the framework costs. And streams of
       which each sends what is POSTed to /say: what so many cost that know nothing.
plain  an ASGI function that does what an inbox cannot do without: digest, RSA signature with a
       key at hand, JSON, one row per activity id, group commit with synchronous=FULL, then 202.
"""

import asyncio
import contextlib
import sqlite3
import sys
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import uvicorn
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from quart import Quart, Response, request, websocket

KEY_FILE = "key.pem"  # in FOLDER: the one RSA key everybody signs with

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Row = tuple[str, bytes]


def null_app() -> Quart:
    app = Quart(__name__, static_folder=None)

    @app.get("/actor")
    async def get_actor() -> Response:
        return Response(b"")

    @app.post("/inbox")
    async def post_inbox() -> Response:
        await request.get_data()
        return Response(b"", status=202)

    _add_streams(app)
    return app


def _add_streams(app: Quart) -> None:
    opened: set[asyncio.Queue[bytes]] = set()

    async def said() -> AsyncIterator[bytes]:
        mine: asyncio.Queue[bytes] = asyncio.Queue()
        opened.add(mine)
        try:
            while True:
                yield await mine.get()
        finally:
            opened.discard(mine)

    @app.websocket("/streams")
    async def open_socket() -> None:
        await websocket.accept()
        async for message in said():
            await websocket.send(message.decode())

    @app.get("/streams")
    async def get_lines() -> Response:
        response = Response(said(), content_type="text/event-stream")
        response.timeout = None
        return response

    @app.post("/say")
    async def post_message() -> Response:
        message = await request.get_data(as_text=False)
        for one in opened:
            one.put_nowait(bytes(message))  # type: ignore[arg-type]
        return Response(b"", status=202)


class PlainInbox:
    """Group commit: one writer; a batch is what waits; answers go out after the COMMIT."""

    def __init__(self, folder: Path) -> None:
        key = load_pem_public_key((folder / KEY_FILE).read_bytes())
        if not isinstance(key, RSAPublicKey):
            raise TypeError("the key is not an RSA key")
        self._key = key
        self._database = sqlite3.connect(
            folder / "plain.sqlite3", check_same_thread=False, isolation_level=None
        )
        for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", _TABLE):
            self._database.execute(statement)
        self._waiting: list[tuple[Row, asyncio.Future[None]]] = []
        self._news = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["method"] != "POST":
            await _answer(send, 200)
        else:
            await _answer(send, await self._accept(scope, await _body(receive)))

    async def _accept(self, scope: Scope, body: bytes) -> int:
        headers = dict(scope["headers"])
        digest = b"SHA-256=" + b64encode(sha256(body).digest())
        if headers[b"digest"] != digest or not self._verifies(scope, headers):
            return 401
        document = orjson.loads(body)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(((document["id"], body), done))
        self._news.set()
        await done
        return 202

    def _verifies(self, scope: Scope, headers: dict[bytes, bytes]) -> bool:
        fields = dict(part.split(b"=", 1) for part in headers[b"signature"].split(b","))
        names = fields[b"headers"].strip(b'"').split(b" ")
        values = {**headers, b"(request-target)": b"post " + scope["raw_path"]}
        text = b"\n".join(name + b": " + values[name] for name in names)
        self._key.verify(b64decode(fields[b"signature"].strip(b'"')), text, PKCS1v15(), SHA256())
        return True  # verify raises where it does not fit

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        self._writer = asyncio.create_task(self._write())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._writer.cancel()
        await send({"type": "lifespan.shutdown.complete"})

    async def _write(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            batch, self._waiting = self._waiting, []
            await asyncio.to_thread(self._store, [row for row, _ in batch])
            for _, done in batch:
                if not done.done():
                    done.set_result(None)

    def _store(self, rows: list[Row]) -> None:
        self._database.execute("BEGIN IMMEDIATE")
        self._database.executemany("INSERT OR IGNORE INTO received VALUES (?, ?)", rows)
        self._database.execute("COMMIT")


_TABLE = "CREATE TABLE IF NOT EXISTS received (uri TEXT PRIMARY KEY, body BLOB NOT NULL)"


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def _answer(send: Send, status: int) -> None:
    headers = [(b"content-length", b"0")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def main() -> None:
    name, port, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    app: Any = null_app() if name == "null" else PlainInbox(folder)
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.run(
            app,
            host="127.0.0.1",
            port=port,
            loop="uvloop",
            http="httptools",
            ws="wsproto",
            ws_per_message_deflate=False,
            proxy_headers=False,
            server_header=False,
            access_log=False,
            log_level="warning",
        )


if __name__ == "__main__":
    main()
