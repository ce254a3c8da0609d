from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from instance.app import create_app
from instance.config import Config
from instance.institution import Institution
from instance.outbox.limits import Limits, Rate, registered_domain
from instance.web.api.rates import CALLS, DELETIONS, Rates

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


def test_processes_that_share_the_work_let_happen_no_more_than_one_would() -> None:
    alone, shared = Limits(), [Limits(2), Limits(2)]
    asked = range(40)
    for name in ("requests", "failed_signatures", "key_fetches", "audited"):
        taken = [getattr(shared[n % 2], name).take("a", 10, NOW) for n in asked]
        assert sum(taken) == 10, name
    waits = [alone.fan_out.spend("a", 1, 10, 60, NOW) for _ in asked]
    each = [shared[n % 2].fan_out.spend("a", 1, 10, 60, NOW) for n in asked]
    assert max(each) == max(waits) and each.count(timedelta()) == waits.count(timedelta())

    for limit in (CALLS, DELETIONS):
        processes = [Rates(among=4) for _ in range(4)]
        calls = [processes[n % 4].count(limit, "calls", "me") for n in range(2 * limit.most)]
        allowed = sum(not call.is_over for call in calls)
        assert limit.most - 4 < allowed <= limit.most
        assert calls[0].limit == limit.most and calls[0].remaining == limit.most - 4


def test_a_server_shares_its_limits_with_as_many_processes_as_it_is_told(tmp_path: Path) -> None:
    settings = {
        "CURBSIDE_ORIGIN": "https://curbside.mercy.example",
        "CURBSIDE_NAME": "Mercy General",
        "CURBSIDE_DATA": str(tmp_path),
        "CURBSIDE_WEB_PROCESSES": "2",
    }
    app = create_app(Config.from_env(settings))
    institution: Institution = app.config["INSTITUTION"]
    requests = institution.limits.requests
    assert sum(requests.take("a", 10, NOW) for _ in range(40)) == 5
    assert app.config["RATES"].count(CALLS, "calls", "me").remaining == CALLS.most - 2
