"""Whose a pseudonym is: T87. Opened by two officers, and told by nothing else."""

from tests.removals.entry import Removal

_OPENED = "tests/instance/web/test_unmasking.py"
_GROUPS = "tests/test_small_groups.py"
_TWO_NAMES = "tests/test_two_names_of_one_member.py"
_NO_SURFACE = f"{_GROUPS}::test_no_surface_tells_what_would_name_a_pseudonym_and_it_still_answers"

REMOVALS = (
    Removal(
        "T87",
        "one officer opens a pseudonym alone",
        "instance/services/unmasking.py",
        "    if row.asked_by_id == by.id:\n        raise NotAllowed(OWN)\n",
        "",
        f"{_OPENED}::test_one_asks_another_agrees_and_who_asked_sees_the_name",
    ),
    Removal(
        "T87",
        "an opened pseudonym stays open",
        "instance/services/unmasking.py",
        "id=row_id, asked_by_id=by.id, ends_at__gt=now)",
        "id=row_id, asked_by_id=by.id, ends_at__not_isnull=True)",
        f"{_OPENED}::test_one_asks_another_agrees_and_who_asked_sees_the_name",
    ),
    Removal(
        "T87",
        "who agreed sees the name as well",
        "instance/services/unmasking.py",
        "id=row_id, asked_by_id=by.id, ends_at__gt=now)",
        "id=row_id, ends_at__gt=now)",
        f"{_OPENED}::test_one_asks_another_agrees_and_who_asked_sees_the_name",
    ),
    Removal(
        "T87",
        "the member is not told",
        "instance/services/unmasking.py",
        "        if row.silent_until is None:\n            await _tell_member(row, now)\n",
        "",
        f"{_OPENED}::test_the_member_is_told_who_asked_and_why",
    ),
    Removal(
        "T87",
        "the member is told though a court forbids it",
        "instance/services/unmasking.py",
        "        if row.silent_until is None:\n",
        "        if True:\n",
        f"{_OPENED}::test_where_the_law_forbids_it_the_member_is_told_on_the_day",
    ),
    Removal(
        "T87",
        "an officer decides about their own pseudonym",
        "instance/services/unmasking.py",
        "    if row.actor.member_id == by.id:\n        raise NotFound\n",
        "    del by, row\n",
        f"{_OPENED}::test_an_officer_does_not_learn_of_a_request_about_their_own_pseudonym",
    ),
    Removal(
        "T87",
        "a specialty of one is told",
        "instance/outbox/small_groups.py",
        "LEAST = 5\n",
        "LEAST = 1\n",
        _NO_SURFACE,
    ),
    Removal(
        "T87",
        "a pseudonym's statement says everything",
        "instance/outbox/issuing.py",
        "(_told(facts, beside) if actor.is_pseudonym else facts)",
        "(facts if beside else _told(facts, beside))",
        _NO_SURFACE,
    ),
    Removal(
        "T87",
        "an answer keeps beside it what the statement leaves out",
        "instance/outbox/standing.py",
        "    if not (author.is_local and author.is_pseudonym):\n",
        "    if True:\n",
        _NO_SURFACE,
    ),
    Removal(
        "T87",
        "who shows another level counts as alike",
        "instance/outbox/small_groups.py",
        "AND level = ?1 AND",
        "AND level >= ?1 - 4 AND",
        f"{_GROUPS}::test_who_shows_something_else_beside_it_does_not_count",
    ),
    Removal(
        "T87",
        "the statement changes when a colleague leaves",
        "instance/outbox/issuing.py",
        "    return _basis(row) != _facts(_member_of(actor))\n",
        "    return _basis(row) != _facts(_member_of(actor)) or actor.is_pseudonym\n",
        f"{_GROUPS}"
        "::test_what_is_said_changes_with_a_renewal_and_not_when_somebody_comes_or_leaves",
    ),
    Removal(
        "T87",
        "a vote says which member it is of",
        "instance/outbox/polls.py",
        '        "type": "Create",\n        "actor": voter.uri,\n',
        '        "type": "Create",\n        "cs:of": str(voter.member_id),\n'
        '        "actor": voter.uri,\n',
        f"{_TWO_NAMES}"
        "::test_ballots_of_two_names_have_nothing_in_common_and_a_refused_one_leaves_nothing",
    ),
    Removal(
        "T87",
        "a move says which member it is of",
        "instance/outbox/posts.py",
        '        "type": "Move",\n',
        '        "type": "Move",\n        "cs:of": str(actor.member_id),\n',
        f"{_TWO_NAMES}::test_moves_of_two_names_have_nothing_in_common",
    ),
    Removal(
        "T87",
        "a key says when it was made",
        "instance/outbox/actors.py",
        '                    "type": "Multikey",\n',
        '                    "type": "Multikey",\n'
        '                    "created": contexts.timestamp(key.created_at),\n'
        '                    "cs:number": str(key.id),\n',
        f"{_TWO_NAMES}::test_keys_of_two_names_are_no_nearer_to_each_other_than_to_a_strangers",
    ),
)
