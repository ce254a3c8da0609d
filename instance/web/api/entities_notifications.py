"""What members are told as clients read it, one by one (mastodon-api.md 3)."""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

from instance.errors import NotFound
from instance.models import Notification
from instance.services import notification_groups
from instance.services.client_notifications import ALL_TYPES
from instance.services.feed_sources import Place
from instance.services.tokens import Caller
from instance.web.api import entities_accounts, entities_statuses, messages
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
    to the database whether few or many. Without those of messages of which no words are left."""
    accounts = await entities_accounts.all_of([row.by for row in rows], caller.member)
    posts = {row.post.id: row.post for row in rows if row.post is not None}
    places = [Place(post_id, post_id) for post_id in posts]
    shown = await entities_statuses.all_of(places, caller)
    statuses = {int(one["id"]): one for one in shown}
    told = [row.message_id for row in rows if row.message_id is not None]
    statuses |= await messages.statuses(caller, told)
    there = [row for row in rows if row.message_id is None or row.message_id in statuses]
    return [_notification(row, accounts, statuses) for row in there]


async def one(row: Notification, caller: Caller) -> NotificationEntity:
    """Raises NotFound where no words are left of what it tells."""
    for found in await all_of([row], caller):
        return found
    raise NotFound


def _notification(
    row: Notification, accounts: dict[int, Account], statuses: dict[int, Status]
) -> NotificationEntity:
    found: NotificationEntity = {
        "id": str(row.id),
        "type": ALL_TYPES[row.kind],
        "group_key": notification_groups.key_of(row),
        "created_at": moment(row.created_at),
        "account": accounts[row.by_id],
    }
    if (status := statuses.get(row.post_id or row.message_id or 0)) is not None:
        found["status"] = status
    return found
