"""`curbside backup`, `backup verify`, `restore`: whole, or refused with what to do (T63)."""

import json
import os
import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from shutil import copyfile

import pytest
from click.testing import Result

from instance import logs
from instance.backups import manifest, passphrases
from instance.cli import running
from instance.models import Actor, ActorKind, Backup, Peer, PeerLevel, Restore
from instance.services import restoring
from tests import postgres
from tests.instance.cli.test_keys import MEMBER, curbside

PHRASE = "correct horse battery staple"


@pytest.fixture
def place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, migrated_file: Path, quick_keys: None
) -> Path:
    """A hospital with one member, and where its backups go."""
    monkeypatch.setattr(logs, "set_up", lambda *_: None)
    monkeypatch.setitem(passphrases._COST, "n", 2**10)
    (tmp_path / "phrase").write_text(f"{PHRASE}\n")
    (tmp_path / "wrong").write_text("some other passphrase\n")
    monkeypatch.setenv("CURBSIDE_ORIGIN", "https://mercy.example")
    monkeypatch.setenv("CURBSIDE_NAME", "Mercy General")
    monkeypatch.setenv("CURBSIDE_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("CURBSIDE_DATABASE", raising=False)
    (tmp_path / "data").mkdir(mode=0o700)
    copyfile(migrated_file, tmp_path / "data" / "curbside.sqlite3")
    assert curbside("member", "add", "lee", *MEMBER).exit_code == 0
    return tmp_path


def with_phrase(place: Path, *arguments: str, file: str = "phrase") -> Result:
    return curbside(*arguments, "--passphrase-file", str(place / file))


def made(place: Path, *options: str) -> Path:
    """A new backup."""
    found = with_phrase(place, "backup", str(place / "kept"), *options, "--json")
    assert found.exit_code == 0, found.output
    return Path(json.loads(found.output)["backup"])


def emptied(place: Path) -> None:
    shutil.rmtree(place / "data")


def handles() -> list[str]:
    async def read() -> list[str]:
        people = Actor.filter(kind=ActorKind.PERSON, is_local=True)
        return [str(one) for one in await people.values_list("handle", flat=True)]

    return running.run(read)


def snapshot(folder: Path) -> dict[str, bytes]:
    files = (one for one in folder.rglob("*") if one.is_file())
    return {str(one.relative_to(folder)): one.read_bytes() for one in files}


def test_a_backup_is_verified_restored_and_serves_again(place: Path) -> None:
    folder = made(place)

    assert {one.name for one in folder.iterdir()} == {
        "database.sqlite3",
        "manifest.json",
        f"{folder.name}.key",
    }
    for one in (folder, *folder.iterdir()):
        assert stat.S_IMODE(one.stat().st_mode) == (0o700 if one.is_dir() else 0o600)
    assert b"".join(snapshot(folder).values()).find((place / "data/secret.key").read_bytes()) < 0
    said = with_phrase(place, "backup", "verify", str(place / "kept"))
    assert said.exit_code == 0 and f"{folder.name} is sound: mercy.example" in said.output

    key = (place / "data/secret.key").read_bytes()
    emptied(place)
    restored = with_phrase(place, "restore", str(folder))
    assert restored.exit_code == 0, restored.output
    assert handles() == ["lee"] and (place / "data/secret.key").read_bytes() == key
    assert not (place / "data/RESTORING").exists()

    async def rows() -> tuple[int, list[str]]:
        names = [str(name) for name in await Restore.all().values_list("name", flat=True)]
        return await Backup.all().count(), names

    assert running.run(rows) == (0, [folder.name])  # it holds what was so before it was made


def test_a_restore_says_what_will_happen_and_the_difference_is_named_for_each_hospital(
    place: Path,
) -> None:
    """`curbside backup difference`, as Administration > Backups has it."""

    async def treat() -> None:
        for name in ("St Luke's", "Cardio"):
            host = f"{name.lower().replace(' ', '').replace(chr(39), '')}.example"
            await Peer.create(host=host, name=name, level=PeerLevel.TRUSTED)

    async def told() -> None:
        restore = await restoring.running()
        assert restore is not None
        await restoring.count(restore, "stlukes.example", "regained", 1_204)
        await restoring.count(restore, "stlukes.example", "not_proven")
        await Peer.filter(host="stlukes.example").update(awaited_since=None, untold_since=None)

    running.run(treat)
    none = curbside("backup", "difference")
    assert none.exit_code == 0 and "never restored" in none.output
    made(place)
    emptied(place)
    said = with_phrase(place, "restore", str(place / "kept")).output
    assert "asked for what happened since: Cardio, St Luke's." in said
    assert "curbside backup difference" in said
    running.run(told)

    shown = curbside("backup", "difference")
    assert shown.exit_code == 3
    assert "1,204  St Luke's: Posts of our own consults, given back" in shown.output
    assert "Cardio: has not answered yet" in shown.output
    found = json.loads(curbside("backup", "difference", "--json").output)
    assert [one["host"] for one in found["awaited"]] == ["cardio.example"]
    assert found["hosts"] == [
        {
            "host": "stlukes.example",
            "name": "St Luke's",
            "counts": {"not_proven": 1, "regained": 1_204},
        }
    ]
    assert found["ended_at"] is None


def test_everything_in_the_data_folder_is_in_a_backup_or_can_be_made_anew(place: Path) -> None:
    """A new kind of file there has to be taken along."""
    made(place)
    anew = {"mail", "curbside.sqlite3-wal", "curbside.sqlite3-shm"}
    names = {one.name for one in (place / "data").iterdir()}
    assert names - anew == {"curbside.sqlite3", "secret.key"}


def test_the_key_goes_to_a_second_place_and_old_backups_are_removed_with_theirs(
    place: Path,
) -> None:
    second = place / "safe"
    names = [made(place, "--key-to", str(second), "--keep", "2").name for _ in range(3)]
    assert {one.name for one in second.iterdir()} == {f"{name}.key" for name in names[1:]}
    assert [one.name for one in manifest.all_in(place / "kept")] == names[1:]

    alone = with_phrase(place, "backup", "verify", str(place / "kept"))
    assert alone.exit_code == 1 and "key of this backup is missing" in alone.output
    given = with_phrase(place, "backup", "verify", str(place / "kept"), "--key", str(second))
    assert given.exit_code == 0, given.output
    other = with_phrase(
        place, "backup", "verify", str(place / "kept"), "--key", str(second / f"{names[1]}.key")
    )
    assert other.exit_code == 1 and f"key of the backup {names[1]}" in other.output


def _flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def _other_salt(folder: Path) -> None:
    """As readable as before."""
    file = folder / f"{folder.name}.key"
    found = json.loads(file.read_text())
    found["kdf"]["salt"] = found["nonce"]
    file.write_text(json.dumps(found))


def _other_host(folder: Path) -> None:
    file = folder / "manifest.json"
    file.write_text(file.read_text().replace('"host": "mercy.example"', '"host": "m.example"'))


def _other_institution(folder: Path) -> None:
    """Somebody's database, under hashes and a seal that fit."""
    file = folder / "database.sqlite3"
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE actor_key SET private = ?", ("A" * 40,))
    _sealed_again(folder)


def _no_database(folder: Path) -> None:
    """Whole as far as its hash goes."""
    file = folder / "database.sqlite3"
    with file.open("r+b") as opened:
        opened.seek(2 * 4096)
        opened.write(b"\xff" * 4096 * 20)
    _sealed_again(folder)


def _sealed_again(folder: Path) -> None:
    found = manifest.read(folder)
    entry = manifest.entry(folder / "database.sqlite3")
    again = manifest.Manifest(**{**vars(found), "files": (entry,)})
    key = Path(os.environ["CURBSIDE_DATA"], "secret.key").read_bytes()
    (folder / "manifest.json").unlink()
    manifest.write(folder, manifest.Manifest(**{**vars(again), "seal": again.sealed_by(key)}))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "is damaged: it is not as it was written": lambda f: _flip(f / "database.sqlite3"),
    "database.sqlite3: No such file": lambda f: (f / "database.sqlite3").unlink(),
    "manifest.json was changed": _other_host,
    "manifest.json is damaged": lambda f: (f / "manifest.json").write_text("{"),
    "is no backup: it has no manifest.json": lambda f: (f / "manifest.json").unlink(),
    ".key is damaged": _other_salt,
    "key of this backup is missing": lambda f: (f / f"{f.name}.key").unlink(),
    "does not open as a database": _no_database,
    "The key does not open what is sealed": _other_institution,
}


def test_what_is_wrong_with_a_backup_is_said_and_nothing_of_it_is_restored(place: Path) -> None:
    whole = made(place)
    original = {one.name: one.read_bytes() for one in whole.iterdir()}
    for said, damage in DAMAGES.items():
        folder = place / "damaged" / whole.name
        shutil.rmtree(folder.parent, ignore_errors=True)
        folder.mkdir(parents=True)
        for name, content in original.items():
            (folder / name).write_bytes(content)
        damage(folder)
        found = with_phrase(place, "backup", "verify", str(folder))
        assert found.exit_code == 1 and said in found.output, (said, found.output)
    folder.joinpath("database.sqlite3").write_bytes(original["database.sqlite3"][:-1])

    emptied(place)
    for wrong in (
        with_phrase(place, "restore", str(folder)),
        with_phrase(place, "restore", str(whole), file="wrong"),
    ):
        assert wrong.exit_code == 1 and "Traceback" not in wrong.output
    assert (
        "The passphrase does not open"
        in with_phrase(place, "restore", str(whole), file="wrong").output
    )
    assert not (place / "data").exists()


def test_a_folder_that_is_not_there_is_said_before_anybody_types_a_passphrase(place: Path) -> None:
    for command in (("backup", "verify"), ("restore",)):
        found = curbside(*command, str(place / "nowhere"))
        assert found.exit_code == 2 and "does not exist" in found.output


def test_a_restore_goes_into_an_empty_place_only(place: Path) -> None:
    folder = made(place)
    before = snapshot(place / "data")
    refused = with_phrase(place, "restore", str(folder))
    assert refused.exit_code == 1 and "is not empty" in refused.output
    assert "Nothing was changed" in refused.output and snapshot(place / "data") == before


def test_a_database_elsewhere_is_not_written_over(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = made(place)
    (place / "data/curbside.sqlite3").rename(place / "elsewhere.sqlite3")
    before = (place / "elsewhere.sqlite3").read_bytes()
    emptied(place)
    monkeypatch.setenv("CURBSIDE_DATABASE", f"sqlite://{place}/elsewhere.sqlite3")
    refused = with_phrase(place, "restore", str(folder))
    assert refused.exit_code == 1 and "There is a database at" in refused.output
    assert (place / "elsewhere.sqlite3").read_bytes() == before


def test_a_backup_of_a_newer_version_or_of_another_server_is_refused(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = made(place)
    emptied(place)
    monkeypatch.setattr("instance.migrated.known", lambda: {"0001_first"})
    newer = with_phrase(place, "restore", str(folder))
    assert newer.exit_code == 1 and "of a newer version, Curbside" in newer.output
    monkeypatch.setenv("CURBSIDE_ORIGIN", "https://other.example")
    other = with_phrase(place, "restore", str(folder))
    assert other.exit_code == 1 and "set CURBSIDE_ORIGIN to it" in other.output
    assert not (place / "data").exists()


def test_an_interrupted_restore_serves_nobody_and_can_be_begun_again(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = made(place)
    for step in ("instance.backups.restoring._put_key", "instance.backups.restoring.finish"):
        emptied(place)
        with monkeypatch.context() as patch:
            patch.setattr(step, _killed)
            assert with_phrase(place, "restore", str(folder)).exit_code != 0
        served = curbside("audit", "list")
        assert served.exit_code == 1 and "A restore has not ended. Run it again" in served.output
        again = with_phrase(place, "restore", str(folder))
        assert again.exit_code == 0, again.output
        assert handles() == ["lee"]


def _killed(*_: object) -> None:
    raise SystemExit(137)


def test_an_interrupted_backup_is_none_and_leaves_the_earlier_ones(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = made(place)
    before = snapshot(whole)
    (place / "kept/.partial-2020-01-01T000000Z").mkdir()  # of one that was killed
    for step, error in (
        ("instance.backups.manifest.write", OSError(28, "No space left on device")),
        ("instance.backups.sqlite_copy.dump", SystemExit(137)),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(step, _raising(error))
            failed = with_phrase(place, "backup", str(place / "kept"))
        assert failed.exit_code != 0
        if isinstance(error, OSError):
            assert "No space left on device. Make room" in failed.output
        assert [one.name for one in (place / "kept").iterdir() if one.is_dir()] == [whole.name]
        assert snapshot(whole) == before
    found = with_phrase(place, "backup", "verify", str(place / "kept"))
    assert found.exit_code == 0


def _raising(error: BaseException) -> Callable[..., None]:
    def work(*_: object) -> None:
        raise error

    return work


def test_a_full_disk_is_said_before_anything_is_written(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = made(place)
    usage = shutil.disk_usage(place)._replace(free=1)
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    refused = with_phrase(place, "backup", str(place / "kept"))
    assert refused.exit_code == 1 and "There is no room for a backup" in refused.output
    emptied(place)
    full = with_phrase(place, "restore", str(folder))
    assert full.exit_code == 1 and "0 MiB are free. Make room" in full.output
    assert list((place / "data").iterdir()) == []


def test_a_passphrase_is_never_guessed_at_or_too_short(place: Path) -> None:
    nobody = curbside("backup", str(place / "kept"))
    assert nobody.exit_code == 2 and "--passphrase-file" in nobody.output
    (place / "phrase").write_text("short\n")
    short = with_phrase(place, "backup", str(place / "kept"))
    assert short.exit_code == 2 and "at least 12 characters" in short.output


@pytest.fixture
def on_postgres(
    place: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], str]:
    """Moves the hospital to PostgreSQL; its programs are those that pip brought."""
    monkeypatch.setenv("PATH", f"{postgres.binaries()}:{os.environ['PATH']}")
    monkeypatch.setenv("CURBSIDE_DATABASE", postgres_url)
    assert curbside("member", "add", "okafor", *MEMBER).exit_code == 0
    return lambda: postgres_url


def test_postgresql_is_backed_up_and_restored_into_an_empty_database(
    place: Path,
    on_postgres: Callable[[], str],
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = made(place)
    assert (folder / "database.dump").stat().st_mode & 0o777 == 0o600
    assert with_phrase(place, "backup", "verify", str(folder)).exit_code == 0
    shutil.copytree(folder, damaged := place / "damaged" / folder.name)
    _flip(damaged / "database.dump")
    assert "is damaged" in with_phrase(place, "backup", "verify", str(damaged)).output

    emptied(place)
    refused = with_phrase(place, "restore", str(folder))
    assert refused.exit_code == 1 and "The database has tables" in refused.output
    assert not (place / "data").exists()

    with request.getfixturevalue("postgres").empty() as other:
        monkeypatch.setenv("CURBSIDE_DATABASE", other)
        with monkeypatch.context() as patch:
            patch.setattr("instance.backups.restoring._put_key", _killed)
            assert with_phrase(place, "restore", str(folder)).exit_code != 0
        restored = with_phrase(place, "restore", str(folder))
        assert restored.exit_code == 0, restored.output
        assert handles() == ["okafor"]


def test_a_pg_dump_that_is_missing_or_too_old_is_said(
    place: Path, on_postgres: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(place))
    missing = with_phrase(place, "backup", str(place / "kept"))
    assert missing.exit_code == 1 and "pg_dump is not on the PATH. Install" in missing.output
    old = place / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.1'\n")
    old.chmod(0o755)
    refused = with_phrase(place, "backup", str(place / "kept"))
    assert refused.exit_code == 1 and "is of PostgreSQL 9, the server of" in refused.output
