"""Standing on the wire: what a partner believes of a member of another hospital (T59), and what
nobody sees of one member's several names (T87)."""

from tests.removals.entry import Removal

_STANDING = "tests/test_standing_between_institutions.py"
_LISTS = "tests/federation/test_status_lists.py"
_NO_LIST = f"{_LISTS}::test_a_list_that_does_not_hold_is_refused"

REMOVALS = (
    Removal(
        "T59",
        "a level may be changed after it was signed",
        "instance/outbox/standing.py",
        "    proofs.check_proof(dict(document), key, now)\n",
        "",
        f"{_STANDING}::test_tampered_level",
    ),
    Removal(
        "T59",
        "standing may be another institution's word",
        "instance/outbox/standing.py",
        ' or document["issuer"] != key.owner:',
        ":",
        f"{_STANDING}::test_wrong_issuer",
    ),
    Removal(
        "T59",
        "the standing of a colleague counts",
        "instance/outbox/standing.py",
        "    if vocabulary.id_of(claims) != subject:\n"
        '        raise StandingRefused("F-STD-1: about somebody else")\n',
        "",
        f"{_STANDING}::test_subject_swap",
    ),
    Removal(
        "T59",
        "standing counts beyond its end",
        "instance/outbox/standing.py",
        " or not now < until:",
        ":",
        f"{_STANDING}::test_expired",
    ),
    Removal(
        "T59",
        "standing is valid for as long as its institution likes",
        "instance/outbox/standing.py",
        "    if until - start > LONGEST[level]:\n"
        '        raise StandingRefused("F-STD-1: valid for too long")\n',
        "",
        f"{_STANDING}::test_too_long",
    ),
    Removal(
        "T59",
        "a revoked statement counts",
        "instance/outbox/partner_lists.py",
        "    if is_set:\n        raise Withdrawn(entry.purpose, row.fetched_at)\n",
        "",
        f"{_STANDING}::test_revoked_bit",
    ),
    Removal(
        "T59",
        "a suspension lasts for ever",
        "instance/outbox/issuing.py",
        "is_set=is_suspended):",
        "is_set=True):",
        f"{_STANDING}::test_suspended_then_restored",
    ),
    Removal(
        "T59",
        "a list of an hour ago still counts",
        "instance/outbox/partner_lists.py",
        "return row.fetched_at > now - FRESH and row.valid_until > now",
        "return True",
        f"{_STANDING}::test_stale_list",
    ),
    Removal(
        "T59",
        "standing counts from whom nobody trusts any more",
        "instance/inbox/consult_rules.py",
        "    if not is_trusted or verified.level is not Level.TRUSTED or verified.forwarded:\n"
        '        raise Refused("F-CON-1")\n',
        "",
        f"{_STANDING}::test_issuer_no_longer_trusted",
    ),
    Removal(
        "T59",
        "the key of before counts for ever",
        "instance/outbox/remote.py",
        "    is_new = peer.pinned_at is not None and peer.pinned_at > now - _FORMER_FOR\n",
        "    is_new = True\n",
        f"{_STANDING}::test_key_rotated",
    ),
    Removal(
        "T59",
        "a key that people replaced still counts for two days",
        "instance/services/key_checks.py",
        "    is_vouched = isinstance(seen, Found)\n",
        "    is_vouched = True\n",
        f"{_STANDING}::test_a_key_that_people_replaced_counts_no_more",
    ),
    Removal(
        "T59",
        "a list is believed whoever signed it",
        "federation/status_lists.py",
        "    proofs.check_proof(dict(document), key, now)\n",
        "",
        _NO_LIST,
    ),
    Removal(
        "T59",
        "a list is valid for as long as its institution likes",
        "federation/status_lists.py",
        "    if until - start > LONGEST:\n"
        '        raise StatusListRefused("F-STD-2: valid for too long")\n',
        "",
        _NO_LIST,
    ),
    Removal(
        "T59",
        "a list that unpacks to gigabytes is unpacked",
        "federation/status_lists.py",
        "data = unpacking.decompress(packed, BITS_MOST // 8 + 1)",
        "data = unpacking.decompress(packed)[: BITS_MOST // 8]",
        f"{_LISTS}::test_what_is_no_list_is_refused",
    ),
    Removal(
        "T59",
        "a number outside its list is as good as a clear bit",
        "federation/status_lists.py",
        "    if not 0 <= index < len(data) * 8:\n"
        '        raise StatusListRefused("F-STD-1: a number outside its list")\n',
        "    if not 0 <= index < len(data) * 8:\n        return False\n",
        f"{_LISTS}::test_a_number_outside_its_list_is_no_clear_bit",
    ),
    Removal(
        "T59",
        "an old list takes the place of a newer one",
        "instance/outbox/partner_lists.py",
        "    if known is not None and found.valid_from < known.valid_from:\n"
        '        raise StatusListRefused("F-STD-2: older than the one we have")\n',
        "",
        f"{_STANDING}::test_a_list_of_before_is_not_taken_for_the_one_of_now",
    ),
    Removal(
        "T59",
        "a statement that nobody can revoke counts",
        "instance/outbox/partner_lists.py",
        "    if not named:\n        raise NoStatus\n",
        "",
        f"{_STANDING}::test_what_nobody_can_revoke_waits_until_the_partner_has_lists",
    ),
    Removal(
        "T59",
        "a partner names as many lists as it likes",
        "instance/outbox/partner_lists.py",
        '        raise StatusListRefused(f"F-STD-2: more than {_OF_HOST_MOST} lists")\n',
        "        pass\n",
        f"{_STANDING}::test_a_partner_can_make_us_keep_so_many_lists_and_no_more",
    ),
    Removal(
        "T59",
        "who is withdrawn at home is shown to strangers",
        "instance/web/peers.py",
        '@blueprint.get("/s/<int:list_id>")\n@trusted\nasync def get_status_list('
        "reader: Reader, list_id: int)",
        '@blueprint.get("/s/<int:list_id>")\n@document\nasync def get_status_list(list_id: int)',
        f"{_STANDING}::test_lists_are_for_partners_alone",
    ),
    Removal(
        "T87",
        "the statements of one member begin and end on the same days",
        "instance/outbox/issuing.py",
        "    return secrets.randbelow(days + 1)\n",
        "    return 0\n",
        f"{_STANDING}::test_two_actors_of_one_member_not_linkable_by_id_date_index"
        "_or_moment_of_change",
    ),
    Removal(
        "T87",
        "the statements of one member were signed in the same second",
        "instance/outbox/issuing.py",
        'await local.private_key(institution, "ed25519"), start)',
        'await local.private_key(institution, "ed25519"), now)',
        f"{_STANDING}::test_two_actors_of_one_member_not_linkable_by_id_date_index"
        "_or_moment_of_change",
    ),
    Removal(
        "T87",
        "the names of one member change in the same moment",
        "instance/outbox/standing.py",
        "_random.uniform(0, SHOWN_WITHIN.total_seconds())",
        "0",
        f"{_STANDING}::test_two_actors_of_one_member_change_at_moments_of_their_own",
    ),
    Removal(
        "T87",
        "the names of one member that waited change together",
        "instance/services/standings.py",
        "                await _put_off(row, now)\n                continue\n",
        "                pass\n",
        f"{_STANDING}::test_two_actors_that_waited_while_nothing_ran_do_not_change_together",
    ),
)
