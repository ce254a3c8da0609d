"""Status lists: bits in and out, and what of others' is believed (F-STD-2)."""

import base64
import gzip
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from federation import proofs, status_lists
from federation.keys import PrivateKey
from federation.origin import PRODUCTION
from federation.status_lists import BITS, BITS_MOST, Bits, Entry, Purpose, StatusListRefused

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
URI = "https://a.example/s/1"
OWNER = "https://a.example/actor"
KEY = PrivateKey(
    f"{OWNER}#ed25519-1", OWNER, Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
)
# The example of W3C Bitstring Status List 1.0: a list of 131,072 bits, none of them set.
W3C_EXAMPLE = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"


def build(*set_bits: int, key: PrivateKey = KEY, **members: Any) -> dict[str, Any]:
    until = NOW + timedelta(minutes=30)
    document = status_lists.build(URI, Purpose.REVOCATION, set_bits, key, NOW, until)
    return proofs.add_proof(document | members, key, NOW) if members else document


def check(document: dict[str, Any], now: datetime = NOW) -> Bits:
    return status_lists.check(document, URI, [KEY.public], now, PRODUCTION)


def packed(data: bytes) -> str:
    return "u" + base64.urlsafe_b64encode(gzip.compress(data)).rstrip(b"=").decode()


def test_the_published_example_is_read() -> None:
    assert status_lists.decode(W3C_EXAMPLE) == bytes(BITS // 8)


def test_the_first_bit_is_the_highest_of_the_first_byte() -> None:
    data = status_lists.decode(status_lists.encode([0, 9, BITS - 1]))
    assert data[:2] == b"\x80\x40" and data[-1] == 1
    found = [n for n in range(BITS) if status_lists.is_set(data, n)]
    assert found == [0, 9, BITS - 1]


def test_a_list_says_what_was_put_in() -> None:
    found = check(build(7))
    assert found.purpose is Purpose.REVOCATION
    assert status_lists.is_set(found.data, 7) and not status_lists.is_set(found.data, 8)
    assert found.valid_until - found.valid_from == timedelta(minutes=30)


@pytest.mark.parametrize("index", [-1, BITS])
def test_a_number_outside_its_list_is_no_clear_bit(index: int) -> None:
    with pytest.raises(StatusListRefused):
        status_lists.is_set(bytes(BITS // 8), index)


@pytest.mark.parametrize(
    "encoded",
    [
        packed(bytes(BITS // 8 - 1)),
        packed(bytes(BITS_MOST // 8 + 1)),
        packed(bytes(64 * BITS_MOST)),  # a bomb: 0.1 % of what it unpacks to
        W3C_EXAMPLE[:-8],
        W3C_EXAMPLE[1:],
        "z" + W3C_EXAMPLE[1:],
        W3C_EXAMPLE + "!",
        packed(bytes(BITS // 8)) + "AAAA",
        "u" + base64.urlsafe_b64encode(bytes(99)).decode(),
        "u" + "A" * 2**20,
        "",
    ],
    ids=["short", "long", "bomb", "cut", "bare", "base", "sign", "more", "raw", "huge", "empty"],
)
def test_what_is_no_list_is_refused(encoded: str) -> None:
    with pytest.raises(StatusListRefused):
        status_lists.decode(encoded)


def hours(start: int, end: int) -> dict[str, Any]:
    at = [(NOW + timedelta(hours=n)).isoformat() for n in (start, end)]
    return {"validFrom": at[0], "validUntil": at[1]}


def _without_proof() -> dict[str, Any]:
    return {name: value for name, value in build(7).items() if name != "proof"}


def _by_another_key() -> dict[str, Any]:
    other = PrivateKey(KEY.id, OWNER, Ed25519PrivateKey.generate())
    return build(7, key=other)


def _by_a_key_that_is_not_pinned() -> dict[str, Any]:
    return build(7, key=PrivateKey(f"{OWNER}#ed25519-2", OWNER, KEY.key))


def _cleared() -> dict[str, Any]:
    subject = build(7)["credentialSubject"] | {"encodedList": W3C_EXAMPLE}
    return build(7) | {"credentialSubject": subject}


FORGED: dict[str, Callable[[], dict[str, Any]]] = {
    "another document": lambda: build(id="https://a.example/s/2"),
    "another issuer": lambda: build(issuer="https://b.example/actor"),
    "no list": lambda: build(type=["VerifiableCredential"]),
    "no subject": lambda: build(credentialSubject="x"),
    "another purpose": lambda: build(
        credentialSubject=build()["credentialSubject"] | {"statusPurpose": "message"}
    ),
    "another kind": lambda: build(credentialSubject=build()["credentialSubject"] | {"type": "x"}),
    "run out": lambda: build(**hours(-2, -1)),
    "not yet": lambda: build(**hours(1, 2)),
    "too long": lambda: build(validUntil=(NOW + timedelta(minutes=61)).isoformat()),
    "no zone": lambda: build(validUntil="2026-11-22T10:30:00"),
    "no proof": _without_proof,
    "another key": _by_another_key,
    "a key that is not pinned": _by_a_key_that_is_not_pinned,
    "a bit cleared": _cleared,
}


@pytest.mark.parametrize("forged", list(FORGED.values()), ids=list(FORGED))
def test_a_list_that_does_not_hold_is_refused(forged: Callable[[], dict[str, Any]]) -> None:
    with pytest.raises(StatusListRefused):
        check(forged())


def test_a_list_of_another_origin_is_refused() -> None:
    uri = "https://b.example/s/1"
    until = NOW + timedelta(minutes=30)
    document = status_lists.build(uri, Purpose.REVOCATION, [], KEY, NOW, until)
    with pytest.raises(StatusListRefused):
        status_lists.check(document, uri, [KEY.public], NOW, PRODUCTION)


STATUS = [
    Entry(Purpose.REVOCATION, "https://a.example/s/1", 94567).to_wire(),
    Entry(Purpose.SUSPENSION, "https://a.example/s/2", 23452).to_wire(),
]


def test_the_two_bits_of_a_statement_are_found_in_either_order() -> None:
    for status in (STATUS, STATUS[::-1]):
        found = status_lists.entries({"credentialStatus": status})
        assert [(entry.purpose.value, entry.index) for entry in found] == [
            ("revocation", 94567),
            ("suspension", 23452),
        ]
    assert status_lists.entries({}) == []


@pytest.mark.parametrize(
    "status",
    [
        None,
        [],
        "x",
        STATUS[0],
        STATUS[:1],
        [*STATUS, STATUS[0]],
        [STATUS[0], STATUS[0]],
        [STATUS[0], STATUS[1] | {"statusListIndex": 23452}],
        [STATUS[0], STATUS[1] | {"statusListIndex": "-1"}],
        [STATUS[0], STATUS[1] | {"statusListIndex": "9" * 5000}],
        [STATUS[0], STATUS[1] | {"statusListIndex": "²"}],
        [STATUS[0], STATUS[1] | {"statusListCredential": ["x"]}],
        [STATUS[0], STATUS[1] | {"type": "StatusList2021Entry"}],
        [STATUS[0], "x"],
    ],
)
def test_anything_but_one_bit_of_each_purpose_is_refused(status: Any) -> None:
    with pytest.raises(StatusListRefused):
        status_lists.entries({"credentialStatus": status})


def test_a_list_of_half_a_hospital_stays_small() -> None:
    """On the wire a document has at most 1 MiB (F-DOC-4)."""
    document = build(*range(0, BITS, 2))
    assert len(proofs.jcs(document)) < 32 * 1024
