"""Hashtags as clients read them (mastodon-api.md 3)."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import TypedDict
from urllib.parse import quote

from instance import config
from instance.models import Tag as TagRow
from instance.services import tags
from instance.services.tags import Featured, Shown
from instance.services.tokens import Caller


class Day(TypedDict):
    """All of them strings; `day` in Unix seconds."""

    day: str
    uses: str
    accounts: str


class Tag(TypedDict):
    id: str
    name: str
    url: str
    history: list[Day]
    following: bool
    featuring: bool


class FeaturedTag(TypedDict):
    id: str
    name: str
    url: str
    statuses_count: str
    last_status_at: str | None


async def all_of(found: Iterable[TagRow], caller: Caller | None) -> list[Tag]:
    actor = caller.actor if caller is not None else None
    return [_tag(shown) for shown in await tags.shown(list(found), actor)]


async def one(tag: TagRow, caller: Caller | None) -> Tag:
    return (await all_of([tag], caller))[0]


def featured(shown: Featured) -> FeaturedTag:

    return {
        "id": str(shown.id),
        "name": shown.tag.written,
        "url": url(shown.tag.name),
        "statuses_count": str(shown.posts),
        "last_status_at": shown.last_on.isoformat() if shown.last_on else None,
    }


def url(name: str) -> str:
    return config.current().uri(f"/tags/{quote(name)}")


def _tag(shown: Shown) -> Tag:
    return {
        "id": str(shown.tag.id),
        "name": shown.tag.written,
        "url": url(shown.tag.name),
        "history": [
            {"day": _seconds(one.day), "uses": str(one.uses), "accounts": str(one.accounts)}
            for one in shown.history
        ],
        "following": shown.is_followed,
        "featuring": shown.is_featured,
    }


def _seconds(day: date) -> str:
    return str(int(datetime.combine(day, datetime.min.time(), UTC).timestamp()))
