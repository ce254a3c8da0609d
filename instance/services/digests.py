"""The mail that says what waits for a member: counts and links by folder, no other word.

Source: ux.md 5.
"""

from collections import Counter
from datetime import datetime

from tortoise.transactions import in_transaction

from instance import config, push_words
from instance.models import (
    AlertKind,
    Consult,
    Member,
    Notification,
    NotificationKind,
    Status,
)
from instance.services import mails


async def queue_due(now: datetime) -> None:
    """One mail to each who has unread what was to be mailed by now, with all else that waits."""
    due = Notification.filter(mail_at__lte=now)
    for member_id in sorted({row.member_id for row in await due.only("id", "member_id")}):
        async with in_transaction():
            await _queue(member_id, now)


async def next_due() -> datetime | None:
    row = await Notification.filter(mail_at__not_isnull=True).order_by("mail_at").first()
    return row.mail_at if row is not None else None


async def _queue(member_id: int, now: datetime) -> None:
    member = await Member.filter(id=member_id).select_for_update().get()
    waiting = Notification.filter(member_id=member_id, mail_at__not_isnull=True)
    rows = await waiting
    if not any(row.mail_at is not None and row.mail_at <= now for row in rows):
        return  # another worker was faster
    await Notification.filter(id__in=[row.id for row in rows]).update(mail_at=None)
    text = _text(await _counted([row for row in rows if row.read_at is None]))
    if text and member.suspended_at is None:
        await mails.queue(member, AlertKind.DIGEST, code=text)


async def _counted(rows: list[Notification]) -> Counter[str]:
    """By folder; of requests those alone whose consult still waits for an answer."""
    asked = [row.by_id for row in rows if row.kind is NotificationKind.ASKED]
    still = Consult.filter(group_id__in=asked, status=Status.OPEN)
    open_groups = {consult.group_id for consult in await still.only("id", "group_id")}
    found: dict[str, set[int]] = {}
    for row in rows:
        if row.kind is not NotificationKind.ASKED or row.by_id in open_groups:
            is_consult = row.post_id is None
            found.setdefault(push_words.FOLDERS[row.kind.value], set()).add(
                row.by_id if is_consult else row.id
            )
    return Counter({folder: len(those) for folder, those in found.items()})


def _text(counts: Counter[str]) -> str:
    lines = []
    for folder, (one, many) in push_words.DIGEST.items():
        if count := counts[folder]:
            said = (one if count == 1 else many) % {"n": count}
            lines.append(f"\n{said}\n{config.current().uri(push_words.PAGES[folder])}")
    return "".join(lines)
