"""What goes to the log: ids, hosts and types. Never a message somebody else composed (T62)."""

import logging
import time
from collections.abc import Callable
from functools import lru_cache
from math import inf
from typing import Any

from instance import outages

_OURS = ("instance", "federation", "uvicorn.error")
_OUTAGES = "instance.outages"
_OUTAGE_SAID_EVERY = 60.0  # seconds


class Formatter(logging.Formatter):
    """One line a record. An exception shows as its type and where it happened, without its text.

    Libraries put values, SQL and documents into their messages: of their records only the logger
    and the level are kept.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        if record.name.startswith(_OURS) and not record.exc_info and not record.exc_text:
            return super().format(record)
        # Another handler may have left the whole text of an exception in the record.
        own = {**record.__dict__, "exc_text": None}
        if not record.name.startswith(_OURS):
            own |= {"msg": "(from a library)", "args": ()}
        return super().format(logging.makeLogRecord(own))

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        """As it is written by default; most lines of a second come together."""
        return f"{_second(int(record.created))},{int(record.msecs):03d}"

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Whatever became part of a message, a record stays one line."""
        line = super().formatMessage(record)
        return line if line.isprintable() else line.encode("unicode_escape").decode("ascii")

    def formatException(self, ei: Any) -> str:
        kind, _, traceback = ei
        places = []
        while traceback is not None:
            code = traceback.tb_frame.f_globals.get("__name__", "?")
            places.append(f"{code}:{traceback.tb_lineno}")
            traceback = traceback.tb_next
        return f"  {getattr(kind, '__name__', kind)} at {' < '.join(reversed(places))}"

    def formatStack(self, stack_info: str) -> str:
        return ""


@lru_cache(maxsize=1)
def _second(timestamp: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(timestamp))


def _names_no_address(record: logging.LogRecord) -> bool:
    """Not what uvicorn says of each socket: its address, in which a token may stand (T69)."""
    return "WebSocket" not in str(record.msg)


class _Once(logging.Filter):
    """Of an outage one line a minute, without where it was noticed: everything fails then."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._said: dict[outages.Outage, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        outage = outages.of(error) if error is not None else None
        if outage is None:
            return True
        if self._said.get(outage, -inf) > self._clock() - _OUTAGE_SAID_EVERY:
            return False
        self._said[outage] = self._clock()
        record.msg, record.args, record.exc_info = outage.said, (), None
        record.name, record.levelno, record.levelname = _OUTAGES, logging.ERROR, "ERROR"
        return True


def set_up(level: str) -> None:
    """Send everything to standard error in our form; libraries from WARNING on."""
    # Who called from which line, thread and task stands in no line of ours, and costs each one.
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    handler = logging.StreamHandler()
    handler.setFormatter(Formatter())
    handler.addFilter(_names_no_address)
    handler.addFilter(_Once())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in _OURS:
        logging.getLogger(name).setLevel(level.upper())
