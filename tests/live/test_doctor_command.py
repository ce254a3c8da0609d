"""`curbside doctor` as an administrator runs it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import pairs, servers
from tests.live.pairs import Pair
from tests.live.servers import Server, command


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    yield pairs.pair(tmp_path)


def test_the_doctor_says_what_is_wrong_and_ends_with_one(pair: Pair) -> None:
    address = f"@okafor@{pair.stlukes.config.host}"
    with servers.running(Server(pair.stlukes)):
        well = command(pair.mercy, "doctor", address, "--json")
        answer = json.loads(well.stdout)
        assert (well.returncode, answer["ok"]) == (0, True), well.stdout
        assert [one["step"] for one in answer["findings"]][:3] == ["address", "trust", "name"]
    gone = command(pair.mercy, "doctor", address)
    assert gone.returncode == 1
    assert "WRONG handle" in gone.stdout and "did not answer" in gone.stdout
    assert "Traceback" not in gone.stderr
