"""What a post said over time as clients read it, and what its author typed."""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

from instance.models import Post
from instance.outbox import polls as documents
from instance.services.revisions import Version
from instance.services.sending import typed
from instance.web.api.entities import moment
from instance.web.api.entities_accounts import Account, Emoji
from instance.web.api.entities_statuses import content, warning


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
    media_attachments: list[Any]
    emojis: list[Emoji]


class StatusSource(TypedDict):
    id: str
    text: str
    spoiler_text: str


def source(post: Post) -> StatusSource:
    return {"id": str(post.id), "text": typed(post), "spoiler_text": ""}


def edit(version: Version, author: Account, *, is_starter: bool) -> StatusEdit:
    document: Mapping[str, Any] = version.document
    name = document.get("name")
    title = name if is_starter and isinstance(name, str) else ""
    found: StatusEdit = {
        "content": content(version.content, title),
        "spoiler_text": warning(document),
        "sensitive": document.get("sensitive") is True,
        "created_at": moment(version.said_at),
        "account": author,
        "media_attachments": [],
        "emojis": [],
    }
    asked = documents.read(document) if document.get("type") == "Question" else None
    if asked is not None:
        found["poll"] = {"options": [{"title": one} for one in asked.names]}
    return found
