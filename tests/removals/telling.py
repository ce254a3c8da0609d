"""What applications are told holds nothing of consults or of the other name: T50, T54 and T69."""

from tests.removals.entry import Removal

_API = "tests/instance/web/test_api_notifications.py"
_PRIVATE = "tests/instance/web/test_api_private_messages.py"
_PUSH = "tests/instance/web/test_api_push.py"
_HIDDEN = f"{_API}::test_nothing_of_consults_or_duties_and_nothing_of_the_other_name"
_APART = f"{_PUSH}::test_each_application_hears_of_its_own_identity_and_of_no_consult"
_ENDS = f"{_PUSH}::test_it_ends_with_its_token_and_what_was_read_is_not_sent"
_SEEN = "instance/services/client_notifications.py"
_STREAMS = "instance/web/api/told.py"
_QUEUE = "instance/services/client_push.py"

REMOVALS = (
    Removal(
        "T50",
        "an application finds what its user is told of consults",
        _SEEN,
        "    told = Q(kind__in=list(TYPES))\n",
        "    told = Q(identity_id=reader.actor.id)\n",
        _HIDDEN,
    ),
    Removal(
        "T69",
        "an application finds what the other name of its user is told",
        _SEEN,
        "    return Notification.filter(told, identity_id=reader.actor.id)\n",
        "    return Notification.filter(told, member_id=reader.actor.member_id)\n",
        _HIDDEN,
    ),
    Removal(
        "T50",
        "an application without the scope is told of private messages",
        _SEEN,
        "        return TYPES if self.member is None else ALL_TYPES\n",
        "        return ALL_TYPES\n",
        f"{_PRIVATE}::test_a_push_of_it_goes_where_it_may_be_read_and_says_no_word_of_it",
    ),
    Removal(
        "T50",
        "every application sees private messages among what is told",
        "instance/web/api/messages.py",
        "    return Reader(caller.acting, by.member if by is not None else None)\n",
        "    return Reader(caller.acting, caller.member)\n",
        f"{_PRIVATE}::test_whoever_has_no_scope_gets_the_same_bytes_with_and_without_a_message",
    ),
    Removal(
        "T50",
        "how far another application read tells of private messages",
        _SEEN,
        "    if not await messages.filter(id__gte=first, id__lte=last).exists():\n",
        "    if True:\n",
        f"{_PRIVATE}::test_whoever_has_no_scope_gets_the_same_bytes_with_and_without_a_message",
    ),
    Removal(
        "T56",
        "who may read no consults any more is told of messages",
        _SEEN,
        "(await reading.visible(member)).filter(is_private=True, purged_at=None)",
        "reading.Consult.filter(is_private=True, purged_at=None)",
        f"{_PRIVATE}::test_who_lost_the_leave_to_read_it_sees_nothing_of_it_any_more",
    ),
    Removal(
        "T56",
        "a push goes to an application whose approval ended",
        _QUEUE,
        "    return Reader(await Actor.get(id=row.identity_id), token.member if may else None)\n",
        "    return Reader(await Actor.get(id=row.identity_id), token.member)\n",
        f"{_PRIVATE}::test_a_push_of_it_goes_where_it_may_be_read_and_says_no_word_of_it",
    ),
    Removal(
        "T50",
        "a stream of an application without the scope tells of a message",
        _STREAMS,
        "        and (row.message_id is None or place.caller.may(scopes.CONSULTS))\n",
        "",
        f"{_PRIVATE}::test_a_message_comes_over_the_streams_of_who_may_read_it",
    ),
    Removal(
        "T50",
        "a stream of an application without the scope tells that a message is gone",
        _STREAMS,
        "        if _hears(place, actor_id) and await _speaker(place) is not None:\n",
        "        if _hears(place, actor_id):\n",
        f"{_PRIVATE}::test_that_a_message_is_gone_comes_to_whom_it_had_come",
    ),
    Removal(
        "T56",
        "who may read no consults any more is told that a message is gone",
        _STREAMS,
        " or is_kept_out(speaker.member) else speaker\n",
        " else speaker\n",
        f"{_PRIVATE}::test_who_lost_the_leave_to_read_a_message_is_not_told_that_it_is_gone",
    ),
    Removal(
        "T54",
        "an application is told by push of the other name of its user",
        _QUEUE,
        "WHERE s.member_id = ?1 AND t.actor_id = ?2\n",
        "WHERE s.member_id = ?1 AND ?2 = ?2\n",
        _APART,
    ),
    Removal(
        "T54",
        "what was read is shown by an application all the same",
        _QUEUE,
        "    if row.read_at is not None or not await _is_chosen(device, row):\n",
        "    if not await _is_chosen(device, row):\n",
        _ENDS,
    ),
    Removal(
        "T54",
        "an application's place is written to as a browser of its user",
        "instance/services/push.py",
        "    return PushSubscription.filter(member_id=member_id, token_id=None)\n",
        "    return PushSubscription.filter(member_id=member_id)\n",
        _APART,
    ),
    Removal(
        "T35",
        "any address is written to as the place of an application",
        "instance/services/push.py",
        "vetted = remote.directory().client.vetted(endpoint)",
        "vetted = endpoint",
        f"{_PUSH}::test_a_place_that_is_none_is_refused_in_words",
    ),
)
