"""One direction of trust between two institutions: who trusts whom, with what, until when.

Read, written and compared here; which state it is in is decided elsewhere. Source: federation.md
11.1.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from federation.contexts import CURBSIDE, timestamp
from federation.errors import Malformed, NotAllowed, printable
from federation.fields import MAX_ID, id_of, time_of
from federation.origin import PRODUCTION, Development, require_same_origin

TRUSTS = f"{CURBSIDE}trusts"
SCOPES = ("consult", "images", "onward", "directory")
LONGEST = timedelta(days=400)
JURISDICTION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", re.ASCII)  # ISO 3166
LEVEL_MOST, DAYS_MOST, CONTACT_MOST = 4, 36_500, 200

_AHEAD = timedelta(minutes=5)  # of our clock
_ON_ITS_WAY = timedelta(days=8)  # deliveries are tried for seven days (12)
_FINGERPRINT = re.compile(r"[0-9a-f]{64}", re.ASCII)
_NONCE = re.compile(r"[A-Za-z0-9_-]{22,64}", re.ASCII)  # 128 bits, in base64url or hex


@dataclass(frozen=True)
class Terms:
    """`max_level`: the highest standing that counts. `agreement`: SHA-256 of a paper, hex, or "".

    `jurisdiction`: ISO 3166, "" where none is told. Without `across_border` consults pass only
    where the law of both is one (domain.md 6.2).
    """

    jurisdiction: str = ""
    max_level: int = LEVEL_MOST
    retention_days: int = 3650
    contact: str = ""
    agreement: str = ""
    across_border: bool = True

    def to_wire(self) -> dict[str, Any]:
        """As `cs:terms` has it, and as we store it."""
        return {
            "jurisdiction": self.jurisdiction,
            "maxLevel": self.max_level,
            "retentionDays": self.retention_days,
            "contact": self.contact,
            "agreement": self.agreement,
            "acrossBorder": self.across_border,
        }

    @classmethod
    def from_wire(cls, value: object) -> "Terms":
        """Raises Malformed; what is not told has the value of a new one."""
        if not isinstance(value, Mapping):
            raise Malformed("no terms")
        unset = cls()
        terms = cls(
            jurisdiction=_text(value, "jurisdiction", unset.jurisdiction),
            max_level=_number(value, "maxLevel", unset.max_level, LEVEL_MOST),
            retention_days=_number(value, "retentionDays", unset.retention_days, DAYS_MOST),
            contact=_text(value, "contact", unset.contact)[:CONTACT_MOST],
            agreement=_text(value, "agreement", unset.agreement),
            across_border=_truth(value, "acrossBorder", unset.across_border),
        )
        if terms.jurisdiction and not JURISDICTION.fullmatch(terms.jurisdiction):
            raise Malformed("jurisdiction is no code of ISO 3166")
        if terms.agreement and not _FINGERPRINT.fullmatch(terms.agreement):
            raise Malformed("agreement is no SHA-256")
        return terms

    def stricter(self, theirs: "Terms") -> "Terms":
        """What holds between two: of numbers the smaller, of laws both; we call their contact."""
        laws = dict.fromkeys(filter(None, (self.jurisdiction, theirs.jurisdiction)))
        return Terms(
            jurisdiction=", ".join(laws),
            max_level=min(self.max_level, theirs.max_level),
            retention_days=min(self.retention_days, theirs.retention_days),
            contact=theirs.contact,
            agreement=self.agreement if self.agreement == theirs.agreement else "",
            across_border=self.across_border and theirs.across_border,
        )


@dataclass(frozen=True)
class Relationship:
    """`subject` trusts `object`: the ids of two Applications, with their keys' fingerprints."""

    id: str
    subject: str
    object: str
    scopes: tuple[str, ...]
    terms: Terms
    subject_keys: frozenset[str]
    object_keys: frozenset[str]
    starts_at: datetime
    ends_at: datetime
    nonce: str

    def to_wire(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "type": "Relationship",
            "subject": self.subject,
            "object": self.object,
            "relationship": TRUSTS,
            "cs:scopes": list(self.scopes),
            "cs:terms": self.terms.to_wire(),
            "cs:subjectKeys": sorted(self.subject_keys),
            "cs:objectKeys": sorted(self.object_keys),
            "startTime": timestamp(self.starts_at),
            "endTime": timestamp(self.ends_at),
            "cs:nonce": self.nonce,
        }

    @classmethod
    def from_wire(cls, value: Any, dev: Development = PRODUCTION) -> "Relationship":
        """Its shape alone: whether its days are now is `require_current`'s. Raises Malformed, and
        OriginMismatch where its id is not of its subject's server. Unknown scopes are left out."""
        if not isinstance(value, Mapping) or value.get("type") != "Relationship":
            raise Malformed("no Relationship")
        scopes, nonce = value.get("cs:scopes"), value.get("cs:nonce")
        if value.get("relationship") != TRUSTS or not isinstance(scopes, list):
            raise Malformed("another relationship than trust")
        if not isinstance(nonce, str) or not _NONCE.fullmatch(nonce):
            raise Malformed("a nonce that is none")
        identifier, subject, other = (id_in(value, name) for name in ("id", "subject", "object"))
        require_same_origin(subject, identifier, dev=dev)
        return cls(
            id=identifier,
            subject=subject,
            object=other,
            scopes=tuple(scope for scope in SCOPES if scope in scopes),
            terms=Terms.from_wire(value.get("cs:terms")),
            subject_keys=_fingerprints(value.get("cs:subjectKeys")),
            object_keys=_fingerprints(value.get("cs:objectKeys")),
            starts_at=_time(value, "startTime"),
            ends_at=_time(value, "endTime"),
            nonce=nonce,
        )

    def shared_with(self, other: "Relationship") -> tuple[str, ...]:
        """The scopes that hold: those of both (11.1.5)."""
        return tuple(scope for scope in self.scopes if scope in other.scopes)


def is_border(one: str, other: str) -> bool:
    """Whether there is a border between two laws. A state is within its country; what nobody told
    is nowhere."""
    if not one or not other:
        return True
    return one != other and not one.startswith(f"{other}-") and not other.startswith(f"{one}-")


def require_current(relationship: Relationship, now: datetime) -> None:
    """At most 400 days, begun lately and not over. Raises NotAllowed."""
    starts_at, ends_at = relationship.starts_at, relationship.ends_at
    if ends_at <= now or ends_at <= starts_at or ends_at - starts_at > LONGEST:
        raise NotAllowed("11.1.2 dates")
    if not now - _ON_ITS_WAY <= starts_at <= now + _AHEAD:
        raise NotAllowed("11.1.2 start")


def id_in(value: Mapping[str, Any], name: str) -> str:
    found = id_of(value.get(name))
    if not found or len(found) > MAX_ID:
        raise Malformed(f"{name} is not an id")
    return found


def _text(value: Mapping[str, Any], name: str, unset: str) -> str:
    found = value.get(name, unset)
    if not isinstance(found, str):
        raise Malformed(f"{name} is not text")
    return printable(found.strip())


def _number(value: Mapping[str, Any], name: str, unset: int, most: int) -> int:
    found = value.get(name, unset)
    if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found <= most:
        raise Malformed(f"{name} is not a number up to {most}")
    return found


def _truth(value: Mapping[str, Any], name: str, unset: bool) -> bool:
    found = value.get(name, unset)
    if not isinstance(found, bool):
        raise Malformed(f"{name} is neither true nor false")
    return found


def _time(value: Mapping[str, Any], name: str) -> datetime:
    found = time_of(name, value.get(name))
    if found is None:
        raise Malformed(f"no {name}")
    return found


def _fingerprints(value: object) -> frozenset[str]:
    """Of both keys: RSA and Ed25519."""
    if not isinstance(value, list) or len(value) != 2:
        raise Malformed("not two fingerprints")
    if not all(isinstance(item, str) and _FINGERPRINT.fullmatch(item) for item in value):
        raise Malformed("not a fingerprint")
    return frozenset(value)
