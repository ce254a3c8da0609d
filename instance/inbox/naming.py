"""Which ids an activity names, of all that may mean something here.

What arrives is asked about ahead, together with others, and again where it is applied: so what was
read of a document is kept until then.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from federation import vocabulary
from federation.fields import ids_in, listed

_OF_CONSULTS = ("audience", "context", "inReplyTo", "id")
_AUDIENCE, _ADDRESSED = ("audience",), ("to", "cc")
_OBJECTS = (dict, Mapping)  # most are the first, and to ask for the other one takes long


class Named(NamedTuple):
    """`consults`: what could be of one. `channels`: what could be the channel whose board a post
    belongs on, those that count first, first."""

    document: Mapping[str, Any]
    consults: list[str]
    channels: list[list[str]]


_last: Named | None = None  # read of the document that is applied now, or was last


def read(document: Mapping[str, Any]) -> Named:
    return Named(document, _consults(document), _channels(document))


def keep(named: Named | None) -> None:
    """For who asks about this very document next."""
    global _last
    _last = named


def consults(document: Mapping[str, Any]) -> list[str]:
    kept = _last
    return kept.consults if kept and kept.document is document else _consults(document)


def channels(document: Mapping[str, Any]) -> list[list[str]]:
    kept = _last
    return kept.channels if kept and kept.document is document else _channels(document)


def _consults(document: Mapping[str, Any]) -> list[str]:
    named = set(ids_in(document, _OF_CONSULTS))
    for item in listed(document.get("object")):
        if isinstance(item, str):
            named.add(item)
        elif isinstance(item, _OBJECTS):
            named.update(ids_in(item, _OF_CONSULTS))
    return list(filter(None, named))


def _channels(document: Mapping[str, Any]) -> list[list[str]]:
    note = document.get("object")
    inner = note if isinstance(note, _OBJECTS) else {}
    found = []
    for members in (_AUDIENCE, _ADDRESSED):
        named = {*ids_in(document, members), *ids_in(inner, members)}
        named.discard(vocabulary.PUBLIC)  # as nearly all are
        if named:
            found.append(sorted(named))
    return found
