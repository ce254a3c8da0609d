"""Backups, and an institution that comes back from one."""

from tests.removals.entry import Removal

_COMMANDS = "tests/instance/cli/test_backups.py"
_SETTLED = "tests/instance/services/test_restoring.py"
_WRONG = f"{_COMMANDS}::test_what_is_wrong_with_a_backup_is_said_and_nothing_of_it_is_restored"
_BETWEEN = "tests/test_restores_between_institutions.py"
_ON_THE_WAY = "tests/test_restores_on_the_way.py"
_WORDS = f"{_BETWEEN}::test_words_that_our_own_keys_do_not_prove_are_not_put_into_anybodys_mouth"

REMOVALS = (
    Removal(
        "T60",
        "who took a partner's name over reads what we hold together, after a restore",
        "instance/web/guards.py",
        "            keys=remote.Pinned(),\n",
        "            keys=remote.directory(),\n",
        "tests/test_restores_between_institutions.py"
        "::test_who_comes_from_a_backup_tells_nobody_else_and_by_no_other_key",
    ),
    Removal(
        "T63",
        "a damaged file of a backup is taken",
        "instance/backups/verifying.py",
        "is_whole = manifest.entry(file, watch) == expected",
        "is_whole = manifest.entry(file, watch).name == expected.name",
        _WRONG,
    ),
    Removal(
        "T63",
        "a manifest that was changed is taken",
        "instance/backups/verifying.py",
        "if not found.is_sealed_by(opened):",
        "if False:",
        _WRONG,
    ),
    Removal(
        "T63",
        "the key is not tried on a sealed row",
        "instance/backups/verifying.py",
        "if value is not None:",
        "if False:",
        _WRONG,
    ),
    Removal(
        "T63",
        "a restore writes over what is there",
        "instance/backups/restoring.py",
        "    if there:\n",
        "    if False:\n",
        f"{_COMMANDS}::test_a_restore_goes_into_an_empty_place_only",
    ),
    Removal(
        "T63",
        "what waited in a backup is sent as if it were new",
        "instance/services/restoring.py",
        "        await _hold_back(row, now)\n",
        "",
        f"{_BETWEEN}::test_a_public_post_that_was_deleted_after_the_backup_is_not_told_again",
    ),
    Removal(
        "T60",
        "a number that others may have seen is given again",
        "instance/services/consults/history.py",
        "if consult.awaited_since is not None:",
        "if False:",
        f"{_BETWEEN}::test_what_was_said_after_the_backup_comes_back_and_goes_on",
    ),
    Removal(
        "T60",
        "a number is given when a partner has answered, and not all is here that it has",
        "instance/services/restoring.py",
        "Peer.filter(untold_since__not_isnull=True, level",
        "Peer.filter(awaited_since__not_isnull=True, level",
        f"{_ON_THE_WAY}"
        "::test_an_interrupted_fetch_opens_no_consult_and_what_is_written_meanwhile_waits",
    ),
    Removal(
        "T60",
        "what comes back is put behind what went on without it",
        "instance/inbox/recovering.py",
        "            await rules.require_same_past(consult, item)\n",
        "",
        f"{_ON_THE_WAY}"
        "::test_who_is_given_up_for_a_day_gives_nothing_back_to_what_went_on_without_it",
    ),
    Removal(
        "T60",
        "what people wrote is refused by a state that is not known yet",
        "instance/inbox/consult.py",
        "    await recall.require_told(verified, consult)\n",
        "",
        f"{_ON_THE_WAY}::test_what_comes_is_not_refused_by_a_state_of_before",
    ),
    Removal(
        "T60",
        "what was taken and not spread is lost with the fire",
        "instance/services/resending.py",
        "    said = await _say_again(host)\n",
        "    said = 0\n",
        f"{_ON_THE_WAY}"
        "::test_what_was_taken_and_had_not_been_spread_when_the_fire_came_is_not_lost",
    ),
    Removal(
        "T60",
        "what a partner gives back needs no proof of our Group",
        "instance/inbox/recovering.py",
        "    proofs.check_proof(dict(item), key, datetime.now(UTC))\n",
        "",
        _WORDS,
    ),
    Removal(
        "T60",
        "what a partner gives back needs no proof of its author",
        "instance/inbox/recovering.py",
        '    await rules.require_proof(dict(item["object"]), author)\n',
        "",
        _WORDS,
    ),
    Removal(
        "T56",
        "trust holds after a restore though nobody confirmed it",
        "instance/outbox/trust.py",
        "    return _agreed(*hosts).filter(peer__awaited_since=None)\n",
        "    return _agreed(*hosts)\n",
        f"{_BETWEEN}::test_trust_that_ended_after_the_backup_does_not_come_back",
    ),
    Removal(
        "T56",
        "a standing that was withdrawn after the backup holds again",
        "instance/inbox/recovering.py",
        "    await recovering.keep_withdrawn(restore, host, await _own_lists(told))\n",
        "",
        f"{_BETWEEN}::test_a_standing_that_was_withdrawn_after_the_backup_stays_withdrawn",
    ),
    Removal(
        "T67",
        "a token that was taken back after the backup holds again",
        "instance/services/restoring.py",
        "(Session, SignInStep, AuthorizationCode, AccessToken, PushSubscription)",
        "(Session, SignInStep)",
        f"{_SETTLED}::test_what_let_somebody_in_may_have_been_ended_since_and_lets_nobody_in",
    ),
)
