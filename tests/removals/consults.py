"""Drafts, what authors change, and what is withdrawn: T49, T50 and T60."""

from tests.removals.entry import Removal

_SERVICES = "instance/services/consults"
_CHANGES = "tests/test_consult_changes.py"

REMOVALS = (
    Removal(
        "T50",
        "what was withdrawn is opened by whoever could read it",
        "instance/services/consults/reading.py",
        "AND (consult.status <> 'withdrawn'\n"
        "    OR consult.asker_id IN (SELECT id FROM actor WHERE member_id = ?1))\n",
        "",
        "tests/instance/web/test_consults_are_private.py::test_who_may_open_a_consult_is_who_finds_it",
    ),
    Removal(
        "T49",
        "a draft of somebody else is found by its number",
        f"{_SERVICES}/drafts.py",
        "    draft = await Draft.get_or_none(member_id=member.id, key=key)\n"
        "    if draft is None:\n        raise NotFound\n",
        "    draft = await Draft.get_or_none(key=key)\n"
        "    if draft is None:\n        raise NotFound\n",
        "tests/instance/web/test_drafts.py::test_nobody_else_finds_a_draft",
    ),
    Removal(
        "T50",
        "what was withdrawn is found by those who could read it",
        f"{_SERVICES}/reading.py",
        "    return found.filter(asked | ~Q(status=Status.WITHDRAWN))\n",
        "    return found.filter(asked | ~Q(id=0))\n",
        f"{_CHANGES}::test_a_withdrawn_consult_leaves_no_word_elsewhere_and_its_asker_may_ask_anew",
    ),
    Removal(
        "T60",
        "what was deleted still goes to who was down",
        f"{_SERVICES}/burying.py",
        "    await _unsend(consult, await",
        "    len(await",
        f"{_CHANGES}::test_what_its_author_deletes_is_gone_everywhere_also_where_it_never_came",
    ),
)
