"""Names in what our members write: `@name` of here, `@name@host` of elsewhere.

Only whom everybody may know of is meant: somebody hidden stays text like somebody unknown (T64),
and so does a consult (T51). Nobody is looked up at another server for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from instance import config, html
from instance.models import Actor, ActorKind, Follow, Post

MOST = 20  # of one text: the others stay text
_CAN_BE_NAMED = (ActorKind.PERSON, ActorKind.CHANNEL)


@dataclass(frozen=True)
class Written:
    """A member's text as HTML, and whom it names."""

    html: str
    actors: tuple[Actor, ...] = ()


async def read(markdown: str) -> Written:
    found: dict[str, Actor] = {}
    for name in html.mentioned(markdown)[:MOST]:
        if (actor := await _known(name)) is not None:
            found[name] = actor
    pages = {name: page_of(actor) for name, actor in found.items()}
    rendered, linked = html.with_mentions(markdown, pages)
    actors = {actor.id: actor for name, actor in found.items() if name in linked}
    return Written(rendered, tuple(actors.values()))


def plain(text: str) -> Written:
    """Text as it is, naming nobody."""
    return Written(f"<p>{escape(text)}</p>")


def add(note: dict[str, Any], actors: Sequence[Actor]) -> dict[str, Any]:
    """A post that names these people: each has a tag, and is among its recipients (5.2)."""
    known = {*note["to"], *note["cc"]}
    cc = [actor.uri for actor in actors if actor.uri not in known]
    tagged = list(note.get("tag", ()))
    named = {tag["href"] for tag in tagged if tag["type"] == "Mention"}
    new = [actor for actor in actors if actor.uri not in named]
    tagged += [{"type": "Mention", "href": a.uri, "name": a.address} for a in new]
    return {**note, "cc": [*note["cc"], *cc], **({"tag": tagged} if tagged else {})}


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
    if actor.proven_at is None or actor.kind is ActorKind.CHANNEL:
        return True
    if await Post.filter(author_id=actor.id).exists():
        return True
    return await Follow.filter(follower_id=actor.id).exists()


def page_of(actor: Actor) -> str:
    """Where a reader of any server finds them."""
    settings = config.current()
    if actor.is_local:
        kind = "channels/" if actor.kind is ActorKind.CHANNEL else "@"
        return settings.uri(f"/{kind}{actor.handle}")
    return actor.page_url or actor.uri
