"""Offer, Accept, Reject and Undo of trust as documents (federation.md 11.1)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from federation import handshake, keys, statements
from federation.errors import FederationError, Malformed, NotAllowed
from federation.keys import PrivateKey
from federation.relationships import LONGEST, Relationship, Terms

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
A, B = "https://a.example/actor", "https://b.example/actor"
KEY = PrivateKey(f"{A}#ed25519-1", A, Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
OTHER = PrivateKey(f"{A}#ed25519-1", A, Ed25519PrivateKey.from_private_bytes(bytes(32)))
OURS = Relationship(
    id="https://a.example/trust/1",
    subject=A,
    object=B,
    scopes=("consult", "images"),
    terms=Terms("US-MN", 4, 3650, "Dr Ruiz, 555 0100", "a" * 64),
    subject_keys=frozenset({"1" * 64, "2" * 64}),
    object_keys=frozenset({"3" * 64, "4" * 64}),
    starts_at=NOW,
    ends_at=NOW + timedelta(days=365),
    nonce="0123456789abcdef0123456789abcdef",
)
Change = Callable[[dict[str, Any]], Any]


def offered() -> dict[str, Any]:
    return handshake.offer("https://a.example/a/1", OURS, KEY, NOW)


def test_what_is_offered_is_read_as_it_was_meant() -> None:
    document = offered()
    assert document["to"] == [B] and document["cc"] == []
    assert handshake.is_offer_of_trust(document)
    assert handshake.read_offer(document, NOW) == handshake.Offered(document["id"], OURS)
    statements.require_proof(document, KEY.public, NOW)


def test_an_answer_names_the_offer_and_carries_the_other_direction() -> None:
    document = handshake.accept("https://a.example/a/2", "https://b.example/a/9", OURS, KEY, NOW)
    read = handshake.read_accept(document, NOW)
    assert (read.offer_uri, read.relationship) == ("https://b.example/a/9", OURS)
    statements.require_proof(document, KEY.public, NOW)


@pytest.mark.parametrize("kind", ["Reject", "Undo"])
def test_what_closes_is_proven_as_well(kind: Any) -> None:
    named = "https://b.example/a/9"
    document = handshake.close(kind, "https://a.example/a/3", named, to=B, key=KEY, now=NOW)
    assert (document["type"], document["object"], document["actor"]) == (kind, named, A)
    statements.require_proof(document, KEY.public, NOW)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["object"].update({"cs:scopes": ["directory"]}),
        lambda d: d["object"].update(endTime="2027-11-23T10:00:00Z"),
        lambda d: d.update(to=["https://c.example/actor"]),
        lambda d: d.pop("proof"),
    ],
)
def test_a_changed_document_is_not_proven(change: Change) -> None:
    document = offered()
    change(document)
    with pytest.raises(FederationError):
        statements.require_proof(document, KEY.public, NOW)


def test_only_the_key_asked_for_proves() -> None:
    with pytest.raises(FederationError):
        statements.require_proof(offered(), OTHER.public, NOW)
    stranger = replace(KEY.public, owner=B)
    with pytest.raises(NotAllowed):
        statements.require_proof(offered(), stranger, NOW)


@pytest.mark.parametrize(
    "change",
    [
        lambda r: r.update(type="Note"),
        lambda r: r.update(relationship="https://example.org/likes"),
        lambda r: r.update({"cs:scopes": "consult"}),
        lambda r: r.update({"cs:nonce": "short"}),
        lambda r: r.update({"cs:nonce": 7}),
        lambda r: r.update({"cs:subjectKeys": ["1" * 64]}),
        lambda r: r.update({"cs:objectKeys": ["1" * 64, "nonsense"]}),
        lambda r: r.update({"cs:objectKeys": {"1" * 64: 1}}),
        lambda r: r.update({"cs:terms": None}),
        lambda r: r["cs:terms"].update(maxLevel=5),
        lambda r: r["cs:terms"].update(maxLevel=True),
        lambda r: r["cs:terms"].update(retentionDays=-1),
        lambda r: r["cs:terms"].update(jurisdiction="Minnesota"),
        lambda r: r["cs:terms"].update(agreement="none"),
        lambda r: r["cs:terms"].update(contact=["x"]),
        lambda r: r.pop("startTime"),
        lambda r: r.update(endTime="soon"),
        lambda r: r.pop("id"),
        lambda r: r.update(id="https://c.example/trust/1"),
        lambda r: r.update(subject="https://c.example/actor", id="https://c.example/trust/1"),
    ],
)
def test_what_is_not_such_a_document_is_refused(change: Change) -> None:
    document = offered()
    change(document["object"])
    with pytest.raises((Malformed, NotAllowed)):
        handshake.read_offer(document, NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"ends_at": NOW + LONGEST + timedelta(seconds=1)},
        {"ends_at": NOW},
        {"starts_at": NOW + timedelta(minutes=6)},
        {"starts_at": NOW - timedelta(days=9)},
        {"starts_at": NOW, "ends_at": NOW - timedelta(days=1)},
    ],
)
def test_days_are_at_most_400_and_begin_now(change: dict[str, Any]) -> None:
    document = handshake.offer("https://a.example/a/1", replace(OURS, **change), KEY, NOW)
    with pytest.raises(NotAllowed):
        handshake.read_offer(document, NOW)


def test_400_days_are_not_too_many() -> None:
    longest = replace(OURS, ends_at=NOW + LONGEST)
    document = handshake.offer("https://a.example/a/1", longest, KEY, NOW)
    assert handshake.read_offer(document, NOW).relationship == longest


def test_scopes_are_those_of_both_and_unknown_ones_are_none() -> None:
    document = offered()
    document["object"]["cs:scopes"] = ["everything", "directory", "consult"]
    read = handshake.read_offer(document, NOW).relationship
    assert read.scopes == ("consult", "directory")
    assert OURS.shared_with(read) == ("consult",)


def test_the_stricter_of_two_terms_holds() -> None:
    theirs = Terms("DE", 2, 9000, "Dr Quill, 555 0200", "b" * 64)
    assert OURS.terms.stricter(theirs) == Terms("US-MN, DE", 2, 3650, "Dr Quill, 555 0200", "")
    assert OURS.terms.stricter(OURS.terms) == OURS.terms


def test_fingerprints_are_shown_without_what_the_telephone_tells() -> None:
    fingerprint = "0123456789abcdef" * 4
    shown = keys.comparable(fingerprint)
    assert shown.startswith("0123 4567 89ab") and shown.endswith("0123 4567 ···· ····")
    assert keys.grouped(fingerprint).endswith("89ab cdef")
    for typed in ("89abcdef", "89AB CDEF", " 89ab-cd:ef "):
        assert keys.has_tail(fingerprint, typed)
    for typed in ("", "89abcde", "89abcdee", fingerprint, "cdef"):
        assert not keys.has_tail(fingerprint, typed)
