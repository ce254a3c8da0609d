"""`curbside roster`: as the pages do it, and with exit codes for nightly jobs."""

import csv
from pathlib import Path

import orjson
import pytest

from tests.instance.cli.test_keys import curbside, environment
from tests.instance.cli.test_trusting import json
from tests.instance.services.roster.test_importing import staff
from tests.rosters import line, table

__all__ = ["environment"]

AS = ("--as", "officer")


@pytest.fixture
def officers(environment: None) -> None:
    for handle, role in (("officer", "officer"), ("owner", "owner")):
        mail = ("--email", f"{handle}@hospital.example", "--name", handle, "--role", role)
        made = curbside("member", "add", handle, *mail, "--mailbox")
        assert made.exit_code == 0, made.output


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "staff.csv"
    found.write_bytes(table(line("7", "officer@hospital.example", "Jo", "Lee"), *staff(30)))
    return found


def test_a_nightly_import_says_how_it_went(officers: None, file: Path, tmp_path: Path) -> None:
    dry = json(curbside("roster", "import", str(file), *AS, "--dry-run", "--json"))
    assert (dry["new"], dry["errors"], dry["left"]) == (31, 0, 0)
    assert "0 work here" in curbside("roster", "show").output
    first = curbside("roster", "import", str(file), *AS)
    assert first.exit_code == 0 and "31 new, 0 changed" in first.output
    assert "31 work here, 1 verified, 0 left." in curbside("roster", "show").output
    listed = curbside("roster", "list", "lee", *AS).output
    assert listed == "7\tJo Lee\tofficer@hospital.example\tVerified\n"
    broken = line("9", "no address", "N", "Ine")
    file.write_bytes(table(line("7", "officer@hospital.example", "Jo", "Lee"), *staff(30), broken))
    errors = tmp_path / "errors.csv"
    again = curbside("roster", "import", str(file), *AS, "--errors", str(errors))
    assert again.exit_code == 5 and "1 with errors" in again.output
    assert next(csv.DictReader(errors.read_text().splitlines()))["In the file"] == "no address"


def test_leavers_are_said_and_many_wait_for_somebody_else(officers: None, file: Path) -> None:
    assert curbside("roster", "import", str(file), *AS).exit_code == 0
    file.write_bytes(table(*staff(30)))
    refused = curbside("roster", "import", str(file), *AS)
    assert refused.exit_code == 3 and "31 work here" in curbside("roster", "show").output
    taken = curbside("roster", "import", str(file), *AS, "--accept-leavers")
    assert taken.exit_code == 0 and "30 work here" in curbside("roster", "show").output
    file.write_bytes(table(*staff(15)))
    left = curbside("roster", "import", str(file), *AS, "--accept-leavers", "--json")
    waits = orjson.loads(left.output)
    assert left.exit_code == 4
    assert (waits["state"], waits["left"]) == ("waiting", 15)
    number = waits["number"]
    own = curbside("roster", "confirm", number, *AS, "--accept-leavers")
    assert own.exit_code == 1 and "confirmed this roster yourself" in own.output
    done = curbside("roster", "confirm", number, "--as", "owner", "--accept-leavers")
    assert done.exit_code == 0 and "15 work here" in curbside("roster", "show").output
    assert curbside("roster", "undo", number, *AS).output.endswith("Undone.\n")
    assert "30 work here" in curbside("roster", "show").output


def test_columns_are_named_once(officers: None, file: Path) -> None:
    file.write_bytes(table(("A", "B", "a@hospital.example"), head=("Eins", "Zwei", "Post")))
    refused = curbside("roster", "import", str(file), *AS)
    assert refused.exit_code == 1 and "Say which column holds the work e-mail." in refused.output
    named = ("--column", "Zwei=family_name", "--column", "Post=email")
    assert curbside("roster", "import", str(file), *AS, *named).exit_code == 0
    assert curbside("roster", "import", str(file), *AS).exit_code == 0


def test_nobody_but_officers_and_owners_imports(officers: None, file: Path) -> None:
    mail = ("--email", "lee@hospital.example", "--name", "Lee")
    assert curbside("member", "add", "lee", *mail).exit_code == 0
    refused = curbside("roster", "import", str(file), "--as", "lee")
    assert refused.exit_code == 1 and "Only verification officers" in refused.output
