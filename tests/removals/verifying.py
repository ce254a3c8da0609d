"""Who decides what somebody's standing is: T71, T72."""

from tests.removals.entry import Removal

_DECISIONS = "instance/services/case_decisions.py"
_TESTS = "tests/instance/services/test_case_decisions.py"
_DOCUMENTS = "tests/instance/services/test_case_documents.py"

REMOVALS = (
    Removal(
        "T71",
        "one officer decides on a word alone",
        _DECISIONS,
        "    return choice is not Choice.REGISTRY or case.kind is not CaseKind.NUMBER\n",
        "    return False\n",
        f"{_TESTS}::test_a_word_without_evidence_counts_when_a_second_officer_agrees[sqlite-known]",
    ),
    Removal(
        "T71",
        "who was bound to a row by hand is bound again when it comes back",
        "instance/services/roster/matching.py",
        "        await _unlink(entry)\n",
        "",
        f"{_TESTS}::test_who_was_bound_by_hand_and_leaves_is_not_bound_when_the_row_comes_back",
    ),
    Removal(
        "T71",
        "a row that two officers chose outlives another address of the member",
        "instance/services/verification.py",
        "    await own.update(member_id=None, is_linked=False)\n",
        "",
        f"{_TESTS}::test_two_officers_bind_somebody_to_a_row_with_another_address",
    ),
    Removal(
        "T72",
        "an officer decides about themselves",
        _DECISIONS,
        "    if case.member_id == by.id:\n        raise NotAllowed(OWN)\n",
        "",
        f"{_TESTS}::test_nobody_decides_their_own_case",
    ),
    Removal(
        "T72",
        "an officer is the second one of their own proposal",
        _DECISIONS,
        "    if case.state is CaseState.SECOND and case.proposed_by_id == by.id:\n",
        "    if case.state is CaseState.SECOND and case.proposed_by_id is None:\n",
        f"{_TESTS}::test_a_word_without_evidence_counts_when_a_second_officer_agrees[sqlite-known]",
    ),
    Removal(
        "T72",
        "documents count that an officer did not open",
        _DECISIONS,
        "    if is_about_files and not await _has_seen(",
        "    if not is_about_files and not await _has_seen(",
        f"{_TESTS}::test_documents_count_when_two_officers_have_opened_all_of_them",
    ),
    Removal(
        "T72",
        "something is agreed to that the page did not show",
        _DECISIONS,
        "    is_known = decision.knows == await cases.last_step(case)\n",
        "    is_known = True\n",
        f"{_TESTS}::test_a_decision_about_what_was_not_seen_is_not_taken",
    ),
    Removal(
        "T72",
        "a member who is no officer opens documents",
        "instance/services/case_documents.py",
        "    duties.require(by, Duty.VERIFICATION)\n",
        "",
        f"{_DOCUMENTS}::test_officers_alone_see_them_and_never_their_own",
    ),
    Removal(
        "T72",
        "an officer opens their own documents as an officer",
        "instance/services/case_documents.py",
        "        if document.case.member_id == by.id:\n"
        "            raise NotAllowed(case_decisions.OWN)\n",
        "",
        f"{_DOCUMENTS}::test_officers_alone_see_them_and_never_their_own",
    ),
    Removal(
        "T72",
        "what was deleted stays in the file",
        "instance/sqlite_engine.py",
        '    "secure_delete": "ON",\n',
        '    "secure_delete": "OFF",\n',
        f"{_DOCUMENTS}::test_nothing_of_them_stays_in_the_file_of_the_database",
    ),
)
