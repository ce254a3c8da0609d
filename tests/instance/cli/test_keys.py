"""`curbside keys rotate`: whom it names, and what it answers."""

from pathlib import Path
from shutil import copyfile

import pytest
from click.testing import CliRunner, Result

from instance import logs
from instance.cli import main

MEMBER = ("--email", "lee@hospital.example", "--name", "Dr J. Lee", "--public")


@pytest.fixture
def environment(
    tmp_path: Path, migrated_file: Path, monkeypatch: pytest.MonkeyPatch, quick_keys: None
) -> None:
    monkeypatch.setattr(logs, "set_up", lambda *_: None)
    database = copyfile(migrated_file, tmp_path / "curbside.sqlite3")
    for name, value in {
        "ORIGIN": "https://mercy.example",
        "NAME": "Mercy General",
        "DATA": str(tmp_path),
        "DATABASE": f"sqlite://{database}",
    }.items():
        monkeypatch.setenv(f"CURBSIDE_{name}", value)


def curbside(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_one_account_or_all_of_them_get_new_keys(environment: None) -> None:
    assert curbside("member", "add", "lee", *MEMBER).exit_code == 0
    assert curbside("channel", "add", "rhythm", "--title", "Rhythm").exit_code == 0
    assert curbside("keys", "rotate", "lee").output == "New keys for 1 account.\n"
    assert curbside("keys", "rotate", "@lee", "--emergency").output == "New keys for 1 account.\n"
    assert curbside("keys", "rotate", "--all").output == "New keys for 2 accounts.\n"
    assert curbside("keys", "rotate", "mercy.example").exit_code == 0


def test_a_name_of_nobody_or_no_name_is_refused(environment: None) -> None:
    assert "Nothing by that name" in curbside("keys", "rotate", "nobody").output
    assert "Name one handle" in curbside("keys", "rotate").output
    assert "Name one handle" in curbside("keys", "rotate", "lee", "--all").output
