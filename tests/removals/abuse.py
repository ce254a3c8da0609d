"""Reports, disorder, failures, claims and links between names: T79 to T81, T83 and T85 to T87."""

from tests.removals.entry import Removal

_INBOX = "tests/instance/inbox"
_OUTBOX = "tests/instance/outbox"
_SERVICES = "tests/instance/services"
_PROFILES = f"{_SERVICES}/test_profiles.py"
_WORKERS = "tests/instance/workers"

REMOVALS = (
    Removal(
        "T79",
        "a report keeps its HTML",
        "instance/inbox/report.py",
        '    text = html.plain(verified.activity.text("content"), reports.TEXT_MAX)\n',
        '    text = verified.activity.text("content")[: reports.TEXT_MAX]\n    assert html\n',
        f"{_INBOX}/test_reports.py::test_a_flag_is_a_report_and_nothing_else",
    ),
    Removal(
        "T79",
        "a report names any number of things",
        "instance/inbox/report.py",
        "[: reports.POSTS_MAX]",
        "",
        f"{_INBOX}/test_reports.py::test_a_flag_of_ten_thousand_objects_reads_fifty",
    ),
    Removal(
        "T79",
        "somebody hidden is reported",
        "instance/services/reports.py",
        "uri__in=named, is_local=True, discoverable=True",
        "uri__in=named, is_local=True",
        f"{_INBOX}/test_reports.py::test_what_is_not_ours_is_not_reported_here",
    ),
    Removal(
        "T79",
        "somebody is reported for what another wrote",
        "instance/services/reports.py",
        "    posts = [post for post in posts if belongs(post, target)]\n",
        "",
        f"{_INBOX}/test_reports.py::test_nobody_is_reported_for_what_somebody_else_wrote",
    ),
    Removal(
        "T72",
        "a closed channel takes what others send",
        "instance/inbox/channel_door.py",
        '        raise Refused("5.3 closed")\n',
        "        pass\n",
        "tests/instance/web/test_kept_channels.py"
        "::test_in_a_closed_channel_nobody_elsewhere_writes_and_they_are_told",
    ),
    Removal(
        "T79",
        "what is passed on has the reporter's words",
        "instance/services/decisions.py",
        "    flag = documents.flag(institution, named, reason, [to], datetime.now(UTC))\n",
        "    flag = documents.flag(institution, named, row.text, [to], datetime.now(UTC))\n",
        "tests/instance/services/test_reports.py"
        "::test_what_is_passed_on_names_neither_the_reporter_nor_their_words",
    ),
    Removal(
        "T72",
        "who keeps one channel bans from all of them",
        "instance/services/decisions.py",
        "is_person and duties.may(member, Duty.CHANNELS)",
        "is_person",
        "tests/instance/services/test_reports.py::test_every_channel_at_once_is_for_staff_alone",
    ),
    Removal(
        "T80",
        "what comes with what takes it back stays",
        "instance/inbox/once.py",
        "    names = [one.locking or one.uri for one in received]\n",
        "    names = [str(one) for one in ids]\n",
        f"{_INBOX}/test_remembering.py"
        "::test_of_what_decides_about_the_same_the_second_waits_for_the_end_of_the_first",
        database="postgres",
    ),
    Removal(
        "T80",
        "what is taken back together with what brings it stays",
        "instance/commits.py",
        "    return sorted(pieces, key=lambda piece: piece.prepare is None)\n",
        "    return pieces\n",
        f"{_INBOX}/test_together.py"
        "::test_what_is_taken_back_together_with_what_brings_it_leaves_nothing",
    ),
    Removal(
        "T80",
        "an Update before its Create is lost",
        "instance/inbox/changes.py",
        "        await post.take(believed, note)  # its Create comes later, or never (T80)\n",
        "        pass\n",
        f"{_INBOX}/test_changes.py::test_an_update_of_what_never_came_is_taken_as_it",
    ),
    Removal(
        "T80",
        "a Delete before its Create is lost",
        "instance/inbox/changes.py",
        "        await _keep_away(uri, believed)\n",
        "        pass\n",
        f"{_INBOX}/test_changes.py::test_a_delete_that_overtakes_its_post_keeps_it_away",
    ),
    Removal(
        "T80",
        "an Undo before its Like is lost",
        "instance/inbox/undo.py",
        "    await _keep_away(uri, verified)\n",
        "",
        f"{_INBOX}/test_reactions.py::test_an_undo_that_overtakes_its_like_keeps_it_away",
    ),
    Removal(
        "T80",
        "an Undo before its Lock is lost",
        "instance/inbox/moderation.py",
        "    if await gone.is_gone(verified.activity.id, verified.signer):\n"
        "        return  # its Undo was faster (T80)\n",
        "",
        f"{_INBOX}/test_moderation.py::test_an_undo_that_overtakes_its_act_ends_it",
    ),
    Removal(
        "T80",
        "a post is from the future",
        "instance/services/documents.py",
        'return min(_stated(note, "published") or now, now)',
        'return _stated(note, "published") or now',
        f"{_INBOX}/test_public_posts.py::test_a_post_is_no_younger_than_its_arrival",
    ),
    Removal(
        "T80",
        "a change from the future shuts later ones out",
        "instance/services/documents.py",
        "return stated if stated and stated <= now + _LEAP else None",
        "return stated",
        f"{_INBOX}/test_changes.py::test_a_time_to_come_does_not_shut_later_changes_out",
    ),
    Removal(
        "T81",
        "what a killed worker held is never sent",
        "instance/workers/claims.py",
        ') AND (claimed_until IS NULL OR claimed_until < {{now}}) RETURNING id"""  # noqa',
        ') AND claimed_until IS NULL RETURNING id"""  # noqa',
        f"{_WORKERS}/test_claims.py::test_a_row_is_worked_on_by_one_worker_until_its_lease_ends",
    ),
    Removal(
        "T81",
        "a delivery overtakes one before it",
        "instance/workers/claims.py",
        "                AND e.id < x.id AND e.due_at IS NOT NULL\n",
        "                AND e.id < x.id AND e.due_at IS NULL\n",
        f"{_WORKERS}/test_claims.py::test_a_lane_goes_in_its_order_and_holds_up_no_other",
    ),
    Removal(
        "T81",
        "a post is stored though its deliveries are not",
        "instance/services/posting.py",
        "    activity = await posts.create(author, note, now)\n"
        "    async with in_transaction():\n"
        "        await thread.save(force_create=True)\n",
        "    activity = await posts.create(author, note, now)\n"
        "    if in_transaction:\n"
        "        await thread.save(force_create=True)\n",
        f"{_WORKERS}/test_delivery.py"
        "::test_an_activity_and_its_deliveries_come_with_what_caused_them_or_not_at_all",
    ),
    Removal(
        "T81",
        "what was refused is remembered as done",
        "instance/inbox/arrivals.py",
        "    await commits.run(arrival, _prepare if only_adds else None)\n",
        "    await once.is_new_activity(arrival.received)\n"
        "    arrival.answers, arrival.is_new = {}, True\n"
        "    await commits.run(arrival)\n",
        f"{_INBOX}/test_once.py::test_what_was_refused_is_not_remembered_as_done",
    ),
    Removal(
        "T81",
        "what nobody waits for any more is remembered and not stored",
        "instance/commits.py",
        "            if not piece.done.cancelled():\n",
        "            if True:\n",
        "tests/instance/test_commits.py::test_what_was_prepared_is_done_though_its_caller_hangs_up",
    ),
    Removal(
        "T81",
        "two processes lock the same rows in different orders",
        "instance/commits.py",
        "                await _take_turn()\n",
        "",
        "tests/instance/test_commits.py"
        "::test_two_processes_that_want_the_same_rows_get_one_after_the_other",
    ),
    Removal(
        "T83",
        "little-boxes is used in another place",
        "federation/documents.py",
        "import orjson\n",
        "import orjson\nfrom little_boxes import activitypub  # noqa: F401\n",
        "tests/federation/test_vocabulary.py"
        "::test_only_the_vocabulary_uses_little_boxes_and_only_its_object_model",
    ),
    Removal(
        "T83",
        "little-boxes asks for what it reads",
        "federation/vocabulary.py",
        "    def _validate_person(self, actor: str) -> str:\n",
        "    def _validated_person(self, actor: str) -> str:\n",
        "tests/federation/test_vocabulary.py::test_an_ordinary_post_is_read_without_asking_anybody",
    ),
    Removal(
        "T83",
        "little-boxes writes into the log what it reads",
        "federation/vocabulary.py",
        'logging.getLogger("little_boxes").setLevel(logging.WARNING)',
        'logging.getLogger("little_boxes").setLevel(logging.DEBUG)',
        "tests/federation/test_vocabulary.py::test_the_debug_lines_of_the_library_are_off",
    ),
    Removal(
        "T85",
        "whoever is known here counts as a partner",
        "instance/outbox/trust.py",
        "    own = said.get(host)\n",
        "    own = said.get(host)\n"
        "    if await Actor.filter(host=host).exists():\n"
        "        return Level.TRUSTED\n",
        f"{_OUTBOX}/test_key_lookups.py::test_no_claim_of_a_server_raises_its_level",
    ),
    Removal(
        "T85",
        "one side's word makes a partner",
        "instance/outbox/trust.py",
        '    return bool(found["ways"] == len(Direction))\n',
        '    return bool(found["ways"])\n',
        f"{_OUTBOX}/test_trust_levels.py::test_trust_takes_both_directions",
    ),
    Removal(
        "T86",
        "a report reaches into a consult",
        "instance/inbox/report.py",
        '    if await consult.concerns_consult({"object": uris}):\n        raise Refused("T79")\n',
        "",
        f"{_INBOX}/test_reports.py::test_a_flag_that_reaches_for_a_consult_is_refused",
    ),
    Removal(
        "T86",
        "somebody asks for a recall and is told nothing",
        "instance/inbox/relationship.py",
        "        if await consult.concerns_consult(document):\n"
        '            raise Refused("T20 activity")\n',
        "",
        f"{_INBOX}/test_takeovers.py::test_an_offer_of_something_else_about_a_consult_is_refused",
    ),
    Removal(
        "T87",
        "two names of one member meet in one consult",
        "instance/services/consults/contributing.py",
        'return [actor for actor in own if actor.id == spoke[0]["author_id"]] if spoke else own',
        "return own if spoke else own",
        f"{_SERVICES}/test_answering.py::test_two_names_of_one_person_never_meet_in_one_consult",
    ),
    Removal(
        "T87",
        "the dates of a standing tell whose pseudonym it is",
        "instance/web/presenting/people.py",
        "may_tell = actor.is_local and not actor.is_pseudonym",
        "may_tell = actor.is_local",
        "tests/instance/web/test_profiles.py::test_the_dates_of_a_pseudonym_are_told_to_nobody",
    ),
    Removal(
        "T87",
        "the names of a member get new keys in one moment",
        "instance/services/actor_updates.py",
        "later = now + timedelta(seconds=secrets.randbelow(_SPREAD_SECONDS))",
        "later = now + timedelta(seconds=secrets.randbelow(1))",
        f"{_SERVICES}/test_rotation.py"
        "::test_updates_of_several_actors_go_out_at_moments_nobody_can_link",
    ),
    Removal(
        "T87",
        "the directory lists pseudonyms",
        "instance/services/directory.py",
        "actor.is_local AND NOT actor.is_pseudonym AND member.suspended_at IS NULL",
        "actor.is_local AND member.suspended_at IS NULL",
        f"{_SERVICES}/test_directory.py::test_no_search_finds_a_pseudonym",
    ),
    Removal(
        "T87",
        "the directory of a partner lists pseudonyms",
        "instance/outbox/actors.py",
        "if actor.discoverable and not actor.is_pseudonym:",
        "if actor.discoverable:",
        f"{_SERVICES}/test_directory.py::test_pseudonyms_of_a_partner_are_not_in_the_directory",
    ),
    Removal(
        "T87",
        "a pseudonym names its member",
        "instance/services/profiles.py",
        "    if named.intersection(folded(text).split()):\n",
        "    if False:\n",
        f"{_PROFILES}::test_a_pseudonym_does_not_name_its_member",
    ),
    Removal(
        "T87",
        "a pseudonym says where it trained",
        "instance/services/profiles.py",
        "return OF_A_PSEUDONYM if actor.is_pseudonym else tuple(ProfileKind)",
        "return tuple(ProfileKind)",
        f"{_PROFILES}::test_a_pseudonym_says_nothing_of_towns_and_training",
    ),
    Removal(
        "T87",
        "a profile is read by whom it is not for, on its page",
        "instance/services/profiles.py",
        "    found = await profiles.fields(actor, readable)\n",
        "    found = await profiles.fields(actor, tuple(Visibility))\n",
        f"{_PROFILES}::test_a_page_shows_each_reader_what_is_for_them",
    ),
    Removal(
        "T87",
        "a profile is read by whom it is not for, elsewhere",
        "instance/outbox/profiles.py",
        "    readable = _FOR_PARTNERS if trusted else (Visibility.PUBLIC,)\n",
        "    readable = _FOR_PARTNERS\n",
        f"{_PROFILES}::test_a_document_says_to_each_server_what_is_for_it",
    ),
    Removal(
        "T87",
        "a pseudonym acts for the staff",
        "instance/services/moderation.py",
        "is_named = actor.member_id is not None and not actor.is_pseudonym",
        "is_named = actor.member_id is not None",
        "tests/instance/web/test_moderating.py::test_a_pseudonym_does_not_act_for_the_staff",
    ),
    Removal(
        "T72",
        "who is banned from every channel writes in those that open later",
        "instance/services/channels.py",
        "            await lasting_bans.keep_out(actor)\n",
        "",
        "tests/instance/services/test_reports.py"
        "::test_who_is_suspended_writes_in_no_channel_that_opens_later",
    ),
)
