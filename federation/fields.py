"""Read the members of a document that peers write in several shapes.

Pure functions over JSON values, and `Fields`, which reads one document. What no server is known to
write is Malformed, never a guess: a number is not an id, a list of two is not one owner.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from types import NoneType
from typing import Any

from federation.errors import Malformed

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
_PUBLIC_SPELLINGS = frozenset({PUBLIC, "as:Public", "Public"})

MAX_ID = 512  # characters: what an instance has room for
_IDS = frozenset(
    """
    id actor attributedTo object target inReplyTo context audience to cc
    """.split()
)
_YEARS = range(1900, 9000)  # any of their moments can be shown in any time zone
# Tuples, and the common type first: `str | int` is made anew each time, and an ABC asks in Python.
_SCALARS = (str, int, float, NoneType)
_NAMES = frozenset({str})  # the types of what names a member
TEXT = (str, NoneType)
_LISTS = (list, tuple)
_OBJECTS = (dict, Mapping)
_MAX_DEPTH = 64  # documents.loads allows 32; an Announce wraps what was received once more


def is_public(uri: object) -> bool:
    """Whether `uri` is the Public collection in one of its three spellings."""
    return isinstance(uri, str) and uri in _PUBLIC_SPELLINGS


def id_of(value: object) -> str:
    """The id in a string, an object with `id`, or a list of exactly one of these; else ""."""
    if isinstance(value, str):  # first: nearly all are
        return value
    if type(value) is dict:  # and most others
        value = value.get("id")
        return value if isinstance(value, str) else ""
    if value is None:
        return ""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, str):
        return value
    if isinstance(value, _OBJECTS):
        value = value.get("id")
    return value if isinstance(value, str) else ""


def parent_of(document: Mapping[str, Any]) -> str:
    """The id of what a post answers: the first one where a peer names several (T28); else ""."""
    named = document.get("inReplyTo")
    return named or "" if isinstance(named, TEXT) else id_of(listed(named)[:1])


def ids_in(document: Mapping[str, Any], members: Iterable[str]) -> list[str]:
    """All that these members name. Nothing is hidden by what stands beside it in a list (T51)."""
    found: list[str] = []
    for value in filter(None, map(document.get, members)):  # most are not there
        if isinstance(value, str):
            found.append(value)
            continue
        for item in value if isinstance(value, list) else (value,):
            if identifier := item if isinstance(item, str) else id_of(item):
                found.append(identifier)
    return found


def listed(value: Any) -> list[Any]:
    """A list as it is, null as an empty one, anything else as a list of one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def ids(name: str, value: Any) -> list[str]:
    """The ids of a recipient member; Public in its long form. Malformed if anything is no id."""
    found = []
    for item in value if isinstance(value, list) else listed(value):
        if not isinstance(item, str):
            item = id_of(item) if isinstance(item, dict) else ""
        if not item:
            raise Malformed(f"{name} holds something that is not an id")
        found.append(PUBLIC if item in _PUBLIC_SPELLINGS else item)
    return found


def require_reference(name: str, value: Any) -> None:
    """`value` must be an id, an object whose `id` (if any) is a string, or a list of these."""
    for item in () if isinstance(value, str) else listed(value):  # nearly all are
        if isinstance(item, dict):
            if not isinstance(item.get("id"), TEXT):
                raise Malformed(f"the id in {name} is not a string")
        elif not isinstance(item, str):
            raise Malformed(f"{name} is neither an id nor an object")


def time_of(name: str, value: object) -> datetime | None:
    """A time in UTC (also where no zone is given); None for null. Malformed for anything else."""
    if value is None:
        return None
    try:
        if not isinstance(value, str) or "T" not in value:
            raise ValueError  # fromisoformat reads bare dates and week numbers as well
        found = datetime.fromisoformat(value)
        if found.year not in _YEARS:
            raise ValueError
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except ValueError:
        raise Malformed(f"{name} is not a time") from None


def require_short_ids(document: Mapping[str, Any]) -> None:
    """No id that a document, or what it embeds as `object`, refers by is longer than MAX_ID."""
    for name, value in document.items():
        if name not in _IDS or (type(value) is str and len(value) <= MAX_ID):
            continue  # nearly all
        for item in value if isinstance(value, list) else (value,):
            if len(item if type(item) is str else id_of(item)) > MAX_ID:
                raise Malformed(f"{name} holds an id of more than {MAX_ID} characters")
            if name == "object" and isinstance(item, dict):
                require_short_ids(item)


def copied(value: Any, depth: int = 0) -> Any:
    """A deep copy of a JSON value (tuples become lists). Malformed for anything else."""
    if isinstance(value, _SCALARS):
        return value
    if depth >= _MAX_DEPTH:
        raise Malformed("nested too deeply")
    if isinstance(value, _LISTS):
        return [item if type(item) is str else copied(item, depth + 1) for item in value]
    if not isinstance(value, _OBJECTS):
        raise Malformed("not a JSON value")
    if not _NAMES.issuperset(map(type, value)) and not all(isinstance(n, str) for n in value):
        raise Malformed("a member name is not a string")
    return {
        name: item if type(item) is str else copied(item, depth + 1)  # nearly all are
        for name, item in value.items()
    }


class Fields:
    """Typed reading of one document. An id that is missing reads as "", which has no origin."""

    _data: dict[str, Any]

    @property
    def id(self) -> str:
        found = self._data.get("id")
        return found if isinstance(found, str) else ""

    @property
    def actor_id(self) -> str:
        return id_of(self._data.get("actor"))

    @property
    def attributed_to(self) -> str:
        """Empty when nobody, or more than one, is named: an object has one owner (T02)."""
        return id_of(self._data.get("attributedTo"))

    @property
    def object_id(self) -> str:
        """Empty when there are several objects (see `object_ids`) or the embedded one has no id."""
        return id_of(self._data.get("object"))

    @property
    def object_ids(self) -> tuple[str, ...]:
        """The ids of all objects (Flag, recall, accepted answers); one without id is left out."""
        found = (id_of(item) for item in listed(self._data.get("object")))
        return tuple(identifier for identifier in found if identifier)

    @property
    def object(self) -> dict[str, Any] | None:
        """The one embedded object; None when it is named by id, missing or one of several."""
        found = self._data.get("object")
        if isinstance(found, list) and len(found) == 1:
            found = found[0]
        return found if isinstance(found, dict) else None

    @property
    def target_id(self) -> str:
        return id_of(self._data.get("target"))

    @property
    def in_reply_to(self) -> str:
        return parent_of(self._data)

    @property
    def context_id(self) -> str:
        """The thread or consult of `context` (not `@context`)."""
        return id_of(self._data.get("context"))

    @property
    def url(self) -> str:
        """The first address of `url`, which may be a string, a Link, or a list of these."""
        for item in listed(self._data.get("url")):
            found = item.get("href") if isinstance(item, dict) else item
            if isinstance(found, str) and found:
                return found
        return ""

    def audience_ids(self) -> tuple[str, ...]:
        named = self._data.get("audience")
        return () if named is None else tuple(ids("audience", named))

    def addressed_to(self) -> frozenset[str]:
        """All of to, cc, bto, bcc and audience; Public in its long form. Not the inner object's."""
        data = self._data
        lists = [data[name] for name in ("to", "cc", "bto", "bcc") if name in data]
        return frozenset(self.audience_ids()).union(*lists)

    def get(self, name: str, default: Any = None) -> Any:
        """The member as received, of whatever type. No copy: change nothing in it."""
        return self._data.get(name, default)

    def text(self, name: str) -> str:
        """A text member, else the first of its `…Map`, else ""; unsanitised. Else Malformed."""
        value = self._data.get(name)
        translations = self._data.get(f"{name}Map")
        if value is None and isinstance(translations, dict):
            value = next(iter(translations.values()), None)
        if not isinstance(value, str | None):
            raise Malformed(f"{name} is not text")
        return value or ""

    def time(self, name: str) -> datetime | None:
        """A time member, in UTC (also where no zone is given); None when missing. Else Malformed.

        Not capped: a far future is the caller's to judge (T80).
        """
        return time_of(name, self._data.get(name))

    def objects(self, name: str) -> tuple[dict[str, Any], ...]:
        """The embedded objects of a list member such as tag or attachment; others are skipped."""
        return tuple(item for item in listed(self._data.get(name)) if isinstance(item, dict))
