"""What applications are told holds nothing of consults or of the other name: T50, T54 and T69."""

from tests.removals.entry import Removal

_API = "tests/instance/web/test_api_notifications.py"
_PUSH = "tests/instance/web/test_api_push.py"
_HIDDEN = f"{_API}::test_nothing_of_consults_or_duties_and_nothing_of_the_other_name"
_APART = f"{_PUSH}::test_each_application_hears_of_its_own_identity_and_of_no_consult"
_ENDS = f"{_PUSH}::test_it_ends_with_its_token_and_what_was_read_is_not_sent"
_SEEN = "instance/services/client_notifications.py"
_QUEUE = "instance/services/client_push.py"

REMOVALS = (
    Removal(
        "T50",
        "an application finds what its user is told of consults",
        _SEEN,
        "    there = Q(kind__in=_WITHOUT_POST) | Q(of_post, post_id__not_isnull=True)\n"
        "    rows = Notification.filter(\n"
        "        there,\n"
        "        identity_id=actor.id,\n"
        "        kind__in=list(TYPES),\n",
        "    there = Q(post_id=None) | Q(of_post, post_id__not_isnull=True)\n"
        "    rows = Notification.filter(\n"
        "        there,\n"
        "        identity_id=actor.id,\n",
        _HIDDEN,
    ),
    Removal(
        "T69",
        "an application finds what the other name of its user is told",
        _SEEN,
        "        identity_id=actor.id,\n"
        "        kind__in=list(TYPES),\n"
        "        dismissed_at=None,\n",
        "        member_id=actor.member_id,\n"
        "        kind__in=list(TYPES),\n"
        "        dismissed_at=None,\n",
        _HIDDEN,
    ),
    Removal(
        "T69",
        "an application puts away what waits for its user in consults",
        _SEEN,
        "Notification.filter(identity_id=actor.id, kind__in=list(TYPES)))\n",
        "Notification.filter(identity_id=actor.id))\n",
        _HIDDEN,
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
