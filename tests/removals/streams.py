"""Open streams of applications: T56 and T67 (when they end), T69 (the token), T50, T25 and T30."""

from tests.removals.entry import Removal

_TESTS = "tests/instance/web/test_api_streaming.py"
_READERS = "instance/services/feed_readers.py"
_HUB, _PLACES = "instance/web/api/hub.py", "instance/web/api/places.py"
_TOLD = "instance/web/api/told.py"
_ENDS = f"{_TESTS}::test_a_stream_ends_with_what_it_rests_on"

REMOVALS = (
    Removal(
        "T56",
        "an open stream goes on after its token",
        _HUB,
        "            if place.caller.token.id not in hold:\n",
        "            if False:\n",
        _ENDS,
    ),
    Removal(
        "T56",
        "an open stream goes on after a suspension",
        "instance/services/tokens.py",
        " AND (t.member_id IS NULL OR m.suspended_at IS NULL)",
        "",
        _ENDS,
    ),
    Removal(
        "T69",
        "an open stream goes on after its application's approval",
        "instance/services/tokens.py",
        "(approved[one.token.id] or not one.may(scopes.CONSULTS))",
        "(True or approved)",
        _ENDS,
    ),
    Removal(
        "T69",
        "a token in an address counts everywhere",
        "instance/web/api/calling.py",
        "    return await _found(_in_header(request))",
        '    return await _found(_in_header(request) or request.args.get("access_token"))',
        f"{_TESTS}::test_a_token_may_come_in_three_ways_and_here_alone",
    ),
    Removal(
        "T69",
        "a stream needs no scope",
        "instance/web/api/streams.py",
        "    if not caller.may(SCOPES[name]):\n",
        "    if False:\n",
        f"{_TESTS}::test_a_stream_that_cannot_be_is_refused_before_it_opens",
    ),
    Removal(
        "T69",
        "notifications need no scope on the stream of home",
        _TOLD,
        " and place.caller.may(streams.SCOPES[streams.NOTIFICATIONS])\n",
        "\n",
        f"{_TESTS}::test_what_somebody_is_told_comes_to_that_identity_alone",
    ),
    Removal(
        "T87",
        "what one is told comes to others",
        _TOLD,
        "    return place.actor_id == actor_id and ",
        "    return ",
        f"{_TESTS}::test_what_somebody_is_told_comes_to_that_identity_alone",
    ),
    Removal(
        "T50",
        "a conversation comes to applications that hold no consults",
        "instance/web/api/messages.py",
        " if caller.may(scopes.CONSULTS) else None\n",
        "\n",
        f"{_TESTS}::test_a_conversation_comes_to_who_takes_part_and_may_read_it",
    ),
    Removal(
        "T25",
        "whom somebody keeps away comes over public streams",
        _HUB,
        "stream.is_public and place.actor_id not in readers.unwilling",
        "stream.is_public",
        f"{_TESTS}::test_of_whom_a_reader_wants_nothing_nothing_comes",
    ),
    Removal(
        "T25",
        "whom somebody keeps away comes home",
        _READERS,
        "alone=frozenset(alone - by_channel - unwilling)",
        "alone=frozenset(alone - by_channel)",
        f"{_TESTS}::test_of_whom_a_reader_wants_nothing_nothing_comes",
    ),
    Removal(
        "T30",
        "who does not read is waited for",
        _PLACES,
        "        if len(self._waiting) >= WAITING_MOST:\n",
        "        if False:\n",
        f"{_TESTS}::test_who_does_not_read_is_cut_off_and_costs_nothing",
    ),
    Removal(
        "T30",
        "one member opens any number of streams",
        _PLACES,
        "self._of[token] >= OF_TOKEN_MOST or self._of[member] >= OF_MEMBER_MOST",
        "self._of[token] >= OF_TOKEN_MOST",
        f"{_TESTS}::test_nobody_has_too_many_streams_open",
    ),
    Removal(
        "T30",
        "a socket may say whatever it likes",
        "instance/web/api/streaming.py",
        "        if count > _FRAMES_MOST:\n",
        "        if False:\n",
        f"{_TESTS}::test_a_socket_takes_what_it_is_told_and_stays_open",
    ),
)
