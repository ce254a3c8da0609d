"""`curbside trust`: the whole of it from a shell, with words where it does not go on."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import orjson
import pytest
from click.testing import Result

from federation import handshake
from instance.cli import running
from instance.institution import Institution as Opened
from instance.models import HostLimit, Offer, Peer
from instance.services import agreements, delivery_figures, treaty_answers
from tests.instance.cli.test_keys import curbside, environment
from tests.network import Network
from tests.treaties import Institution

__all__ = ["environment"]

ADMIN = ("--role", "federation", "--public")
HOST = "heart.example"


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    network = Network()
    monkeypatch.setattr(running, "Institution", partial(Opened, transport=network))
    return network


@pytest.fixture
def heart(environment: None, network: Network) -> Institution:
    for handle in ("ruiz", "adeyemi"):
        mail = f"{handle}@hospital.example"
        made = curbside("member", "add", handle, "--email", mail, "--name", handle, *ADMIN)
        assert made.exit_code == 0, made.output
    found = Institution(HOST, network)
    found.webfinger()
    return found


def trust(command: str, *arguments: str, by: str = "ruiz") -> Result:
    return curbside("trust", command, HOST, "--as", by, *arguments)


def keys_of(heart: Institution) -> tuple[str, ...]:
    tails = heart.tails()
    return ("--rsa-tail", tails.rsa, "--ed25519-tail", tails.ed25519)


def json(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return orjson.loads(result.output)


def pinned(heart: Institution) -> None:
    assert trust("pin", *keys_of(heart), "--spoke-to", "Dr Quill").exit_code == 0
    assert trust("confirm", *keys_of(heart), by="adeyemi").exit_code == 0


def receive(heart: Institution) -> None:
    """Their Offer, as the inbox hands it on."""

    async def work() -> None:
        document = heart.offer(
            "https://mercy.example",
            subject_keys=frozenset(heart.fingerprints()),
            object_keys=await agreements.own_fingerprints(),
        )
        offered = handshake.read_offer(document, datetime.now(UTC))
        await treaty_answers.receive_offer(offered, document, HOST)

    running.run(work)


def test_from_the_telephone_to_an_offer_and_back(heart: Institution) -> None:
    shown = json(curbside("trust", "show", HOST, "--json"))
    assert shown["step"] == "none" and shown["their_keys"]["rsa"].endswith("···· ····")
    assert heart.tails().rsa not in shown["their_keys"]["rsa"].replace(" ", "")
    assert "·" not in shown["our_keys"]["rsa"]
    first = trust("pin", *keys_of(heart), "--spoke-to", "Dr Quill")
    assert first.output.startswith("An outsider (heart.example): Key check: one of two.")
    own = trust("confirm", *keys_of(heart))
    assert own.exit_code == 1 and "Another administrator confirms them." in own.output
    assert json(trust("confirm", *keys_of(heart), "--json", by="adeyemi"))["step"] == "pinned"
    offered = json(trust("offer", "--scopes", "consult,images", "--days", "90", "--json"))
    assert (offered["state"], offered["step"]) == ("offered", "offering")
    told = curbside("trust", "show", HOST).output
    assert "Theirs, key A (rsa): " in told and "Ours, to read out, key B (ed25519): " in told
    assert "Your offer: waiting since" in told
    listed = curbside("trust", "list").output
    assert "heart.example  An outsider: Offer on its way" in listed
    assert trust("revoke").exit_code == 0
    [row] = json(curbside("trust", "list", "--json"))
    assert row["host"] == HOST and row["step"] == "pinned"


def test_their_offer_is_accepted_or_rejected(heart: Institution) -> None:
    receive(heart)
    assert "Compare their keys by telephone first" in curbside("trust", "show", HOST).output
    assert "Compare their keys first" in trust("accept").output
    pinned(heart)
    accepted = json(trust("accept", "--scopes", "consult", "--json"))
    assert (accepted["step"], accepted["state"]) == ("answering", "pending")
    assert "You accepted this offer already" in trust("reject").output
    assert "on its way" in trust("accept").output


def test_a_rejected_offer_is_closed(heart: Institution) -> None:
    receive(heart)
    assert json(trust("reject", "--why", "Not now.", "--json"))["step"] == "rejected"
    assert "No offer of this hospital waits" in trust("reject").output


def test_words_say_what_was_tried_and_what_to_do(heart: Institution, network: Network) -> None:
    network.down.add(HOST)
    unreachable = curbside("trust", "show", HOST)
    assert unreachable.exit_code == 1
    assert "We asked heart.example who it is. Nobody answered. Check" in unreachable.output
    assert "not the name of a server" in curbside("trust", "show", "heart example").output
    assert "our own server" in curbside("trust", "show", "mercy.example").output
    wrong = trust("offer")
    assert wrong.exit_code == 1 and "Compare its keys first" in wrong.output


def test_digits_that_differ_and_members_are_stopped(heart: Institution) -> None:
    other = ("--rsa-tail", "00000000", "--ed25519-tail", "00000000")
    assert "Stop, and do not approve." in trust("pin", *other, "--spoke-to", "Dr Quill").output
    made = curbside("member", "add", "lee", "--email", "l@hospital.example", "--name", "Dr J. Lee")
    assert made.exit_code == 0
    as_member = trust("pin", *keys_of(heart), "--spoke-to", "Dr Quill", by="lee")
    assert "Only administrators" in as_member.output


def test_what_cannot_be_offered_is_said(heart: Institution) -> None:
    pinned(heart)
    assert "from 1 to 400" in trust("offer", "--days", "401").output
    assert "Choose what may pass" in trust("offer", "--scopes", "everything").output
    assert "as in US-MN" in trust("offer", "--jurisdiction", "Minnesota").output

    async def count() -> int:
        return await Offer.all().count()

    assert running.run(count) == 0


async def _sent_some() -> None:
    now = datetime.now(UTC)
    count = delivery_figures.Count(now)
    for seconds in (0.05, 0.2, 1.5):
        count.arrived(HOST, now - timedelta(seconds=seconds))
    count.failed(HOST)
    await count.write()
    failing = {"failing_since": now, "last_error": "unreachable", "delivered_at": now}
    await Peer.filter(host=HOST).update(**failing)


def test_health_says_how_messages_arrive(heart: Institution) -> None:
    pinned(heart)
    assert "Nothing was sent in 30 days." in curbside("trust", "health", HOST).output

    running.run(_sent_some)
    told = curbside("trust", "health", HOST).output
    assert "Keys compared: " in told and "0 wait; 0 given up." in told
    assert "It does not answer, since " in told
    assert "3 arrived, 75.0% of the tries" in told and told.count("▁") == 29
    assert "Half arrived within 0.25 s, 95 of 100 within 2 s." in told
    found = orjson.loads(curbside("trust", "health", HOST, "--json").output)
    assert (found["tries"], found["success_rate"], found["p95_seconds"]) == (4, 0.75, 2)
    assert found["days"][-1] == {"day": f"{datetime.now(UTC):%Y-%m-%d}", "arrived": 3, "failed": 1}


def test_health_of_a_mistyped_host_says_what_to_do(heart: Institution) -> None:
    told = curbside("trust", "health", "https://")
    assert told.exit_code == 1 and "Traceback" not in told.output


def test_how_much_a_server_may_leave_is_decided_and_taken_back(heart: Institution) -> None:
    half = trust("limit", "--kind", "posts", "--a-day", "5")
    assert half.exit_code == 2 and "Say --a-day and --in-all, or --usual." in half.output
    wrong = trust("limit", "--kind", "posts", "--a-day", "5", "--in-all", "4")
    assert wrong.exit_code == 1 and "of a day not more than in all" in wrong.output
    for options, kept in (
        (("--a-day", "5", "--in-all", "9"), [("posts", 5, 9)]),
        (("--usual",), []),
    ):
        json(trust("limit", "--kind", "posts", *options, "--json"))
        assert running.run(_limits) == kept


async def _limits() -> list[tuple[str, int, int]]:
    return [(row.kind.value, row.a_day, row.in_all) for row in await HostLimit.filter(host=HOST)]
