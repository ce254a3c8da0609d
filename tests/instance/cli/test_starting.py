"""The command starts by itself: what it imports first is not what the server imports first."""

import subprocess
import sys


def test_the_command_starts() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "instance", "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "serve" in done.stdout
