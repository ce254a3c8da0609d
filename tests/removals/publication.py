"""Publication and public posts: T51 (nothing public leads to a consult), T52 and T54 beside it."""

from tests.removals.entry import Removal

_BETWEEN = "tests/test_publication_between_institutions.py"
_IMAGES = "tests/test_published_images.py"
_POSTS = "tests/instance/inbox/test_public_posts.py"
_LOOK = "SELECT 1 FROM consult WHERE uri = ?1 OR root_uri = ?1"
_CONSULTS = "instance/services/consults"

REMOVALS = (
    Removal(
        "T51",
        "what is written beside a consult hides it",
        "federation/fields.py",
        "        for item in value if isinstance(value, list) else (value,):\n"
        "            if identifier",
        "        for item in (value,):\n            if identifier",
        f"{_POSTS}::test_a_public_post_about_a_consult_is_refused",
    ),
    Removal(
        "T51",
        "a public post quotes a consult",
        "instance/services/posting.py",
        ", *references.quoted(note)]",
        "]",
        f"{_POSTS}::test_a_public_post_does_not_quote_or_link_a_consult",
    ),
    Removal(
        "T51",
        "a public post links to a consult",
        "instance/services/posting.py",
        "references.links_to_one(documents.content(note)) or ",
        "",
        f"{_POSTS}::test_a_public_post_does_not_quote_or_link_a_consult",
    ),
    Removal(
        "T51",
        "a member posts the address of a consult",
        "instance/services/wording.py",
        '            text = text.replace(found, "")\n',
        "            pass\n",
        f"{_POSTS}::test_a_post_does_not_carry_the_address_of_a_consult_outside",
    ),
    Removal(
        "T51",
        "what never was stays in a post, what is there does not: an answer to who tries addresses",
        "instance/services/wording.py",
        "        if _bare(found) not in public:\n",
        f"        if await raw_sql.look_up({_LOOK!r}, [_bare(found)]):\n",
        f"{_POSTS}::test_who_tries_addresses_in_a_public_post_learns_of_no_consult",
    ),
    Removal(
        "T51",
        "what was published of a consult stays when that is recalled",
        f"{_CONSULTS}/deleting.py",
        "    if case is not None:\n",
        "    if False and case is not None:\n",
        f"{_IMAGES}::test_an_image_is_public_by_the_word_of_who_sent_it_and_goes_with_the_consult",
    ),
    Removal(
        "T51",
        "a case that was published goes on showing an image that is recalled alone",
        f"{_CONSULTS}/published.py",
        "    held.update(one.url for one in case.images)\n",
        "",
        f"{_IMAGES}::test_an_image_that_is_recalled_alone_takes_down_the_case_that_shows_it_and_no_other",
    ),
    Removal(
        "T47",
        "an image of somebody else, or of nothing, is proposed to be published",
        f"{_CONSULTS}/case_images.py",
        "        if one.url not in ids:\n",
        "        if False:\n",
        f"{_IMAGES}::test_no_image_is_proposed_that_is_not_theirs_or_not_described_or_names_somebody",
    ),
    Removal(
        "T51",
        "it is public before the last yes",
        f"{_CONSULTS}/publishing.py",
        "    elif not await waited_for(consult, found):\n",
        "    elif True:\n",
        f"{_BETWEEN}::test_all_agree_and_a_new_post_is_public_and_says_nothing_of_the_consult",
    ),
    Removal(
        "T51",
        "who leaves theirs out is published",
        f"{_CONSULTS}/consents.py",
        '        if row.said and row.said["choice"] == PUBLISH and',
        "        if row.said and",
        f"{_BETWEEN}::test_who_leaves_theirs_out_is_left_out_and_nobody_is_told_who_that_was",
    ),
    Removal(
        "T51",
        "an objection stops nothing",
        f"{_CONSULTS}/publishing.py",
        "    elif found.stops_at is not None:\n",
        "    elif False and found.stops_at is not None:\n",
        f"{_BETWEEN}::test_one_objection_stops_it_and_is_told_later_as_any_end",
    ),
    Removal(
        "T51",
        "a consent to another text counts",
        f"{_CONSULTS}/consenting.py",
        "        if found is not None and found.digest == said.digest\n",
        "        if found is not None\n",
        f"{_BETWEEN}::test_a_consent_to_another_text_is_refused_by_its_owner",
    ),
    Removal(
        "T51",
        "the history tells everybody who declined",
        "instance/inbox/consult.py",
        "        await consenting.take(consult, note, author)\n        return\n",
        "        await consenting.take(consult, note, author)\n",
        f"{_BETWEEN}::test_who_leaves_theirs_out_is_left_out_and_nobody_is_told_who_that_was",
    ),
    Removal(
        "T51",
        "what a recall takes back stays in a proposal",
        f"{_CONSULTS}/burying.py",
        "    named = {*named, *await _forget_proposals(consult, grave.at)}\n",
        "",
        f"{_BETWEEN}::test_a_recall_takes_the_proposal_with_it_everywhere",
    ),
    Removal(
        "T52",
        "a partner that takes no part reads members and history",
        "instance/web/peers.py",
        "    if consult is None:\n        raise NotFound\n    return consult\n",
        "    return consult or await named.get()\n",
        "tests/instance/outbox/test_audience.py::test_place_4_nothing_is_shown_to_who_left_since",
    ),
)
