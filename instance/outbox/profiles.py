"""What the profile of one of our people says to others (federation.md 4, `attachment`)."""

from collections.abc import Collection
from html import escape
from typing import Any

from instance.models import Actor, ProfileField, ProfileKind, Visibility

_FOR_PARTNERS = (Visibility.PUBLIC, Visibility.PARTNERS)
# What others show beside the text, who do not know our kinds; never translated.
TOWN = "Town"
NAMES = {
    ProfileKind.TOWN: TOWN,
    ProfileKind.POSITIONS: "Posts held",
    ProfileKind.TRAINING: "Training",
    ProfileKind.CERTIFICATION: "Board certification",
    ProfileKind.LANGUAGES: "Languages",
    ProfileKind.INTERESTS: "Interests",
    ProfileKind.LINKS: "Links",
}


async def said(actor: Actor, *, trusted: bool) -> dict[str, Any]:
    """`summary` and `attachment` of a Person's document: what everybody may read, or partners."""
    readable = _FOR_PARTNERS if trusted else (Visibility.PUBLIC,)
    rows = {row.kind: row.text for row in await fields(actor, readable)}
    return {
        "summary": as_html(rows.pop(ProfileKind.ABOUT, "")),
        "attachment": [
            {"type": "PropertyValue", "name": NAMES[kind], "value": _value(kind, rows[kind])}
            for kind in NAMES
            if kind in rows
        ],
    }


async def fields(actor: Actor, readable: Collection[Visibility]) -> list[ProfileField]:
    return await ProfileField.filter(actor_id=actor.id, visibility__in=list(readable))


def _value(kind: ProfileKind, text: str) -> str:
    if kind is not ProfileKind.LINKS:
        return as_html(text)
    links = (escape(line) for line in text.splitlines())
    return "<br>".join(f'<a href="{link}" rel="me nofollow noopener">{link}</a>' for link in links)


def as_html(text: str) -> str:
    """Plain text with its lines."""
    return "<br>".join(escape(line) for line in text.splitlines())
