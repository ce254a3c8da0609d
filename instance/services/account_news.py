"""Tell a member what became of their own account: in the app and by mail."""

from datetime import UTC, datetime

from instance.models import AlertKind, Member, NotificationKind, ToldAlert
from instance.outbox import local
from instance.services import mails, members, notifications


async def tell(member: Member, kind: AlertKind, *, address: str = "") -> None:
    """In the transaction that changed it. `address`: where the mail goes, if not to theirs."""
    own, now = (await members.identities(member))[0], datetime.now(UTC)
    row = await ToldAlert.create(kind=kind, host="", since=now, ended_at=now)
    by = await local.institution()
    await notifications.store(own, NotificationKind.ALERT, by.id, alert=row)
    await mails.queue(member, kind, address=address)
