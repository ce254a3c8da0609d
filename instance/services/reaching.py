"""Tell a member what happened in a consult: in the app at once, by push and mail as they chose.

In the transaction of what caused it. A notification holds its kind and ids; what a push or a mail
says hangs on the kind alone (T54).
"""

from datetime import datetime

from instance import events
from instance.models import Actor, Availability, Member, Notification
from instance.services import availability, push
from instance.services.occasions import HABITS, Occasion


async def tell(
    to: Actor, occasion: Occasion, by_id: int, now: datetime, *, only_here: bool = False
) -> None:
    """`to`: one identity of a member of ours; `by_id`: the group of the consult. `only_here`: in
    the app, and not by push or mail."""
    member = await Member.get_or_none(id=to.member_id)
    if member is None:
        return
    row = await _stored(to, member, occasion, by_id)
    if not only_here:
        await send_on(row, member, occasion, now)


async def send_on(row: Notification, member: Member, occasion: Occasion, now: datetime) -> None:
    """By push and mail, as its member chose, what stands in the app already."""
    reach = await availability.of(member)
    await _push(row, member, reach, occasion, now)
    if availability.wants(reach, occasion, "mail"):
        mail_at = _mail_at(member, reach, occasion, now)
        if row.mail_at is None or mail_at < row.mail_at:
            await Notification.filter(id=row.id).update(mail_at=mail_at)


async def _stored(to: Actor, member: Member, occasion: Occasion, by_id: int) -> Notification:
    """What was not read yet stands for what happens again; what was read is news again."""
    key = {"identity_id": to.id, "kind": HABITS[occasion].kind, "by_id": by_id, "post_id": None}
    unread = await Notification.filter(**key, read_at=None).first()
    if unread is not None:
        return unread
    await Notification.filter(**key).delete()
    row = await Notification.create(member_id=member.id, **key)
    await events.publish("notification", member.id, ("told", row.id))
    return row


async def _push(
    row: Notification, member: Member, reach: Availability, occasion: Occasion, now: datetime
) -> None:
    if not availability.wants(reach, occasion, "push"):
        return
    due_at = now + HABITS[occasion].push_after
    if not availability.wants(reach, occasion, "off_hours"):
        due_at = availability.when_open(reach, member.zone, due_at)
    await push.queue(row, due_at, HABITS[occasion].lives)


def _mail_at(member: Member, reach: Availability, occasion: Occasion, now: datetime) -> datetime:
    after = HABITS[occasion].mail_after
    if after is None:
        return availability.next_digest(reach, member.zone, now)
    at = now + after
    is_held = not availability.wants(reach, occasion, "off_hours")
    return availability.when_open(reach, member.zone, at) if is_held else at
