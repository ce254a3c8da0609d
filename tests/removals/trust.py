"""Partners: who they are, and what ends with them: T56, T58."""

from tests.removals.entry import Removal

_KEYS = "tests/test_keys_between_institutions.py"

REMOVALS = (
    Removal(
        "T56",
        "an end overtakes what was found allowed a moment before",
        "instance/inbox/consult_rules.py",
        "    await sight.keep_levels()\n",
        "",
        "tests/test_ends_at_the_same_moment.py"
        "::test_an_end_waits_for_what_was_found_allowed_a_moment_before",
        database="postgres",
    ),
    Removal(
        "T58",
        "new keys need no proof of their own",
        "instance/services/pins.py",
        "    proofs.check_proof(dict(document), found.ed25519, now)\n",
        "",
        f"{_KEYS}::test_new_keys_that_do_not_prove_themselves_are_not_taken",
    ),
    Removal(
        "T58",
        "the old key proves the new ones",
        "instance/services/pins.py",
        "    if proofs.proof_method(dict(document)) != found.ed25519.id:\n"
        '        raise NotAllowed("11.1.7 proof")\n'
        "    proofs.check_proof(dict(document), found.ed25519, now)\n",
        "",
        f"{_KEYS}::test_new_keys_that_do_not_prove_themselves_are_not_taken",
    ),
    Removal(
        "T58",
        "any key of theirs changes the pin of who is no partner any more",
        "instance/services/pins.py",
        "    if peer.pinned_ed25519_uri != key_id:  # people compared other ones meanwhile\n"
        "        return\n",
        "",
        f"{_KEYS}::test_whoever_is_no_partner_any_more_changes_no_pin_with_another_key",
    ),
    Removal(
        "T58",
        "other keys on a partner's server change nothing",
        "instance/services/pins.py",
        "        await holding.hold(locked, now)\n",
        "",
        f"{_KEYS}::test_a_server_that_shows_other_keys_gets_and_gives_nothing_more",
    ),
    Removal(
        "T58",
        "what waited is lost when other keys appear",
        "instance/workers/delivery.py",
        "        await Delivery.filter(id=row.id).update(due_at=until)\n        return None\n",
        "        return refusal\n",
        f"{_KEYS}::test_a_server_that_shows_other_keys_gets_and_gives_nothing_more",
    ),
    Removal(
        "T58",
        "what is written while keys are in doubt is not kept",
        "instance/services/consults/history.py",
        " or await trust.held_until(peer.host):",
        ":",
        f"{_KEYS}::test_what_waited_goes_out_when_people_compared_the_new_keys",
    ),
    Removal(
        "T58",
        "what a partner in doubt sends is refused for good",
        "instance/inbox/consult_rules.py",
        "        raise Unavailable(retry_after_seconds=_HELD_RETRY)\n",
        "        pass\n",
        f"{_KEYS}::test_a_server_that_shows_other_keys_gets_and_gives_nothing_more",
    ),
)
