"""Ids: in the order of time, and no two alike."""

import time
from datetime import UTC, datetime

import pytest

from instance import ids


def test_ids_of_one_millisecond_are_all_different(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawn freely, some of these would be the same, and what they are of would not be stored."""
    now = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: now)
    drawn = [ids.new_id() for _ in range(100_000)]
    assert len(set(drawn)) == len(drawn)


def test_ids_of_one_millisecond_are_in_the_order_they_were_drawn_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else a post and its answer that one commit stored could be listed the wrong way round."""
    now = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: now)
    drawn = [ids.new_id() for _ in range(5_000)]
    assert drawn == sorted(drawn)
    monkeypatch.setattr(time, "time_ns", lambda: now + 1_000_000)
    assert ids.new_id() > drawn[-1]


def test_ids_follow_time_though_the_clock_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: now)
    before = ids.new_id()
    monkeypatch.setattr(time, "time_ns", lambda: now - 10**10)
    assert ids.new_id() > before


def test_an_id_is_above_the_moment_it_was_drawn_in() -> None:
    assert ids.id_at(datetime.now(UTC)) < ids.new_id() <= ids.MOST
