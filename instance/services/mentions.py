"""Names in what our members write: `@name` of here, `@name@host` of elsewhere.

Only whom everybody may know of is meant: somebody hidden stays text like somebody unknown (T64),
and so does a consult (T51). Nobody is looked up at another server for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any
from urllib.parse import quote

from instance import config, html, raw_sql
from instance.models import Actor, ActorKind
from instance.words import hashtag

MOST = 20  # of one text: the others stay text
_HASHTAGS_MOST = 40
_HAS_SPOKEN = """
SELECT 1 WHERE EXISTS (SELECT 1 FROM post WHERE author_id = ?1)
OR EXISTS (SELECT 1 FROM follow WHERE follower_id = ?1)
"""
_CAN_BE_NAMED = (ActorKind.PERSON, ActorKind.CHANNEL)


@dataclass(frozen=True)
class Written:
    """A member's text as HTML, whom it names, and its hashtags."""

    html: str
    actors: tuple[Actor, ...] = ()
    tags: tuple[str, ...] = ()  # hashtags, with their sign


async def read(markdown: str) -> Written:
    found: dict[str, Actor] = {}
    for name in html.mentioned(markdown)[:MOST]:
        if (actor := await _known(name)) is not None:
            found[name] = actor
    pages = {name: page_of(actor) for name, actor in found.items()}
    linked = html.with_links(markdown, pages, config.current().uri("/tags/"))
    actors = {actor.id: actor for name, actor in found.items() if name in linked.names}
    return Written(linked.html, tuple(actors.values()), linked.tags)


async def of_thread(title: str, text: str) -> Written:
    """Whom its title names is meant, too: an application's first line is the title. With no other
    text the title stands there."""
    written = await read(text) if text.strip() else plain(title)
    named = {actor.id: actor for actor in (*(await read(title)).actors, *written.actors)}
    return replace(written, actors=tuple(named.values()))


def plain(text: str) -> Written:
    """Text as it is, naming nobody."""
    return Written(f"<p>{escape(text)}</p>")


def add(
    note: dict[str, Any], actors: Sequence[Actor], hashtags: Sequence[str] = ()
) -> dict[str, Any]:
    """A post that names these people: each has a tag, and is among its recipients (5.2). Its
    hashtags are these and no others."""
    known = {*note["to"], *note["cc"]}
    cc = [actor.uri for actor in actors if actor.uri not in known]
    tagged = [tag for tag in note.get("tag", ()) if tag["type"] != "Hashtag"]
    named = {tag["href"] for tag in tagged if tag["type"] == "Mention"}
    new = [actor for actor in actors if actor.uri not in named]
    tagged += [{"type": "Mention", "href": a.uri, "name": a.address} for a in new]
    tagged += _hashtags(hashtags)
    bare = {name: value for name, value in note.items() if name != "tag"}
    return {**bare, "cc": [*note["cc"], *cc], **({"tag": tagged} if tagged else {})}


def hashtags_in(title: str) -> list[str]:
    """A title is plain text: its hashtags count, and are links where it is shown as HTML."""
    return list(html.line_with_tags(title, "").tags)


def _hashtags(written: Sequence[str]) -> list[dict[str, str]]:
    """Each once, however it is written."""
    found: dict[str, str] = {}
    for text in written:
        if name := hashtag(text):
            found.setdefault(name, text)
    address = config.current().uri("/tags/")
    return [
        {"type": "Hashtag", "href": f"{address}{quote(name)}", "name": text}
        for name, text in list(found.items())[:_HASHTAGS_MOST]
    ]


async def _known(name: str) -> Actor | None:
    handle, _, host = name.removeprefix("@").partition("@")
    settings = config.current()
    if not host or host == settings.host:
        actor = await Actor.get_or_none(local_handle=handle)
        return actor if actor and actor.kind in _CAN_BE_NAMED and actor.discoverable else None
    rows = Actor.filter(host=host, handle__iexact=handle, is_local=False, gone_at=None)
    rows = rows.filter(kind__in=_CAN_BE_NAMED, is_blocked=False)
    actor = await rows.order_by("id").first()
    return actor if actor is not None and await is_public(actor) else None


async def is_public(actor: Actor) -> bool:
    """A partner's members, whose documents it proves to us, may be known from a consult alone."""
    if actor.proven_at is None or actor.is_looked_up or actor.kind is ActorKind.CHANNEL:
        return True
    return bool(await raw_sql.look_up(_HAS_SPOKEN, [actor.id]))


def page_of(actor: Actor) -> str:
    """Where a reader of any server finds them."""
    settings = config.current()
    if actor.is_local:
        kind = "channels/" if actor.kind is ActorKind.CHANNEL else "@"
        return settings.uri(f"/{kind}{actor.handle}")
    return actor.page_url or actor.uri
