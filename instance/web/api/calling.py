"""Which application calls, and whether it has called too often."""

from datetime import UTC, datetime

from quart import current_app, g, has_websocket_context, request, websocket
from quart.wrappers.base import BaseRequestWebsocket

from instance.errors import SignInRequired, TooMany
from instance.models import Actor
from instance.services import tokens
from instance.services.tokens import Caller
from instance.web.api import answers, rates
from instance.web.requests import network


async def caller() -> Caller | None:
    """By the header alone: no cookie, and no token in an address (T68, T69).

    Raises SignInRequired for a token that is none, TooMany.
    """
    count_call(f"network {network(request)}")
    return await _found(_in_header(request))


async def listener() -> Caller | None:
    """As `caller`, of a stream: a page in a browser can set no header there, so its token may stand
    in the address or be the protocol that a socket asks for, and nowhere else in the API."""
    if has_websocket_context():
        incoming: BaseRequestWebsocket = websocket
        by_protocol = next(iter(websocket.requested_subprotocols), "")
    else:
        incoming, by_protocol = request, ""
    count_call(f"network {network(incoming)}")
    found = _in_header(incoming) or by_protocol or incoming.args.get("access_token", "")
    return await _found(found)


def _in_header(incoming: BaseRequestWebsocket) -> str | None:
    kind, _, text = incoming.headers.get("Authorization", "").partition(" ")
    return text.strip() if kind.lower() == "bearer" else None


async def _found(token: str | None) -> Caller | None:
    if token is None:
        return None
    found = await tokens.caller(token)
    if found is None:
        raise SignInRequired(answers.INVALID_TOKEN)
    count_call(f"member {found.token.member_id or found.token.id}")
    return found


def identity(caller: Caller) -> Actor:
    """Whom an application acts for, behind the guard `client`."""
    assert caller.actor is not None  # noqa: S101  (the guard saw to it)
    return caller.actor


def count_call(who: str, limit: rates.Limit = rates.CALLS, name: str = "calls") -> None:
    """One call more by `who`. Raises TooMany."""
    counter: rates.Rates = current_app.config["RATES"]
    counted = counter.count(limit, name, who)
    before: rates.Counted | None = g.get("rate")
    if before is None or counted.remaining <= before.remaining:
        g.rate = counted
    if counted.is_over:
        wait = counted.resets_at - datetime.now(UTC)
        raise TooMany("Too many requests", retry_after_seconds=max(1, int(wait.total_seconds())))
