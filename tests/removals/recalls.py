"""Recalls: T56 and T61 (what is gone stays gone), T60 (whose word), T63 (nothing left), T86."""

from tests.removals.entry import Removal

_RECALLS = "tests/test_recalls.py"
_JUDGED = "tests/test_recalls_judged.py"
_DRAWN = "tests/instance/web/test_drawn.py"
_CHANGES = "tests/test_consult_changes.py"
_HOLDS = "tests/instance/web/test_holds.py"
_IMAGES = (
    "tests/test_images_between_institutions.py"
    "::test_an_image_of_a_recalled_question_is_hidden_and_comes_back_with_it"
)
_BURYING = "instance/services/consults/burying.py"

REMOVALS = (
    Removal(
        "T63",
        "what was drawn is kept when its words are deleted",
        "instance/web/drawn.py",
        "                    self._consults.pop(event.object_id, None)\n",
        "                    pass\n",
        f"{_DRAWN}::test_words_that_are_deleted_are_kept_no_longer",
    ),
    Removal(
        "T63",
        "what was drawn stands for another version",
        "instance/web/presenting/said.py",
        "    key = (row.id, row.seal, row.seq",
        "    key = (row.id, row.seq",
        f"{_DRAWN}::test_what_was_changed_is_drawn_anew_though_nobody_heard_of_it",
    ),
    Removal(
        "T50",
        "what was drawn for its author is shown to others",
        "instance/web/presenting/said.py",
        "    is_own = row.author_id in own\n",
        "    is_own = False\n",
        f"{_DRAWN}::test_what_was_drawn_for_one_reader_shows_another_nothing_of_theirs",
    ),
    Removal(
        "T63",
        "what was recalled stays in the history",
        _BURYING,
        '            await entry.save(update_fields=["document"])\n',
        "            pass\n",
        f"{_RECALLS}::test_of_what_was_recalled_nothing_is_left_anywhere",
    ),
    Removal(
        "T63",
        "what was recalled is still sent to who was down",
        _BURYING,
        "    await _unsend(consult, await",
        "    len(await",
        f"{_RECALLS}::test_a_hospital_that_was_down_for_a_day_never_gets_the_words",
    ),
    Removal(
        "T61",
        "a recall waits for what was said earlier",
        "instance/inbox/consult.py",
        "    if await recall.take_out_of_turn(verified, consult):\n        return\n",
        "",
        f"{_JUDGED}::test_an_owner_of_two_stories_is_still_obeyed_in_a_recall",
    ),
    Removal(
        "T61",
        "words that come after their recall are kept",
        "instance/inbox/consult.py",
        "    if await burying.is_buried(consult, document):\n",
        "    if False and await burying.is_buried(consult, document):\n",
        f"{_RECALLS}::test_a_recall_counts_before_what_was_said_earlier",
    ),
    Removal(
        "T61",
        "who left and deleted everything stays on the list of those who are late",
        "instance/services/consults/receipts.py",
        "        await _settle_recalls(row)\n",
        "        pass\n",
        f"{_RECALLS}::test_who_left_meanwhile_still_deletes_and_proves_it",
    ),
    Removal(
        "T60",
        "a Delete outside the history is anybody's",
        "instance/services/consults/obeying.py",
        "    theirs = Consult.filter(is_local=False, group__host=host)\n",
        "    theirs = Consult.filter(is_local=False)\n",
        f"{_JUDGED}::test_nobody_but_its_group_recalls_a_consult_of_a_partner",
    ),
    Removal(
        "T86",
        "a hospital that takes no part may have something recalled",
        "instance/inbox/recall.py",
        "    await rules.require_takes_part(current, verified)\n",
        "",
        f"{_JUDGED}::test_only_the_institution_of_a_reader_may_ask_and_for_what_is_in_it",
    ),
    Removal(
        "T86",
        "a request needs no proof",
        "instance/inbox/recall.py",
        "    await deletions.require_pinned(verified)\n",
        "",
        f"{_JUDGED}::test_only_the_institution_of_a_reader_may_ask_and_for_what_is_in_it",
    ),
    Removal(
        "T86",
        "anybody's refusal is shown",
        "instance/inbox/deletions.py",
        "    await require_pinned(verified)\n    why =",
        "    why =",
        f"{_JUDGED}::test_a_hospital_that_refuses_is_shown_with_its_words",
    ),
    Removal(
        "T72",
        "whoever reads a consult has what was recalled from it",
        "instance/services/consults/recalling.py",
        "    if not await is_asker(member, consult) and not duties.may(member, Duty.SAFETY):\n"
        "        raise NotFound\n",
        "",
        f"{_JUDGED}::test_a_steward_reads_what_is_held_and_each_reading_is_written_down",
    ),
    Removal(
        "T72",
        "a steward reads what is held and nobody knows",
        "instance/services/consults/recalling.py",
        "    if not await is_asker(member, consult):\n        by =",
        "    if False:\n        by =",
        f"{_JUDGED}::test_a_steward_reads_what_is_held_and_each_reading_is_written_down",
    ),
    Removal(
        "T61",
        "what its asker withdraws, or its author deletes, is proven by nobody",
        "instance/services/consults/deleting.py",
        "    if recalls.is_recall(deletion):\n",
        "    if deletion['actor'] == consult.group.uri:\n",
        f"{_CHANGES}::test_who_was_down_all_the_while_never_gets_what_was_withdrawn",
    ),
    Removal(
        "T60",
        "across a gap anybody deletes what another wrote",
        "instance/inbox/recall.py",
        "    await rules.require_own_change(consult, inner, author)\n",
        "",
        f"{_JUDGED}::test_nobody_but_its_group_recalls_a_consult_of_a_partner",
    ),
    Removal(
        "T53",
        "an image of a recalled question is still shown",
        _BURYING,
        "        await pictures.update(state=MediaState.HELD)\n",
        "        pass\n",
        _IMAGES,
    ),
    Removal(
        "T53",
        "whoever is here sees the images that were recalled",
        "instance/services/media.py",
        "        await recalling.keepers(member, row.consult_id)\n",
        "        pass\n",
        _IMAGES,
    ),
    Removal(
        "T72",
        "a steward sees a recalled image and nobody knows",
        "instance/services/media.py",
        "        await recalling.note_reading(member, row.consult)\n",
        "",
        _IMAGES,
    ),
    Removal(
        "T63",
        "what was recalled is kept for ever",
        "instance/services/consults/releasing.py",
        "    await media.erase(images.held(consult))\n",
        "",
        _IMAGES,
    ),
    Removal(
        "T72",
        "a steward reads a question that was held and nobody knows",
        "instance/services/consults/holds.py",
        '        await _record("draft.held_read", member, found)\n',
        "        pass\n",
        f"{_HOLDS}::test_a_steward_lets_a_false_alarm_through_and_each_reading_is_written_down",
    ),
    Removal(
        "T72",
        "a steward lets through what was changed since they read it",
        "instance/services/consults/holds.py",
        "    if found.draft.version != version:\n",
        "    if False:\n",
        f"{_HOLDS}::test_a_steward_lets_a_false_alarm_through_and_each_reading_is_written_down",
    ),
    Removal(
        "T72",
        "a steward lets through what they wrote themselves",
        "instance/services/consults/holds.py",
        "    if found.draft.member_id == member.id:\n",
        "    if False:\n",
        f"{_HOLDS}::test_nobody_but_a_steward_reads_what_is_held_and_nobody_judges_their_own",
    ),
    Removal(
        "T86",
        "a hospital is told that a post is gone which is there",
        "instance/inbox/deletions.py",
        "    if ours is not None and await burying.left(ours, asked.named):\n",
        "    if False:\n",
        f"{_JUDGED}::test_a_hospital_is_not_told_that_a_post_is_gone_which_is_there",
    ),
    Removal(
        "T53",
        "the images of a withdrawn consult are still handed out",
        "instance/services/consults/images.py",
        "    named = named.exclude(status=Status.WITHDRAWN)  # that is its asker's alone\n",
        "",
        "tests/test_images_between_institutions.py"
        "::test_an_image_of_a_withdrawn_consult_is_its_askers_alone",
    ),
)
