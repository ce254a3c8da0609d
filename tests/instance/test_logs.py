"""No line of the log is written by somebody else (T62, T73)."""

import asyncio
import io
import json
import logging
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from federation.errors import FetchFailed, Malformed
from instance import logs
from instance.inbox import receive
from tests.houses import House
from tests.outsiders import Outsider

FORGED = "X\n2026-11-23 INFO instance audit trust.active\x1b[2J\u202e by heart.example"


def line(message: str, *values: object) -> str:
    record = logging.LogRecord("instance.x", logging.INFO, __file__, 1, message, values, None)
    return logs.Formatter().format(record)


def test_a_message_stays_one_line_that_shows_all_it_has() -> None:
    shown = line("refused: %s", FORGED)
    assert shown.isprintable()
    assert "\\n2026" in shown
    assert line("refused: %s", "Müller").endswith("refused: Müller")


def as_json(name: str, message: str, *values: object, **more: Any) -> dict[str, Any]:
    record = logging.LogRecord(name, logging.INFO, __file__, 1, message, values, None)
    record.__dict__.update(more)
    line = logs.JsonFormatter().format(record)
    assert line.isprintable() and line.isascii()
    return dict(json.loads(line))


def test_a_line_of_json_says_its_kind_apart_from_its_values_and_nothing_that_is_not_listed() -> (
    None
):
    token = logs.request_id.set("0A1B2C3D")
    made = as_json("instance.x", "refused: %s", FORGED, status=403, body="zebrafinch")
    logs.request_id.reset(token)
    assert made["event"] == "refused: %s" and made["message"] == f"refused: {FORGED}"
    assert (made["request"], made["status"], made["level"]) == ("0A1B2C3D", 403, "info")
    assert datetime.fromisoformat(made["time"]).utcoffset() == timedelta(0)
    assert made.keys() == {"time", "level", "logger", "event", "message", "request", "status"}
    foreign = as_json("tortoise.x", "SELECT %s", "zebrafinch", route="zebrafinch")
    assert foreign["message"] == "(from a library)" and "zebrafinch" not in str(foreign)


def test_a_line_of_json_says_where_an_exception_was_and_not_what_it_says() -> None:
    try:
        raise ValueError(FORGED)
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    made = as_json("instance.x", "failed", exc_info=info)
    assert made["error"].startswith("ValueError at ") and "trust.active" not in str(made)


def test_an_exception_still_has_a_line_of_its_own() -> None:
    try:
        raise ValueError(FORGED)
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("instance.x", logging.ERROR, __file__, 1, "failed", (), info)
    first, second = logs.Formatter().format(record).splitlines()
    assert first.endswith("failed")
    assert second.startswith("  ValueError at ")


@pytest.mark.parametrize("kind", [Malformed, FetchFailed])
def test_an_error_quotes_no_control_character_and_no_page(kind: Any) -> None:
    assert str(kind(FORGED)).isprintable()
    assert len(str(kind("x" * 10_000))) <= 200


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
async def test_a_word_chosen_by_a_peer_is_in_no_counter_and_no_log(
    mercy: House, stranger: Outsider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    before = receive.counters["ignored Unknown"]
    for number, kind in enumerate(("Zebrafinch", FORGED)):
        uri = f"{stranger.origin}/a/{number}"
        sent = stranger.activity(kind, stranger.note(), id=uri)
        await stranger.sends(mercy, sent)
        other = {"id": "https://other.example/a", "actor": "https://other.example/u"}
        await stranger.sends(mercy, sent | other)
    assert receive.counters["ignored Unknown"] == before + 2
    words = [*receive.counters, *caplog.messages]
    assert not any(word in text for word in ("Zebrafinch", "trust.active") for text in words)


class Terminal(io.StringIO):
    """Each write of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[str] = []
        self.failure: Exception | None = None

    def write(self, text: str) -> int:
        if self.failure is not None:
            raise self.failure
        self.writes.append(text)
        return len(text)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[logging.Logger, Terminal]]:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    logger, handler = logging.getLogger("curbside.lines"), logs.Lines()
    logger.propagate = False
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    yield logger, terminal
    logger.removeHandler(handler)


async def test_what_is_said_in_one_turn_of_the_loop_is_written_once(
    said: tuple[logging.Logger, Terminal],
) -> None:
    logger, terminal = said
    for number in range(3):
        logger.info("line %s", number)
    assert terminal.writes == []
    await asyncio.sleep(0)
    assert terminal.writes == ["line 0\nline 1\nline 2\n"]
    logger.info("line 3")
    await asyncio.sleep(0)
    assert terminal.writes[1:] == ["line 3\n"]


async def test_a_warning_is_written_at_once_behind_what_was_said_before(
    said: tuple[logging.Logger, Terminal],
) -> None:
    logger, terminal = said
    logger.info("before")
    logger.warning("now")
    assert "".join(terminal.writes) == "before\nnow\n"


async def test_no_more_is_written_at_once_than_a_pipe_takes_as_one_piece(
    said: tuple[logging.Logger, Terminal],
) -> None:
    """Else lines of a server and a worker that share one would stand in each other."""
    logger, terminal = said
    lines = [f"line {number}" for number in range(1_500)]
    for line in lines:
        logger.info(line)
    await asyncio.sleep(0)
    assert "".join(terminal.writes).splitlines() == lines
    assert 3 < len(terminal.writes) < 8 and max(map(len, terminal.writes)) <= 4_096


async def test_a_line_that_cannot_be_written_fails_nobody(
    said: tuple[logging.Logger, Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    logger, terminal = said
    monkeypatch.setattr(logging, "raiseExceptions", False)
    for terminal.failure in (OSError(), ValueError(), RuntimeError()):
        logger.warning("lost")


def test_a_line_is_written_at_once_where_no_loop_runs_and_none_is_lost_with_its_loop(
    said: tuple[logging.Logger, Terminal],
) -> None:
    logger, terminal = said
    logger.info("alone")
    assert terminal.writes == ["alone\n"]
    loop = asyncio.new_event_loop()

    async def end() -> None:
        logger.info("last")

    loop.run_until_complete(end())
    loop.close()
    asyncio.run(end())
    assert "".join(terminal.writes) == "alone\nlast\nlast\n"
