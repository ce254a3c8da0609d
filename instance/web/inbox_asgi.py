"""The door of all inboxes: a plain ASGI function in front of Quart, in the same process.

An inbox is many small requests, of which a framework would take the greater part. Everything that
is decided about a request beyond its frame (host, size, time) is `inbox.receive.accept`'s to
decide; what a peer reads of it stands in `written`.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

from instance import asgi, config, logs, metrics, outages
from instance.inbox import receive
from instance.inbox.answers import ACCEPTED, Answer
from instance.web import observing, problems, requests
from instance.web.security_headers import of_nothing, security_headers

log = logging.getLogger(__name__)

# All that can be written to; an id has no more digits than its column holds. Which one it is
# decides nothing: the activity says whom it is for.
INBOX = re.compile(rb"/(?:inbox|actor/inbox|[ucg]/[0-9]{1,19}/inbox)", re.ASCII)
# Of what a sender goes on sending behind its answer: for less than a server that ends waits for
# answers (`cli.serving`), and more than anybody has to say.
LISTENS_SECONDS, LISTENS_BYTES = 3.0, 8 * 1024 * 1024
_TO_COME_AGAIN = (429, 503)
_NOT_READ = (408, 413)  # to its end, so that the connection ends
_MORE_HEADERS: dict[int, dict[str, str]] = {
    405: {"Allow": "POST"},
    **{status: {"Connection": "close"} for status in _NOT_READ},
}

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


def in_front_of(application: Application, activate: Callable[[], None]) -> Application:
    """Serves what is for an inbox, and passes all else on. `activate`: the institution's."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not INBOX.fullmatch(requests.raw_path(scope)):
            await application(scope, receive, send)
            return
        activate()
        observing.note_route(scope, metrics.INBOX)
        found = await _answer(scope, receive)
        if found is None:
            return  # the sender has hung up
        settings = config.current()
        headers, body = written(found, settings.is_development, settings.media_origin)
        await send({"type": "http.response.start", "status": found.status, "headers": headers})
        if found.status in _NOT_READ:
            await send({"type": "http.response.body", "body": body, "more_body": True})
            await _hear_out(receive)
            body = b""
        await send({"type": "http.response.body", "body": body})

    return serve


async def _hear_out(incoming: Receive) -> None:
    """Forget the rest of a body whose answer is on its way, and not without end. Who still sends
    when a connection is closed gets a reset, which throws away the answer as well."""
    heard = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(LISTENS_SECONDS):
            while heard <= LISTENS_BYTES:
                message = await incoming()
                heard += len(message.get("body", b""))
                if not message.get("more_body"):
                    return  # its end, or the sender has hung up


async def _answer(scope: Scope, incoming: Receive) -> Answer | None:
    """None where the sender has hung up."""
    headers = requests.raw_headers(scope)
    hosts = [value.lower() for name, value in headers if name == "host"]
    if hosts != [config.current().authority]:
        return Answer(421)
    if scope["method"] != "POST":
        return Answer(405)
    try:
        body = await _body_in_time(scope, headers, incoming)
    except TimeoutError:
        return Answer(408)
    if body is None or len(body) > requests.BODY_MAX:
        return None if body is None else Answer(413)
    try:
        return await receive.accept(requests.message(scope, headers, body))
    except Exception as error:  # the edge: the peer comes again
        metrics.current().failed(error)
        if outages.of(error) is not None:
            log.error("not taken", exc_info=error)
            return Answer(503, outages.COME_AGAIN_SECONDS)
        log.error("failed %s", logs.request_id.get(), exc_info=error)
        return Answer(500)


async def _body_in_time(scope: Scope, headers: requests.Headers, incoming: Receive) -> bytes | None:
    """Most come whole, with their headers: then a timer would cost more than to read it."""
    if asgi.is_whole(scope):
        message = await incoming()
        return message.get("body", b"") if message["type"] == "http.request" else None
    async with asyncio.timeout(requests.BODY_SECONDS):
        return await _body(headers, incoming)


async def _body(headers: requests.Headers, incoming: Receive) -> bytes | None:
    """As much of it as is needed to know that it is too much; None where it does not end."""
    declared = next((value for name, value in headers if name == "content-length"), "")
    if declared.isdecimal() and (len(declared) > 9 or int(declared) > requests.BODY_MAX):
        return b" " * (requests.BODY_MAX + 1)
    parts, size = [], 0
    while True:
        message = await incoming()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > requests.BODY_MAX or not message.get("more_body"):
            return b"".join(parts)


@lru_cache
def written(
    answer: Answer, is_development: bool, images: str
) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """What a peer reads of its POST: for a refusal its kind (federation.md 8), nothing of its own
    words."""
    body = b"" if answer == ACCEPTED else problems.body(answer.status)
    named = {"Content-Length": str(len(body))}
    if body:
        named |= security_headers(is_development, images)
        named |= problems.headers(answer.status) | _MORE_HEADERS.get(answer.status, {})
    else:  # of many each second: the server looks through each header
        named |= of_nothing(is_development)
    if answer.status in _TO_COME_AGAIN:
        named["Retry-After"] = str(answer.retry_after_seconds)
    return [(name.lower().encode(), value.encode()) for name, value in named.items()], body
