"""One delivery: what each answer means, in which form it is signed, and when it is tried again."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from federation import cavage, delivery, rfc9421
from federation.delivery import Attempt, Delivered, GaveUp, Retry, next_attempt
from federation.keys import PrivateKey
from federation.messages import Form, Request
from tests.federation.scripted import (
    NOW,
    ScriptedNetwork,
    Sent,
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


def forms(network: ScriptedNetwork) -> list[str]:
    return [form_of(sent) for sent in network.requests]


def form_of(sent: Sent) -> str:
    if "signature-input" not in sent.headers:
        return "cavage"
    return "trusted" if "tag=" in sent.headers["signature-input"] else "rfc9421"


@pytest.mark.parametrize("form", ["cavage", "rfc9421", "trusted"])
async def test_a_delivery_is_signed_in_the_form_asked_for_and_verifies(
    network: ScriptedNetwork, form: Form
) -> None:
    network.answer(INBOX, 202)

    assert await deliver(network, to_cardio(form)) == Delivered(form)

    [sent] = network.requests
    request = Request("POST", "/inbox", tuple(sent.headers.items()), sent.body or b"")
    if form == "cavage":
        claim = cavage.parse(request)
        cavage.check_digest(claim, request)
        cavage.verify(claim, request, rsa_key().public, authority="cardio.example")
    else:
        key = ed25519_key() if form == "trusted" else rsa_key()
        claim = rfc9421.parse(request)
        rfc9421.check_digest(claim, request)
        rfc9421.verify(claim, request, key.public, origin="https://cardio.example")
        assert claim.trusted_form == (form == "trusted")
    assert (forms(network), sent.body) == ([form], BODY)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Delivered("cavage")),
        (202, Delivered("cavage")),
        (204, Delivered("cavage")),
        (301, Retry("redirected", 301)),
        (307, Retry("redirected", 307)),
        (400, GaveUp("refused", 400)),
        (401, Retry("unauthorized", 401)),
        (403, GaveUp("refused", 403)),
        (404, Retry("not_found", 404)),
        (408, Retry("busy", 408)),
        (410, GaveUp("gone", 410, gone=True)),
        (413, GaveUp("refused", 413)),
        (415, GaveUp("refused", 415)),
        (422, GaveUp("refused", 422)),
        (429, Retry("busy", 429)),
        (500, Retry("busy", 500)),
        (503, Retry("busy", 503)),
        (599, Retry("busy", 599)),
    ],
)
async def test_each_answer_has_one_meaning(
    network: ScriptedNetwork, status: int, outcome: delivery.Outcome
) -> None:
    network.answer(INBOX, status, headers={"location": "https://evil.example/inbox"})

    assert await deliver(network, to_cardio()) == outcome
    assert network.asked == [INBOX]


@pytest.mark.parametrize(
    "error", [ConnectionRefusedError(), TimeoutError(), OSError("no such name")]
)
async def test_a_peer_that_does_not_answer_is_tried_again(
    network: ScriptedNetwork, error: Exception
) -> None:
    network.answer(INBOX, error)

    assert await deliver(network, to_cardio()) == Retry("unreachable")


@pytest.mark.parametrize(
    "inbox", ["https://10.0.0.1/inbox", "http://cardio.example/inbox", "", "https://127.1/"]
)
async def test_an_inbox_that_may_not_be_asked_is_given_up(
    network: ScriptedNetwork, inbox: str
) -> None:
    assert await deliver(network, to_cardio(inbox=inbox)) == GaveUp("unsafe_address")
    assert network.requests == []


@pytest.mark.parametrize(("form", "other"), [("cavage", "rfc9421"), ("rfc9421", "cavage")])
async def test_a_401_is_answered_once_with_the_other_form_and_the_same_body(
    network: ScriptedNetwork, form: Form, other: Form
) -> None:
    network.answer(INBOX, 401, 202)

    assert await deliver(network, to_cardio(form, may_knock_twice=True)) == Delivered(other)
    assert forms(network) == [form, other]
    assert {sent.body for sent in network.requests} == {BODY}


async def test_the_other_form_is_tried_once(network: ScriptedNetwork) -> None:
    network.answer(INBOX, 401)

    outcome = await deliver(network, to_cardio(may_knock_twice=True))

    assert outcome == Retry("unauthorized", 401)
    assert len(network.requests) == 2


async def test_a_400_is_answered_with_the_other_form_on_first_contact_only(
    network: ScriptedNetwork,
) -> None:
    network.answer(INBOX, 400, 202)
    assert await deliver(network, to_cardio(may_knock_twice=True)) == GaveUp("refused", 400)

    network.answer(INBOX, 400, 202)
    outcome = await deliver(network, to_cardio(may_knock_twice=True, first_contact=True))
    assert outcome == Delivered("rfc9421")


@pytest.mark.parametrize("status", [403, 404, 410, 429, 500])
async def test_no_other_answer_is_answered_with_the_other_form(
    network: ScriptedNetwork, status: int
) -> None:
    network.answer(INBOX, status, 202)

    await deliver(network, to_cardio(may_knock_twice=True, first_contact=True))

    assert len(network.requests) == 1


@pytest.mark.parametrize("status", [400, 401])
async def test_between_trusted_peers_there_is_no_other_form(
    network: ScriptedNetwork, status: int
) -> None:
    network.answer(INBOX, status, 202)

    await deliver(network, to_cardio("trusted", may_knock_twice=True, first_contact=True))

    assert forms(network) == ["trusted"]


async def test_a_peer_that_only_reads_the_first_form_keeps_its_401(
    network: ScriptedNetwork,
) -> None:
    network.answer(INBOX, 401, 400)

    outcome = await deliver(network, to_cardio(may_knock_twice=True))

    assert outcome == Retry("unauthorized", 401)


async def test_the_second_answer_counts(network: ScriptedNetwork) -> None:
    network.answer(INBOX, 401, 410)
    assert await deliver(network, to_cardio(may_knock_twice=True)) == GaveUp("gone", 410, gone=True)

    network.answer(INBOX, 401, ConnectionResetError())
    assert await deliver(network, to_cardio(may_knock_twice=True)) == Retry("unreachable")


@pytest.mark.parametrize(
    ("form", "missing"), [("cavage", "rsa"), ("rfc9421", "rsa"), ("trusted", "ed25519")]
)
async def test_without_its_key_a_form_is_not_sent(
    network: ScriptedNetwork, form: Form, missing: str
) -> None:
    assert await deliver(network, to_cardio(form, **{missing: None})) == GaveUp("no_key")
    assert network.requests == []


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


def test_an_attempt_does_not_show_its_keys() -> None:
    assert "RSAPrivateKey" not in repr(to_cardio())
    assert isinstance(to_cardio().rsa, PrivateKey)
