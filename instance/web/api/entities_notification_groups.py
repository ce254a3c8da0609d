"""Notifications that are taken together as clients read them (Mastodon 4.3)."""

from collections.abc import Iterable
from typing import NotRequired, TypedDict

from instance.models import Actor
from instance.services.client_notifications import ALL_TYPES
from instance.services.feed_sources import Place
from instance.services.notification_groups import SAMPLE, Group
from instance.services.tokens import Caller
from instance.web.api import entities_accounts, entities_statuses, messages
from instance.web.api.entities import moment
from instance.web.api.entities_accounts import Account
from instance.web.api.entities_statuses import Status


class GroupEntity(TypedDict):
    """`most_recent_notification_id` is a number, the one id that is: clients refuse a text there,
    for Mastodon sends a number."""

    group_key: str
    notifications_count: int
    type: str
    most_recent_notification_id: int
    page_min_id: str
    page_max_id: str
    latest_page_notification_at: str
    sample_account_ids: list[str]
    status_id: NotRequired[str]


class Face(TypedDict):
    """Of an account what it is recognised by."""

    id: str
    acct: str
    locked: bool
    bot: bool
    url: str
    avatar: str
    avatar_static: str


class Groups(TypedDict):
    """Accounts and posts once each, however many groups name them."""

    accounts: list[Account]
    partial_accounts: NotRequired[list[Face]]
    statuses: list[Status]
    notification_groups: list[GroupEntity]


async def groups(found: Iterable[Group], caller: Caller, *, only_faces: bool = False) -> Groups:
    """`only_faces`: whole is the account of the newest of each group, of the others their face."""
    found = list(found)
    told = [row.message_id for group in found for row in group.rows if row.message_id is not None]
    said = await messages.statuses(caller, told)
    shown = [group for group in found if (group.rows[0].message_id or 0) in {0, *said}]
    samples = {group.key: _sample(group) for group in shown}
    people = [actor for sample in samples.values() for actor in sample]
    accounts = await entities_accounts.all_of(people, caller.member)
    posts = {row.post.id: row.post for group in shown for row in group.rows if row.post is not None}
    statuses = await entities_statuses.all_of([Place(one, one) for one in posts], caller)
    document: Groups = {
        "accounts": list(accounts.values()),
        "statuses": [*statuses, *said.values()],
        "notification_groups": [_group(group, samples[group.key]) for group in shown],
    }
    if only_faces:
        first = {sample[0].id for sample in samples.values()}
        document["accounts"] = [one for key, one in accounts.items() if key in first]
        rest = [one for key, one in accounts.items() if key not in first]
        document["partial_accounts"] = [_face(one) for one in rest]
    return document


def _sample(group: Group) -> list[Actor]:
    return list({row.by_id: row.by for row in group.rows}.values())[:SAMPLE]


def _group(group: Group, sample: list[Actor]) -> GroupEntity:
    newest, oldest = group.rows[0], group.rows[-1]
    found: GroupEntity = {
        "group_key": group.key,
        "notifications_count": group.count,
        "type": ALL_TYPES[newest.kind],
        "most_recent_notification_id": newest.id,
        "page_min_id": str(oldest.id),
        "page_max_id": str(newest.id),
        "latest_page_notification_at": moment(newest.created_at),
        "sample_account_ids": [str(actor.id) for actor in sample],
    }
    if (status_id := newest.post_id or newest.message_id) is not None:
        found["status_id"] = str(status_id)
    return found


def _face(account: Account) -> Face:
    return {
        "id": account["id"],
        "acct": account["acct"],
        "locked": account["locked"],
        "bot": account["bot"],
        "url": account["url"],
        "avatar": account["avatar"],
        "avatar_static": account["avatar_static"],
    }
