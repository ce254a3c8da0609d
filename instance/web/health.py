"""`GET /health` and two below it: for what watches over a server, restarts it or calls somebody.

They say whether, and nothing else; `curbside status` says what. They answer under any Host, because
such a watcher asks for an address: no page and no name of ours is told by them.
"""

import asyncio
import logging
from collections.abc import Callable

import orjson
from quart import Quart, Response, request
from quart.typing import ResponseReturnValue

from instance import raw_sql
from instance.services import vital_signs
from instance.web.guards import public

log = logging.getLogger(__name__)

PATH = "/health"
LIVE, READY = f"{PATH}/live", f"{PATH}/ready"
PATHS = (PATH, LIVE, READY)
_JSON = "application/json"
_KINDS = ("text/plain", _JSON)
ANSWERS_WITHIN = 5.0  # seconds that the database has; who watches waits about twice as long


def add_to(app: Quart, is_working: Callable[[], bool], is_leaving: Callable[[], bool]) -> None:
    """`is_working`: whether every task runs that runs beside the requests; `is_leaving`: whether
    the server was asked to end."""

    @app.get(PATH)
    @public
    async def get_health() -> ResponseReturnValue:
        return _answer(is_working() and await _database_answers())

    @app.get(LIVE)
    @public
    async def get_live() -> ResponseReturnValue:
        """The process and its loop: where this fails, restart it."""
        return _answer(True)

    @app.get(READY)
    @public
    async def get_ready() -> ResponseReturnValue:
        """Whether requests may be sent here: where this fails, send them elsewhere."""
        return _answer(not is_leaving() and is_working() and await vital_signs.is_ready())


def _answer(is_well: bool) -> Response:
    words, status = ("OK", 200) if is_well else ("failing", 503)  # what clients look for, too
    headers = {"Cache-Control": "no-store", "Vary": "Accept"}
    if request.accept_mimetypes.best_match(_KINDS) == _JSON:
        body = orjson.dumps({"status": words.lower()})
        return Response(body, status, headers, content_type=_JSON)
    return Response(words, status, headers, content_type="text/plain; charset=utf-8")


async def _database_answers() -> bool:
    try:
        async with asyncio.timeout(ANSWERS_WITHIN):
            await raw_sql.run("SELECT 1 FROM actor LIMIT 1", ())
    except Exception as error:  # the edge: whatever it is, it does not answer
        log.warning("the database does not answer (%s)", type(error).__name__)
        return False
    return True
