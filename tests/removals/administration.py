"""What administrators may do, and the record of it: T72 and T73."""

from tests.removals.entry import Removal

_AUDIT = "tests/instance/services/test_audit.py"
_CHECKS = "instance/services/audit_checks.py"
_MIGRATION = "instance/migrations/0009_audit.py"

REMOVALS = (
    Removal(
        "T73",
        "rows of the record can be changed and removed",
        _MIGRATION,
        "    for statement in _sqlite_statements() if sqlite else _postgres_statements():\n",
        "    for statement in ():\n",
        f"{_AUDIT}::test_nothing_in_the_record_can_be_changed_or_removed",
    ),
    Removal(
        "T73",
        "SQLite replaces a row of the record",
        _MIGRATION,
        " WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})",
        " WHEN false",
        f"{_AUDIT}::test_nothing_in_the_record_can_be_changed_or_removed",
    ),
    Removal(
        "T73",
        "a session without triggers changes the record",
        _MIGRATION,
        "        yield _POSTGRES_ALWAYS.format(table=table)\n",
        "",
        f"{_AUDIT}::test_a_session_without_triggers_cannot_change_it_either",
    ),
    Removal(
        "T73",
        "a changed entry passes",
        _CHECKS,
        '        if seals.entry_hash(row) != row["entry_hash"]:\n',
        "        if False:\n",
        f"{_AUDIT}::test_every_column_is_sealed",
    ),
    Removal(
        "T73",
        "another order of the seals passes",
        _CHECKS,
        '        if is_next and expected != row["hash"]:\n',
        "        if False:\n",
        f"{_AUDIT}::test_a_reordered_chain_is_found",
    ),
    Removal(
        "T73",
        "an entry that was put in later passes",
        _CHECKS,
        "        if self.covered is not None and at < self.covered - LATE:\n",
        "        if False:\n",
        f"{_AUDIT}::test_an_inserted_entry_is_found_sealed_or_not",
    ),
    Removal(
        "T73",
        "a record that was written anew passes beside its signed days",
        _CHECKS,
        "    await _check_anchors(chain.number, result)\n",
        "",
        f"{_AUDIT}::test_a_record_that_was_written_anew_is_not_the_one_that_was_signed",
    ),
    Removal(
        "T73",
        "a record that was written anew passes beside the log",
        _CHECKS,
        "            _compare_log(row, logged, result)\n",
        "",
        f"{_AUDIT}::test_the_log_knows_another_hash_of_a_record_that_was_written_anew",
    ),
    Removal(
        "T73",
        "two sealers work at once",
        "instance/services/seals.py",
        '        await raw_sql.run("SELECT pg_advisory_xact_lock(?1::bigint)", [_LOCK])\n',
        "        pass\n",
        f"{_AUDIT}::test_two_sealers_leave_no_gap_and_no_double",
    ),
    Removal(
        "T73",
        "a reason makes lines of its own",
        "instance/services/audit.py",
        "    if text.isprintable():\n",
        "    if True:\n",
        f"{_AUDIT}::test_a_line_break_makes_no_line_of_the_record_or_the_log",
    ),
    Removal(
        "T73",
        "an action without words is recorded",
        "instance/services/audit.py",
        "    if action not in ACTIONS:\n",
        "    if False:\n",
        f"{_AUDIT}::test_an_action_without_words_is_not_recorded",
    ),
)
