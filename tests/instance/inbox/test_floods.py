"""How much anybody may send, and what they are told when it is too much or too early (T30, T75)."""

import asyncio
from typing import Any

import pytest

from federation import vocabulary
from federation.authentication import Verified
from federation.keys import PrivateKey, new_rsa
from federation.messages import Response
from instance.errors import Unavailable
from instance.inbox import fetches, receive
from instance.models import Actor, Fetch, Follow
from instance.web import inbox_asgi, requests
from tests.browsing import Answer
from tests.cast import VARGA
from tests.clinic import audited
from tests.houses import House, Person, posted
from tests.network import Network, Sent
from tests.outsiders import Outsider

pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)


class _Slow(Outsider):
    """Its documents take a moment."""

    async def answer(self, sent: Sent) -> Response:
        await asyncio.sleep(0.01)
        return await super().answer(sent)


def header(answer: Answer, name: str) -> str | None:
    return next((value for key, value in answer.headers if key.lower() == name), None)


def seconds(answer: Answer) -> int:
    return int(header(answer, "retry-after") or 0)


async def test_a_flood_is_told_to_come_later_and_causes_no_look_up(
    mercy: House, lee: Person, stranger: Outsider, network: Network, monkeypatch: Any
) -> None:
    assert receive.REQUESTS_OF_A_HOST == 600
    monkeypatch.setattr(receive, "REQUESTS_OF_A_HOST", 3)
    unknown = PrivateKey(f"{stranger.origin}/u/new#main-key", "", stranger.rsa.key)
    for number in range(3):
        await stranger.sends(mercy, stranger.activity("Follow", lee.uri, number))
    before = len(network.sent)
    refused = await mercy.receives(stranger.activity("Follow", lee.uri, 9), unknown, "cavage")
    assert (refused.status, header(refused, "retry-after")) == (429, "60")
    assert len(network.sent) == before


async def test_somebody_new_is_looked_up_once_and_causes_nothing_else(
    mercy: House, lee: Person, stranger: Outsider, network: Network
) -> None:
    """Performance P3: no WebFinger, no second read of the actor, none for what they send next."""
    for number in range(3):
        answer = await stranger.sends(mercy, stranger.activity("Like", lee.uri, number))
        assert answer.status == 202
    assert [(sent.method, sent.url) for sent in network.sent] == [("GET", stranger.uri)]


async def test_a_stranger_who_deletes_themselves_is_not_asked_for_a_key(
    mercy: House, lee: Person, stranger: Outsider, network: Network, monkeypatch: Any
) -> None:
    """T75: servers tell everybody that an account is gone, and its key is gone with it."""
    monkeypatch.setattr(receive, "FAILURES_OF_A_HOST", 1)
    before = await mercy.rows()
    for number in range(3):
        key = PrivateKey(f"{stranger.origin}/u/{number}#main-key", "", stranger.rsa.key)
        gone = stranger.activity("Delete", f"{stranger.origin}/u/{number}", number)
        gone["actor"] = gone["object"]
        assert (await mercy.receives(gone, key, "cavage")).status == 202
    assert network.sent == [] and await mercy.rows() == before
    another = stranger.activity("Delete", f"{stranger.origin}/u/9")
    assert (await stranger.sends(mercy, another)).status == 202
    assert [sent.url for sent in network.sent] == [stranger.uri]


async def test_many_who_are_new_at_the_same_moment_wait_for_their_keys(
    mercy: House, lee: Person, network: Network
) -> None:
    people = [_Slow(f"{name}.example", f"u{n}", network) for name in "abc" for n in range(8)]
    follows = [one.sends(mercy, one.activity("Follow", lee.uri, n)) for n, one in enumerate(people)]
    assert {answer.status for answer in await asyncio.gather(*follows)} == {202}


async def test_whose_key_cannot_be_had_yet_is_told_to_come_again(
    mercy: House, lee: Person, network: Network, monkeypatch: Any
) -> None:
    """And that is no signature that failed: only one that was looked at is."""
    monkeypatch.setattr(receive, "FAILURES_OF_A_HOST", 1)
    people = [Outsider("many.example", f"u{n}", network) for n in range(11)]
    silent = Outsider("silent.example", "u", network)
    network.down.add(silent.host)
    for one in people[:-1]:
        await one.sends(mercy, one.activity("Like", lee.uri))
    refused = await people[-1].sends(mercy, people[-1].activity("Follow", lee.uri))
    assert (refused.status, header(refused, "retry-after")) == (503, "60")
    for _ in range(2):  # the second time nobody is asked
        refused = await silent.sends(mercy, silent.activity("Follow", lee.uri))
        assert refused.status == 503 and 240 < seconds(refused) <= 300
    nobody = PrivateKey("https://else.example/u/1#k", "", silent.rsa.key)
    network.servers["else.example"] = people[0]
    sent = silent.activity("Follow", lee.uri)
    assert (await mercy.receives(sent, nobody, "cavage")).status == 401  # it has no such document


async def test_names_under_one_domain_share_what_they_may_send(
    mercy: House, lee: Person, network: Network, monkeypatch: Any
) -> None:
    monkeypatch.setattr(receive, "REQUESTS_OF_A_DOMAIN", 3)
    statuses = []
    for number in range(5):
        one = Outsider(f"s{number}.evil.example", "u", network)
        statuses.append((await one.sends(mercy, one.activity("Follow", lee.uri))).status)
    assert statuses == [202, 202, 202, 429, 429]


async def test_a_flood_from_elsewhere_takes_nothing_from_a_peer(
    mercy: House, lee: Person, okafor: Person, network: Network, monkeypatch: Any
) -> None:
    monkeypatch.setattr(receive, "REQUESTS_OF_A_DOMAIN", 2)
    monkeypatch.setattr(receive, "REQUESTS_OF_A_HOST", 2)
    neighbour = Outsider("evil.stlukes.example", "u", network)
    for number in range(4):
        await neighbour.sends(mercy, neighbour.activity("Follow", lee.uri, number))
    for number in range(4):
        follow = {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": f"{okafor.home.origin}/a/{number}",
            "type": "Follow",
            "actor": okafor.uri,
            "object": lee.uri,
        }
        assert (await mercy.receives(follow, await okafor.key())).status == 202


async def test_who_floods_in_the_name_of_another_takes_nothing_from_it(
    mercy: House, lee: Person, stranger: Outsider, network: Network, monkeypatch: Any
) -> None:
    """Nobody's minute is used up by signatures that do not hold, and no key is asked for anew."""
    monkeypatch.setattr(receive, "REQUESTS_OF_A_HOST", 3)
    monkeypatch.setattr(receive, "FAILURES_OF_A_HOST", 3)
    await stranger.sends(mercy, stranger.activity("Follow", lee.uri))
    forged = PrivateKey(stranger.rsa.id, stranger.uri, new_rsa())
    before = len(network.sent)
    for number in range(9):
        sent = stranger.activity("Undo", lee.uri, number)
        assert (await mercy.receives(sent, forged, "cavage")).status in (401, 429)
    assert len(network.sent) == before
    assert (await stranger.sends(mercy, stranger.activity("Follow", lee.uri, 2))).status == 202


async def test_a_name_many_lie_about_is_asked_for_no_more_keys_and_comes_again(
    mercy: House, lee: Person, stranger: Outsider, network: Network, monkeypatch: Any
) -> None:
    monkeypatch.setattr(receive, "FAILURES_OF_A_HOST", 3)
    for number in range(6):
        key = PrivateKey(f"{stranger.origin}/u/{number}#k", "", stranger.rsa.key)
        sent = stranger.activity("Follow", lee.uri, number)
        refused = await mercy.receives(sent, key, "cavage")
        assert refused.status == (401 if number < 3 else 429)
    assert len(network.sent) == 3
    assert header(refused, "retry-after") == "60"


async def test_a_blocked_server_is_told_so_however_much_it_sends(
    mercy: House, lee: Person, blocked: Outsider, monkeypatch: Any
) -> None:
    monkeypatch.setattr(receive, "REQUESTS_OF_A_HOST", 1)
    for number in range(3):
        answer = await blocked.sends(mercy, blocked.activity("Follow", lee.uri, number))
        assert answer.status == 403


async def test_a_body_that_does_not_end_is_not_waited_for(
    mercy: House, stranger: Outsider, lee: Person, monkeypatch: Any
) -> None:
    assert requests.BODY_SECONDS == mercy.app.config["BODY_TIMEOUT"] == 10
    monkeypatch.setattr(requests, "BODY_SECONDS", 0.1)
    monkeypatch.setattr(inbox_asgi, "LISTENS_SECONDS", 0.1)
    sent = posted(
        mercy.origin + "/inbox", stranger.activity("Follow", lee.uri), stranger.rsa, "cavage"
    )
    headers = {"host": mercy.host} | {k.lower(): v for k, v in sent.headers.items()}
    client = mercy.app.test_client(use_cookies=False)
    async with asyncio.timeout(5):
        slow = client.request("/inbox", method="POST", headers=headers, scheme="https")
        async with slow:
            await slow.send(sent.body[:-1])
    assert (await slow.as_response()).status_code == 408


async def test_a_partner_that_was_silent_is_told_when_it_is_asked_for_its_key_again(
    mercy: House, stlukes: House, stranger: Outsider, lee: Person, network: Network
) -> None:
    """It may be starting again: in a moment, and not in a minute."""
    varga = await stlukes.person(VARGA)
    ids = {"id": f"{stlukes.origin}/a/1", "actor": varga.uri}
    like, key = stranger.activity("Like", lee.uri) | ids, await varga.key()
    network.down.add(stlukes.host)
    for _ in range(2):  # the second time nobody is asked
        refused = await mercy.receives(like, key)
        assert refused.status == 503 and 1 <= seconds(refused) <= 10


async def test_what_cannot_be_decided_yet_is_asked_for_again_in_a_minute(
    mercy: House, stranger: Outsider, lee: Person, monkeypatch: Any
) -> None:
    """It leaves nothing behind, so that it can come a second time."""

    right = receive.HANDLERS[vocabulary.Follow]

    async def wait(verified: Verified) -> None:
        await right(verified)
        raise Unavailable

    monkeypatch.setitem(receive.HANDLERS, vocabulary.Follow, wait)
    before = await mercy.rows()
    follow = stranger.activity("Follow", lee.uri)
    answer = await stranger.sends(mercy, follow)
    assert (answer.status, header(answer, "retry-after")) == (503, "60")
    assert await mercy.rows() == before
    monkeypatch.setitem(receive.HANDLERS, vocabulary.Follow, right)
    await stranger.sends(mercy, follow | {"summary": "again, within the same second"})
    assert await mercy.at(lambda: Follow.all().count()) == 1


async def test_a_document_a_decision_waits_for_is_fetched_though_all_else_is_undone(
    mercy: House, stlukes: House, okafor: Person, lee: Person, stranger: Outsider, monkeypatch: Any
) -> None:
    async def wait(verified: Verified) -> None:
        raise fetches.Awaited("actor", okafor.uri)

    monkeypatch.setitem(receive.HANDLERS, vocabulary.Follow, wait)
    answer = await stranger.sends(mercy, stranger.activity("Follow", lee.uri))
    assert (answer.status, header(answer, "retry-after")) == (503, "10")
    [row] = await mercy.at(Fetch.all)
    assert (row.kind, row.uri) == ("actor", okafor.uri)
    await mercy.at(lambda: Fetch.all().update(attempts=1))  # in vain
    answer = await stranger.sends(mercy, stranger.activity("Follow", lee.uri, 2))
    assert (answer.status, header(answer, "retry-after")) == (503, "60")
    await mercy.deliver()
    known = await mercy.at(Actor.get, uri=okafor.uri)
    assert known.proven_at is not None
    assert await mercy.at(lambda: Fetch.all().count()) == 0


async def test_a_strangers_nonsense_does_not_fill_the_record(
    mercy: House, stranger: Outsider
) -> None:
    for number in range(40):
        uri = f"{mercy.origin}/k/{number}"
        sent = stranger.activity("Create", stranger.note(number, inReplyTo=uri), number)
        assert (await stranger.sends(mercy, sent)).status == 403
    assert (await audited(mercy)).count("F-CON-3") == 30


async def test_who_poses_as_a_member_is_recorded_and_who_poses_as_a_stranger_is_not(
    mercy: House, lee: Person, okafor: Person, stranger: Outsider
) -> None:
    """T01."""
    for number, name in enumerate((lee.uri, okafor.uri, "https://other.example/u")):
        sent = stranger.activity("Follow", lee.uri, number) | {"actor": name}
        assert (await stranger.sends(mercy, sent)).status == 403
    assert [rule for rule in await audited(mercy) if rule == "T01"] == ["T01", "T01"]
