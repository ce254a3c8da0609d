"""`curbside audit`: list, verify and export, for people and for programs."""

import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson

from instance import config
from instance.cli import running
from instance.models import Actor
from instance.outbox import local
from instance.services import audit, rotation, seals
from tests.instance.cli.test_keys import MEMBER, curbside, environment

__all__ = ["environment"]


def write(*hosts: str) -> None:
    async def work() -> None:
        for host in hosts:
            await audit.record(
                "peer.paused", actor_uri=f"https://{host}/u", host=host, subject=host, count=3
            )
        await seals.seal(datetime.now(UTC))

    running.run(work)


def test_a_record_that_holds_is_said_to(environment: None) -> None:
    write("a.example", "b.example")
    found = curbside("audit", "verify")
    assert found.exit_code == 0 and found.output.startswith("The record holds: 2 entries since ")
    shown = orjson.loads(curbside("audit", "verify", "--json").output)
    assert (shown["holds"], shown["sealed"], shown["problems"]) == (True, 2, [])


def test_a_record_that_does_not_hold_ends_with_1_and_a_sentence(
    environment: None, tmp_path: Path
) -> None:
    write("a.example", "b.example")
    with closing(sqlite3.connect(tmp_path / "curbside.sqlite3")) as connection, connection:
        connection.execute("DROP TRIGGER audit_entry_no_delete")
        connection.execute("DELETE FROM audit_entry WHERE host = 'a.example'")
    found = curbside("audit", "verify")
    assert found.exit_code == 1 and "was removed: its seal 1 is still there." in found.output
    as_json = curbside("audit", "verify", "--json")
    assert as_json.exit_code == 1 and not orjson.loads(as_json.output)["holds"]


def test_the_log_is_compared(environment: None, tmp_path: Path) -> None:
    write("a.example")
    log = tmp_path / "server.log"
    log.write_text(f"2026-11-26 INFO instance audit sealed 1 {'0' * 64}\n")
    found = curbside("audit", "verify", "--log", str(log))
    assert found.exit_code == 1 and "the record was rewritten" in found.output


def test_entries_are_listed_in_words_and_chosen(environment: None) -> None:
    assert curbside("member", "add", "lee", *MEMBER).exit_code == 0
    write("a.example", "b.example")
    lines = curbside("audit", "list", "--action", "peer.paused").output.splitlines()
    assert len(lines) == 2 and "Stopped sending to a server" in lines[0] and "count: 3" in lines[0]
    assert "b.example" in lines[0]
    [line] = curbside("audit", "list", "--who", "a.example", "--json").output.splitlines()
    assert orjson.loads(line)["host"] == "a.example"
    assert curbside("audit", "list", "--action", "nothing.known").exit_code == 2


def test_a_line_says_handles_and_hosts_and_each_of_them_once(environment: None) -> None:
    """Never a name; what programs read is the record as it is."""
    assert curbside("member", "add", "lee", *MEMBER).exit_code == 0

    async def work() -> None:
        lee = await Actor.get(local_handle="lee")
        there = "https://b.example"
        about = {"subject": f"{there}/actor", "host": "b.example"}
        await audit.record("trust.active", actor_uri=lee.uri, **about)
        about = {"subject": f"{there}/k/7", "host": "b.example"}
        await audit.record("consult.obeyed", actor_uri=f"{there}/g/9", **about)
        about = {"subject": lee.uri, "host": config.current().host}
        await audit.record("member.suspended", actor_uri=f"{there}/u/3", **about)

    running.run(work)
    suspended, obeyed, active = curbside("audit", "list", "--limit", "3").output.splitlines()
    assert active.endswith("  Began to work together  @lee  b.example")
    assert obeyed.endswith("theirs  b.example  https://b.example/k/7")
    assert suspended.endswith("  https://b.example/u/3  mercy.example @lee")
    for line in curbside("audit", "list", "--limit", "3", "--json").output.splitlines():
        assert orjson.loads(line)["actor"].startswith("https://")


def test_an_export_goes_to_a_new_file_that_only_its_owner_reads(
    environment: None, tmp_path: Path
) -> None:
    write("a.example")
    file = tmp_path / "record.jsonl"
    assert curbside("audit", "export", str(file)).exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    [line] = file.read_bytes().splitlines()
    assert orjson.loads(line)["seal"]["number"] == 1
    assert curbside("audit", "export", "-").output.encode() == line + b"\n"
    assert "exists" in curbside("audit", "export", str(file)).output


def test_a_key_that_is_not_on_file_and_a_damaged_entry_are_named(
    environment: None, tmp_path: Path
) -> None:
    write("a.example", "b.example")

    async def sign_and_replace() -> None:
        await seals.anchor(datetime.now(UTC) + timedelta(days=1) + seals.LATE)
        await rotation.rotate(await local.institution(), emergency=True)

    running.run(sign_and_replace)
    said = curbside("audit", "verify").output
    assert "Signed with a key that is not on file here any more: 1 day from" in said
    [key] = orjson.loads(curbside("audit", "verify", "--json").output)["unknown_keys"]
    assert key["days"] == 1 and key["key"] in said
    with closing(sqlite3.connect(tmp_path / "curbside.sqlite3")) as connection, connection:
        connection.execute("DROP TRIGGER audit_entry_no_update")
        connection.execute("UPDATE audit_entry SET detail = '{' WHERE host = 'a.example'")
    listed = curbside("audit", "list", "--action", "peer.paused").output.splitlines()
    assert [line.endswith("DAMAGED") for line in listed] == [False, True]
    assert curbside("audit", "export", "-").exit_code == 0
