"""Status lists: which standing statements of an institution do not count any more.

One list holds a bit for each statement, under a number that the statement names. Pure: nothing is
fetched, no clock but the one passed in. Source: W3C Bitstring Status List 1.0; domain.md 4.6,
F-STD-2.
"""

import base64
import binascii
import gzip
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from federation import contexts, proofs
from federation.errors import FederationError, NotAllowed
from federation.keys import PrivateKey, PublicKey
from federation.origin import Development, require_same_origin

BITS = 131_072  # of a list of ours; W3C asks for no fewer, so that a bit hides among many
BITS_MOST = 16 * BITS  # of a list of others
LONGEST = timedelta(hours=1)
_SKEW = timedelta(minutes=5)
_ENCODED_MOST = BITS_MOST // 8 * 2  # what does not compress at all, in base64


class Purpose(StrEnum):
    REVOCATION = "revocation"
    SUSPENSION = "suspension"


class StatusListRefused(NotAllowed):
    """A status list, or what a statement says of one, that breaks F-STD-1 or F-STD-2."""


@dataclass(frozen=True)
class Entry:
    """Where a statement's bit stands."""

    purpose: Purpose
    uri: str
    index: int

    def to_wire(self) -> dict[str, str]:
        return {
            "type": "BitstringStatusListEntry",
            "statusPurpose": self.purpose.value,
            "statusListIndex": str(self.index),
            "statusListCredential": self.uri,
        }


@dataclass(frozen=True)
class Bits:
    """A list that passed every check. `data`: the first bit is the highest of the first byte."""

    purpose: Purpose
    data: bytes
    valid_from: datetime
    valid_until: datetime


def entries(statement: Mapping[str, Any]) -> list[Entry]:
    """The bit of each purpose, in the order of `Purpose`; nothing for a statement without any.

    Raises StatusListRefused for anything but exactly one of each.
    """
    if "credentialStatus" not in statement:
        return []
    try:
        found = {entry.purpose: entry for entry in map(_entry, statement["credentialStatus"])}
        if len(statement["credentialStatus"]) != len(Purpose):
            raise ValueError
        return [found[purpose] for purpose in Purpose]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise StatusListRefused("F-STD-1: not one status of each purpose") from None


def build(
    uri: str,
    purpose: Purpose,
    set_bits: Collection[int],
    key: PrivateKey,
    now: datetime,
    until: datetime,
) -> dict[str, Any]:
    """The signed list at `uri`, valid from `now`. `key`: the institution's."""
    document = {
        "@context": contexts.STATUS_LIST,
        "id": uri,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": key.owner,
        "validFrom": contexts.timestamp(now),
        "validUntil": contexts.timestamp(until),
        "credentialSubject": {
            "type": "BitstringStatusList",
            "statusPurpose": purpose.value,
            "encodedList": encode(set_bits),
        },
    }
    return proofs.add_proof(document, key, now)


def check(
    document: Mapping[str, Any],
    uri: str,
    pinned: Sequence[PublicKey],
    now: datetime,
    dev: Development,
) -> Bits:
    """What the list at `uri` says, by one of the `pinned` keys of its institution.

    Raises StatusListRefused, naming the rule.
    """
    try:
        return _check(document, uri, pinned, now, dev)
    except StatusListRefused:
        raise
    except (FederationError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise StatusListRefused(f"F-STD-2: {type(error).__name__}") from error


def _check(
    document: Mapping[str, Any],
    uri: str,
    pinned: Sequence[PublicKey],
    now: datetime,
    dev: Development,
) -> Bits:
    if document["id"] != uri or "BitstringStatusListCredential" not in document["type"]:
        raise StatusListRefused("F-STD-2: another document")
    key = key_of(document, pinned)
    if key is None or document["issuer"] != key.owner:
        raise StatusListRefused("F-STD-2: not by the pinned institution")
    require_same_origin(key.owner, uri, dev=dev)
    proofs.check_proof(dict(document), key, now)
    start = datetime.fromisoformat(document["validFrom"])
    until = datetime.fromisoformat(document["validUntil"])
    if not start <= now + _SKEW or not now < until:
        raise StatusListRefused("F-STD-2: outside its dates")
    if until - start > LONGEST:
        raise StatusListRefused("F-STD-2: valid for too long")
    subject = document["credentialSubject"]
    if subject["type"] != "BitstringStatusList":
        raise StatusListRefused("F-STD-2: another kind of list")
    return Bits(Purpose(subject["statusPurpose"]), decode(subject["encodedList"]), start, until)


def key_of(document: Mapping[str, Any], pinned: Sequence[PublicKey]) -> PublicKey | None:
    """The one of the `pinned` keys that the document's proof names."""
    method = proofs.proof_method(dict(document))
    return next((key for key in pinned if key.id == method), None)


def encode(set_bits: Collection[int], length: int = BITS) -> str:
    """`u`, then base64url without padding of the GZIP of the bits."""
    data = bytearray(length // 8)
    for index in set_bits:
        data[index // 8] |= 0x80 >> index % 8
    packed = gzip.compress(bytes(data), mtime=0)
    return "u" + base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def decode(encoded: str) -> bytes:
    """Raises StatusListRefused for what is no list, for one that is too short to hide anybody, and
    for one that would unpack to more than `BITS_MOST`."""
    if not encoded.startswith("u") or len(encoded) > _ENCODED_MOST:
        raise StatusListRefused("F-STD-2: not a list in base64url, or too long")
    text = encoded[1:]
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        unpacking = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        data = unpacking.decompress(packed, BITS_MOST // 8 + 1)
    except (binascii.Error, ValueError, zlib.error):
        raise StatusListRefused("F-STD-2: not a list in base64url of GZIP") from None
    if not BITS <= len(data) * 8 <= BITS_MOST:
        raise StatusListRefused("F-STD-2: too few or too many bits")
    if not unpacking.eof or unpacking.unused_data:
        raise StatusListRefused("F-STD-2: not one whole GZIP")
    return data


def is_set(data: bytes, index: int) -> bool:
    """Raises StatusListRefused for a number that is not in the list."""
    if not 0 <= index < len(data) * 8:
        raise StatusListRefused("F-STD-1: a number outside its list")
    return bool(data[index // 8] & 0x80 >> index % 8)


def _entry(wire: Mapping[str, Any]) -> Entry:
    number = wire["statusListIndex"]
    if wire["type"] != "BitstringStatusListEntry" or not isinstance(number, str):
        raise ValueError
    if not (number.isascii() and number.isdigit() and len(number) <= len(str(BITS_MOST))):
        raise ValueError
    uri = wire["statusListCredential"]
    if not isinstance(uri, str):
        raise TypeError
    return Entry(Purpose(wire["statusPurpose"]), uri, int(number))
