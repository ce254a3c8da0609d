"""Whether the proxy in front of us passes on what it has to: we ask ourselves by our own name.

A proxy that holds streams back, cuts WebSockets or hides who asks makes no error anywhere: pages
stand still, applications ask again and again, and the throttle takes all the world for one.
"""

import base64
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import orjson

from federation.errors import FederationError
from instance import config, sealed
from instance.outbox import remote
from instance.services.doctor import Finding

PATH = "/health/proxy"
PAUSE = 1.5  # seconds between the two pieces
LAST = b"data: last\n\n"
_HELD_BACK = PAUSE / 2
_PURPOSE = "proxy"
_GOOD_FOR = timedelta(minutes=1)
INVENTED = "192.0.2.7"  # of no host (RFC 5737): what somebody says who wants to be another
_STEP = "proxy"
_HOST = (
    "The proxy does not pass on the name that was asked for.",
    "nginx: proxy_set_header Host $http_host;",
)
_STREAMS = (
    "The proxy holds streams back: open pages do not show what is new.",
    "nginx: proxy_buffering off; and no proxy_ignore_headers. Caddy: flush_interval -1",
)
_SOCKETS = (
    "The proxy cuts WebSockets: applications do not show what is new.",
    "nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade;"
    " proxy_set_header Connection $curbside_connection;",
)
_NOBODY_SAYS = (
    "The proxy does not say who asks, so a few wrong passwords shut everybody out.",
    "nginx: proxy_set_header X-Forwarded-For $remote_addr;",
)
_ANYBODY_SAYS = (
    "The proxy lets everybody say who they are: whoever guesses passwords is never stopped.",
    "nginx: proxy_set_header X-Forwarded-For $remote_addr; Caddy: no trusted_proxies that all are",
)
_SEE_ALSO = "The examples have it: curbside example nginx, curbside example caddy."


@dataclass(frozen=True)
class _Arrived:
    """What the other end of the proxy saw, and how long after its first piece the last came."""

    seen: dict[str, Any]
    gap: float


def new_code() -> str:
    """Who holds `secret.key` asks, and within a minute."""
    return sealed.current().token(_PURPOSE, datetime.now(UTC).isoformat())


def is_ours(code: str) -> bool:
    text = sealed.current().of_token(_PURPOSE, code)
    return text is not None and datetime.fromisoformat(text) > datetime.now(UTC) - _GOOD_FOR


async def check() -> Finding:
    """Raises nothing."""
    if config.current().is_development:
        return Finding(_STEP, True, "There is no proxy in development.")
    try:
        arrived = await _ask()
        wrong = _wrong(arrived) if arrived is not None else []
        if arrived is not None and not await _takes_sockets():
            wrong.append(_SOCKETS)
    except (FederationError, OSError, ValueError, KeyError):
        arrived = None
    if arrived is None:
        return Finding(_STEP, True, "Not looked at: we do not reach this server by our name.")
    if not wrong:
        return Finding(_STEP, True, "The proxy passes on names, addresses, streams and WebSockets.")
    said, mend = (" ".join(part) for part in zip(*wrong, strict=True))
    return Finding(_STEP, False, said, f"{mend} {_SEE_ALSO}")


async def _ask() -> _Arrived | None:
    content, first_at = b"", 0.0
    async with remote.directory().client.watched(_url(), {"x-forwarded-for": INVENTED}) as answer:
        if answer is None or answer.status != HTTPStatus.OK:
            return None
        while LAST not in content and (piece := await answer.read()):
            first_at = first_at or time.monotonic()
            content += piece
    first, _, _ = content.removeprefix(b"data: ").partition(b"\n")
    return _Arrived(orjson.loads(first), time.monotonic() - first_at)


async def _takes_sockets() -> bool:
    headers = {
        "connection": "Upgrade",
        "upgrade": "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": base64.b64encode(os.urandom(16)).decode(),
    }
    async with remote.directory().client.watched(_url(), headers) as answer:
        return answer is None or answer.status == HTTPStatus.SWITCHING_PROTOCOLS


def _url() -> str:
    return config.current().uri(f"{PATH}?{urlencode({'code': new_code()})}")


def _wrong(arrived: _Arrived) -> list[tuple[str, str]]:
    seen, found = arrived.seen, []
    if seen["host"].lower() != config.current().authority:
        found.append(_HOST)
    if not seen["forwarded"]:
        found.append(_NOBODY_SAYS)
    elif not seen["is_trusted"]:
        said = f"What the proxy at {seen['from']} says of who asks is not believed here."
        found.append((said, f"Set CURBSIDE_TRUSTED_PROXIES={seen['from']} and start again."))
    elif seen["client"] == INVENTED:
        found.append(_ANYBODY_SAYS)
    if arrived.gap < _HELD_BACK:
        found.append(_STREAMS)
    return found
