"""One delivery: what each answer means, and in which form it is signed."""

from typing import Any

import pytest

from federation import cavage, delivery, rfc9421
from federation.delivery import Attempt, Delivered, GaveUp, Retry
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


def test_an_attempt_does_not_show_its_keys() -> None:
    assert "RSAPrivateKey" not in repr(to_cardio())
    assert isinstance(to_cardio().rsa, PrivateKey)
