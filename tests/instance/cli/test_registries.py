"""`curbside registry`: bring a register, and see which there are."""

from pathlib import Path

import pytest

from tests.instance.cli.test_keys import curbside, environment
from tests.registers import LEE, OTHERS, person, stub, table, zipped

__all__ = ["environment"]

ROWS = (person(LEE, "Lee", "Jo", "54321"), person(OTHERS[0], "Moyo", "Sam"), stub(OTHERS[1]))


def test_a_register_is_brought_and_shown(environment: None, tmp_path: Path) -> None:
    assert curbside("registry", "status").output == "No register is imported yet.\n"
    file = zipped(tmp_path / "NPPES_Data_Dissemination.zip", table(*ROWS))
    done = curbside("registry", "import", str(file), "--source", "nppes")
    assert done.exit_code == 0, done.output
    said = "nppes: NPPES_Data_Dissemination.zip, 3 people, 4 numbers, newest change 2026-11-02"
    assert said in done.output and said in curbside("registry", "status").output


def test_what_is_damaged_leaves_the_former_one(environment: None, tmp_path: Path) -> None:
    file = tmp_path / "nppes.csv"
    file.write_bytes(table(*ROWS))
    assert curbside("registry", "import", str(file), "--source", "nppes").exit_code == 0
    file.write_bytes(table(*ROWS)[:-200])
    refused = curbside("registry", "import", str(file), "--source", "nppes")
    assert refused.exit_code == 1 and "damaged or ends too early" in refused.output
    file.write_bytes(b"\x00\x01\x02")
    refused = curbside("registry", "import", str(file), "--source", "nppes")
    assert refused.exit_code == 1 and "No table with headings" in refused.output
    assert "3 people" in curbside("registry", "status").output


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "Say what this list is called"),
        (("--name", "nppes"), "Call the list otherwise"),
        (("--name", "../gmc"), "Call it by small letters and digits"),
        (("--name", "gmc"), "It has no column jurisdiction. Say it: --jurisdiction GB."),
    ],
)
def test_a_list_has_a_name_and_a_place(
    environment: None, tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    file = tmp_path / "list.csv"
    file.write_text("number,name\n1234567,Sam Moyo\n")
    refused = curbside("registry", "import", str(file), "--source", "list", *options)
    assert refused.exit_code in (1, 2) and said in refused.output
    taken = ("--name", "gmc", "--jurisdiction", "gb")
    done = curbside("registry", "import", str(file), "--source", "list", *taken)
    assert done.exit_code == 0 and "gmc: list.csv, 1 people, 1 numbers" in done.output
