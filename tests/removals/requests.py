"""Who is asked, and what leaves a consult: T54 (notifications), T62 (logs), T87 (names)."""

from tests.removals.entry import Removal

_PRIVATE = "tests/test_requests_stay_private.py"
_NO_WORD = (
    f"{_PRIVATE}::test_no_word_of_a_consult_is_in_a_mail_a_push_a_notification_a_log_or_a_title"
)
_SAME_PAGE = (
    f"{_PRIVATE}::test_the_page_of_the_asker_is_the_same_whether_somebody_declined_or_is_silent"
)
_ROUTING = "tests/instance/services/test_routing.py"
_INVITING = "tests/instance/services/test_inviting.py"
_PUSH = "tests/instance/services/test_push.py"

REMOVALS = (
    Removal(
        "T54",
        "a push message says in what specialty",
        "instance/services/push.py",
        "text, page = push_words.SENTENCES[kind], push_words.page_of(kind)",
        'text, page = "In cardiology.", push_words.page_of(kind)',
        _NO_WORD,
    ),
    Removal(
        "T54",
        "a digest says in what specialty",
        "instance/services/digests.py",
        'said = (one if count == 1 else many) % {"n": count}',
        'said = (one if count == 1 else many) % {"n": count} + " cardiology"',
        _NO_WORD,
    ),
    Removal(
        "T54",
        "the length of a push message tells what it says",
        "instance/outbox/push.py",
        "    padding = max(0, SAME_LENGTH - len(payload))\n",
        "    padding = 0\n",
        f"{_PUSH}::test_every_message_is_equally_long",
    ),
    Removal(
        "T54",
        "what somebody read is shown on their lock screen all the same",
        "instance/services/push.py",
        "    return told.read_at is None\n",
        "    return True\n",
        f"{_PUSH}::test_what_was_read_meanwhile_is_not_sent",
    ),
    Removal(
        "T54",
        "a device that was signed out goes on to show messages",
        "instance/services/signing_in.py",
        "    await PushSubscription.filter(session_id=session_id, member_id=member.id).delete()\n",
        "",
        f"{_PUSH}::test_who_signs_out_a_device_ends_its_messages",
    ),
    Removal(
        "T35",
        "any address is written to as a push service",
        "instance/services/push.py",
        "vetted = remote.directory().client.vetted(endpoint)",
        "vetted = endpoint",
        f"{_PUSH}::test_only_public_addresses_with_https_are_written_to",
    ),
    Removal(
        "T87",
        "of few who were asked the number tells who they are",
        "instance/services/consults/routing.py",
        'hop["count"] if hop["count"] >= NAMES_NOBODY or hop["count"] == 0 else None',
        'hop["count"]',
        f"{_PRIVATE}::test_of_fewer_than_five_the_number_is_not_told",
    ),
    Removal(
        "T87",
        "the asker sees that somebody else was asked instead",
        "instance/services/consults/asking.py",
        "        await ask_next(consult, consult.specialties, 1, now)\n    elif",
        "        await ask_next(consult, consult.specialties, 1, now)\n"
        '        hops = [*routing.hops, {"at": now.isoformat(), "count": 1}]\n'
        "        await Routing.filter(id=routing.id).update(hops=hops)\n    elif",
        _SAME_PAGE,
    ),
    Removal(
        "T87",
        "passing it on to somebody who was asked says that they were",
        "instance/services/consults/asking.py",
        "        await ask_next(consult, consult.specialties, 1, now)\n        return\n",
        '        raise FormRefused({"colleague": NO_COLLEAGUE})\n',
        f"{_ROUTING}::test_passing_it_on_does_not_tell_who_was_asked_before",
    ),
    Removal(
        "T87",
        "a pseudonym that takes no invitations is invited",
        "instance/services/consults/inviting.py",
        "    takes = is_found or target.discoverable or target.allows_invitations\n",
        "    takes = True\n",
        f"{_INVITING}::test_who_is_not_there_and_who_takes_no_invitations_are_refused_alike",
    ),
    Removal(
        "T49",
        "anybody at the asker's hospital invites",
        "instance/inbox/invite.py",
        '    if consult.asker.uri != verified.signer:\n        raise Refused("6.3 invite")\n',
        "",
        f"{_INVITING}::test_only_the_asker_of_a_consult_that_is_here_invites_to_it",
    ),
    Removal(
        "T50",
        "who cannot read it is invited",
        "instance/services/consults/inviting.py",
        "    if not await inside.exists():\n",
        "    if inside is None:\n",
        f"{_INVITING}::test_nobody_is_invited_who_cannot_read_it_or_cannot_answer",
    ),
)
