"""Availability: T75 to T78."""

from tests.removals.entry import Removal

_INBOX = "tests/instance/inbox"
_OUTBOX = "tests/instance/outbox"
_SERVICES = "tests/instance/services"
_WORKERS = "tests/instance/workers"

_QUOTAS = f"{_INBOX}/test_quotas.py"

REMOVALS = (
    Removal(
        "T75",
        "a host may send any number of requests",
        "instance/inbox/receive.py",
        "    has_room = requests.take(host, REQUESTS_OF_A_PEER if is_known else "
        "REQUESTS_OF_A_HOST, now)\n",
        "    has_room = True\n",
        f"{_INBOX}/test_floods.py::test_a_flood_is_told_to_come_later_and_causes_no_look_up",
    ),
    Removal(
        "T75",
        "names under one domain have a bucket each and no other",
        "instance/inbox/receive.py",
        "    if has_room and not is_known:\n"
        '        domain = "*." + limits.registered_domain(host)\n'
        "        has_room = requests.take(domain, REQUESTS_OF_A_DOMAIN, now)\n",
        "",
        f"{_INBOX}/test_floods.py::test_names_under_one_domain_share_what_they_may_send",
    ),
    Removal(
        "T75",
        "a peer shares the bucket of strangers",
        "instance/inbox/receive.py",
        "REQUESTS_OF_A_PEER if is_known else REQUESTS_OF_A_HOST, now)\n    if has_room",
        "REQUESTS_OF_A_HOST, now)\n    if has_room",
        f"{_INBOX}/test_floods.py::test_a_flood_from_elsewhere_takes_nothing_from_a_peer",
    ),
    Removal(
        "T75",
        "a flood of wrong signatures makes us ask for keys",
        "instance/inbox/receive.py",
        "        door.note_failure()\n",
        "",
        f"{_INBOX}/test_floods.py"
        "::test_a_name_many_lie_about_is_asked_for_no_more_keys_and_comes_again",
    ),
    Removal(
        "T75",
        "a host that sends too much is asked for keys",
        "instance/inbox/receive.py",
        "    return has_room and counts.requests.has_room(host, REQUESTS_OF_A_HOST)\n",
        "    return has_room\n",
        f"{_INBOX}/test_floods.py::test_a_flood_is_told_to_come_later_and_causes_no_look_up",
    ),
    Removal(
        "T75",
        "a stranger who deletes themselves is asked for a key",
        "instance/inbox/receive.py",
        "        if await _leaves_unmet(self._request.body) and await trust.level(host) is "
        "Level.PUBLIC:\n"
        '            raise NeverMet(f"{host}: nobody known here")\n',
        "",
        f"{_INBOX}/test_floods.py::test_a_stranger_who_deletes_themselves_is_not_asked_for_a_key",
    ),
    Removal(
        "T75",
        "the names of a flood fill the memory",
        "instance/outbox/limits.py",
        "            if len(self._windows) > self._names_max:\n"
        "                self._windows.popitem(last=False)\n",
        "",
        f"{_OUTBOX}/test_limits.py"
        "::test_any_number_of_names_takes_the_same_room_and_busy_ones_stay",
    ),
    Removal(
        "T76",
        "one activity goes to any number of inboxes",
        "instance/outbox/enqueue.py",
        "[:INBOXES_MOST]",
        "",
        f"{_OUTBOX}/test_enqueue.py"
        "::test_one_activity_goes_to_no_more_inboxes_than_the_contract_allows",
    ),
    Removal(
        "T76",
        "each edit goes out, however quickly they follow each other",
        "instance/outbox/enqueue.py",
        "waited = await _instead(updated, sender) if updated else set()",
        "waited: set[str] = set()",
        f"{_SERVICES}/test_editing.py::test_edits_that_did_not_leave_yet_are_one",
    ),
    Removal(
        "T76",
        "an edit leaves right after the one before",
        "instance/outbox/enqueue.py",
        "        due_at = max(due_at, await pacing.of_update(updated, sender, now))\n",
        "        pass\n",
        "tests/instance/outbox/test_pacing.py"
        "::test_of_one_post_a_channel_passes_on_one_update_a_minute_and_the_last_arrives",
    ),
    Removal(
        "T76",
        "each vote is told at once",
        "instance/services/poll_results.py",
        "due = Q(told_at=None) | Q(told_at__lte=now - TELL_EVERY) | Q(closed_at__not_isnull=True)",
        "due = Q()",
        f"{_SERVICES}/test_poll_results.py"
        "::test_results_are_told_every_three_minutes_at_most_and_only_new_ones",
    ),
    Removal(
        "T76",
        "a text names any number of people",
        "instance/services/mentions.py",
        "for name in html.mentioned(markdown)[:MOST]:",
        "for name in html.mentioned(markdown):",
        f"{_SERVICES}/test_mentions.py::test_only_so_many_are_named_in_one_text",
    ),
    Removal(
        "T76",
        "a list of followers makes us send without end",
        "instance/inbox/synchronisation.py",
        '.order_by("id").limit(_DISOWNED_MOST)',
        '.order_by("id")',
        "tests/test_followers_synchronisation.py::test_one_list_makes_us_send_only_so_much",
    ),
    Removal(
        "T76",
        "a failing host is tried as often as there is something for it",
        "instance/workers/claims.py",
        "CASE WHEN p.failing_since IS NULL AND p.paused_at IS NULL THEN {PER_HOST_MAX} ELSE 1 END",
        "{PER_HOST_MAX}",
        f"{_WORKERS}/test_breaker.py::test_two_workers_send_a_failing_host_one_probe",
    ),
    Removal(
        "T77",
        "what could not be had is asked for again at once",
        "instance/outbox/remote.py",
        "                self._failures.remember(url, level, error, now)\n",
        "",
        f"{_OUTBOX}/test_directory.py::test_what_could_not_be_had_is_not_asked_for_again_at_once",
    ),
    Removal(
        "T77",
        "names under one domain make us ask without end",
        "instance/outbox/remote.py",
        "    name = host if is_known else limits.registered_domain(host)\n",
        "    name = host\n",
        f"{_OUTBOX}/test_directory.py::test_names_under_one_domain_make_us_ask_ten_times_a_minute",
    ),
    Removal(
        "T77",
        "a peer is asked without end",
        "instance/outbox/remote.py",
        "        _require_within_limit(host, level)\n",
        "",
        f"{_OUTBOX}/test_directory.py::test_nobody_makes_us_ask_a_peer_without_end",
    ),
    Removal(
        "T77",
        "each wrong signature asks for the key anew",
        "instance/outbox/remote.py",
        "oldest = now - (REFRESH_AFTER if refresh else FRESH)",
        "oldest = now if refresh else now - FRESH",
        f"{_OUTBOX}/test_key_lookups.py::test_a_wrong_signature_asks_again_once_in_five_minutes",
    ),
    Removal(
        "T78",
        "one server keeps any number of ids away",
        "instance/services/gone.py",
        "            await oldest.delete()\n",
        "            pass\n",
        f"{_INBOX}/test_changes.py::test_one_server_keeps_no_more_than_its_part_of_ids_away",
    ),
    Removal(
        "T78",
        "one server leaves any number of reports",
        "instance/services/reports.py",
        "    if await Report.filter(host=host, decided_at=None).count() >= OPEN_MAX:\n"
        "        raise TooMany(retry_after_seconds=3600)\n",
        "",
        f"{_INBOX}/test_reports.py::test_a_host_that_leaves_too_many_reports_waits",
    ),
    Removal(
        "T78",
        "the same report is kept each time",
        "instance/services/reports.py",
        "    if await _open(host, target, posts, None) is not None:\n        return None\n",
        "",
        f"{_INBOX}/test_reports.py::test_the_same_report_is_kept_once",
    ),
    Removal(
        "T78",
        "the names of types that others make up fill a table",
        "instance/services/refusals.py",
        "if reason not in known and len(known) >= REASONS_MAX:",
        "if False:",
        f"{_WORKERS}/test_upkeep.py::test_names_that_others_make_up_do_not_fill_the_table",
    ),
    Removal(
        "T78",
        "strangers fill the record",
        "instance/inbox/refusals.py",
        "is_recorded = isinstance(error, Refused) and _has_room(verified.host)",
        "is_recorded = isinstance(error, Refused)",
        f"{_INBOX}/test_floods.py::test_a_strangers_nonsense_does_not_fill_the_record",
    ),
    Removal(
        "T78",
        "what kept an id away is kept for ever",
        "instance/services/retention/content.py",
        'older(Gone, "expires_at"),',
        'older(Gone, "expires_at", Q(uri="")),',
        f"{_INBOX}/test_changes.py::test_what_kept_an_id_away_is_forgotten_after_a_month",
    ),
    Removal(
        "T78",
        "one server stores as much here as it likes",
        "instance/inbox/receive.py",
        "    await left_here.require_room(verified.host, cost, now, is_partner=is_partner)\n",
        "",
        f"{_QUOTAS}::test_what_is_more_than_a_days_part_is_refused_until_tomorrow"
        "_or_somebody_decides",
    ),
    Removal(
        "T78",
        "a bound in all counts nothing",
        "instance/outbox/host_counts.py",
        "min(limit.a_day - on_day[kind], limit.in_all - in_all[kind])",
        "limit.a_day - on_day[kind]",
        f"{_QUOTAS}::test_what_is_here_in_all_has_a_bound_which_deleting_widens",
    ),
    Removal(
        "T78",
        "a server makes up any number of people",
        "instance/outbox/remote.py",
        "            await self._require_room_for_one(host)\n",
        "            pass\n",
        f"{_QUOTAS}::test_a_server_makes_up_only_so_many_people",
    ),
)
