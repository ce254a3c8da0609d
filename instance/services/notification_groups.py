"""Notifications that say the same of one thing within half a day, taken together."""

from instance.models import Notification, NotificationKind
from instance.services.client_notifications import TYPES

GROUPED = (NotificationKind.FOLLOW, NotificationKind.LIKE, NotificationKind.BOOST)
# Of ids: they begin with the milliseconds (`instance.ids`). Half a day.
SPAN = 12 * 3_600_000 << 16


def key_of(row: Notification) -> str:
    """By what it is about and when: nothing need be remembered of a group."""
    if row.kind not in GROUPED:
        return f"ungrouped-{row.id}"
    about = [TYPES[row.kind], *([str(row.post_id)] if row.post_id is not None else [])]
    return "-".join([*about, str(row.id // SPAN)])
