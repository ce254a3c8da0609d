"""How many examples hypothesis tries, and what it does to a document.

The same ones in every run, few enough for every run. CURBSIDE_EXAMPLES=5000 tries so many of each
kind, others in each run.
"""

import os
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("CURBSIDE_EXAMPLES", "0"))
REPEATABLE, RANDOM = "repeatable", "random"

settings.register_profile(REPEATABLE, derandomize=True, deadline=None)
settings.register_profile(RANDOM, deadline=None)


def examples(few: int) -> settings:
    """For a test with fixtures, whose houses serve all its examples.

    Nothing is shrunk: that would take longer than to read what was found.
    """
    return settings(
        settings.get_profile(RANDOM if EXAMPLES else REPEATABLE),
        max_examples=EXAMPLES or few,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


_TEXTS = (
    *(
        "",
        " ",
        "\n",
        "a" * 513,
        "x" * 20_000,
        "\u202e\u200b\ufeff",
        "\ud800",
        "\0",
        "\U0001f600" * 99,
    ),
    *("https://", "http://mercy.example/", "//x", "/o/1", "1", "javascript:alert(1)", "<script>"),
    *("Public", "as:Public", "https://www.w3.org/ns/activitystreams#Public", "Tombstone"),
    *("https://mercy.example/actor", "https://elsewhere.example/users/1", "https://[::1]/", "@id"),
    *("urn:test:channel", "urn:test:post", "urn:test:poll", "urn:test:person"),
    *("urn:test:consult", "urn:test:root", "urn:test:group", "9999-12-31T23:59:59-14:00", "0"),
)
_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5, 2**53, 2**70, 1e308, [], {}, [[]], [None], [{}], {"id": None}),
    *({"id": ""}, {"id": 7}, {"type": "Note"}, {"@value": "x"}, {"href": "x"}, ["a", "b"], [1, 2]),
)
_WAYS = ("drop", "replace", "replace", "wrap", "nest", "repeat", "widen", "move", "rename")

mutations = st.lists(
    st.tuples(
        st.sampled_from(_WAYS),
        st.integers(0, 10_000),
        st.sampled_from(_VALUES) | st.sampled_from(_TEXTS) | st.text(max_size=20),
    ),
    min_size=1,
    max_size=4,
)


def mutated(document: dict[str, Any], steps: list[tuple[str, int, Any]]) -> dict[str, Any]:
    """The document, which is changed, with one of its values after the other spoilt."""
    for way, number, value in steps:
        places = _places(document)
        if places:
            _spoil(*places[number % len(places)], way, value)
    return document


def _places(node: Any) -> list[tuple[Any, Any]]:
    """Every value of a document by what it stands in, and where."""
    found: list[tuple[Any, Any]] = []
    pending = [node]
    while pending:
        holder = pending.pop()
        items = holder.items() if isinstance(holder, dict) else enumerate(holder)
        for key, child in items:
            found.append((holder, key))
            if isinstance(child, dict | list):
                pending.append(child)
    return found


def _spoil(holder: Any, key: Any, way: str, value: Any) -> None:
    old = holder[key]
    if way == "drop":
        del holder[key]
    elif way == "wrap":
        holder[key] = [old]
    elif way == "nest":
        for _ in range(40):
            holder[key] = [holder[key]] if isinstance(value, str) else {"object": holder[key]}
    elif way == "repeat":
        holder[key] = [old] * 3
    elif way == "widen":
        holder[key] = (
            [old] * 1_000 if isinstance(value, str) else dict.fromkeys(map(str, range(600)))
        )
    elif way == "move" and isinstance(holder, dict):
        holder[str(value)[:40]] = holder.pop(key)
    elif way == "rename" and isinstance(holder, dict):
        holder["type"] = value
    else:
        holder[key] = value
