"""What administrators may do, and the record of it: T72 and T73.

What PostgreSQL alone needs is not here, because removals are looked at on one database: triggers
that no session switches off, and the lock of the sealers.
"""

from tests.removals.entry import Removal

_ROLES = "tests/instance/services/test_roles.py"
_GLASS = "instance/services/consults/break_glass.py"
_OPENED = "tests/instance/web/test_break_glass.py"
_FOUND = "tests/instance/services/test_audit_checks.py"
_UPGRADE = "tests/instance/test_upgrade.py"
_AUDIT = "tests/instance/services/test_audit.py"
_FORGED = "tests/instance/services/test_forged_records.py"
_CHECKS = "instance/services/audit_checks.py"
_MIGRATION = "instance/migrations/0009_audit.py"

REMOVALS = (
    Removal(
        "T72",
        "somebody suspended keeps their duties",
        "instance/services/duties.py",
        "    return member.role in DUTIES[duty] and member.suspended_at is None\n",
        "    return member.role in DUTIES[duty]\n",
        f"{_ROLES}::test_what_is_not_in_the_table_is_nobodys",
    ),
    Removal(
        "T72",
        "a service asks for no duty",
        "instance/services/duties.py",
        "        raise NotAllowed(_REFUSED[duty])\n",
        "        pass\n",
        f"{_ROLES}::test_a_service_asks_for_the_duty_whatever_door_it_is_called_through",
    ),
    Removal(
        "T72",
        "a page asks for no duty",
        "instance/web/guards.py",
        "        return duties.may(signed_in, duty)\n",
        "        return True\n",
        "tests/instance/web/test_roles.py::test_every_guarded_route_in_every_role",
    ),
    Removal(
        "T72",
        "the start page shows lines of every duty",
        "instance/services/waiting.py",
        "        if duties.may(member, duty):\n",
        "        if duty:\n",
        "tests/instance/web/test_admin_start.py"
        "::test_everybody_reads_the_lines_of_their_duties_and_no_other",
    ),
    Removal(
        "T72",
        "a service of settings asks for no duty",
        "instance/services/settings.py",
        "    duties.require(by, Duty.SETTINGS)\n",
        "",
        "tests/instance/web/test_settings.py"
        "::test_nobody_but_an_owner_changes_settings_through_any_door",
    ),
    Removal(
        "T72",
        "moderators open channels where owners alone may",
        "instance/services/boards.py",
        "    if not await may_open(by):\n",
        "    if False:\n",
        "tests/instance/web/test_kept_channels.py"
        "::test_owners_alone_open_channels_where_they_decided_so",
    ),
    Removal(
        "T72",
        "somebody changes their own role",
        "instance/services/roles.py",
        "            raise NotAllowed(OWN)\n",
        "            pass\n",
        f"{_ROLES}::test_nobody_changes_their_own_role",
    ),
    Removal(
        "T72",
        "two owners leave none",
        "instance/services/roles.py",
        "        duties.require(now[by.id], Duty.PEOPLE)\n",
        "",
        f"{_ROLES}::test_two_owners_who_take_it_from_each_other_leave_one",
    ),
    Removal(
        "T72",
        "sessions outlive a role",
        "instance/services/roles.py",
        "        await Session.filter(member_id=member.id).delete()\n",
        "",
        f"{_ROLES}::test_sessions_end_with_the_role",
    ),
    Removal(
        "T72",
        "who asks to read a consult lets themselves",
        _GLASS,
        "    if row.asked_by_id == by.id:\n",
        "    if False:\n",
        f"{_OPENED}::test_nobody_lets_themselves",
    ),
    Removal(
        "T72",
        "a consult stays open to who was let in once",
        _GLASS,
        "id=row_id, asked_by_id=by.id, ends_at__gt=now)",
        "id=row_id, asked_by_id=by.id, ends_at__not_isnull=True)",
        f"{_OPENED}::test_it_ends_after_an_hour",
    ),
    Removal(
        "T72",
        "what one person may read, others may",
        _GLASS,
        "id=row_id, asked_by_id=by.id, ends_at__gt=now)",
        "id=row_id, ends_at__gt=now)",
        f"{_OPENED}::test_it_is_open_to_who_asked_and_to_nobody_else",
    ),
    Removal(
        "T72",
        "those who take part are not told",
        _GLASS,
        "            await notifications.anew(actor, NotificationKind.READING, group)\n",
        "            pass\n",
        f"{_OPENED}::test_those_who_take_part_here_are_told_by_whom_and_why",
    ),
    Removal(
        "T73",
        "rows of the record can be changed and removed",
        _MIGRATION,
        "    for statement in _sqlite_statements() if sqlite else _postgres_statements():\n",
        "    for statement in ():\n",
        f"{_UPGRADE}::test_an_upgrade_from_the_first_version_loses_and_changes_no_row",
    ),
    Removal(
        "T73",
        "SQLite replaces a row of the record",
        _MIGRATION,
        " WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})",
        " WHEN false",
        f"{_UPGRADE}::test_an_upgrade_from_the_first_version_loses_and_changes_no_row",
    ),
    Removal(
        "T72",
        "what we were cut off from is opened for patient safety",
        _GLASS,
        "    return Consult.filter(may_be_here, id=consult_id)\n",
        "    return Consult.filter(id=consult_id)\n",
        f"{_OPENED}::test_what_we_were_cut_off_from_is_opened_to_nobody",
    ),
    Removal(
        "T72",
        "a page that is left open stays when its hour is over",
        "instance/web/break_glass.py",
        '    response.headers["Refresh"] = f"{left}; url=/admin/consults"\n',
        "",
        f"{_OPENED}::test_a_page_that_is_left_open_goes_away_when_it_ends",
    ),
    Removal(
        "T72",
        "the record tells the reason to everybody who reads it",
        "instance/web/audit.py",
        "    if not duties.may(reader, Duty.SAFETY):\n",
        "    if False:\n",
        f"{_OPENED}::test_the_record_shows_the_reason_to_whom_patient_safety_is_given",
    ),
    Removal(
        "T73",
        "rows are put in before the record begins",
        _MIGRATION,
        '            "low": f"INSERT ON {table} WHEN " + _low(table),\n',
        "",
        f"{_FORGED}::test_nothing_is_put_in_before_the_record_begins",
    ),
    Removal(
        "T73",
        "rows before the record begins pass",
        _CHECKS,
        "    for row in await raw_sql.run(_LOW, [PROBLEMS_MOST]):\n",
        "    for row in ():\n",
        f"{_FORGED}::test_nothing_is_put_in_before_the_record_begins",
    ),
    Removal(
        "T73",
        "a seal that is put in makes room for entries of long ago",
        _CHECKS,
        "            self.covered = max(self.covered or covers, covers)\n",
        "            self.covered = covers\n",
        f"{_FORGED}::test_a_seal_that_is_put_in_makes_no_room_for_entries_of_long_ago",
    ),
    Removal(
        "T73",
        "guards that were taken away are not missed",
        _CHECKS,
        "    await _check_guards(result)\n",
        "",
        f"{_FORGED}::test_a_guard_of_the_database_that_is_gone_is_told",
    ),
    Removal(
        "T73",
        "a signature that was taken away is not missed",
        _CHECKS,
        "    await _check_days(chain.days, result)\n",
        "",
        f"{_FORGED}::test_every_day_but_the_newest_is_signed",
    ),
    Removal(
        "T73",
        "a changed entry passes",
        _CHECKS,
        '        if seals.entry_hash(row) != row["entry_hash"]:\n',
        "        if False:\n",
        f"{_FOUND}::test_every_column_is_sealed",
    ),
    Removal(
        "T73",
        "another order of the seals passes",
        _CHECKS,
        '        if is_next and expected != row["hash"]:\n',
        "        if False:\n",
        f"{_FOUND}::test_a_reordered_chain_is_found",
    ),
    Removal(
        "T73",
        "an entry that was put in later passes",
        _CHECKS,
        "        if self.covered is not None and at < self.covered - seals.LATE:\n",
        "        if False:\n",
        f"{_FOUND}::test_an_inserted_entry_is_found_sealed_or_not",
    ),
    Removal(
        "T73",
        "a record that was written anew passes beside its signed days",
        _CHECKS,
        "    await _check_anchors(chain.number, result)\n",
        "",
        f"{_FOUND}::test_a_record_that_was_written_anew_is_not_the_one_that_was_signed",
    ),
    Removal(
        "T73",
        "a record that was written anew passes beside the log",
        _CHECKS,
        "            _compare_log(row, logged, result)\n",
        "",
        f"{_FOUND}::test_the_log_knows_another_hash_of_a_record_that_was_written_anew",
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
