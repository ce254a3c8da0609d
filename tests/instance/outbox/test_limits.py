from datetime import UTC, datetime, timedelta

import pytest

from instance.outbox.limits import Rate, registered_domain

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("a.b.evil.example", "evil.example"),
        ("evil.example", "evil.example"),
        ("x.evil.example:8443", "evil.example"),
        ("a.trust.nhs.uk", "trust.nhs.uk"),
        ("x.evil.co.uk", "evil.co.uk"),
        ("a.b.co.evil.com", "evil.com"),
        ("localhost:8001", "localhost"),
        ("192.0.2.1:8443", "192.0.2.1"),
        ("[2001:db8::1]:8443", "[2001:db8::1]"),
    ],
)
def test_names_under_one_registration_are_one_domain(host: str, domain: str) -> None:
    assert registered_domain(host) == domain


def test_no_more_than_the_limit_happens_within_a_minute() -> None:
    rate = Rate()
    taken = [rate.take("a", 10, NOW + n * SECOND) for n in range(30)]
    assert taken == [True] * 10 + [False] * 20


def test_a_minute_that_spans_two_counts_has_one_limit() -> None:
    rate = Rate()
    assert all(rate.take("a", 10, NOW) for _ in range(10))
    later = NOW + 75 * SECOND  # a quarter of the first count has gone out of reach
    assert [rate.take("a", 10, later) for _ in range(4)] == [True, True, True, False]


def test_after_two_minutes_nothing_is_remembered() -> None:
    rate = Rate()
    assert all(rate.take("a", 10, NOW) for _ in range(10))
    assert all(rate.take("a", 10, NOW + 121 * SECOND) for _ in range(10))


def test_one_name_takes_nothing_from_another() -> None:
    rate = Rate()
    assert rate.take("a", 1, NOW)
    assert rate.take("b", 1, NOW)
    assert not rate.take("a", 1, NOW)


def test_any_number_of_names_takes_the_same_room_and_busy_ones_stay() -> None:
    rate = Rate(names_max=100)
    for number in range(1_000):
        rate.take("busy", 5, NOW)
        rate.take(f"host{number}", 1, NOW)
    assert len(rate) == 100
    assert not rate.take("busy", 5, NOW)
