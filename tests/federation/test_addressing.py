"""Whom a document is for, and which inboxes that means."""

from dataclasses import dataclass
from typing import Any

import pytest

from federation import addressing, vocabulary
from federation.addressing import PUBLIC, Visibility
from federation.errors import Malformed, OriginMismatch
from federation.origin import Development

ALICE = "https://mercy.example/u/1"
BOB = "https://cardio.example/u/2"
FOLLOWERS = f"{ALICE}/followers"


@dataclass
class Peer:
    inbox: str
    shared_inbox: str | None = None


def person(**members: Any) -> vocabulary.Object:
    document = {
        "type": "Person",
        "id": BOB,
        "inbox": f"{BOB}/inbox",
        "outbox": f"{BOB}/outbox",
        "followers": f"{BOB}/followers",
        "endpoints": {"sharedInbox": "https://cardio.example/inbox"},
        "publicKey": {"id": f"{BOB}#main-key-1", "owner": BOB, "publicKeyPem": "…"},
        "assertionMethod": [{"id": f"{BOB}#ed25519-1", "controller": BOB}],
    }
    return vocabulary.parse(document | members)


@pytest.mark.parametrize("spelling", [PUBLIC, "as:Public", "Public"])
def test_one_public_address_makes_it_public(spelling: str) -> None:
    assert addressing.visibility([BOB, FOLLOWERS, spelling], FOLLOWERS) is Visibility.PUBLIC


def test_the_authors_followers_are_told_from_named_people() -> None:
    assert addressing.visibility([BOB, FOLLOWERS], FOLLOWERS) is Visibility.FOLLOWERS
    assert addressing.visibility([BOB, FOLLOWERS]) is Visibility.NAMED
    assert addressing.visibility([], FOLLOWERS) is Visibility.NAMED


def test_recipients_are_found_in_every_place_but_public_and_oneself() -> None:
    create = vocabulary.Create(
        id="https://mercy.example/a/1",
        actor=ALICE,
        to=["as:Public"],
        cc=[FOLLOWERS, ALICE],
        bcc=["https://hidden.example/u/9"],
        audience="https://cardio.example/c/1",
        object={
            "type": "Note",
            "id": "https://mercy.example/o/1",
            "to": BOB,
            "bto": ["https://x.example/u/1"],
        },
    )

    assert addressing.recipients(create) == {
        FOLLOWERS,
        "https://hidden.example/u/9",
        "https://cardio.example/c/1",
        BOB,
        "https://x.example/u/1",
    }


def test_a_shared_inbox_is_used_once_and_instead_of_the_personal_ones() -> None:
    shared = "https://cardio.example/inbox"
    actors = [
        Peer(f"{BOB}/inbox", shared),
        Peer("https://cardio.example/u/3/inbox", shared),
        Peer("https://small.example/inbox/1"),
        Peer("https://small.example/inbox/1", ""),
        Peer(""),
    ]

    assert addressing.unique_inboxes(actors) == [shared, "https://small.example/inbox/1"]


def test_what_one_actor_alone_may_see_goes_to_its_own_inbox() -> None:
    actors = [Peer(f"{BOB}/inbox", "https://cardio.example/inbox")]

    assert addressing.unique_inboxes(actors, shared=False) == [f"{BOB}/inbox"]


def test_an_actor_document_serves_as_an_address() -> None:
    actor = person()
    assert isinstance(actor, vocabulary.Actor)

    assert addressing.unique_inboxes([actor]) == ["https://cardio.example/inbox"]


def test_an_actor_that_names_its_own_origin_is_accepted() -> None:
    addressing.require_own_addresses(person(url="https://elsewhere.example/@bob"))


@pytest.mark.parametrize(
    "members",
    [
        {"inbox": "https://victim.example/inbox"},
        {"outbox": "https://victim.example/outbox"},
        {"followers": "https://victim.example/followers"},
        {"endpoints": {"sharedInbox": "https://victim.example/inbox"}},
        {"publicKey": {"id": "https://victim.example/u/1#main-key", "owner": BOB}},
        {"publicKey": {"id": f"{BOB}#main-key", "owner": "https://victim.example/u/1"}},
        {"assertionMethod": [{"id": f"{BOB}#k", "controller": "https://victim.example/u/1"}]},
        {"inbox": "https://cardio.example:8443/inbox"},
    ],
)
def test_an_actor_that_points_to_another_origin_is_refused(members: dict[str, Any]) -> None:
    with pytest.raises(OriginMismatch):
        addressing.require_own_addresses(person(**members))


@pytest.mark.parametrize(
    "members",
    [
        {"type": "Note"},
        {"inbox": None},
        {"inbox": 5},
        {"inbox": "http://cardio.example/inbox"},
        {"publicKey": {"id": 7, "owner": BOB}},
        {"publicKey": {"id": f"{BOB}#main-key", "owner": 7}},
    ],
)
def test_what_cannot_be_delivered_to_is_no_actor(members: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        addressing.require_own_addresses(person(**members))


def test_development_peers_are_told_apart_by_port() -> None:
    dev = Development(frozenset({"localhost:8001", "localhost:8002"}))
    bob = "http://localhost:8001/u/2"
    own = {"id": bob, "type": "Person", "inbox": f"{bob}/inbox"}

    addressing.require_own_addresses(vocabulary.parse(own), dev)
    with pytest.raises(OriginMismatch):
        other = own | {"inbox": "http://localhost:8002/inbox"}
        addressing.require_own_addresses(vocabulary.parse(other), dev)
