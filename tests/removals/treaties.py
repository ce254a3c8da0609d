"""What partners agreed: T55 (borders, images), T59 (standing)."""

from tests.removals.entry import Removal

_TREATIES = "tests/test_treaties_between_institutions.py"

REMOVALS = (
    Removal(
        "T55",
        "consults cross a closed border",
        "instance/outbox/trust.py",
        "        agreed = [one for one in agreed if one not in _NEEDS_NO_BORDER]\n",
        "        pass\n",
        f"{_TREATIES}::test_a_border_that_closes_stops_what_is_on_its_way",
    ),
    Removal(
        "T55",
        "what this hospital decided for all its consults counts nowhere",
        "instance/outbox/trust.py",
        " and not settings.is_within_border",
        "",
        f"{_TREATIES}::test_a_hospital_may_keep_all_consults_within_its_border",
    ),
    Removal(
        "T55",
        "a hospital is chosen that consults may not go to",
        "instance/services/consults/opening.py",
        "    if treaty.why_no_consults:\n",
        "    if False:\n",
        f"{_TREATIES}::test_nobody_asks_across_a_closed_border",
    ),
    Removal(
        "T55",
        "a hospital is not asked about consults before each attempt",
        "instance/outbox/audience.py",
        ' and "consult" in await trust.scopes(host)',
        "",
        f"{_TREATIES}::test_a_border_that_closes_stops_what_is_on_its_way",
    ),
    Removal(
        "T55",
        "a consult is taken from whom none is agreed with",
        "instance/inbox/consult_rules.py",
        '        raise Refused("F-CON-1 scope")\n',
        "        pass\n",
        f"{_TREATIES}::test_nothing_is_taken_from_across_a_closed_border",
    ),
    Removal(
        "T55",
        "words are kept longer than agreed",
        "instance/services/retention/content.py",
        "purge=lambda now, _: purging.expire(now),",
        "",
        f"{_TREATIES}::test_a_partners_closed_consult_goes_when_its_time_is_over",
    ),
    Removal(
        "T55",
        "what was deleted comes back",
        "instance/inbox/consult_rules.py",
        '    if consult.purged_at is not None:\n        raise Refused("6.2.6 purged")\n',
        "",
        f"{_TREATIES}::test_of_what_is_gone_nothing_comes_back",
    ),
    Removal(
        "T59",
        "a badge shows more standing than is counted",
        "instance/web/presenting/people.py",
        "else min(row.level, ceiling)\n",
        "else row.level\n",
        f"{_TREATIES}::test_a_badge_shows_no_more_than_the_agreement_counts_now",
    ),
    Removal(
        "T59",
        "what is written is kept with more standing than is counted",
        "instance/services/consults/receiving.py",
        "    level = min(row.level, await trust.ceiling(author.host))\n",
        "    level = row.level\n",
        f"{_TREATIES}::test_what_a_guest_elsewhere_writes_keeps_no_more_than_we_count",
    ),
    Removal(
        "T59",
        "an owner passes on more standing than it counts",
        "instance/outbox/actors.py",
        "    ceiling = await trust.ceiling(actor.host)\n",
        "    ceiling = trust.HIGHEST\n",
        f"{_TREATIES}::test_an_owner_passes_on_no_more_standing_than_it_counts",
    ),
    Removal(
        "T59",
        "one direction of trust counts as both",
        "instance/outbox/trust.py",
        " if len(most) == len(Direction)}\n",
        "}\n",
        f"{_TREATIES}::test_one_direction_alone_counts_no_standing",
    ),
    Removal(
        "T55",
        "images that were not agreed are kept",
        "instance/services/consults/attachments.py",
        "    if not are_agreed:\n",
        "    if False:\n",
        "tests/instance/inbox/test_attachments.py"
        "::test_an_image_of_a_question_is_kept_only_where_it_is_agreed",
    ),
)
