"""Where an application takes push messages, as it reads it."""

from typing import TypedDict

from instance.models import PushSubscription
from instance.services import push
from instance.services.client_subscriptions import ALERTS


class PushSubscriptionEntity(TypedDict):
    id: str
    endpoint: str
    standard: bool
    server_key: str
    alerts: dict[str, bool]
    policy: str


async def subscription(row: PushSubscription) -> PushSubscriptionEntity:
    chosen = row.alerts or {}
    return {
        "id": str(row.id),
        "endpoint": row.place["endpoint"],
        "standard": row.is_standard,
        "server_key": (await push.key()).public,
        "alerts": {kind: bool(chosen.get(kind)) for kind in ALERTS},
        "policy": row.policy.value,
    }
