"""People and channels as clients read them (mastodon-api.md 3 and 4)."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TypedDict
from urllib.parse import urlsplit

from quart import current_app

from instance import config, html
from instance.models import Actor, ActorKind, Member, ProfileKind
from instance.outbox import profiles as written
from instance.services import accounts, followers, peers, portraits
from instance.services.accounts import Figures
from instance.services.mentions import page_of
from instance.services.portraits import Shown
from instance.services.tokens import Caller
from instance.web.api.entities import first_of_month, picture
from instance.web.presenting import people
from instance.web.views import Author

_COLOUR = "#1d5fa8"
_APART = (ProfileKind.ABOUT, ProfileKind.BANNER)


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


class Role(Badge):
    permissions: str
    highlighted: bool


class Pictures(TypedDict):
    avatar: str
    avatar_static: str
    header: str
    header_static: str


class Account(Pictures):
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
    last_status_at: str | None
    statuses_count: int
    followers_count: int
    following_count: int
    hide_collections: bool | None
    fields: list[Field]
    emojis: list[Emoji]
    roles: list[Badge]


class Source(TypedDict):
    privacy: str
    sensitive: bool
    language: str | None
    note: str
    fields: list[Field]
    follow_requests_count: int
    hide_collections: bool | None
    discoverable: bool | None
    indexable: bool


class CredentialAccount(Account):
    source: Source
    role: Role


async def account(actor: Actor, reader: Member | None) -> Account:
    return (await all_of([actor], reader))[actor.id]


async def all_of(actors: Iterable[Actor], reader: Member | None) -> dict[int, Account]:
    """By id, each once; in as many questions to the database whether few or many."""
    unique = list({actor.id: actor for actor in actors}.values())
    figures = await accounts.figures(unique)
    said = await accounts.said(unique, reader)
    authors = await people.authors(unique, await peers.names()) if unique else {}
    faces = await portraits.of(unique)
    return {
        actor.id: {
            **_account(actor, reader, figures[actor.id], said.get(actor.id, {}), authors[actor.id]),
            **_pictures(faces.get(actor.id, portraits.NONE)),
        }
        for actor in unique
    }


async def in_order(actors: Sequence[Actor], reader: Member | None) -> list[Account]:
    shown = await all_of(actors, reader)
    return [shown[actor.id] for actor in actors]


async def credentials(caller: Caller) -> CredentialAccount:
    """The caller's own; `caller.actor` is there."""
    actor, member = caller.actor, caller.member
    assert actor is not None  # noqa: S101  (the guard saw to it)
    said = (await accounts.said([actor], member)).get(actor.id, {})
    shown = await account(actor, member)
    role: Role = {
        "id": "-99",
        "name": "",
        "color": "",
        "permissions": "0",
        "highlighted": False,
    }
    return {
        **shown,
        "source": {
            "privacy": "public",
            "sensitive": False,
            "language": None,
            "note": said.get(ProfileKind.ABOUT, ""),
            "fields": [
                {"name": written.NAMES[kind], "value": text, "verified_at": None}
                for kind, text in said.items()
                if kind in written.NAMES
            ],
            "follow_requests_count": await followers.count_requests(actor),
            "hide_collections": True,
            "discoverable": actor.discoverable,
            "indexable": actor.indexable,
        },
        "role": role,
    }


def acct(actor: Actor) -> str:
    return actor.handle if actor.is_local else f"{actor.handle}@{actor.host}"


def _account(
    actor: Actor,
    reader: Member | None,
    figures: Figures,
    said: Mapping[ProfileKind, str],
    author: Author,
) -> Account:
    is_channel = actor.kind is ActorKind.CHANNEL
    is_listed = actor.discoverable if actor.is_local else None
    return {
        "id": str(actor.id),
        "username": actor.handle,
        "acct": acct(actor),
        "url": page_of(actor),
        "uri": actor.uri,
        "display_name": html.one_line(actor.name, 200) or actor.handle,
        "note": _note(actor, said),
        **_pictures(portraits.NONE),
        "locked": figures.is_closed,
        "bot": False,
        "group": is_channel,
        "discoverable": is_listed,
        "indexable": actor.indexable,
        "noindex": not actor.indexable,
        "created_at": first_of_month(actor.created_at),
        "last_status_at": figures.last_on.isoformat() if figures.last_on else None,
        "statuses_count": figures.posts,
        "followers_count": figures.followers,
        "following_count": 0 if is_channel else figures.following,
        "hide_collections": True if actor.is_local else None,  # how many, never who
        "fields": _fields(actor, reader, said, author),
        "emojis": [],
        "roles": _roles(actor, author),
    }


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


def _fields(
    actor: Actor, reader: Member | None, said: Mapping[ProfileKind, str], author: Author
) -> list[Field]:
    if actor.is_local:
        return [
            _field(written.NAMES[kind], written.as_html(text))
            for kind, text in said.items()
            if kind in written.NAMES
        ]
    told = [_field(label, _cleaned(text)) for label, text in _pairs(actor.properties)]
    is_person = actor.kind is ActorKind.PERSON
    standing = [_field("Standing", escape(_badge(author)))] if reader and is_person else []
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
