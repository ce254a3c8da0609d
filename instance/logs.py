"""What goes to the log: ids, hosts and types. Never a message somebody else composed (T62)."""

import asyncio
import json
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from math import inf
from typing import Any, TextIO

from instance import outages

_OURS = ("instance", "federation", "uvicorn.error")
FORMATS = ("text", "json")
# What a line may have besides its message, given as `extra`: anything else stays out (T62).
FIELDS = ("route", "method", "status", "ms")
_OUTAGES = "instance.outages"
_OUTAGE_SAID_EVERY = 60.0  # seconds
_TOGETHER_MOST = 4_000  # characters: what a pipe takes as one piece, whoever else writes to it

# By what lines that one request caused are found: "" outside of any.
request_id: ContextVar[str] = ContextVar("curbside_request", default="")


class Formatter(logging.Formatter):
    """One line a record. An exception shows as its type and where it happened, without its text.

    Libraries put values, SQL and documents into their messages: of their records only the logger
    and the level are kept.
    """

    def format(self, record: logging.LogRecord) -> str:
        told = _told(record)
        when = f"{_second(int(told.created))},{int(told.msecs):03d}"
        line = f"{when} {told.levelname} {told.name} {told.getMessage()}"
        if known := request_id.get():
            line += f" [{known}]"
        if not line.isprintable():  # whatever became part of a message, it stays one line
            line = line.encode("unicode_escape").decode("ascii")
        return f"{line}\n  {_where(told.exc_info)}" if told.exc_info else line


class JsonFormatter(logging.Formatter):
    """The same as JSON, an object a line. `event` is the message with its marks, alike for all
    lines of a kind; `message` has the values in their places."""

    def format(self, record: logging.LogRecord) -> str:
        told = _told(record)
        line = {
            "time": datetime.fromtimestamp(told.created, UTC).isoformat(timespec="milliseconds"),
            "level": told.levelname.lower(),
            "logger": told.name,
            "event": str(told.msg),
            "message": told.getMessage(),
        }
        if known := request_id.get():
            line["request"] = known
        line |= {name: told.__dict__[name] for name in FIELDS if name in told.__dict__}
        if told.exc_info:
            line["error"] = _where(told.exc_info)
        return json.dumps(line, separators=(",", ":"))


def _told(record: logging.LogRecord) -> logging.LogRecord:
    """The record without what is not to be told."""
    if record.name.startswith(_OURS) and not record.exc_info and not record.exc_text:
        return record
    # Another handler may have left the whole text of an exception in the record.
    own = {**record.__dict__, "exc_text": None}
    if not record.name.startswith(_OURS):
        own |= {"msg": "(from a library)", "args": ()}
        for name in FIELDS:
            own.pop(name, None)
    return logging.makeLogRecord(own)


def _where(ei: Any) -> str:
    kind, _, traceback = ei
    places = []
    while traceback is not None:
        code = traceback.tb_frame.f_globals.get("__name__", "?")
        places.append(f"{code}:{traceback.tb_lineno}")
        traceback = traceback.tb_next
    return f"{getattr(kind, '__name__', kind)} at {' < '.join(reversed(places))}"


@lru_cache(maxsize=1)  # most lines of a second come together
def _second(timestamp: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(timestamp))


def _names_no_address(record: logging.LogRecord) -> bool:
    """Not what uvicorn says of each socket: its address, in which a token may stand (T69)."""
    return "WebSocket" not in str(record.msg)


class Lines(logging.StreamHandler[TextIO]):
    """To standard error; what is said in one turn of the loop by one write, which takes as long as
    to make some of these lines. A warning waits for nothing, and comes after what was said before.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[str] = []
        self._length = 0
        self._turn_of: asyncio.AbstractEventLoop | None = None

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record) + self.terminator
            if self._length + len(line) > _TOGETHER_MOST:
                self.flush()
            self._lines.append(line)
            self._length += len(line)
            loop = asyncio._get_running_loop() if record.levelno < logging.WARNING else None
            if loop is None:
                self.flush()
            elif loop is not self._turn_of:
                self._turn_of = loop
                loop.call_soon(self.flush)
        except Exception:  # as the library's own handlers: what called goes on
            self.handleError(record)

    def flush(self) -> None:
        self.acquire()
        try:
            said, self._turn_of, self._length = "".join(self._lines), None, 0
            self._lines.clear()
            with suppress(OSError, ValueError):  # nowhere is left where it could be said
                self.stream.write(said)
                self.stream.flush()
        finally:
            self.release()


class _Once(logging.Filter):
    """Of an outage one line a minute, without where it was noticed: everything fails then."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._said: dict[outages.Outage, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.exc_info:
            return True
        error = record.exc_info[1]
        outage = outages.of(error) if error is not None else None
        if outage is None:
            return True
        if self._said.get(outage, -inf) > self._clock() - _OUTAGE_SAID_EVERY:
            return False
        self._said[outage] = self._clock()
        record.msg, record.args, record.exc_info = outage.said, (), None
        record.name, record.levelno, record.levelname = _OUTAGES, logging.ERROR, "ERROR"
        return True


def set_up(level: str, form: str = "text") -> None:
    """Send everything to standard error, as lines of `form`; libraries from WARNING on."""
    # Who called from which line, thread and task stands in no line of ours, and costs each one.
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    handler = Lines()
    handler.setFormatter(JsonFormatter() if form == "json" else Formatter())
    handler.addFilter(_Once())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("uvicorn.error").addFilter(_names_no_address)
    for name in _OURS:
        logging.getLogger(name).setLevel(level.upper())
