"""`curbside status`: what it says, and how it ends, whatever is down."""

import json
import os
import socket
from pathlib import Path

import pytest
from click import ClickException

from instance.cli import metrics_listener
from instance.config import Config
from tests.instance.cli.test_keys import curbside, environment

__all__ = ["environment"]


@pytest.fixture
def folder(environment: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CURBSIDE_LISTEN", "127.0.0.1:9")  # nobody answers there
    return tmp_path


def test_a_server_that_was_never_started_is_not_made_by_asking(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = folder / "elsewhere"
    monkeypatch.setenv("CURBSIDE_DATA", str(data))
    monkeypatch.delenv("CURBSIDE_DATABASE", raising=False)
    found = curbside("status")
    assert found.exit_code == 2 and not data.exists()
    assert "WRONG server       nothing answers at CURBSIDE_LISTEN" in found.output
    assert "WRONG database     does not answer" in found.output
    assert "WRONG key          no secret.key" in found.output
    assert "server: Start it: curbside serve." in found.output


def test_browsers_are_not_said_to_be_people(environment: None) -> None:
    assert "browsers     0 signed in were here in the last 15 minutes" in curbside("status").output


def test_a_database_that_is_gone_is_said_in_words_and_without_its_password(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CURBSIDE_DATABASE", "postgres://curbside:hunter2@127.0.0.1:1/curbside")
    found = curbside("status", "--json")
    said = json.loads(found.output)
    assert found.exit_code == 2 and not said["ok"] and said["database_seconds"] is None
    assert {"server", "database"} <= {one["code"] for one in said["problems"]}
    assert all(one["mend"] for one in said["problems"])
    assert "hunter2" not in found.output and said["queues"] == {}


def test_a_listener_whose_address_is_taken_says_what_to_do(environment: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        config = Config.from_env(os.environ | {"CURBSIDE_METRICS_LISTEN": address})
        with pytest.raises(ClickException, match="Each process needs a port of its own"):
            metrics_listener.listen(config)
