"""What the document of a public post says of itself, as far as it can be believed."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from federation import vocabulary
from federation.errors import Malformed
from federation.fields import listed

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")  # of BCP 47 what is in use
_LEAP = timedelta(days=1)  # a clock that is further ahead tells no time


def content(note: Mapping[str, Any]) -> str:
    content = note.get("content")
    if isinstance(content, str):
        return content
    translated = note.get("contentMap")
    if isinstance(translated, Mapping):
        return next((text for text in translated.values() if isinstance(text, str)), "")
    return ""


def language(note: Mapping[str, Any]) -> str:
    """The language of its content, as BCP 47 names it; "" where it does not say."""
    translated = note.get("contentMap")
    if not isinstance(translated, Mapping):
        return ""
    shown = content(note)
    return next(
        (str(one) for one, text in translated.items() if text == shown and is_language(one)), ""
    )


def is_language(name: object) -> bool:
    return isinstance(name, str) and _LANGUAGE.fullmatch(name) is not None


def is_to_all(note: Mapping[str, Any]) -> bool:
    """Whether it may be found: one that has everybody only in `cc` is read by who knows of it."""
    return any(vocabulary.is_public(vocabulary.id_of(one)) for one in listed(note.get("to")))


def page_url(note: Mapping[str, Any]) -> str | None:
    """Where a browser finds a post of elsewhere, if its document says so."""
    url = note.get("url")
    return url if isinstance(url, str) and url.startswith("https://") else None


def tagged(note: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
    """What it names: Mentions, Hashtags."""
    rows = listed(note.get("tag"))
    return [row for row in rows if isinstance(row, Mapping) and row.get("type") == kind]


def published(note: Mapping[str, Any], now: datetime) -> datetime:
    """When the author says it was written, never later than now (T80)."""
    return min(_stated(note, "published") or now, now)


def updated(note: Mapping[str, Any], now: datetime) -> datetime | None:
    """When the author says it was changed last; None without that, or for a time to come.

    By the author's own clock, so that changes that overtake each other stay in their order.
    """
    stated = _stated(note, "updated")
    return stated if stated and stated <= now + _LEAP else None


def _stated(note: Mapping[str, Any], member: str) -> datetime | None:
    try:
        return vocabulary.time_of(member, note.get(member))
    except Malformed:
        return None
