"""Posts of public channels and people as clients read them (mastodon-api.md 3 and 4).

Every one goes through `all_of`: one that is not whole makes clients refuse the page it stands on.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import Any, NotRequired, Optional, TypedDict

from instance import config, html
from instance.models import Actor, Attachment, Post, ReactionKind
from instance.services import documents, pictures, polls, reactions, replies
from instance.services.feed_sources import Entry
from instance.services.mentions import page_of
from instance.services.tokens import Caller
from instance.web.api import entities_accounts, entities_filters, entities_polls, entities_viewed
from instance.web.api.entities import OUR_LANGUAGE, moment
from instance.web.api.entities_accounts import Account, Emoji, acct
from instance.web.api.entities_media import MediaAttachment, attachment

_HASHTAGS_MOST, _MENTIONS_MOST = 40, 100
_HEADING = re.compile(r"<(/?)h[1-6]>")
_WARNED = ("Note", "Question")  # of others `summary` is no warning


class Mention(TypedDict):
    id: str
    username: str
    url: str
    acct: str


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


class Status(TypedDict):
    id: str
    uri: str
    url: str | None
    created_at: str
    edited_at: str | None
    account: Account
    content: str
    text: NotRequired[str]
    visibility: str
    sensitive: bool
    spoiler_text: str
    language: str | None
    in_reply_to_id: str | None
    in_reply_to_account_id: str | None
    reblog: Optional["Status"]
    media_attachments: list[MediaAttachment]
    mentions: list[Mention]
    tags: list[Tag]
    emojis: list[Emoji]
    poll: entities_polls.Poll | None
    card: None
    reblogs_count: int
    favourites_count: int
    replies_count: int
    quotes_count: int
    quote: None
    favourited: bool
    reblogged: bool
    muted: bool
    bookmarked: bool
    pinned: NotRequired[bool]
    application: NotRequired[entities_viewed.PostedWith]
    filtered: list[entities_filters.FilterResult]
    curbside: Curbside


class Context(TypedDict):
    ancestors: list[Status]
    descendants: list[Status]


async def all_of(entries: Sequence[Entry], caller: Caller | None) -> list[Status]:
    """In the order they came; in as many questions to the database whether few or many."""
    posts = list({one.post.id: one.post for one in entries}.values())
    around = await _read(posts, [one.by for one in entries if one.by], caller)
    shown = {post.id: around.status(post) for post in posts}
    return [
        shown[one.post.id] if one.by is None else around.handed_on(one, shown[one.post.id])
        for one in entries
    ]


async def one(entry: Entry, caller: Caller | None) -> Status:
    return (await all_of([entry], caller))[0]


class _Around:
    """What the statuses of one answer need of others."""

    def __init__(
        self,
        caller: Caller | None,
        accounts: Mapping[int, Account],
        parents: Mapping[str, replies.Parent],
        named: Mapping[str, Actor],
        replies_counts: Mapping[str, int],
        asked: Mapping[int, polls.Shown],
        made: Mapping[int, set[ReactionKind]],
        shown: Mapping[int, Sequence[Attachment]],
        viewed: entities_viewed.Viewed,
    ) -> None:
        self._actor = caller.actor if caller is not None else None
        self._accounts, self._parents, self._named = accounts, parents, named
        self._replies_counts, self._asked, self._made = replies_counts, asked, made
        self._pictures = shown
        self._viewed = viewed

    def status(self, post: Post) -> Status:
        document: Mapping[str, Any] = post.document
        parent = self._parents.get(post.in_reply_to_uri or "")
        made = self._made.get(post.id, set())
        title = _title(post)
        found: Status = {
            "id": str(post.id),
            "uri": post.uri,
            "url": url_of(post),
            "created_at": moment(post.published_at),
            "edited_at": _edited_at(post),
            "account": self._accounts[post.author_id],
            "content": _public_content(post.content, title, post.author.is_local),
            "visibility": "public" if documents.is_to_all(document) else "unlisted",
            "sensitive": document.get("sensitive") is True,
            "spoiler_text": warning(document),
            "language": _language(post),
            "in_reply_to_id": str(parent.post_id) if parent else None,
            "in_reply_to_account_id": str(parent.author_id) if parent else None,
            "reblog": None,
            "media_attachments": [attachment(one) for one in self._pictures.get(post.id, ())],
            "mentions": self._mentions(document),
            "tags": _tags(document),
            "emojis": [],
            "poll": entities_polls.poll(self._asked.get(post.id)),
            "card": None,
            "reblogs_count": post.boosts_count,
            "favourites_count": post.likes_count,
            "replies_count": self._replies_counts.get(post.uri, 0),
            "quotes_count": 0,
            "quote": None,
            "favourited": ReactionKind.LIKE in made,
            "reblogged": ReactionKind.BOOST in made,
            "muted": post.thread_id in self._viewed.muted,
            "bookmarked": post.id in self._viewed.bookmarked,
            "filtered": entities_filters.results(self._viewed.filtered.get(post.id, ()), post.id),
            "curbside": {
                "title": title,
                "channel_id": str(post.thread.group_id) if post.thread.group_id else None,
            },
        }
        if self._actor is not None and self._actor.id == post.author_id:
            found["pinned"] = post.pinned_at is not None
            if (posted_with := self._viewed.posted_with(post)) is not None:
                found["application"] = posted_with
        return found

    def handed_on(self, entry: Entry, shown: Status) -> Status:
        """A boost, or a thread as its channel hands it on."""
        assert entry.by is not None  # noqa: S101  (asked by `all_of`)
        wrapped: Status = {
            **shown,
            "id": str(entry.id),
            "uri": f"{shown['uri']}#by-{entry.by.id}",
            "account": self._accounts[entry.by.id],
            "in_reply_to_id": None,
            "in_reply_to_account_id": None,
            "reblog": shown,
        }
        wrapped.pop("pinned", None)
        wrapped.pop("application", None)
        return wrapped

    def _mentions(self, document: Mapping[str, Any]) -> list[Mention]:
        found = [self._named.get(uri) for uri in _hrefs(document)]
        return [
            {
                "id": str(actor.id),
                "username": actor.handle,
                "url": page_of(actor),
                "acct": acct(actor),
            }
            for actor in found
            if actor is not None
        ]


async def _read(posts: Sequence[Post], by: Sequence[Actor], caller: Caller | None) -> _Around:
    own = [caller.actor] if caller is not None and caller.actor is not None else []
    member = caller.member if caller is not None else None
    named = await replies.named({uri for post in posts for uri in _hrefs(post.document)})
    return _Around(
        caller,
        await entities_accounts.all_of([*(post.author for post in posts), *by], member),
        await replies.parents(posts),
        named,
        await replies.counts(posts),
        await polls.shown(posts, own),
        await reactions.made_by(own, posts) if own else {},
        await pictures.of_posts(posts),
        await entities_viewed.read(posts, caller),
    )


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


@lru_cache(maxsize=512)
def _public_content(markup: str, title: str, is_ours: bool) -> str:
    """`content` of what everybody may read, which is asked for again and again."""
    return content(markup, title, is_ours=is_ours)


def content(markup: str, title: str, *, is_ours: bool) -> str:
    """Cleaned again (T41). A title stands before it, but where the words begin with it."""
    shown = _HEADING.sub(r"<\1p>", html.clean(markup))
    if not title or html.plain(shown, 2 * len(title) + 200).startswith(title):
        return shown
    if not is_ours:
        return f"<p><strong>{escape(title)}</strong></p>{shown}"
    line = html.line_with_tags(title, config.current().uri("/tags/"))
    return f"<p><strong>{line.html}</strong></p>{shown}"


def _language(post: Post) -> str | None:
    """Where a post of ours does not say it, that of this server."""
    return documents.language(post.document) or (OUR_LANGUAGE if post.author.is_local else None)


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
