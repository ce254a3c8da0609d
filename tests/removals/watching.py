"""What watches over a server, and what it must not tell."""

from tests.removals.entry import Removal

_OBSERVING = "tests/instance/web/test_observing.py"
_LISTENER = "tests/instance/cli/test_metrics_listener.py"

REMOVALS = (
    Removal(
        "T62",
        "anybody who reaches the listener reads metrics",
        "instance/cli/metrics_listener.py",
        'if not may or scope["path"] != PATH',
        'if scope["path"] != PATH',
        f"{_LISTENER}::test_only_who_comes_from_a_network_that_may_reads_metrics",
    ),
    Removal(
        "T62",
        "a listener for everybody asks nobody who may",
        "instance/config.py",
        'if not is_loopback_pair(f"{host}:{port}") and not self._get("CURBSIDE_METRICS_FROM", ""):',
        "if False:",
        f"{_LISTENER}::test_a_listener_that_others_can_reach_says_who_may",
    ),
    Removal(
        "T75",
        "a method that somebody made up is a series",
        "instance/metrics.py",
        "known = method if method in METHODS else OTHER",
        "known = method",
        f"{_OBSERVING}::test_whatever_strangers_ask_for_makes_no_series_and_tells_of_nobody",
    ),
    Removal(
        "T75",
        "a reason that is none of ours is a series",
        "instance/metrics.py",
        "reason = reason if reason in self._reasons else OTHER",
        "reason = reason",
        f"{_OBSERVING}::test_what_comes_to_an_inbox_is_counted_by_what_became_of_it",
    ),
    Removal(
        "T62",
        "the path stands for the route",
        "instance/app.py",
        "observing.note_route(request.scope, request.endpoint)",
        "observing.note_route(request.scope, request.path)",
        f"{_OBSERVING}::test_whatever_strangers_ask_for_makes_no_series_and_tells_of_nobody",
    ),
    Removal(
        "T73",
        "anybody chooses the number of a request",
        "instance/web/observing.py",
        'if is_safe and is_proxy((scope.get("client") or ("",))[0], settings):',
        "if is_safe:",
        f"{_OBSERVING}::test_a_number_is_taken_from_a_trusted_proxy_alone_and_only_if_it_is_one",
    ),
    Removal(
        "T73",
        "whatever a proxy says is a number",
        "instance/web/observing.py",
        "is_safe = len(given) == 1 and _SAFE.fullmatch(given[0]) is not None",
        "is_safe = len(given) == 1",
        f"{_OBSERVING}::test_a_number_is_taken_from_a_trusted_proxy_alone_and_only_if_it_is_one",
    ),
    Removal(
        "T62",
        "lines of libraries have fields of theirs",
        "instance/logs.py",
        "        for name in FIELDS:\n            own.pop(name, None)\n",
        "",
        "tests/instance/test_logs.py"
        "::test_a_line_of_json_says_its_kind_apart_from_its_values_and_nothing_that_is_not_listed",
    ),
)
