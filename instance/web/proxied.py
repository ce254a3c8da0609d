"""What is left of a request when it has come through the proxy in front of us: `services.proxies`
asks it by our own name, and compares with what it sent. Nobody else is answered.
"""

import asyncio
from collections.abc import AsyncIterator

import orjson
from quart import Blueprint, Response, request, websocket
from quart.typing import ResponseReturnValue

from instance import config
from instance.errors import NotFound
from instance.services import proxies
from instance.web import requests
from instance.web.guards import unsigned

blueprint = Blueprint("proxied", __name__)


@blueprint.get(proxies.PATH)
@unsigned
async def get_seen() -> ResponseReturnValue:
    """In two pieces with a pause between, as a stream has them. Under any `Host`: a proxy that
    changes it is what is looked for."""
    if not proxies.is_ours(request.args.get("code", "")):
        raise NotFound
    comes_from = request.remote_addr or ""
    seen = {
        "host": request.host,
        "from": comes_from,
        "is_trusted": requests.is_proxy(comes_from, config.current()),
        "client": requests.network(request),
        "forwarded": "X-Forwarded-For" in request.headers,
    }
    response = Response(_in_two(orjson.dumps(seen)), content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


@blueprint.websocket(proxies.PATH)
@unsigned
async def open_socket() -> None:
    """That one can be opened is all."""
    if not proxies.is_ours(websocket.args.get("code", "")):
        raise NotFound
    await websocket.accept()
    await websocket.close(1000)


async def _in_two(first: bytes) -> AsyncIterator[bytes]:
    yield b"data: " + first + b"\n\n"
    await asyncio.sleep(proxies.PAUSE)
    yield proxies.LAST
