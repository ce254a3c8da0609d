"""Streams of applications: a WebSocket that carries many, or server-sent events of one
(mastodon-api.md 2, Streaming). What goes into them is `hub`'s matter."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import orjson
from quart import Blueprint, Response, current_app, request, stream_with_context, websocket
from quart.typing import ResponseReturnValue

from instance.errors import CurbsideError, FormRefused, NotFound
from instance.services.tokens import Caller
from instance.web.api import answers, streams
from instance.web.api.bodies import Sent, sent
from instance.web.api.hub import Hub
from instance.web.api.places import STREAMS_MOST, Place
from instance.web.api.streams import Stream
from instance.web.guards import any_client, listener

blueprint = Blueprint("api_streaming", __name__)

THUMP_EVERY = 15.0
_FRAMES_MOST, _FRAMES_WITHIN = 300, 60.0  # a client that talks more than this listens to nothing
_POLICY, _RESTART = 1008, 1012  # why a socket is closed
_HELLO, _THUMP = b":)\n\n", b":thump\n\n"


@blueprint.get("/api/v1/streaming/health")
@any_client()
async def get_health(_: Caller | None) -> ResponseReturnValue:
    return Response("OK", content_type="text/plain; charset=utf-8")


@blueprint.get("/api/v1/streaming")
@listener
async def get_any(caller: Caller) -> ResponseReturnValue:
    asked = await sent()
    return await _opened(caller, asked, asked.text("stream"))


@blueprint.get("/api/v1/streaming/<any(user, public, hashtag, list, direct):name>")
@listener
async def get_stream(caller: Caller, name: str) -> ResponseReturnValue:
    return await _opened(caller, await sent(), name)


@blueprint.get(
    "/api/v1/streaming/<any(user, public, hashtag):name>/<any(notification, local, remote):kind>"
)
@listener
async def get_some(caller: Caller, name: str, kind: str) -> ResponseReturnValue:
    if f"{name}:{kind}" not in streams.SCOPES:
        raise NotFound
    return await _opened(caller, await sent(), f"{name}:{kind}")


@blueprint.websocket("/api/v1/streaming")
@listener
async def open_socket(caller: Caller) -> ResponseReturnValue | None:
    """A token that came as subprotocol is said back: browsers ask for that."""
    asked = Sent(websocket.args.to_dict())
    name = asked.text("stream")
    first = await streams.asked_for(caller, asked, name) if name else None
    try:
        with _hub().places.taken(caller) as place:
            if first is not None:
                place.streams[first] = None
            await websocket.accept(subprotocol=next(iter(websocket.requested_subprotocols), None))
            async with asyncio.TaskGroup() as tasks:
                reading = tasks.create_task(_read_frames(place))
                while not place.is_closed:
                    if (found := await place.next(THUMP_EVERY)) is not None:
                        await websocket.send(found[0].frame(found[1]))
                reading.cancel()
        await websocket.close(_RESTART if _hub().places.is_closed else _POLICY)
    except* OSError:
        pass  # who is gone hears nothing more, nor why
    return None


async def _read_frames(place: Place) -> None:
    """What a client wants to hear from now on. What it says besides is nothing to us."""
    clock = asyncio.get_running_loop().time
    began, count = clock(), 0
    while not place.is_closed:
        text = await websocket.receive()
        count += 1
        if clock() - began > _FRAMES_WITHIN:
            began, count = clock(), 1
        if count > _FRAMES_MOST:
            place.close()
        elif (asked := _frame(text)) is not None:
            await _obey(place, asked)


def _frame(text: str | bytes) -> Sent | None:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return Sent(found) if isinstance(found, dict) else None


async def _obey(place: Place, asked: Sent) -> None:
    kind = asked.text("type")
    if kind not in ("subscribe", "unsubscribe"):
        return
    try:
        stream = await streams.asked_for(place.caller, asked, asked.text("stream"))
        if kind == "unsubscribe":
            place.streams.pop(stream, None)
        elif len(place.streams) >= STREAMS_MOST:
            raise FormRefused({"stream": f"is one too many (the most is {STREAMS_MOST})"})
        else:
            place.streams[stream] = None
    except CurbsideError as error:
        refusal = {"error": answers.words(error), "status": error.status}
        await websocket.send(orjson.dumps(refusal).decode())


async def _opened(caller: Caller, asked: Sent, name: str) -> Response:
    stream = await streams.asked_for(caller, asked, name)
    _hub().places.require_room(caller)
    messages: Any = b""  # HEAD asks for the headers alone: its body would never end
    if request.method == "GET":
        messages = stream_with_context(_lines)(caller, stream)
    response = Response(messages, content_type="text/event-stream; charset=utf-8")
    response.timeout = None
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


async def _lines(caller: Caller, stream: Stream) -> AsyncIterator[bytes]:
    clock = asyncio.get_running_loop().time
    with _hub().places.taken(caller) as place:
        place.streams[stream] = None
        yield _HELLO
        thumped_at = clock()
        while not place.is_closed:
            found = await place.next(max(0.0, thumped_at + THUMP_EVERY - clock()))
            if found is not None:
                yield found[0].lines()
            elif not place.is_closed:
                yield _THUMP
                thumped_at = clock()


def _hub() -> Hub:
    found: Hub = current_app.config["HUB"]
    return found
