"""The small chart of deliveries: what happened is seen, what did not is not."""

from datetime import UTC, datetime, timedelta

import pytest

from instance.services.delivery_figures import WITHIN, Figures, Slot, Tally
from instance.web import words
from instance.web.presenting import figures
from instance.web.views.figures import DeliveryFigures

NOW = datetime(2026, 3, 9, 10, tzinfo=UTC)


def drawn(*tallies: Tally) -> DeliveryFigures:
    slots = tuple(Slot(NOW + timedelta(hours=n), tally) for n, tally in enumerate(tallies))
    total = Tally(
        times={0: sum(tally.arrived for tally in tallies)},
        failed=sum(tally.failed for tally in tallies),
        gave_up=sum(tally.gave_up for tally in tallies),
    )
    return figures.of(Figures(slots, total))


def test_one_failure_among_thousands_is_seen() -> None:
    quiet, busy, wrong = drawn(Tally(), Tally({0: 9_999}), Tally({0: 1}, failed=1)).bars
    assert (quiet.arrived_height, quiet.failed_height) == (0, 0)
    assert (busy.arrived_height, busy.failed_height) == (figures.HEIGHT, 0)
    assert wrong.failed_height > 2 and wrong.arrived_height > 2
    assert wrong.failed_y + wrong.failed_height == wrong.arrived_y


def test_nothing_is_drawn_outside() -> None:
    for bar in drawn(Tally({0: 5_000}, failed=1), Tally({0: 1}, failed=5_000), Tally({0: 3})).bars:
        assert 0 <= bar.failed_y <= bar.arrived_y <= figures.HEIGHT
        assert bar.x + bar.width <= figures.WIDTH


@pytest.mark.parametrize(
    ("tally", "percent"),
    [
        (Tally(), ""),
        (Tally({0: 3}), "100"),
        (Tally({0: 99_999}, failed=1), "99.9"),
        (Tally({0: 1}, failed=99_999), "0.1"),
        (Tally({0: 7}, failed=1), "87.5"),
        (Tally(gave_up=2), "0"),
    ],
)
def test_a_percentage_never_hides_the_exception(tally: Tally, percent: str) -> None:
    assert drawn(tally).percent == percent


def test_the_table_has_what_happened_newest_first() -> None:
    rows = drawn(Tally({0: 1}), Tally(), Tally({0: 2}, failed=3, gave_up=4)).rows
    assert [(row.arrived, row.failed, row.gave_up) for row in rows] == [(2, 3, 4), (1, 0, 0)]


def test_every_limit_has_its_words() -> None:
    assert {f"{seconds:g}" for seconds in WITHIN} == set(words.TABLES["delivery_within"])
