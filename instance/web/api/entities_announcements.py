"""What all members are told as clients read it."""

from html import escape
from typing import TypedDict

from instance.services.announcements import Shown
from instance.web.api.entities import moment
from instance.web.api.entities_described import Emoji
from instance.web.api.entities_statuses import Mention
from instance.web.api.entities_written import Tag


class ReactionEntity(TypedDict):
    name: str
    count: int
    me: bool


class AnnouncementEntity(TypedDict):
    id: str
    content: str
    starts_at: None
    ends_at: None
    all_day: bool
    published_at: str
    updated_at: str
    read: bool
    mentions: list[Mention]
    statuses: list[Mention]
    tags: list[Tag]
    emojis: list[Emoji]
    reactions: list[ReactionEntity]


def announcement(shown: Shown) -> AnnouncementEntity:
    at = moment(shown.row.published_at)
    return {
        "id": str(shown.row.id),
        "content": _content(shown.row.text),
        "starts_at": None,
        "ends_at": None,
        "all_day": False,
        "published_at": at,
        "updated_at": at,
        "read": shown.is_read,
        "mentions": [],
        "statuses": [],
        "tags": [],
        "emojis": [],
        "reactions": [
            {"name": one.name, "count": one.count, "me": one.is_own} for one in shown.reactions
        ],
    }


def _content(text: str) -> str:
    """Its paragraphs, as they were written."""
    parts = [part for part in text.split("\n\n") if part.strip()]
    lines = ["<br>".join(escape(line) for line in part.strip().splitlines()) for part in parts]
    return "".join(f"<p>{one}</p>" for one in lines)
