"""The command starts by itself: what it imports first is not what the server imports first."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from instance.cli import main


def test_the_command_starts() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "instance", "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "serve" in done.stdout


def test_a_folder_that_is_not_there_is_named_by_each_command_and_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a name that was written wrongly, or a disk that is not mounted."""
    wrong = tmp_path / "not" / "mounted"
    settings = {"ORIGIN": "https://mercy.example", "NAME": "Mercy", "DATA": str(wrong)}
    for name, value in settings.items():
        monkeypatch.setenv(f"CURBSIDE_{name}", value)
    monkeypatch.delenv("CURBSIDE_DATABASE", raising=False)
    for command in (["retention"], ["doctor"], ["backup", "difference"], ["trust", "list"]):
        ended = CliRunner().invoke(main, command)
        assert ended.exit_code == 1 and "is CURBSIDE_DATA right?" in ended.output, command
        assert isinstance(ended.exception, SystemExit)
    assert not wrong.exists()
