"""The roster, and whom it verifies: T71, and what of T72 is about it."""

from tests.removals.entry import Removal

_VERIFIED = "tests/instance/services/test_verification.py"
_IMPORTED = "tests/instance/services/roster/test_importing.py"
_PEOPLE = "tests/instance/services/roster/test_people.py"
_MATCHING = "instance/services/roster/matching.py"
_FACTS = "instance/services/roster/facts.py"
_IMPORTING = "instance/services/roster/importing.py"

REMOVALS = (
    Removal(
        "T71",
        "letters that look like those of an address are taken",
        "instance/services/roster/people.py",
        "    if not text.isascii() or not is_email(text.lower()):\n",
        "    if not is_email(text.lower()):\n",
        f"{_PEOPLE}::test_an_address_that_two_servers_may_read_differently_is_refused",
    ),
    Removal(
        "T71",
        "the form of an address is not looked at",
        "instance/services/roster/people.py",
        " and bool(_EMAIL.fullmatch(text))\n",
        "\n",
        f"{_PEOPLE}::test_an_address_that_two_servers_may_read_differently_is_refused",
    ),
    Removal(
        "T71",
        "an address that its member changed since still counts",
        "instance/services/verification.py",
        "    await end(member, now, Ending.MAILBOX, methods={Method.ROSTER, Method.SSO})\n",
        "",
        f"{_VERIFIED}::test_a_changed_address_ends_what_rested_on_the_mailbox",
    ),
    Removal(
        "T71",
        "another address on the roster leaves who was verified by the old one",
        _MATCHING,
        "        await _unbind(entry, before, now)\n",
        "        pass\n",
        f"{_VERIFIED}::test_another_address_on_the_roster_ends_it_too",
    ),
    Removal(
        "T71",
        "the address of a colleague who left verifies as somebody else",
        _MATCHING,
        "        return box.confirmed_at >= entry.email_at\n",
        "        return True\n",
        f"{_VERIFIED}::test_the_address_of_who_left_does_not_verify_them_as_somebody_else",
    ),
    Removal(
        "T71",
        "who left keeps their standing",
        _MATCHING,
        "            await verification.end(before, now, Ending.LEFT, methods=_OURS)\n",
        "            pass\n",
        f"{_IMPORTED}::test_who_is_not_in_the_file_any_more_loses_standing_and_stays_signed_in",
    ),
    Removal(
        "T71",
        "evidence has no end",
        "instance/services/verification.py",
        "                    if await settle(row.member, now) and lowered is not None:\n"
        "                        await lowered(row.member)\n",
        "                    pass\n",
        f"{_VERIFIED}::test_evidence_ends_when_its_time_is_over",
    ),
    Removal(
        "T72",
        "anybody imports a roster",
        _IMPORTING,
        "    duties.require(by, Duty.VERIFICATION)\n    found = await RosterImport.create(",
        "    found = await RosterImport.create(",
        f"{_IMPORTED}::test_nobody_but_officers_and_owners_brings_or_decides",
    ),
    Removal(
        "T72",
        "one person decides that many have left",
        _IMPORTING,
        "        if needs_second(found) and not await _agrees(found, by):\n",
        "        if False:\n",
        f"{_IMPORTED}::test_many_leavers_take_a_second_person",
    ),
    Removal(
        "T72",
        "somebody is the second of two themselves",
        _IMPORTING,
        "    if found.confirmed_by_id == by.id:\n",
        "    if False:\n",
        f"{_IMPORTED}::test_many_leavers_take_a_second_person",
    ),
    Removal(
        "T72",
        "who lost the duty meanwhile counts as the first of two",
        _IMPORTING,
        "    return first is not None and duties.may(first, Duty.VERIFICATION)\n",
        "    return first is not None\n",
        f"{_IMPORTED}::test_who_may_decide_no_more_is_not_the_first_of_two",
    ),
    Removal(
        "T71",
        "the same word of a roster undoes what was said since",
        _FACTS,
        "    if was_taken is entry.stage or (was_taken is None and await _was_decided(member)):\n"
        "        return member.stage\n",
        "",
        "tests/instance/services/roster/test_stages.py"
        "::test_a_new_word_counts_and_the_same_one_does_not_undo_what_officers_decided",
    ),
    Removal(
        "T71",
        "a roster brings back who retired",
        _FACTS,
        "    return member.stage if is_back else entry.stage\n",
        "    del is_back\n    return entry.stage\n",
        "tests/instance/services/roster/test_stages.py"
        "::test_the_same_word_again_does_not_undo_a_retirement_and_no_new_one_does",
    ),
    Removal(
        "T71",
        "the word of a roster that officers corrected comes back",
        _FACTS,
        "        if holds == _as_noted(said):\n            return True\n",
        "",
        "tests/instance/services/roster/test_corrections.py"
        "::test_the_word_that_officers_corrected_does_not_come_back_and_another_one_counts",
    ),
    Removal(
        "T71",
        "another word of a roster does not end what officers corrected",
        _FACTS,
        "        if act.after != holds:\n            return False\n",
        "",
        "tests/instance/services/roster/test_corrections.py"
        "::test_the_word_that_officers_corrected_does_not_come_back_and_another_one_counts",
    ),
)
