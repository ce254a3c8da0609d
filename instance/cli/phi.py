"""phi: what in a text may identify a patient."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import click
import orjson

from instance.phi import screen

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@click.command()
@click.argument("file", type=click.File("rb"))
def phi(file: BinaryIO) -> None:
    """Check FILE, or what is typed for "-", for identifiers of a patient.

    Prints one line of JSON for each finding; `start` and `end` (exclusive) count characters.
    A file whose lines are JSON with an `id` and a `text` is checked line by line, and each
    finding carries the id of its line. Ends with 0 however much is found, with 2 when the file
    cannot be read.
    """
    content = _decoded(file)
    if _is_json_lines(content, getattr(file, "name", "")):
        for line in _cases(content):
            _print(line["text"], {"id": line["id"]})
    else:
        _print(content, {})


def _decoded(file: BinaryIO) -> str:
    try:
        return file.read().removeprefix(_BYTE_ORDER_MARK).decode()
    except UnicodeDecodeError as error:
        raise click.UsageError(
            f"this is not UTF-8 text: byte {error.start + 1} cannot be read. Save it as UTF-8"
        ) from None


def _is_json_lines(content: str, name: str) -> bool:
    """By the name of the file, or because its first line that is not empty is such a case."""
    if Path(str(name)).suffix in (".jsonl", ".ndjson"):
        return True
    first = next((line for line in content.split("\n") if line.strip()), "")
    return _case(first) is not None


def _cases(content: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(content.split("\n"), 1):
        if not line.strip():
            continue
        case = _case(line)
        if case is None:
            raise click.UsageError(
                f'line {number} is not JSON with an "id" and a "text"; nothing after it was checked'
            )
        yield case


def _case(line: str) -> dict[str, Any] | None:
    try:
        case = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(case, dict) or "id" not in case or not isinstance(case.get("text"), str):
        return None
    return case


def _print(text: str, about: dict[str, Any]) -> None:
    for finding in screen(text):
        said = {
            **about,
            "start": finding.start,
            "end": finding.end,
            "type": finding.type,
            "severity": finding.severity,
        }
        click.echo(orjson.dumps(said).decode())


COMMANDS = (phi,)
