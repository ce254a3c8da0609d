"""What a status says of a post whoever reads it: made of what its author said, and of its place."""

import re
from collections.abc import Mapping
from html import escape
from typing import Any, NamedTuple, NotRequired, TypedDict

from instance import config, html
from instance.models import Post
from instance.services import documents, follow_languages
from instance.web.api.entities import moment
from instance.web.api.entities_described import Emoji
from instance.web.api.entities_viewed import PostedWith

_HASHTAGS_MOST, _MENTIONS_MOST = 40, 100
_HEADING = re.compile(r"<(/?)h[1-6]>")
_WARNED = ("Note", "Question")  # of others `summary` is no warning


class Tag(TypedDict):
    name: str
    url: str


class Consult(TypedDict):
    """Which consult a message stands in, for who may read it."""

    id: str
    type: str
    state: str


class Curbside(TypedDict):
    """What only we say."""

    title: str
    channel_id: str | None
    consult: NotRequired[Consult]


class Said(TypedDict):
    id: str
    uri: str
    url: str | None
    created_at: str
    edited_at: str | None
    content: str
    visibility: str
    sensitive: bool
    spoiler_text: str
    language: str | None
    tags: list[Tag]
    emojis: list[Emoji]
    card: None
    quotes_count: int
    quote: None
    curbside: Curbside
    # For its author alone, who asks: never said here.
    text: NotRequired[str]
    pinned: NotRequired[bool]
    application: NotRequired[PostedWith]


class Written(NamedTuple):
    """`names`: the ids on the wire of whom it mentions; `has_pictures`: it may have."""

    said: Said
    names: tuple[str, ...]
    has_pictures: bool


def written(post: Post) -> Written:
    document: Mapping[str, Any] = post.document
    title = _title(post)
    said: Said = {
        "id": str(post.id),
        "uri": post.uri,
        "url": url_of(post),
        "created_at": moment(post.published_at),
        "edited_at": _edited_at(post),
        "content": content(post.content, title, is_ours=post.author.is_local),
        "visibility": "public" if documents.is_to_all(document) else "unlisted",
        "sensitive": document.get("sensitive") is True,
        "spoiler_text": warning(document),
        "language": follow_languages.of(post) or None,
        "tags": _tags(document),
        "emojis": [],
        "card": None,
        "quotes_count": 0,
        "quote": None,
        "curbside": {
            "title": title,
            "channel_id": str(post.thread.group_id) if post.thread.group_id else None,
        },
    }
    return Written(said, tuple(_hrefs(document)), bool(document.get("attachment")))


def url_of(post: Post) -> str:
    """The page that shows it here, for one of ours; else where its author's server shows it."""
    if not post.author.is_local:
        url = post.document.get("url")
        return url if isinstance(url, str) and url.startswith("https://") else post.uri
    place = f"#p-{post.id}" if post.in_reply_to_uri else ""
    return config.current().uri(f"/t/{post.thread_id}{place}")


def _edited_at(post: Post) -> str | None:
    at = post.updated_at
    return moment(at) if at is not None and at > post.published_at else None


def _title(post: Post) -> str:
    """Of the first post of a thread that was given one."""
    name = post.document.get("name")
    return post.thread.title if not post.in_reply_to_uri and isinstance(name, str) else ""


def content(markup: str, title: str, *, is_ours: bool) -> str:
    """Cleaned again (T41). A title stands before it, but where the words begin with it."""
    shown = _HEADING.sub(r"<\1p>", html.clean(markup))
    if not title or html.plain(shown, 2 * len(title) + 200).startswith(title):
        return shown
    if not is_ours:
        return f"<p><strong>{escape(title)}</strong></p>{shown}"
    line = html.line_with_tags(title, config.current().uri("/tags/"))
    return f"<p><strong>{line.html}</strong></p>{shown}"


def warning(document: Mapping[str, Any]) -> str:
    summary = document.get("summary")
    is_one = document.get("type") in _WARNED and isinstance(summary, str)
    return html.plain(str(summary), 500) if is_one else ""


def _hrefs(document: Mapping[str, Any]) -> list[str]:
    found = [row.get("href") for row in documents.tagged(document, "Mention")[:_MENTIONS_MOST]]
    return list(dict.fromkeys(href for href in found if isinstance(href, str)))


def _leads_there() -> tuple[str, ...]:
    """Also to our own pages, which have no https in the demonstration."""
    return "https://", config.current().uri("/")


def _tags(document: Mapping[str, Any]) -> list[Tag]:
    found: list[Tag] = []
    for row in documents.tagged(document, "Hashtag")[:_HASHTAGS_MOST]:
        name, href = row.get("name"), row.get("href")
        if isinstance(name, str) and isinstance(href, str) and href.startswith(_leads_there()):
            found.append({"name": html.one_line(name, 100).removeprefix("#"), "url": href})
    return found
