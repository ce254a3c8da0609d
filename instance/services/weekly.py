"""The mail about the channels that a member follows: once a week, to who asked for it.

It says how many threads have something new, and nothing of what stands in them (ux.md 5).
"""

import secrets
from datetime import datetime, timedelta

from tortoise.transactions import in_transaction

from instance import config, ids, push_words, raw_sql
from instance.models import AlertKind, Member, WeeklyMail
from instance.services import availability, mails

_WEEK = timedelta(days=7)
# New to them, as on the pages of these channels: not seen, and not their own.
_NEW = """
SELECT count(DISTINCT t.id) AS threads, count(DISTINCT t.group_id) AS channels
FROM post p JOIN thread t ON t.id = p.thread_id JOIN actor w ON w.id = p.author_id
LEFT JOIN seen s ON s.thread_id = t.id AND s.member_id = ?1
WHERE p.id > ?2 AND p.id > COALESCE(s.post_id, 0) AND p.deleted_at IS NULL AND NOT w.is_blocked
    AND (w.member_id IS NULL OR w.member_id <> ?1)
    AND t.group_id IN (SELECT f.target_id FROM follow f JOIN actor a ON a.id = f.follower_id
        WHERE a.member_id = ?1 AND f.state = 'accepted' AND f.id < p.id)
"""


async def is_chosen(member: Member) -> bool:
    return await WeeklyMail.filter(member_id=member.id).exists()


async def choose(member: Member, now: datetime, *, wanted: bool) -> None:
    """The same again changes nothing, not even the day."""
    async with in_transaction():
        await Member.filter(id=member.id).select_for_update().first()  # twice at once
        if not wanted:
            await WeeklyMail.filter(member_id=member.id).delete()
        elif not await is_chosen(member):
            await WeeklyMail.create(
                member_id=member.id,
                token=secrets.token_urlsafe(24),
                due_at=await _next(member, now),
            )


async def end(token: str) -> None:
    """Whoever opened the link in such a mail; one that holds no more changes nothing."""
    await WeeklyMail.filter(token=token).delete()


async def end_url(member_id: int | None) -> str:
    """Where this mail is ended without signing in; "" for who does not have it any more."""
    row = await WeeklyMail.get_or_none(member_id=member_id)
    return config.current().uri(f"/unsubscribe/{row.token}") if row is not None else ""


async def queue_due(now: datetime) -> None:
    for row in await WeeklyMail.filter(due_at__lte=now).order_by("id").select_related("member"):
        async with in_transaction():
            await _queue(row, now)


async def next_due() -> datetime | None:
    row = await WeeklyMail.all().order_by("due_at").first()
    return row.due_at if row is not None else None


async def _queue(row: WeeklyMail, now: datetime) -> None:
    """The day of the next one moves in the transaction that queues this one: whoever comes second,
    or again after a crash, finds nothing due."""
    due = WeeklyMail.filter(id=row.id, due_at=row.due_at)
    if not await due.update(due_at=await _next(row.member, now)):
        return
    since = ids.id_at(row.due_at - _WEEK)
    [new] = await raw_sql.run(_NEW, [row.member_id, since])
    if new["threads"] and row.member.suspended_at is None:
        one, many = push_words.WEEKLY
        counts = {"n": new["threads"], "channels": new["channels"]}
        text = (one if new["threads"] == 1 else many) % counts
        await mails.queue(row.member, AlertKind.WEEKLY, code=f"\n{text}")


async def _next(member: Member, now: datetime) -> datetime:
    """A morning of theirs, a week on."""
    reach = await availability.of(member)
    return availability.next_digest(reach, member.zone, now + _WEEK - timedelta(days=1))
