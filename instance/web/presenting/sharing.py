"""What public pages tell search engines, link previews and other servers. Never a consult.

A person is listed by search engines only after agreeing to it; so a thread is, when all who wrote
in it agreed.
"""

from urllib.parse import urlencode

from instance import config, html
from instance.models import Actor, Post, Thread
from instance.web.presenting.pages import channel_url
from instance.web.views import Sharing

_DESCRIPTION = 160


def _begun(words: str) -> str:
    """As much of this HTML as others show, in whole words."""
    said = html.plain(words, _DESCRIPTION + 1)
    if len(said) <= _DESCRIPTION:
        return said
    cut = said[: _DESCRIPTION - 1]
    return (cut.rpartition(" ")[0] or cut) + "…"


def of_channel(group: Actor) -> Sharing:
    return Sharing(
        title=group.name or group.handle,
        description=_begun(group.summary),
        url=config.current().uri(channel_url(group)),
        document=group.uri,
        indexed=group.is_local,
    )


def of_tag(name: str, url: str) -> Sharing:
    """Not for search engines: many people wrote what stands there."""
    return Sharing(
        title=f"#{name}",
        description=f"Public posts with the hashtag #{name}",
        url=url,
        document=url,
    )


def of_thread(thread: Thread, posts: list[Post]) -> Sharing:
    """`posts` in order, each with its author. One from elsewhere points to where it came from."""
    first = posts[0]
    url = config.current().uri(f"/t/{thread.id}") if first.author.is_local else _page(first)
    agreed = all(post.author.indexable for post in posts if post.deleted_at is None)
    text = "" if first.deleted_at else first.content.replace("</p>", " ")
    return Sharing(
        title=thread.title or "Removed",
        description=_begun(text),
        url=url,
        kind="article",
        document=first.uri,
        indexed=agreed and first.author.is_local,
        embed=_embed(thread) if first.deleted_at is None else "",
    )


def of_person(actor: Actor, about: str) -> Sharing | None:
    """None for a profile that is not open to everyone. `about` is HTML."""
    if not (actor.is_local and actor.discoverable):
        return None
    name = actor.name or actor.handle
    return Sharing(
        title=name,
        description=_begun(about) or f"{name}, @{actor.handle}@{config.current().host}",
        url=config.current().uri(f"/@{actor.handle}"),
        kind="profile",
        document=actor.uri,
        indexed=actor.indexable,
    )


def _embed(thread: Thread) -> str:
    """Of what is of here alone (`services.embeds`)."""
    is_ours = thread.author.is_local or (thread.group is not None and thread.group.is_local)
    query = urlencode({"format": "json", "url": config.current().uri(f"/t/{thread.id}")})
    return config.current().uri(f"/api/oembed?{query}") if is_ours else ""


def _page(post: Post) -> str:
    """Where a post of another server can be read there; of that server alone, else its id."""
    url = post.document.get("url")
    of_its_host = f"https://{post.author.host}/"
    return url if isinstance(url, str) and url.startswith(of_its_host) else post.uri
