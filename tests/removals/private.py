"""What two people write to each other alone, and consults in the hands of applications: T49 to T51,
T54, T69 and T87."""

from tests.removals.entry import Removal

_SERVICES = "instance/services"
_BETWEEN = "tests/test_conversations_between_institutions.py"
_API = "tests/instance/web/test_api_conversations.py"
_WITHOUT = f"{_API}::test_without_the_scope_or_the_approval_nothing_tells_that_consults_exist"
_READS = f"{_API}::test_an_approved_application_reads_answers_and_puts_away_a_conversation"
_BLOCKED = f"{_BETWEEN}::test_who_blocked_somebody_reads_and_hears_nothing_of_what_they_write"

_IMAGES = "tests/test_images_in_conversations.py"
_WEEKLY = "tests/instance/services/test_weekly.py"

REMOVALS = (
    Removal(
        "T47",
        "an image that nobody looked at goes along with what is private",
        f"{_SERVICES}/consults/privately.py",
        "    problems = await images.problems(member, pictures)\n",
        "    problems: dict[str, str] = {}\n",
        f"{_IMAGES}::test_an_image_goes_with_a_first_message_and_no_word_or_image_is_lost_on_the_way",
    ),
    Removal(
        "T54",
        "a weekly mail that waited goes to who ended it",
        f"{_SERVICES}/mails.py",
        "        return await WeeklyMail.filter(member_id=to.id).exists()\n",
        "        return True\n",
        f"{_WEEKLY}::test_one_click_ends_it_also_for_one_that_waits_and_without_signing_in",
    ),
    Removal(
        "T54",
        "two workers queue the same weekly mail",
        f"{_SERVICES}/weekly.py",
        "    if not await due.update(due_at=await _next(row.member, now)):\n        return\n",
        "    await due.update(due_at=await _next(row.member, now))\n",
        f"{_WEEKLY}::test_who_asked_for_it_has_one_mail_a_week_in_numbers_however_many_look_for_it",
    ),
    Removal(
        "T60",
        "a partner says private of what others read along",
        f"{_SERVICES}/consults/receiving.py",
        '        raise NotAllowed("6.3 private")\n',
        "        return\n",
        f"{_BETWEEN}::test_a_partner_cannot_let_a_third_in_or_widen_what_is_private",
    ),
    Removal(
        "T60",
        "what was private is a consult after an edit",
        f"{_SERVICES}/consults/questions.py",
        "    if facts_of.is_private(root) is not consult.is_private:\n",
        "    if False:\n",
        f"{_BETWEEN}::test_a_partner_cannot_let_a_third_in_or_widen_what_is_private",
    ),
    Removal(
        "T50",
        "what is private stands among consults",
        f"{_SERVICES}/consults/reading.py",
        "    return (await visible(member)).filter(is_private=False)\n",
        "    return await visible(member)\n",
        f"{_BETWEEN}::test_two_people_at_two_institutions_write_to_each_other_on_their_pages",
    ),
    Removal(
        "T50",
        "what somebody whom one blocked wrote is found by its words",
        f"{_SERVICES}/consults/searching.py",
        "AND own.member_id = ?1))\n",
        "AND false))\n",
        f"{_BETWEEN}::test_the_two_alone_find_it_by_its_words_and_print_it",
    ),
    Removal(
        "T50",
        "a third finds by its words what is private",
        f"{_SERVICES}/consults/searching.py",
        "consult.id = w.id AND {reading.VISIBLE}\n",
        "consult.id = w.id AND ?2 = ?2\n",
        f"{_BETWEEN}::test_the_two_alone_find_it_by_its_words_and_print_it",
    ),
    Removal(
        "T54",
        "who blocked somebody hears that they wrote",
        f"{_SERVICES}/consults/news.py",
        "await blocks.without(author, await Actor.filter(uri__in=list(uris), is_local=True))",
        "await Actor.filter(uri__in=list(uris), is_local=True)",
        _BLOCKED,
    ),
    Removal(
        "T87",
        "who was blocked can write all the same",
        f"{_SERVICES}/consults/privately.py",
        " and not await blocks.exists(target, author)\n        return _Way((ours.uri,)) if",
        "\n        return _Way((ours.uri,)) if",
        _BLOCKED,
    ),
    Removal(
        "T69",
        "an application without the scope reads consults",
        "instance/web/api/messages.py",
        " if caller.may(scopes.CONSULTS) else None\n",
        "\n",
        _WITHOUT,
    ),
    Removal(
        "T69",
        "an application without the scope lists conversations",
        "instance/web/api/conversations.py",
        "    if not caller.may(scopes.CONSULTS):\n        return paging.page([], [])\n",
        "",
        _WITHOUT,
    ),
    Removal(
        "T87",
        "an application reads what another name of its user takes part in",
        f"{_SERVICES}/conversations.py",
        "        AND named.actor_uri = ?4 AND NOT named.is_institution)\n",
        "        AND ?4 <> '' AND NOT named.is_institution)\n",
        f"{_API}::test_an_application_learns_nothing_of_what_its_users_other_name_takes_part_in",
    ),
    Removal(
        "T51",
        "an answer to what is private is public",
        "instance/web/api/messages.py",
        "    if asked in _WIDER:\n",
        "    if False:\n",
        _READS,
    ),
    Removal(
        "T66",
        "without a second step conversations are read by an application",
        f"{_SERVICES}/conversations.py",
        "    if not message_ids or is_kept_out(speaker.member):\n",
        "    if not message_ids:\n",
        f"{_API}::test_who_may_read_no_consults_has_no_conversations",
    ),
)
