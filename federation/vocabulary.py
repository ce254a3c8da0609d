"""The ActivityStreams types we speak: one class per type, one shape whatever a peer wrote.

Stands on the object model of little-boxes (storage, the rule that an activity names its actor,
`to_dict`) and on nothing else of it: no fetching, no backend, no recipients, none of its types.
Only this module imports it (threat T83). No JSON-LD: terms are read by name, no context is fetched.

Import it as a module: `vocabulary.Follow`.
"""

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Self

from little_boxes import activitypub as boxes
from little_boxes.errors import Error as BoxesError

from federation.errors import Malformed
from federation.fields import (
    PUBLIC,
    TEXT,
    Fields,
    copied,
    id_of,
    ids,
    is_public,
    listed,
    parent_of,
    require_reference,
    require_short_ids,
    time_of,
)

__all__ = [
    "CONTEXT",
    "PUBLIC",
    "TYPES",
    "Object",
    "Unknown",
    "id_of",
    "is_public",
    "parent_of",
    "parse",
    "time_of",
]

# What we send where a document brings no context of its own. Source: federation.md section 2.
CONTEXT: tuple[Any, ...] = (
    "https://www.w3.org/ns/activitystreams",
    "https://w3id.org/security/v1",
    "https://w3id.org/security/data-integrity/v2",
    {
        "cs": "urn:curbside:v1#",
        "toot": "http://joinmastodon.org/ns#",
        "Hashtag": "as:Hashtag",
        "sensitive": "as:sensitive",
        "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
        "votersCount": "toot:votersCount",
    },
)


class _NoBackend:
    """little-boxes keeps one backend for the process; this one makes any use of it an error."""

    def __getattr__(self, name: str) -> NoReturn:
        raise RuntimeError("vocabulary does no I/O")


boxes.use_backend(_NoBackend())
# Theirs answers None to any misspelling; and where there is one, every other name takes longer.
del boxes.BaseActivity.__getattr__
logging.getLogger("little_boxes").setLevel(logging.WARNING)  # its debug lines hold documents


@dataclass(frozen=True, eq=False)  # little-boxes asks each time whether it is one of theirs
class _TypeName:
    """Stands where little-boxes expects a member of its closed list of types."""

    value: str


if TYPE_CHECKING:

    class _Stored:
        """What we use of BaseActivity; typed, so that a misspelt attribute is a type error."""

        _data: dict[str, Any]

        def __init__(self, **fields: Any) -> None: ...
        def to_dict(self) -> dict[str, Any]: ...

else:
    _Stored = boxes.BaseActivity


def _without_hidden(value: Any) -> Any:
    """Drop bto and bcc from a document and from what it embeds as `object`, however deep."""
    if isinstance(value, list):
        return [_without_hidden(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _without_hidden(item) if name == "object" else item
        for name, item in value.items()
        if name not in ("bto", "bcc")
    }


class Object(Fields, _Stored):
    """Anything with a type. Members keep the names and values of the document, but for
    `actor` (one string) and `to`, `cc`, `bto`, `bcc` (lists of ids; null is an empty one)."""

    ACTIVITY_TYPE: _TypeName = _TypeName("Object")
    ACTOR_REQUIRED: ClassVar[bool] = False
    OBJECT_REQUIRED: ClassVar[bool] = False  # theirs allows 18 types only; _normalise asks instead

    def __init_subclass__(cls) -> None:
        cls.ACTIVITY_TYPE = _TypeName(cls.__name__)

    def __init__(self, /, **fields: Any) -> None:
        """`fields` are copied. Raises Malformed and nothing else, naming members, not values."""
        self._take(copied(fields))

    @classmethod
    def of_json(cls, document: dict[str, Any]) -> Self:
        """Likewise of a JSON value whose members are nobody's to change any more: to copy what
        arrives takes longer than to read it."""
        made = cls.__new__(cls)
        made._take(dict(document))
        return made

    def _take(self, data: dict[str, Any]) -> None:
        """`data` becomes its own."""
        kind, actor = data.get("type"), id_of(data.get("actor"))
        if not (isinstance(data.get("id"), TEXT) and isinstance(kind, TEXT)):
            raise Malformed("id and type must each be one string")
        own = self.ACTIVITY_TYPE.value
        if kind and kind != own:
            raise Malformed(f"not a {self.type_name}")
        try:
            _Stored.__init__(self, actor=actor)  # they log what they are given: no content
        except BoxesError:
            raise Malformed(f"a {self.type_name} of not one actor") from None
        require_short_ids(data)
        data["type"] = own
        self._data = data
        self._normalise(actor)

    def _normalise(self, actor: str) -> None:
        data = self._data
        for name in ("id", "actor", "object"):
            if data.get(name, "") is None:
                del data[name]
        for name in ("actor", "attributedTo", "object", "target"):
            if not isinstance(named := data.get(name), TEXT):
                require_reference(name, named)
        if self.ACTOR_REQUIRED:
            data["actor"] = actor
            if not data.get("object"):
                raise Malformed(f"a {self.type_name} without object")
        for name in ("to", "cc", "bto", "bcc"):
            if name in data:
                data[name] = ids(name, data[name])
        if "audience" in data:
            self.audience_ids()  # kept in its own shape, but it must have one

    def _init(self, **fields: Any) -> None:
        """Called by little-boxes, whose own version raises what it then catches, each time."""

    def _validate_person(self, actor: str) -> str:
        """Called by little-boxes, whose own version fetches the actor."""
        return actor

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return type(self)(**self._data)

    @property
    def type(self) -> str:
        return self.ACTIVITY_TYPE.value

    @property
    def type_name(self) -> str:
        """For logs and counters: one of TYPES or "Unknown", never a word its sender chose."""
        return type(self).__name__

    @property
    def owner_id(self) -> str:
        """Who may change it. Source: F-DOC-3."""
        return self.attributed_to

    def is_public(self) -> bool:
        data = self._data
        is_plainly = PUBLIC in data.get("to", ()) or PUBLIC in data.get("cc", ())
        return is_plainly or PUBLIC in self.addressed_to()

    def to_dict(self) -> dict[str, Any]:
        """The fields, to embed or to store: a copy, with a context only if it was given one."""
        own: dict[str, Any] = copied(super().to_dict())
        return own

    def to_wire(self) -> dict[str, Any]:
        """The document to send: with a context; without bto and bcc, in `object` too (F-ADR-1)."""
        sent: dict[str, Any] = {"@context": copied(CONTEXT)}
        sent.update(_without_hidden(self.to_dict()))
        return sent


class Unknown(Object):
    """A type we do not speak. Keeps its members and its own type; handlers pass it over."""

    def _take(self, data: dict[str, Any]) -> None:
        kind = data.get("type")
        self.ACTIVITY_TYPE = _TypeName(kind if isinstance(kind, str) else "Unknown")
        super()._take(data)


class Actor(Object):
    """One who acts. Whether its addresses are its own to name: addressing.require_own_addresses."""

    @property
    def owner_id(self) -> str:
        return self.id

    @property
    def preferred_username(self) -> str:
        return self.text("preferredUsername")

    @property
    def inbox(self) -> str:
        return id_of(self.get("inbox"))

    @property
    def outbox(self) -> str:
        return id_of(self.get("outbox"))

    @property
    def followers(self) -> str:
        return id_of(self.get("followers"))

    @property
    def shared_inbox(self) -> str:
        endpoints = self.get("endpoints")
        return id_of(endpoints.get("sharedInbox")) if isinstance(endpoints, dict) else ""


class Activity(Object):
    """Something an actor does to an object: both are required."""

    ACTOR_REQUIRED = True

    @property
    def owner_id(self) -> str:
        return self.actor_id


class Collection(Object):
    @property
    def items(self) -> list[Any]:
        """Of this document alone, ids and objects as they come: pages are for collections.walk."""
        return listed(self.get("orderedItems", self.get("items")))


# A new type is one line here.
# fmt: off
class Person(Actor): ...
class Group(Actor): ...
class Application(Actor): ...
class Service(Actor): ...
class Organization(Actor): ...
class Note(Object): ...
class Article(Object): ...
class Page(Object): ...
class Question(Object): ...
class Event(Object): ...
class Video(Object): ...
class Image(Object): ...
class Document(Object): ...
class Tombstone(Object): ...
class Relationship(Object): ...
class OrderedCollection(Collection): ...
class CollectionPage(Collection): ...
class OrderedCollectionPage(Collection): ...
class Create(Activity): ...
class Update(Activity): ...
class Delete(Activity): ...
class Follow(Activity): ...
class Accept(Activity): ...
class Reject(Activity): ...
class Undo(Activity): ...
class Add(Activity): ...
class Remove(Activity): ...
class Announce(Activity): ...
class Like(Activity): ...
class Dislike(Activity): ...
class EmojiReact(Activity): ...
class Flag(Activity): ...
class Move(Activity): ...
class Block(Activity): ...
class Lock(Activity): ...
class Invite(Activity): ...
class Offer(Activity): ...
# fmt: on

_NAMES = frozenset({str})  # the types of what names a member
_WITHOUT_WIRE_FORM = (Object, Unknown, Actor, Activity)

TYPES: dict[str, type[Object]] = {
    kind.__name__: kind
    for base in (Object, Actor, Collection, Activity)
    for kind in base.__subclasses__()
    if kind not in _WITHOUT_WIRE_FORM
}


def parse(document: object) -> Object:
    """The document as its type; a type we do not speak gives `Unknown`.

    `document` is a JSON value as documents.loads gives it. It is not changed, and nobody may change
    it afterwards. Raises Malformed, and nothing else, for whatever is not a document of that type.
    """
    if not isinstance(document, dict) or not _NAMES.issuperset(map(type, document)):
        raise Malformed("not a JSON object")
    kind = document.get("type")
    if not isinstance(kind, str) or not kind:
        raise Malformed("a document needs exactly one type")
    return TYPES.get(kind, Unknown).of_json(document)
