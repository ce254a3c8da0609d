"""What a post said over time as clients read it, and what its author typed."""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

from instance.models import Actor, Post
from instance.outbox import polls as documents
from instance.services import pictures, revisions
from instance.services.revisions import Version
from instance.services.sending import typed
from instance.web.api.entities import moment
from instance.web.api.entities_accounts import Account
from instance.web.api.entities_described import Emoji
from instance.web.api.entities_media import MediaAttachment, attachment
from instance.web.api.entities_written import content, warning


class Option(TypedDict):
    title: str


class Asked(TypedDict):
    options: list[Option]


class StatusEdit(TypedDict):
    content: str
    spoiler_text: str
    sensitive: bool
    created_at: str
    account: Account
    poll: NotRequired[Asked]
    media_attachments: list[MediaAttachment]
    emojis: list[Emoji]


class StatusSource(TypedDict):
    id: str
    text: str
    spoiler_text: str


def source(post: Post) -> StatusSource:
    return {"id": str(post.id), "text": typed(post), "spoiler_text": ""}


async def history(post: Post, author: Account, reader: Actor | None) -> list[StatusEdit]:
    """The oldest first, for their author; else what it says now. Beside each version stand the
    pictures that are in the post now: what its author took out is gone."""
    shown = [attachment(row) for row in (await pictures.of_posts([post])).get(post.id, ())]
    return [_edit(version, author, shown, post) for version in await revisions.of(post, reader)]


def _edit(
    version: Version, author: Account, shown: list[MediaAttachment], post: Post
) -> StatusEdit:
    document: Mapping[str, Any] = version.document
    name = document.get("name")
    title = name if not post.in_reply_to_uri and isinstance(name, str) else ""
    found: StatusEdit = {
        "content": content(version.content, title, is_ours=post.author.is_local),
        "spoiler_text": warning(document),
        "sensitive": document.get("sensitive") is True,
        "created_at": moment(version.said_at),
        "account": author,
        "media_attachments": shown,
        "emojis": [],
    }
    asked = documents.read(document) if document.get("type") == "Question" else None
    if asked is not None:
        found["poll"] = {"options": [{"title": one} for one in asked.names]}
    return found
