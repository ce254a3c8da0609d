"""`curbside phi`: a file or what is piped in, as text or as JSON Lines."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from instance.cli import main


def run(*arguments: str, given: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["phi", *arguments], input=given)


def printed(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.output.splitlines()]


def test_a_text_is_checked_as_a_whole_and_counted_in_code_points() -> None:
    found = printed(run("-", given="🩺 first\r\nMrs Okafor, 91F\n".encode()))

    assert found == [
        {"start": 13, "end": 19, "type": "NAME", "severity": "block"},
        {"start": 21, "end": 24, "type": "AGE90", "severity": "block"},
    ]


def test_json_lines_are_checked_each_and_keep_their_id(tmp_path: Path) -> None:
    lines = (
        '\ufeff{"id": "a", "text": "clean"}\n\n{"id": 7, "text": "call 555-0176", "spans": []}\n'
    )
    file = tmp_path / "cases.txt"
    file.write_text(lines, encoding="utf-8")

    assert printed(run(str(file))) == [
        {"id": 7, "start": 5, "end": 13, "type": "PHONE", "severity": "block"}
    ]


def test_a_text_that_only_looks_like_json_is_a_text() -> None:
    assert printed(run("-", given=b'{"note": "Mr Okafor"}'))[0]["type"] == "NAME"
    assert printed(run("-", given=b"")) == []


def test_a_bad_line_and_a_bad_file_are_told_in_words(tmp_path: Path) -> None:
    broken = tmp_path / "cases.jsonl"
    broken.write_text('{"id": 1, "text": "ok"}\n{"id": 2}\n')

    assert run(str(broken)).exit_code == 2
    assert 'line 2 is not JSON with an "id" and a "text"' in run(str(broken)).output
    assert "Save it as UTF-8" in run("-", given=b"\xff\xfe").output
    assert run(str(tmp_path / "none")).exit_code == 2
