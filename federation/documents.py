"""From a peer's bytes to a JSON object that the rest may read. F-DOC-1 and F-DOC-2.

JSON-LD is not interpreted here or anywhere: what would let one reader see another document than
we do (duplicate members, restructuring keywords, redefined terms) is refused instead.
"""

import re
from collections.abc import Iterable
from enum import Enum, auto
from functools import lru_cache
from typing import Any

import orjson

from federation.errors import Malformed, TooLarge

MAX_BODY = 512 * 1024
MAX_DEPTH = 32
MAX_VALUES = 20_000
MAX_MEMBERS = 500
MAX_RECIPIENTS = 2_000
_USUAL_CONTEXT = 8 * 1024  # bytes at most

# JCS (RFC 8785) has no larger integers: beyond them two readers may see two numbers.
_NUMBER_LIMIT = 2**53

_AS = "https://www.w3.org/ns/activitystreams#"
_SECURITY = "https://w3id.org/security#"
_RESTRUCTURING = frozenset({"@graph", "@reverse", "@included", "@nest", "@set", "@list"})
_KEYWORDS = _RESTRUCTURING | {"@context", "@id", "@type"}  # the names that `check` looks for
_CONTAINERS, _NUMBERS = (dict, list), (int, float)
# NUL and ":" written by their numbers, so that to look for them says nothing.
_BY_NUMBER = re.compile(rb"\\u00(?:00|3[aA])")
_RECIPIENTS = frozenset({"to", "cc", "bto", "bcc", "audience"})

# The terms of the ActivityStreams context, but `location`: Mobilizon redefines that one in every
# document, and nothing here reads it.
_AS_TERMS = frozenset(
    """
    Accept Activity Add Announce Application Arrive Article Audio Block Collection CollectionPage
    Create Delete Dislike Document Event Flag Follow Group Ignore Image IntransitiveActivity Invite
    Join Leave Like Link Listen Mention Move Note Object Offer OrderedCollection
    OrderedCollectionPage Organization Page Person Place Profile Public Question Read Reject
    Relationship Remove Service TentativeAccept TentativeReject Tombstone Travel Undo Update Video
    View IsContact IsFollowedBy IsFollowing IsMember
    accuracy actor altitude anyOf attachment attributedTo audience bcc bto cc closed content
    contentMap context current deleted describes duration endTime endpoints first followers
    following formerType generator height href hreflang icon image inReplyTo inbox instrument items
    last latitude liked likes longitude mediaType name nameMap next oauthAuthorizationEndpoint
    oauthTokenEndpoint object oneOf orderedItems origin outbox partOf preferredUsername prev preview
    provideClientKey proxyUrl published radius rel relationship replies result sharedInbox shares
    signClientKey source startIndex startTime streams subject summary summaryMap tag target to
    totalItems units updated uploadMedia url width
    """.split()
)
_MEANINGS: dict[str, tuple[str, ...]] = {
    "id": ("@id",),
    "type": ("@type",),
    "as": (_AS,),
    "sec": (_SECURITY,),
    "publicKey": ("sec:publicKey", _SECURITY + "publicKey"),
    "proof": ("sec:proof", _SECURITY + "proof"),
    **{term: (f"as:{term}", _AS + term) for term in _AS_TERMS},
}


class _Place(Enum):
    """What a nested value is part of: rules for `@` members differ."""

    DOCUMENT = auto()
    CONTEXT = auto()
    DEFINITION = auto()


def loads(body: bytes, *, limit: int = MAX_BODY) -> dict[str, Any]:
    """The JSON object in `body` (at most `limit` bytes).

    Source: F-DOC-1, F-DOC-2. Raises TooLarge, and Malformed for everything else.
    """
    if len(body) > limit:
        raise TooLarge(f"{len(body)} bytes")
    if len(body) > MAX_VALUES:
        _refuse_bomb(body)
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Malformed("not JSON") from None  # their message quotes the document
    if not isinstance(document, dict):
        raise Malformed("not a JSON object")
    is_literal = b"\\" not in body or not _BY_NUMBER.search(body)
    if not (is_literal and _is_plain(document)):
        check(document)
    # The parser keeps the last of two equal names, silently: written again, it has fewer colons.
    again = orjson.dumps(document)
    if again == body:
        return document
    if not is_literal:
        again, body = _outside_strings(again), _outside_strings(body)
    if again.count(b":") != body.count(b":"):
        raise Malformed("duplicate members")
    return document


@lru_cache(maxsize=64)
def is_activity_type(content_type: str | None) -> bool:
    """Whether a Content-Type is one of the two of ActivityStreams. Source: F-DOC-1, T15."""
    if content_type is None:
        return False
    kind, *parameters = (part.strip() for part in content_type.lower().split(";"))
    if kind == "application/activity+json":
        return True
    if kind != "application/ld+json":
        return False
    profiles = [
        value for name, _, value in (p.partition("=") for p in parameters) if name == "profile"
    ]
    return len(profiles) == 1 and _AS[:-1] in profiles[0].strip('"').split()


def check(document: dict[str, Any]) -> None:
    """Hold a parsed document to the limits of F-DOC-1 and the rules of F-DOC-2.

    Raises Malformed. Never recurses.
    """
    values = 0
    pending: list[tuple[Any, int, _Place]] = [(document, 1, _Place.DOCUMENT)]
    while pending:
        node, depth, place = pending.pop()
        values += len(node)
        if depth > MAX_DEPTH or values >= MAX_VALUES:
            raise Malformed("too deep or too many values")
        if isinstance(node, dict):
            _check_members(node, depth, place)
        for children, below in _children(node, place):
            for child in children:
                if isinstance(child, str):  # first: nearly all are
                    if "\0" in child:
                        raise Malformed("a NUL character")
                elif isinstance(child, _CONTAINERS):
                    pending.append((child, depth + 1, below))
                elif isinstance(child, _NUMBERS) and not abs(child) < _NUMBER_LIMIT:
                    raise Malformed("a number beyond 2^53")


def _is_plain(document: dict[str, Any]) -> bool:
    """Whether `check` could refuse nothing in it but a NUL, as far as a short look tells: it is
    small, with no large number, and with no keyword but its own context, which is checked.
    """
    rest = dict(document)
    if not _is_usual(rest.pop("@context", None)):
        return False
    values = 0
    pending: list[Any] = [rest]
    for node in pending:  # those within it are put behind it
        values += len(node)
        if values >= MAX_MEMBERS or len(pending) > MAX_DEPTH:
            return False
        if type(node) is dict:
            if not _KEYWORDS.isdisjoint(node):
                return False
            node = node.values()
        for child in node:
            if type(child) is str:  # nearly all are
                continue
            if isinstance(child, _CONTAINERS):
                pending.append(child)
            elif isinstance(child, _NUMBERS) and not abs(child) < _NUMBER_LIMIT:
                return False
    return True


def _is_usual(context: Any) -> bool:
    """Whether a context is short enough to be known again, and so is checked here."""
    if context is None or isinstance(context, str):
        return True
    try:
        text = orjson.dumps(context)
    except orjson.JSONEncodeError:
        raise Malformed("too deep") from None
    if len(text) <= _USUAL_CONTEXT:
        _check_usual(text)
        return True
    return False


@lru_cache(maxsize=256)
def _check_usual(context: bytes) -> None:
    """Peers bring the same one with all that they send."""
    check({"@context": orjson.loads(context)})


def _refuse_bomb(body: bytes) -> None:
    """Before any parsing."""
    outside = _outside_strings(body)
    if max(outside.count(b","), outside.count(b"[") + outside.count(b"{")) > MAX_VALUES:
        raise Malformed("too many values")


def _outside_strings(body: bytes) -> bytes:
    """What of a JSON text does not stand in its strings.

    Refuses, before any parsing, what is a bomb.
    """
    plain = body
    if b"\\" in body:  # to look for each takes several times as long
        plain = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    # Two quotes for a value, two for its name.
    if len(plain) > 4 * MAX_VALUES and plain.count(b'"') > 4 * MAX_VALUES:
        raise Malformed("too many values")
    return b"".join(plain.split(b'"')[::2])


def _children(node: Any, place: _Place) -> tuple[tuple[Iterable[Any], _Place], ...]:
    if isinstance(node, list):
        return ((node, place),)
    below = _Place.DEFINITION if place is _Place.CONTEXT else place
    if "@context" not in node:
        return ((node.values(), below),)
    others = [child for name, child in node.items() if name != "@context"]
    return (others, below), ((node["@context"],), _Place.CONTEXT)


def _check_members(node: dict[str, Any], depth: int, place: _Place) -> None:
    if len(node) > MAX_MEMBERS:
        raise Malformed("too many members")
    if "\0" in "".join(node):
        raise Malformed("a NUL character")
    if found := _RESTRUCTURING.intersection(node):
        raise Malformed(f"{min(found)} restructures the document")
    if place is _Place.CONTEXT:
        for term, meaning in node.items():
            _check_definition(term, meaning)
    elif place is _Place.DOCUMENT:
        if "@id" in node or (depth == 1 and "@type" in node):
            raise Malformed("@id or @type instead of id or type")
        recipients = 0
        for name in _RECIPIENTS.intersection(node):
            recipients += len(node[name]) if isinstance(node[name], list) else 0
        if recipients > MAX_RECIPIENTS:
            raise Malformed("too many recipients")


def _check_definition(term: str, meaning: Any) -> None:
    """An inline context may name a term of ours only to say what it means anyway."""
    target = meaning.get("@id") if isinstance(meaning, dict) else meaning
    if isinstance(target, str) and target in _RESTRUCTURING:
        raise Malformed("an alias of a restructuring keyword")
    if term.startswith(("as:", _AS)) or (term in _MEANINGS and target not in _MEANINGS[term]):
        raise Malformed("a redefined term")
