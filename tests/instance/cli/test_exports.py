"""`curbside member export`: for who cannot sign in any more, or asks on paper."""

import stat
import zipfile
from pathlib import Path

from tests.instance.cli.test_keys import MEMBER, curbside, environment

__all__ = ["environment"]


def test_all_that_belongs_to_an_account_is_written_to_a_new_file(
    environment: None, tmp_path: Path
) -> None:
    assert curbside("member", "add", "lee", *MEMBER, "--pseudonym", "quiet_owl").exit_code == 0
    file = tmp_path / "lee.zip"
    done = curbside("member", "export", "@lee", str(file))
    assert done.exit_code == 0 and "hand it to its owner alone" in done.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with zipfile.ZipFile(file) as opened:
        assert "activitypub/outbox.json" in opened.namelist()
        assert not any(b"quiet_owl" in opened.read(name) for name in opened.namelist())
    assert "Took along what belongs to an account" in curbside("audit", "list").output
    again = curbside("member", "export", "lee", str(file))
    assert again.exit_code == 1 and "File exists" in again.output


def test_the_persons_own_record_is_a_file_apart(environment: None, tmp_path: Path) -> None:
    assert curbside("member", "add", "lee", *MEMBER).exit_code == 0
    assert curbside("member", "export", "lee", str(tmp_path / "p.zip"), "--person").exit_code == 0
    with zipfile.ZipFile(tmp_path / "p.zip") as opened:
        assert b"method" in opened.read("verification.json")


def test_nobody_of_that_name_leaves_no_file(environment: None, tmp_path: Path) -> None:
    file = tmp_path / "nobody.zip"
    refused = curbside("member", "export", "nobody", str(file))
    assert refused.exit_code == 1 and "Nothing by that name is here" in refused.output
    assert not file.exists()


def test_a_file_is_looked_at_and_taken(environment: None, tmp_path: Path) -> None:
    assert curbside("member", "add", "lee", *MEMBER).exit_code == 0
    file = tmp_path / "lee.zip"
    assert curbside("member", "export", "lee", str(file)).exit_code == 0
    looked = curbside("member", "import", "lee", str(file), "--dry-run")
    assert looked.exit_code == 0 and "Nothing was taken." in looked.output
    done = curbside("member", "import", "lee", str(file))
    assert done.exit_code == 0 and "Taken; 0 were not reached." in done.output
    file.write_bytes(b"no ZIP")
    refused = curbside("member", "import", "lee", str(file))
    assert refused.exit_code == 1 and "This is no whole ZIP file." in refused.output
