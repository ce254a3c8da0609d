"""Partners: who they are, and what ends with them: T56, T57, T58."""

from tests.removals.entry import Removal

_OFFERS = "tests/test_hostile_offers.py"
_FLOOD = f"{_OFFERS}::test_many_names_below_one_domain_are_one_that_keeps_nobody_else_out"
_STRANGERS = "instance/services/strangers.py"
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
        "T57",
        "an offer without end takes the place of the last one",
        "instance/services/treaty_answers.py",
        "    _require_time(last, now)\n",
        "",
        f"{_OFFERS}::test_a_thousand_offers_of_one_server_are_one",
    ),
    Removal(
        "T57",
        "an old offer counts again after the end",
        "instance/services/treaty_answers.py",
        "    if last is not None and _is_old(last, relationship):\n        return\n",
        "",
        f"{_OFFERS}::test_an_old_offer_of_theirs_brings_nothing_back",
    ),
    Removal(
        "T57",
        "an old answer counts again after the end",
        "instance/services/treaty_answers.py",
        "    if offer.state is not TrustState.OFFERED or offer.ends_at <= datetime.now(UTC):\n"
        '        raise NotAllowed("11.1.4 outstanding")\n',
        "",
        f"{_OFFERS}::test_an_old_offer_and_an_old_accept_bring_nothing_back",
    ),
    Removal(
        "T57",
        "names below one domain take all the room",
        _STRANGERS,
        " or len(related) >= OF_DOMAIN_MOST:",
        ":",
        _FLOOD,
    ),
    Removal(
        "T57",
        "administrators hear of each name below one domain",
        _STRANGERS,
        "    return not related and len(others) < TOLD_MOST\n",
        "    return len(others) < TOLD_MOST\n",
        _FLOOD,
    ),
    Removal(
        "T57",
        "an offer that was taken back makes room for the next",
        _STRANGERS,
        " | Q(created_at__gt=datetime.now(UTC) - OFFER_EVERY)\n",
        "\n",
        _FLOOD,
    ),
    Removal(
        "T57",
        "administrators hear of each of many servers",
        _STRANGERS,
        "    return not related and len(others) < TOLD_MOST\n",
        "    return not related\n",
        f"{_OFFERS}::test_many_unrelated_servers_are_a_flood_that_is_told_once",
    ),
    Removal(
        "T57",
        "each worker tells of the same",
        "instance/services/telling.py",
        "        if await raw_sql.is_stored(_BEGIN, values):  # or another worker was faster\n"
        "            await _of_alert(row)\n",
        "        await raw_sql.is_stored(_BEGIN, values)\n        await _of_alert(row)\n",
        "tests/instance/services/test_telling.py"
        "::test_a_failed_check_of_the_record_is_told_once_until_one_holds_again",
    ),
    Removal(
        "T58",
        "administrators do not hear of other keys",
        "instance/services/pins.py",
        '        await _tell(locked, "trust.keys_changed", by_uri, AlertKind.KEYS)\n',
        "",
        f"{_OFFERS}::test_a_partner_that_swaps_its_keys_gets_nothing_and_is_told_once",
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
        " or await trust.held_until(host) is not None\n",
        "\n",
        f"{_KEYS}::test_what_waited_goes_out_when_people_compared_the_new_keys",
    ),
    Removal(
        "T58",
        "what a partner in doubt sends is refused for good",
        "instance/inbox/consult_rules.py",
        "        raise Unavailable(retry_after_seconds=await restoring.again_seconds())\n",
        "        pass\n",
        f"{_KEYS}::test_a_server_that_shows_other_keys_gets_and_gives_nothing_more",
    ),
)
