"""Section 8: until a signature verifies nothing is written, and nothing is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from instance.models import ActorKey
from tests.clinic import ask
from tests.houses import House, Person, posted
from tests.network import Network, Sent
from tests.outsiders import Outsider

INBOX = "https://mercy.example/inbox"
HOUR = timedelta(hours=1)


def follow(stranger: Outsider, lee: Person) -> Sent:
    """A request of the stranger that is in order."""
    return posted(INBOX, stranger.activity("Follow", lee.uri), stranger.rsa, "cavage")


async def test_a_right_request_is_taken(mercy: House, lee: Person, stranger: Outsider) -> None:
    assert (await mercy.request(follow(stranger, lee))).status == 202


def unsigned(right: Sent, stranger: Outsider) -> Sent:
    return replace(right, headers={"Content-Type": right.headers["Content-Type"]})


def garbled(right: Sent, stranger: Outsider) -> Sent:
    return replace(right, headers={**right.headers, "Signature": "keyId=,,,"})


def swapped(right: Sent, stranger: Outsider) -> Sent:
    return replace(right, body=right.body.replace(b"Follow", b"Delete"))


def by_another_key(right: Sent, stranger: Outsider) -> Sent:
    key = replace(stranger.ed25519, id=stranger.rsa.id)
    return posted(INBOX, right.document, key, "rfc9421")


def by_an_unknown_key(right: Sent, stranger: Outsider) -> Sent:
    key = replace(stranger.rsa, id=f"{stranger.uri}#no-such-key")
    return posted(INBOX, right.document, key, "cavage")


def stale(right: Sent, stranger: Outsider) -> Sent:
    then = datetime.now(UTC) - 2 * HOUR
    return posted(INBOX, right.document, stranger.rsa, "cavage", at=then)


def from_the_future(right: Sent, stranger: Outsider) -> Sent:
    then = datetime.now(UTC) + 2 * HOUR
    return posted(INBOX, right.document, stranger.rsa, "cavage", at=then)


def no_json(right: Sent, stranger: Outsider) -> Sent:
    return posted(INBOX, b"{", stranger.rsa, "cavage")


def for_another_host(right: Sent, stranger: Outsider) -> Sent:
    other = posted("https://heart.example/inbox", right.document, stranger.rsa, "cavage")
    return replace(other, url=INBOX, headers={**other.headers, "Host": "mercy.example"})


def plain_text(right: Sent, stranger: Outsider) -> Sent:
    return replace(right, headers={**right.headers, "Content-Type": "text/plain"})


WRONG = {
    unsigned: 401,
    garbled: 401,
    swapped: 401,
    by_another_key: 401,
    by_an_unknown_key: 401,
    stale: 401,
    from_the_future: 401,
    for_another_host: 401,
    no_json: 400,
    plain_text: 415,
}


async def test_a_request_that_does_not_verify_writes_nothing(
    mercy: House, lee: Person, stranger: Outsider
) -> None:
    before = await mercy.rows()
    for spoil, status in WRONG.items():
        answer = await mercy.request(spoil(follow(stranger, lee), stranger))
        assert (spoil.__name__, answer.status) == (spoil.__name__, status)
        assert "Follow" not in answer.text and stranger.host not in answer.text
    assert await mercy.rows() == before


async def test_a_body_too_large_is_refused_unread(
    mercy: House, lee: Person, stranger: Outsider
) -> None:
    before = await mercy.rows()
    body = orjson.dumps(stranger.activity("Follow", lee.uri, padding="x" * 512 * 1024))
    answer = await mercy.request(posted(INBOX, body, stranger.rsa, "cavage"))
    assert answer.status == 413
    assert await mercy.rows() == before


async def test_a_blocked_server_is_refused_before_its_key_is_fetched(
    mercy: House, network: Network, lee: Person, blocked: Outsider
) -> None:
    before = await mercy.rows()
    network.sent.clear()
    answer = await blocked.sends(mercy, blocked.activity("Follow", lee.uri))
    assert answer.status == 403
    assert network.sent == []
    assert await mercy.rows() == before


@pytest.mark.parametrize("form", ["cavage", "rfc9421"])
async def test_a_trusted_peer_may_not_sign_in_a_weaker_form(
    mercy: House, stlukes: House, lee: Person, okafor: Person, form: str
) -> None:
    before = await mercy.rows()
    document = {"id": f"{okafor.uri}/1", "type": "Follow", "actor": okafor.uri, "object": lee.uri}
    answer = await mercy.receives(document, await okafor.key("rsa"), form)  # type: ignore[arg-type]
    assert answer.status == 401
    assert await mercy.rows() == before


async def test_a_pinned_key_is_never_fetched_anew(
    mercy: House, stlukes: House, network: Network, lee: Person
) -> None:
    """T58: who has a peer's address could serve an /actor with keys of his own."""
    key = await stlukes.institution_key()
    forged = replace(key, id=f"{stlukes.origin}/actor#ed25519-2")
    await stlukes.at(lambda: ActorKey.filter(uri=key.id).update(uri=forged.id))
    network.sent.clear()
    document = {
        "id": f"{stlukes.origin}/a/1",
        "type": "Follow",
        "actor": key.owner,
        "object": lee.uri,
    }
    assert (await mercy.receives(document, forged)).status == 401
    assert network.sent == []


async def test_an_inbox_does_not_tell_whether_a_consult_or_member_exists(
    mercy: House, lee: Person
) -> None:
    consult = await ask(lee)
    headers = {"Content-Type": "application/activity+json"}
    for kind, known in (("g", consult.group_id), ("u", lee.actor.id)):
        answers = [
            await mercy.request(
                Sent("POST", f"{mercy.origin}/{kind}/{number}/inbox", headers, b"{}")
            )
            for number in (known, known + 1)
        ]
        assert answers[0] == answers[1]


async def test_an_inbox_of_an_unknown_channel_is_not_found(mercy: House) -> None:
    assert (await mercy.request(unsigned_post("/c/1/inbox"))).status == 404


def unsigned_post(path: str) -> Sent:
    headers = {"Content-Type": "application/activity+json"}
    return Sent("POST", f"https://mercy.example{path}", headers, b"{}")
