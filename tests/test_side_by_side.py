"""In which order tests are begun where several run side by side."""

from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.side_by_side import spread

HERE = Path(__file__).parent


def some(folder: str, kind: str, count: int, group: object = None) -> list[Any]:
    callspec = SimpleNamespace(params={"kind": kind})
    return [
        SimpleNamespace(
            path=HERE / folder / "test_some.py",
            callspec=callspec,
            get_closest_marker=lambda _: group,
        )
        for _ in range(count)
    ]


def test_what_waits_stands_between_what_computes_and_all_is_run_once() -> None:
    live, other = some("live", "sqlite", 10), some("instance", "sqlite", 100)
    elsewhere = some("live", "postgres", 2) + some("instance", "postgres", 20)
    begun = spread([*live, *other, *elsewhere])

    assert sorted(map(id, begun)) == sorted(map(id, [*live, *other, *elsewhere]))
    assert {one.callspec.params["kind"] for one in begun[-22:]} == {"postgres"}  # type: ignore[attr-defined]
    places = [begun.index(one) for one in live]
    assert all(5 <= after - before <= 12 for before, after in pairwise(places))
    assert places == sorted(places) and places[-1] < 90


def test_what_shares_a_server_stays_together() -> None:
    group = some("live", "sqlite", 5, object())
    begun = spread([*some("instance", "sqlite", 3), *group, *some("live", "sqlite", 1)])
    assert [one for one in begun if one in group] == group
