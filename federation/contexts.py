"""The `@context` values we send, and how we write a time (federation.md 2). Never fetched, never
interpreted."""

from datetime import UTC, datetime
from typing import Any

ACTIVITYSTREAMS = "https://www.w3.org/ns/activitystreams"
SECURITY = "https://w3id.org/security/v1"
DATA_INTEGRITY = "https://w3id.org/security/data-integrity/v2"
CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
CURBSIDE = "urn:curbside:v1#"

PUBLIC: list[Any] = [
    ACTIVITYSTREAMS,
    SECURITY,
    DATA_INTEGRITY,
    {
        "cs": CURBSIDE,
        "toot": "http://joinmastodon.org/ns#",
        "Hashtag": "as:Hashtag",
        "sensitive": "as:sensitive",
        "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
        "votersCount": "toot:votersCount",
        "discoverable": "toot:discoverable",
        "indexable": "toot:indexable",
        "featured": {"@id": "toot:featured", "@type": "@id"},
        "blurhash": "toot:blurhash",
        "focalPoint": {"@container": "@list", "@id": "toot:focalPoint"},
    },
]
# Of a person who moves: most servers define both terms, and the context of ActivityStreams neither.
MOVING: list[Any] = [
    *PUBLIC,
    {
        "alsoKnownAs": {"@id": "as:alsoKnownAs", "@type": "@id"},
        "movedTo": {"@id": "as:movedTo", "@type": "@id"},
    },
]
# Around what others wrote. Servers that process JSON-LD refuse a document in which an inner context
# defines a protected term of an outer one anew: the proofs of others have other versions of it.
WRAPPING: list[Any] = [ACTIVITYSTREAMS]
STATUS_LIST: list[Any] = [CREDENTIALS]
CONSULT: list[Any] = [ACTIVITYSTREAMS, DATA_INTEGRITY, {"cs": CURBSIDE}]
STANDING: list[Any] = [CREDENTIALS, {"cs": CURBSIDE, "PhysicianStanding": "cs:PhysicianStanding"}]


def timestamp(moment: datetime) -> str:
    """UTC seconds with `Z` (F-ADR-2)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
