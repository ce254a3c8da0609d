"""What members take along and what ends with a server: T23 (moving, importing), T72 (closing)."""

from tests.removals.entry import Removal

_MOVING = "tests/instance/services/test_moving.py"
_IMPORTS = "tests/instance/services/portability/test_imports.py"
_CLOSING = "tests/acceptance/test_healtheva.py"

REMOVALS = (
    Removal(
        "T23",
        "an account that names nobody is moved to",
        "instance/services/moving.py",
        "    await _require_named(actor, found.uri)\n",
        "",
        f"{_MOVING}::test_nobody_moves_to_an_account_that_does_not_name_them",
    ),
    Removal(
        "T23",
        "a move takes no password",
        "instance/services/moving.py",
        "    await reauthentication.require_password(member, password, source)\n",
        "",
        f"{_MOVING}::test_a_move_takes_the_password",
    ),
    Removal(
        "T23",
        "a name that moved writes on",
        "instance/services/moves.py",
        "    if actor.moved_to_uri is not None:\n        raise errors.NotAllowed(",
        "    if False:\n        raise errors.NotAllowed(",
        f"{_MOVING}::test_a_name_that_moved_is_read_and_writes_no_more",
    ),
    Removal(
        "T23",
        "a name moves as often as it likes",
        "instance/services/moving.py",
        "    if moves.has_moved_lately(actor):\n",
        "    if False:\n",
        f"{_MOVING}::test_a_move_is_taken_back_and_then_waits_for_thirty_days",
    ),
    Removal(
        "T23",
        "a role moves along",
        "instance/services/moves.py",
        '    await audit.record("actor.moved", ',
        "    from instance.models import Moderator\n\n"
        "    await Moderator.filter(actor_id=old.id).update(actor_id=new.id)\n"
        '    await audit.record("actor.moved", ',
        "tests/acceptance/test_doctornetworking.py"
        "::test_standing_roles_consults_and_votes_stay_where_they_were",
    ),
    Removal(
        "T23",
        "an import brings standing",
        "instance/services/portability/imports.py",
        "        await pace.rest()\n    await _end(found)\n",
        "        await pace.rest()\n"
        "    from instance.models import Level\n\n"
        "    await Member.filter(id=actor.member_id).update(level=Level.INSTITUTIONAL)\n"
        "    await _end(found)\n",
        f"{_IMPORTS}::test_it_gives_no_standing_and_no_role",
    ),
    Removal(
        "T23",
        "an import brings posts that nobody signed",
        "instance/services/portability/imports.py",
        "if is_own and authorship.is_proven(create, keys, now):",
        "if is_own:",
        f"{_IMPORTS}::test_a_post_that_its_author_did_not_sign_is_left_out",
    ),
    Removal(
        "T23",
        "a file that somebody else made is taken",
        "instance/services/portability/imports.py",
        "    if await authorship.contradicts(opened.actor):\n",
        "    if False:\n",
        f"{_IMPORTS}::test_a_file_that_its_server_did_not_make_is_refused",
    ),
    Removal(
        "T23",
        "the file of a colleague is taken",
        "instance/services/portability/imports.py",
        "    if config.current().is_ours(opened.actor_uri) and opened.actor_uri != actor.uri:\n",
        "    if False:\n",
        f"{_IMPORTS}::test_the_file_of_another_account_here_stays_with_that",
    ),
    Removal(
        "T23",
        "what was brought is anybody's to read",
        "instance/services/portability/imports.py",
        "Keepsake.get_or_none(id=keepsake_id, identity_id__in=own)",
        "Keepsake.get_or_none(id=keepsake_id)",
        f"{_IMPORTS}::test_posts_and_consults_are_for_their_owner_alone_and_sent_to_nobody",
    ),
    Removal(
        "T72",
        "an owner agrees with themselves",
        "instance/services/closing.py",
        "        if found.proposed_by_id == by.id:\n",
        "        if False:\n",
        f"{_CLOSING}::test_two_owners_decide_and_either_calls_it_off",
    ),
    Removal(
        "T72",
        "one of two owners closes alone",
        "instance/services/closing.py",
        "        if await duties.holders(Duty.PEOPLE).count() == 1:\n",
        "        if True:\n",
        f"{_CLOSING}::test_two_owners_decide_and_either_calls_it_off",
    ),
    Removal(
        "T72",
        "a closing takes no password",
        "instance/services/closing.py",
        "    await reauthentication.require_password(by, password, source)\n"
        "    async with in_transaction():\n"
        "        await Member.filter(",
        "    async with in_transaction():\n        await Member.filter(",
        f"{_CLOSING}::test_only_owners_close_with_their_password_and_long_before",
    ),
    Removal(
        "T72",
        "a server closes tomorrow",
        "instance/services/closing.py",
        "    if not now + LEAST <= closes_at <= now + MOST:\n",
        "    if False:\n",
        f"{_CLOSING}::test_only_owners_close_with_their_password_and_long_before",
    ),
    Removal(
        "T72",
        "nobody hears that a closing was called off",
        "instance/services/closing.py",
        "    await _tell_called_off()\n    found",
        "    found",
        f"{_CLOSING}::test_who_was_told_of_a_date_hears_that_it_was_called_off_and_nobody_else",
    ),
    Removal(
        "T64",
        "servers that never heard of somebody hear that they go",
        "instance/services/closing.py",
        "    if actor.discoverable:\n",
        "    if True:\n",
        f"{_CLOSING}::test_who_is_hidden_says_goodbye_to_those_alone_who_knew_them",
    ),
)
