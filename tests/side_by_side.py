"""A pytest plugin: how many tests run side by side, and in which order they are begun.

Half as many again as there are processors: a third of the tests wait, for servers, browsers and
times that are part of the protocol. Those stand between the ones that compute, so that not all
workers wait at once.
"""

from collections import Counter
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.databases import kind_of

_LIVE = Path(__file__).parent / "live"
_BEGUN_BY = 0.8  # of the way: a long one is not the last, alone


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    processors = yield
    return processors + (processors + 1) // 2


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In workers. Where one test comes after the other they stay in the order of their files."""
    if hasattr(config, "workerinput"):
        items[:] = spread(items)


def spread(items: list[pytest.Item]) -> list[pytest.Item]:
    """What waits evenly, those of PostgreSQL among those of PostgreSQL. How far the others are is
    measured by those that have a database: the rest is over in no time. Groups are begun before
    all others, wherever they stand."""
    seen: Counter[tuple[bool, bool]] = Counter()
    counted = []
    for item in items:
        part = kind_of(item) == "postgres", _waits(item)
        counted.append((item, part, seen[part]))
        seen[part] += _waits(item) or bool(kind_of(item))

    def place(one: tuple[pytest.Item, tuple[bool, bool], int]) -> tuple[bool, float]:
        _, (is_postgres, waits), before = one
        share = before / (seen[is_postgres, waits] or 1)
        return is_postgres, share * _BEGUN_BY if waits else share

    return [item for item, _, _ in sorted(counted, key=place)]


def _waits(item: pytest.Item) -> bool:
    return _LIVE in item.path.parents and not item.get_closest_marker("xdist_group")
