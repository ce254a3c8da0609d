"""What keeps rows while a database is brought to a new version, or moved."""

from tests.removals.entry import Removal

_MIGRATIONS = "tests/instance/test_interrupted_migrations.py"
_MOVING = "tests/instance/test_moving.py"

REMOVALS = (
    Removal(
        "T63",
        "two migrate at once on PostgreSQL",
        "instance/migrate.py",
        '            if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):\n',
        "            if False:\n",
        f"{_MIGRATIONS}::test_who_comes_second_hears_whom_it_waits_for",
        "postgres",
    ),
    Removal(
        "T63",
        "an SQLite file is changed without a copy",
        "instance/migrate.py",
        "        await asyncio.to_thread(sqlite_copies.copy, file, copy)\n",
        "        assert copy\n",
        "tests/instance/test_migrate.py::test_an_sqlite_file_is_copied_before_it_changes",
    ),
    Removal(
        "T63",
        "a copy is not looked through",
        "instance/sqlite_copies.py",
        'if verdict != "ok" or _rows(new) != counted:',
        "if not verdict:",
        f"{_MIGRATIONS}::test_a_copy_that_is_not_like_the_file_stops_the_upgrade",
    ),
    Removal(
        "T63",
        "a step that was committed is made again",
        "instance/stepwise.py",
        "return progress is None or progress.operation > number",
        "return progress is None",
        f"{_MIGRATIONS}::test_one_that_is_killed_goes_on_where_it_was",
    ),
    Removal(
        "T63",
        "rows are moved and not compared",
        "instance/moving/move.py",
        "        if values.digest(expected) == values.digest(found):\n            return\n",
        "        if values.digest(expected):\n            return\n",
        f"{_MOVING}::test_what_is_not_as_it_was_is_found_and_the_move_not_called_done",
        "postgres",
    ),
    Removal(
        "T63",
        "a file is moved while a server has it open",
        "instance/moving/source.py",
        '            self._connection.execute("PRAGMA locking_mode=EXCLUSIVE")\n',
        "",
        f"{_MOVING}::test_a_file_that_somebody_has_open_is_not_moved",
        "postgres",
    ),
    Removal(
        "T63",
        "a server starts on a file that was moved",
        "instance/cli/running.py",
        'if scheme == "sqlite" and (said := mark.read(Path(file))):',
        'if scheme == "" and (said := mark.read(Path(file))):',
        f"{_MOVING}::test_after_the_move_nobody_serves_from_the_file_by_mistake",
        "postgres",
    ),
)
