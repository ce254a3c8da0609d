"""Every page and document of an institution, found from its routes, as different readers get it.

A route that is added is walked by itself; one with a part that nothing here names a value for
makes the walk fail, and so is not left out silently.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from itertools import product

from instance.models import (
    Actor,
    Attachment,
    Consult,
    Contribution,
    Draft,
    Media,
    Notification,
    OutboxActivity,
    Post,
    StatusList,
    Thread,
)
from tests.browsing import Answer, Browser
from tests.houses import House, Person

_PART = re.compile(r"<(?:(any)\(([^)]*)\):|(\w+):)?(\w+)>")
# What only officers, or one member, have; the walk of another reader finds 404 behind it.
_OF_OFFICERS = (
    *("import_id", "row_id", "report_id", "subscription_id", "passkey_id", "case_id"),
    *("filter_id", "keyword_id", "filtered_id", "scheduled_id", "poll_id"),
    *("vouch_id", "invitation_id", "document_id", "keepsake_id"),
    *("session_id", "device_id", "key"),
)
Get = Callable[[str], Awaitable[Answer]]


@dataclass(frozen=True)
class Read:
    """What a reader was answered at a path, with its headers."""

    reader: str
    path: str
    text: str


async def paths(house: House, method: str = "GET", *, streams: bool = False) -> list[str]:
    """Of every route, with every value that the institution has for its parts. Streams, which never
    end, are apart."""
    values = await house.at(_values)
    found: list[str] = []
    for rule in house.app.url_map.iter_rules():
        if method in (rule.methods or ()) and rule.rule.endswith("stream") is streams:
            found += _filled(rule.rule, values)
    return sorted(set(found))


async def walk(reader: str, get: Get, wanted: list[str]) -> AsyncIterator[Read]:
    for path in wanted:
        answer = await get(path)
        assert answer.status < 500, (reader, path)
        headers = "\n".join(f"{name}: {value}" for name, value in answer.headers)
        yield Read(reader, path, f"{headers}\n{answer.body.decode(errors='replace')}".lower())


def posting(browser: Browser, form: Mapping[str, str]) -> Get:
    """Sends this form wherever it is asked, as a page would."""

    async def post(path: str) -> Answer:
        return await browser.post_form(path, form)

    return post


def signed(house: House, person: Person) -> Get:
    """As another server asks, for a person of its own."""

    async def get(path: str) -> Answer:
        key = await person.home.institution_key()
        return await house.asked(path, key)

    return get


async def _values() -> dict[str, list[str]]:
    actors = await Actor.all()
    people = [actor.handle for actor in actors if actor.is_local]
    people += [actor.address for actor in actors if not actor.is_local]
    return {
        "actor_id": [str(actor.id) for actor in actors if actor.is_local],
        "handle": people,
        "slug": people,
        "code": ["0" * 22],
        "host": sorted({actor.host for actor in actors}),
        "name": ["curbside.css", "icons.svg"],
        "consult_id": [str(row.id) for row in await Consult.all()],
        "draft_id": [str(row.id) for row in await Draft.all()] or ["7"],
        "said_id": [str(row.id) for row in await Contribution.all()],
        "application_id": ["7"],
        "publication_id": ["7"],
        "post_id": [str(row.id) for row in await Post.all()],
        "entry_id": [str(row.id) for row in await Post.all()],
        "thread_id": [str(row.id) for row in await Thread.all()],
        "activity_id": [str(row.id) for row in await OutboxActivity.all()],
        "notification_id": [str(row.id) for row in await Notification.all()],
        "media_id": [str(row.id) for row in await Media.all()] or ["7"],
        "token": ["AAAA"],
        "group_key": [f"ungrouped-{row.id}" for row in await Notification.all()] or ["follow-7"],
        "announcement_id": ["7"],
        "attachment_id": [str(row.id) for row in await Attachment.all()] or ["7"],
        "file": [f"{'0' * 32}.png"],
        "typed": ["sepsis"],
        "list_id": [str(row.id) for row in await StatusList.all()],
        **{name: ["7"] for name in _OF_OFFICERS},
    }


def _filled(rule: str, values: Mapping[str, list[str]]) -> list[str]:
    parts = _PART.findall(rule)
    choices = [
        [one.strip(" '\"") for one in named.split(",")] if kind else values[name]
        for kind, named, _, name in parts
    ]
    pattern = _PART.sub("{}", rule)
    return [pattern.format(*chosen) for chosen in product(*choices)]
