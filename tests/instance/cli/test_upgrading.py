"""`curbside migrate` says what it will do; what cannot serve a database says what to do."""

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from instance.cli import main
from tests.instance import released
from tests.instance.schema_shape import run, schema

OLDEST = "before-0.1.0-at-0022"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CURBSIDE_DATA", str(tmp_path))
    monkeypatch.setenv("CURBSIDE_ORIGIN", "https://mercy.example")
    monkeypatch.setenv("CURBSIDE_NAME", "Mercy")
    return tmp_path / "curbside.sqlite3"


def command(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_an_upgrade_is_shown_before_it_is_done_and_copies_the_file(settings: Path) -> None:
    released.restore_sqlite(OLDEST, settings)
    before = schema(f"sqlite://{settings}")

    shown = command("migrate", "--plan")
    [line] = command("migrate", "--dry-run", "--json").output.splitlines()

    assert "0052_search (a moment)" in shown.output
    assert "makes the table verification_case" in shown.output
    assert "rows there: " in shown.output and "copied beside itself" in shown.output
    plan = json.loads(line)["plan"]
    assert plan["steps"][0]["name"].startswith("0018_") and plan["steps"][0]["tables"]
    assert schema(f"sqlite://{settings}") == before and not list(settings.parent.glob("*-before-*"))

    done = command("migrate")

    assert done.exit_code == 0 and "applied 0052_search (" in done.output
    [copy] = settings.parent.glob("*-before-0018*")
    assert f"copied to {copy}" in done.output
    assert command("migrate", "--plan").output == "The database is up to date: nothing to do.\n"
    lines = command("migrate", "--json").output.splitlines()
    assert json.loads(lines[-1]) == {"finished": True, "applied": 0}


def test_a_database_that_is_newer_or_not_migrated_says_what_to_do(
    settings: Path,
    sqlite_url: str,
    empty_postgres_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CURBSIDE_DATABASE", empty_postgres_url)
    refused = command("serve")
    assert refused.exit_code == 1 and "Then run: curbside migrate" in refused.output

    monkeypatch.setenv("CURBSIDE_DATABASE", sqlite_url)
    newer = "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('curbside', '9', '')"
    asyncio.run(run(sqlite_url, newer))
    for refused in (command("serve"), command("worker"), command("migrate")):
        assert refused.exit_code == 1
        assert "newer than this program: it has 9. Install the version" in refused.output
