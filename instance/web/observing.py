"""Around every request, inboxes included: its number, what is counted of it, its line in the log.

The number is ours, or a trusted proxy's. Of the address asked for nothing is kept: the route as the
code names it says what it was (T62).
"""

import logging
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from random import getrandbits
from typing import Any

from instance import logs, metrics
from instance.config import Config
from instance.metrics import Metrics
from instance.web.requests import is_proxy

log = logging.getLogger(__name__)

HEADER = b"x-request-id"
_ROUTE = "curbside.route"
# Asked for so often that they would hide the rest; what comes to an inbox has a line of its own.
QUIET = ("get_static", metrics.INBOX, "get_health", "get_live", "get_ready")
_SAFE = re.compile(rb"[A-Za-z0-9_-]{8,64}", re.ASCII)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


def around(application: Application, settings: Config, counted: Metrics) -> Application:
    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        number = _number(scope, settings)
        logs.request_id.set(number)
        began = time.perf_counter()

        async def sent(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (HEADER, number.encode())]
                seconds = time.perf_counter() - began
                route = scope.get(_ROUTE, metrics.NO_ROUTE)
                counted.answered(route, scope["method"], message["status"], seconds)
                _tell(route, scope["method"], message["status"], seconds)
            await send(message)

        await application(scope, receive, sent)

    return serve


def note_route(scope: Any, name: str) -> None:
    """`scope`: of the request that is under way."""
    scope[_ROUTE] = name


def _number(scope: Scope, settings: Config) -> str:
    """A proxy's own where it is one of ours and what it says is a number and nothing more."""
    if settings.trusted_proxies:
        given = [value for name, value in scope["headers"] if name.lower() == HEADER]
        is_safe = len(given) == 1 and _SAFE.fullmatch(given[0]) is not None
        if is_safe and is_proxy((scope.get("client") or ("",))[0], settings):
            return str(given[0].decode())
    return f"{getrandbits(32):08X}"  # finds lines of the log, and opens nothing


def _tell(route: str, method: str, status: int, seconds: float) -> None:
    level = logging.DEBUG if route in QUIET else logging.INFO
    if log.isEnabledFor(level):
        known = method if method in metrics.METHODS else metrics.OTHER
        ms = round(seconds * 1000, 1)
        fields = {"route": route, "method": known, "status": status, "ms": ms}
        log.log(level, "answered %s %s %s in %s ms", known, route, status, ms, extra=fields)
