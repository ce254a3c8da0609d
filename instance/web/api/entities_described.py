"""What an account says of somebody, but for numbers: the same until it is changed."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import NamedTuple, TypedDict
from urllib.parse import urlsplit

from quart import current_app

from instance import config, html
from instance.models import Actor, ActorKind, ProfileKind
from instance.outbox import profiles as written
from instance.services import account_rows
from instance.services.account_rows import Row
from instance.services.mentions import page_of
from instance.services.portraits import Shown
from instance.web.api.entities import first_of_month, picture
from instance.web.presenting import people
from instance.web.views import Author

_COLOUR = "#1d5fa8"


class Field(TypedDict):
    name: str
    value: str
    verified_at: str | None


class Emoji(TypedDict):
    shortcode: str
    url: str
    static_url: str
    visible_in_picker: bool
    category: str | None


class Badge(TypedDict):
    """A role on the profile of one of ours: their standing."""

    id: str
    name: str
    color: str


class Pictures(TypedDict):
    avatar: str
    avatar_static: str
    header: str
    header_static: str


class Described(Pictures):
    id: str
    username: str
    acct: str
    url: str
    uri: str
    display_name: str
    note: str
    locked: bool
    bot: bool
    group: bool
    discoverable: bool | None
    indexable: bool
    noindex: bool
    created_at: str
    hide_collections: bool | None
    fields: list[Field]
    emojis: list[Emoji]
    roles: list[Badge]


class Parts(NamedTuple):
    """All that it hangs on, as it was read now. `is_for_members`: a member reads it."""

    row: Row
    is_for_members: bool
    said: Mapping[ProfileKind, str]
    faces: Shown
    institution: str
    ceiling: int


def described(parts: Parts) -> Described:
    actor = account_rows.actor(parts.row)
    is_listed = actor.discoverable if actor.is_local else None
    author = people.of_row(parts.row, parts.ceiling, {actor.host: parts.institution})
    return {
        "id": str(actor.id),
        "username": actor.handle,
        "acct": acct(actor),
        "url": page_of(actor),
        "uri": actor.uri,
        "display_name": html.one_line(actor.name, 200) or actor.handle,
        "note": _note(actor, parts.said),
        **_pictures(parts.faces),
        "locked": bool(parts.row.is_closed),
        "bot": False,
        "group": actor.kind is ActorKind.CHANNEL,
        "discoverable": is_listed,
        "indexable": actor.indexable,
        "noindex": not actor.indexable,
        "created_at": first_of_month(actor.created_at),
        "hide_collections": True if actor.is_local else None,  # how many, never who
        "fields": _fields(actor, parts, author),
        "emojis": [],
        "roles": _roles(actor, author),
    }


def acct(actor: Actor) -> str:
    return actor.handle if actor.is_local else f"{actor.handle}@{actor.host}"


def _pictures(shown: Shown) -> Pictures:
    """Ours for who has none of their own; no reader's browser asks another server (T48)."""
    face, banner = shown.avatar or picture("person.png"), shown.header or picture("header.png")
    return {
        "avatar": face,
        "avatar_static": face,
        "header": banner,
        "header_static": banner,
    }


def _note(actor: Actor, said: Mapping[ProfileKind, str]) -> str:
    if actor.kind is ActorKind.CHANNEL:
        purpose = _paragraph(actor.summary) if actor.is_local else _cleaned(actor.summary)
        how = f"Channel. To start a thread, mention @{acct(actor)} in a public post."
        return f"<p>{escape(how)}</p>{purpose}"
    if not actor.is_local:
        return _cleaned(actor.summary)
    return _paragraph(said.get(ProfileKind.ABOUT, ""))


def _fields(actor: Actor, parts: Parts, author: Author) -> list[Field]:
    if actor.is_local:
        return [
            _field(written.NAMES[kind], written.as_html(text))
            for kind, text in parts.said.items()
            if kind in written.NAMES
        ]
    told = [_field(label, _cleaned(text)) for label, text in _pairs(actor.properties)]
    is_told = parts.is_for_members and actor.kind is ActorKind.PERSON
    standing = [_field("Standing", escape(_badge(author)))] if is_told else []
    return standing + told


def _pairs(properties: object) -> list[tuple[str, str]]:
    rows: Sequence[object] = properties if isinstance(properties, list) else []
    return [(str(row[0]), str(row[1])) for row in rows if isinstance(row, list) and len(row) == 2]


def _field(name: str, value: str) -> Field:
    return {"name": html.one_line(name, 200), "value": value, "verified_at": None}


def _roles(actor: Actor, author: Author) -> list[Badge]:
    if not actor.is_local or actor.kind is not ActorKind.PERSON:
        return []
    return [{"id": str(author.standing.level), "name": _badge(author), "color": _COLOUR}]


def _badge(author: Author) -> str:
    """The standing as pages say it, and where it is vouched for."""
    words: str = current_app.config["JINJA"].globals["standing_badge"](author.standing).text
    return f"{words}, {author.institution}"


def _paragraph(text: str) -> str:
    return f"<p>{written.as_html(text)}</p>" if text else ""


def _cleaned(markup: str) -> str:
    """HTML of elsewhere (T41)."""
    own_host = urlsplit(config.current().origin).hostname or ""
    return html.shown(markup, own_host) if markup else ""
