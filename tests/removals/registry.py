"""Numbers in registers, and colleagues who vouch: what of T71 to T73 is here."""

from tests.removals.entry import Removal

_IMPORTED = "tests/instance/services/registry/test_importing.py"
_NUMBERS = "tests/instance/services/registry/test_numbers.py"
_VOUCHED = "tests/instance/services/test_vouching.py"
_IMPORTING = "instance/services/registry/importing.py"
_MATCHING = "instance/services/registry/matching.py"
_TABLES = "instance/services/registry/tables.py"
_VOUCHING = "instance/services/vouching.py"
_ABUSED = f"{_VOUCHED}::test_who_vouched_wrongly_vouches_no_more_and_nothing_they_said_counts"
_HALF = f"{_IMPORTED}::test_half_a_file_never_replaces_a_whole_one"
_AGREE = f"{_NUMBERS}::test_number_name_place_and_profession_have_to_agree"

REMOVALS = (
    Removal(
        "T71",
        "any name goes with a number",
        _MATCHING,
        '        is_called(member.legal_name, row.given, row.families.split("|"))\n',
        "        True\n",
        _AGREE,
    ),
    Removal(
        "T71",
        "any state goes with an NPI",
        _MATCHING,
        "        and (number.kind is NumberKind.LICENCE or number.jurisdiction in "
        "row.places.split())\n",
        "",
        _AGREE,
    ),
    Removal(
        "T71",
        "a nurse's number makes a physician",
        _MATCHING,
        "        and (member.profession.value in professions or in_training)\n",
        "",
        _AGREE,
    ),
    Removal(
        "T71",
        "two members have one number",
        _MATCHING,
        "    if number.held is None:\n        return NumberOutcome.UNSETTLED, None\n",
        "",
        f"{_NUMBERS}::test_one_number_belongs_to_one_member_and_neither_learns_of_the_other",
    ),
    Removal(
        "T71",
        "a number that is out of use counts",
        _MATCHING,
        "    active = [row for row in rows if row.is_active]\n",
        "    active = rows\n",
        f"{_NUMBERS}::test_a_number_that_is_out_of_use_confirms_nobody",
    ),
    Removal(
        "T71",
        "a number of somebody else does not matter beside one that fits",
        _MATCHING,
        " or outcomes & set(_AGAINST)",
        "",
        f"{_NUMBERS}::test_one_number_that_is_somebody_elses_spoils_the_other",
    ),
    Removal(
        "T71",
        "a file that ends within a row counts",
        _TABLES,
        '        if not is_whole:\n            raise FormRefused({"file": _DAMAGED})\n',
        "",
        _HALF,
    ),
    Removal(
        "T71",
        "a file in which most people are missing counts",
        _IMPORTING,
        "    if found.people < last.people * _FEWER:\n",
        "    if found.people < 0:\n",
        f"{_IMPORTED}::test_a_file_in_which_many_are_missing_is_asked_about",
    ),
    Removal(
        "T71",
        "vouchers who vouch for each other count",
        _VOUCHING,
        "        if not said & {(one.voucher_id, other.voucher_id), "
        "(other.voucher_id, one.voucher_id)}\n",
        "",
        f"{_VOUCHED}::test_vouchers_who_vouch_for_each_other_do_not_count",
    ),
    Removal(
        "T71",
        "a voucher for whom the vouched vouches counts",
        _VOUCHING,
        "    apart = [row for row in rows if (member.id, row.voucher_id) not in said]\n",
        "    apart = list(rows)\n",
        f"{_VOUCHED}::test_a_voucher_for_whom_the_vouched_vouches_does_not_count",
    ),
    Removal(
        "T71",
        "what else an abuser said still counts",
        _VOUCHING,
        " and row.voucher_id not in lost]\n",
        "]\n",
        _ABUSED,
    ),
    Removal(
        "T72",
        "who vouched wrongly may vouch on",
        _VOUCHING,
        "    return is_verified and await lost_by(member) is None\n",
        "    return is_verified\n",
        _ABUSED,
    ),
    Removal(
        "T72",
        "anybody takes the right to vouch from others",
        _VOUCHING,
        "    duties.require(by, Duty.VERIFICATION)\n",
        "",
        _ABUSED,
    ),
    Removal(
        "T72",
        "an officer decides about their own word",
        _VOUCHING,
        "        if by.id in (row.member_id, row.voucher_id):\n",
        "        if by.id == row.member_id:\n",
        f"{_VOUCHED}::test_an_officer_does_not_decide_about_their_own_word",
    ),
    Removal(
        "T72",
        "who is not Verified any more vouches",
        _VOUCHING,
        "        if not await may_vouch(own):\n",
        "        if False:\n",
        f"{_VOUCHED}::test_a_word_needs_a_sentence_and_somebody_who_may_give_it",
    ),
)
