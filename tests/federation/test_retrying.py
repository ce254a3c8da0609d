"""When a delivery is tried again, and when no more."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from federation import delivery
from federation.delivery import Attempt, Retry, is_of_host, next_attempt, next_probe
from federation.messages import Form
from tests.federation.scripted import (
    NOW,
    ScriptedNetwork,
    client_on,
    ed25519_key,
    rsa_key,
)

INBOX = "https://cardio.example/inbox"


BODY = b'{"type":"Create","id":"https://mercy.example/a/1"}'


@pytest.fixture
def network() -> ScriptedNetwork:
    return ScriptedNetwork()


def to_cardio(form: Form = "cavage", **changes: Any) -> Attempt:
    fields: dict[str, Any] = {
        "inbox": INBOX,
        "body": BODY,
        "rsa": rsa_key(),
        "ed25519": ed25519_key(),
        "form": form,
        "may_knock_twice": False,
    }
    return Attempt(**fields | changes)


async def deliver(network: ScriptedNetwork, attempt: Attempt) -> delivery.Outcome:
    return await delivery.attempt(client_on(network), attempt, NOW)


@pytest.mark.parametrize(
    ("header", "waits"),
    [
        ("60", timedelta(seconds=60)),
        ("0", timedelta(0)),
        ("86400", timedelta(hours=1)),
        ("9" * 40, timedelta(hours=1)),
        ("Sun, 22 Nov 2026 10:10:00 GMT", timedelta(minutes=10)),
        ("Sun, 22 Nov 2026 09:00:00 GMT", timedelta(0)),
        ("Sun, 22 Nov 2099 09:00:00 GMT", timedelta(hours=1)),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("", None),
        ("²", None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
async def test_a_busy_peer_says_when_to_come_back_within_the_hour(
    network: ScriptedNetwork, status: int, header: str, waits: timedelta | None
) -> None:
    network.answer(INBOX, status, headers={"retry-after": header})

    assert await deliver(network, to_cardio()) == Retry("busy", status, waits)


@pytest.mark.parametrize("status", [401, 404, 408, 500, 502])
async def test_no_other_answer_sets_the_time(network: ScriptedNetwork, status: int) -> None:
    network.answer(INBOX, status, headers={"retry-after": "60"})

    outcome = await deliver(network, to_cardio())

    assert isinstance(outcome, Retry)
    assert outcome.retry_after is None


def delay(
    attempts: int, retry_after: timedelta | None = None, chance: float = 0.5
) -> timedelta | None:
    due = next_attempt(attempts, retry_after, NOW, lambda: chance)
    return None if due is None else due - NOW


def test_the_delays_grow_from_a_minute_to_a_day() -> None:
    minutes = [1, 5, 30, 120, 360, *([1440] * 6)]

    assert [delay(attempts) for attempts in range(1, 12)] == [timedelta(minutes=m) for m in minutes]


def test_after_seven_days_a_delivery_is_given_up() -> None:
    days: list[timedelta] = []
    attempts = 1
    while (wait := delay(attempts)) is not None:
        days.append(wait)
        attempts += 1

    assert timedelta(days=6) < sum(days, timedelta()) <= timedelta(days=7)
    assert delay(attempts + 50) is None


def test_seven_days_count_from_the_queueing_where_that_is_known() -> None:
    def due(attempts: int, age: timedelta) -> datetime | None:
        return next_attempt(attempts, None, NOW, lambda: 0.5, queued_at=NOW - age)

    assert due(40, timedelta(days=2)) == NOW + timedelta(days=1)
    assert due(3, timedelta(days=6, hours=23)) == NOW + timedelta(minutes=30)
    assert due(3, timedelta(days=7)) is None
    assert due(9, timedelta(days=6, hours=1)) is None


def test_each_delay_is_spread_by_a_fifth_both_ways() -> None:
    assert delay(1, chance=0.0) == timedelta(seconds=48)
    assert delay(1, chance=1.0) == timedelta(seconds=72)
    chosen = {next_attempt(6, None, NOW, Random(seed).random) for seed in range(20)}
    assert len(chosen) == 20


def test_what_the_peer_asked_for_is_never_undercut_nor_over_an_hour() -> None:
    minute = timedelta(minutes=1)

    for chance in (0.0, 1.0):
        assert minute <= (delay(4, minute, chance) or minute * 0) <= 1.2 * minute
        hour = delay(1, timedelta(days=3), chance)
        assert timedelta(hours=1) <= (hour or minute) <= timedelta(hours=1.2)


def test_a_peer_that_always_says_at_once_is_not_hammered() -> None:
    assert (delay(1, timedelta(0), 0.0) or timedelta(0)) >= timedelta(seconds=10)
    assert (delay(6, timedelta(0), 0.0) or timedelta(0)) >= timedelta(days=1)


def test_times_are_utc() -> None:
    due = next_attempt(1, None, NOW, lambda: 0.5)

    assert due is not None
    assert due.tzinfo is UTC


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
def test_a_host_that_fails_is_tried_in_the_same_steps(chance: float) -> None:
    now, factor = NOW, 0.8 + 0.4 * chance
    for minutes in (1, 5, 30, 120, 360, 1440, 1440):
        after = next_probe(NOW, None, now, lambda: chance)
        assert after - now == timedelta(minutes=minutes) * factor
        now = after


def test_a_host_that_was_woken_often_is_not_left_alone_for_longer() -> None:
    seconds_later = NOW + timedelta(seconds=20)
    assert next_probe(NOW, None, seconds_later, lambda: 0.5) - seconds_later == timedelta(minutes=1)


def test_a_host_is_not_probed_before_it_asked_for() -> None:
    minute = timedelta(minutes=1)
    assert minute <= next_probe(NOW, minute, NOW, lambda: 0.0) - NOW <= 1.2 * minute
    long_after = NOW + timedelta(days=3)
    assert next_probe(NOW, minute, long_after, lambda: 0.0) >= long_after + timedelta(days=1)


@pytest.mark.parametrize(
    ("outcome", "attempts", "host_fails", "is_hosts"),
    [
        (Retry("unreachable"), 3, False, True),
        (Retry("busy", 429), 3, False, True),
        (Retry("busy", 503), 3, False, True),
        (Retry("busy", 500), 0, False, True),
        (Retry("busy", 500), 1, True, True),
        (Retry("busy", 500), 1, False, False),  # the host took others since it failed
        (Retry("unauthorized", 401), 0, False, True),
        (Retry("unauthorized", 401), 1, False, False),
        (Retry("not_found", 404), 0, False, False),
        (Retry("redirected", 301), 0, True, False),
    ],
)
def test_one_bad_delivery_does_not_stop_its_host(
    outcome: Retry, attempts: int, host_fails: bool, is_hosts: bool
) -> None:
    assert is_of_host(outcome, attempts, host_fails) is is_hosts
