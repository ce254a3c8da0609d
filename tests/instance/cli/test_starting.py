"""The command in a process of its own: there nothing was imported in a better order before."""

import subprocess
import sys


def test_the_command_starts() -> None:
    command = [sys.executable, "-m", "instance", "--help"]
    started = subprocess.run(command, capture_output=True, text=True)
    assert started.returncode == 0, started.stderr
    assert "serve" in started.stdout
