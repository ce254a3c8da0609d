"""Polls in which only verified physicians count: who votes, how often, and what the count tells."""

from tests.removals.entry import Removal

_BETWEEN = "tests/test_ballots_between_institutions.py"
_HERE = "tests/instance/services/test_votes_of_physicians.py"
_PAGES = "tests/instance/web/test_polls_of_physicians.py"
_COUNT = f"{_BETWEEN}::test_nothing_of_the_count_is_told_before_the_end_and_then_no_small_number"

REMOVALS = (
    Removal(
        "T26",
        "anybody here votes where only physicians count",
        "instance/services/votes.py",
        "        if barred is not None:\n            raise NotAllowed(_BARRED[barred])\n",
        "",
        f"{_HERE}::test_only_verified_physicians_vote_and_others_hear_what_is_missing",
    ),
    Removal(
        "T26",
        "the standing counts that a page was opened with",
        "instance/services/votes.py",
        "        if found is not None or member.suspended_at is not None:\n",
        "        if found is not None:\n",
        f"{_BETWEEN}::test_suspended_standing_ends_the_vote_while_it_lasts",
    ),
    Removal(
        "T26",
        "a ballot is cast where no agreement covers it",
        "instance/services/votes.py",
        "        if is_theirs and await trust.ceiling(question.author.host) < poll.min_level:\n"
        "            return Bar.PARTNER\n",
        "",
        f"{_BETWEEN}::test_without_an_agreement_no_ballot_counts_and_none_is_cast",
    ),
    Removal(
        "T26",
        "a ballot counts without the proof",
        "instance/inbox/poll.py",
        "    if documents.asserted(note) < least or not await _is_proven(verified):\n",
        "    if documents.asserted(note) < least:\n",
        f"{_BETWEEN}::test_what_is_no_whole_ballot_counts_nothing",
    ),
    Removal(
        "T26",
        "a ballot states no level",
        "instance/inbox/poll.py",
        "    if documents.asserted(note) < least or not await _is_proven(verified):\n",
        "    if not await _is_proven(verified):\n",
        f"{_BETWEEN}::test_what_is_no_whole_ballot_counts_nothing",
    ),
    Removal(
        "T26",
        "a ballot does not say that it is its voter's only one",
        "instance/outbox/polls.py",
        "return level if level is not None and note.get(_ONE_PERSON) is True else 0",
        "return level if level is not None else 0",
        f"{_BETWEEN}::test_what_is_no_whole_ballot_counts_nothing",
    ),
    Removal(
        "T26",
        "a ballot may be changed after it was signed",
        "instance/inbox/poll.py",
        "            proofs.check_proof(verified.document, key, now)\n",
        "",
        f"{_BETWEEN}::test_a_forged_proof_is_refused",
    ),
    Removal(
        "T26",
        "the word of any hospital is enough",
        "instance/inbox/poll.py",
        "    for key in await remote.keys_of_standing(verified.host, now):\n",
        '    hosts = (verified.host, "heart.example")\n'
        "    keys = [key for host in hosts for key in await remote.keys_of_standing(host, now)]\n"
        "    for key in keys:\n",
        f"{_BETWEEN}::test_the_word_of_another_hospital_counts_nothing",
    ),
    Removal(
        "T26",
        "a hospital says what it likes of its people",
        "instance/inbox/poll.py",
        "        return suffice(await consult_authors.claims_that(suffice, voter))\n",
        "        return True\n",
        f"{_BETWEEN}::test_lowered_standing_ends_the_vote",
    ),
    Removal(
        "T26",
        "trainees and other professions of a partner count",
        "instance/inbox/poll.py",
        "        return claims.may_answer and claims.level >= least\n",
        "        return claims.level >= least\n",
        f"{_BETWEEN}"
        "::test_who_is_no_physician_of_that_level_counts_nothing_whatever_their_hospital_says",
    ),
    Removal(
        "T87",
        "both names of a member vote in a poll of a partner",
        "instance/services/votes.py",
        "        people = await Actor.filter(member_id=voter.member_id)\n",
        "        pass\n",
        f"{_BETWEEN}::test_two_names_of_one_member_cast_one_ballot_in_a_poll_of_a_partner",
    ),
    Removal(
        "T87",
        "open pages show at which moment somebody voted",
        "instance/services/votes.py",
        "    if poll.min_level is None:\n        await events.publish",
        "    if True:\n        await events.publish",
        f"{_HERE}::test_no_open_page_is_told_that_somebody_voted",
    ),
    Removal(
        "T87",
        "each vote of a physician is told",
        "instance/services/poll_results.py",
        "    may_be_told = Q(min_level=None) | Q(closed_at__not_isnull=True)\n",
        "    may_be_told = Q()\n",
        _COUNT,
    ),
    Removal(
        "T87",
        "small counts of physicians are told",
        "instance/outbox/polls.py",
        "(n if has_ended and n >= SMALLEST else 0 for n in self.counts)",
        "(n if has_ended else 0 for n in self.counts)",
        _COUNT,
    ),
    Removal(
        "T87",
        "a small count can be worked out from the total",
        "instance/outbox/polls.py",
        "return replace(self, counts=counts, voters_count=sum(counts))",
        "return replace(self, counts=counts)",
        _COUNT,
    ),
    Removal(
        "T87",
        "a page shows the count of physicians before others have it",
        "instance/services/polls.py",
        '    is_told = poll.min_level is None or "closed" in question.document\n',
        "    is_told = True\n",
        f"{_PAGES}::test_a_physician_votes_by_one_click_and_sees_their_vote",
    ),
)
