"""What members are told as clients read it, one by one (mastodon-api.md 3)."""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

from instance.models import Notification
from instance.services import notification_groups
from instance.services.client_notifications import TYPES
from instance.services.feed_sources import Place
from instance.services.tokens import Caller
from instance.web.api import entities_accounts, entities_statuses
from instance.web.api.entities import moment
from instance.web.api.entities_accounts import Account
from instance.web.api.entities_statuses import Status


class NotificationEntity(TypedDict):
    id: str
    type: str
    group_key: str
    created_at: str
    account: Account
    status: NotRequired[Status]


async def all_of(rows: Sequence[Notification], caller: Caller) -> list[NotificationEntity]:
    """`rows` as `services.client_notifications` loads them, in that order; in as many questions
    to the database whether few or many."""
    accounts = await entities_accounts.all_of([row.by for row in rows], caller.member)
    posts = {row.post.id: row.post for row in rows if row.post is not None}
    places = [Place(post_id, post_id) for post_id in posts]
    shown = await entities_statuses.all_of(places, caller)
    statuses = {int(one["id"]): one for one in shown}
    return [_notification(row, accounts, statuses) for row in rows]


async def one(row: Notification, caller: Caller) -> NotificationEntity:
    return (await all_of([row], caller))[0]


def _notification(
    row: Notification, accounts: dict[int, Account], statuses: dict[int, Status]
) -> NotificationEntity:
    found: NotificationEntity = {
        "id": str(row.id),
        "type": TYPES[row.kind],
        "group_key": notification_groups.key_of(row),
        "created_at": moment(row.created_at),
        "account": accounts[row.by_id],
    }
    if row.post_id in statuses:
        found["status"] = statuses[row.post_id]
    return found
