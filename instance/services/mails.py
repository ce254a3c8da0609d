"""Mails to members: queued in the transaction of what caused them, sent by a worker.

A row says of what kind a mail is and which host it concerns; the words are fixed (`mail_kinds`).
Nothing of what anybody wrote, and nobody's name, can get into one (T54, UX-7).
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from instance import config, events
from instance.alert_words import error_key
from instance.ids import new_id
from instance.models import AlertKind, Mail, Member, MutedMail, WeeklyMail
from instance.services import audit, duties, mail_kinds, members
from instance.services.duties import Duty

EVENT = "mail"
GIVE_UP_AFTER = timedelta(days=4)
KEPT = timedelta(days=30)
STUCK_AFTER = timedelta(hours=1)
_WAITS = (*(timedelta(minutes=n) for n in (1, 5, 30)), timedelta(hours=2), timedelta(hours=6))
_SPREAD = 0.2  # of a wait, either way
_random = secrets.SystemRandom()
# What others can bring about as often as they like is one mail a day for each of them.
_ONCE_A_DAY = (AlertKind.TRUST, AlertKind.OFFERED, AlertKind.LIST, AlertKind.CASE_LATE)
# What they tell is gone once they are given up: to send it again would say nothing.
_WITH_CODE = (
    *(AlertKind.CONFIRM, AlertKind.INVITED, AlertKind.MAILBOX),
    *(AlertKind.DIGEST, AlertKind.WEEKLY),
)


@dataclass(frozen=True)
class Unsent:
    """So many mails to these members (None: to people who are invited) that were tried and did not
    get out, since when the first; `error` is a key of `alert_words.MAIL_ERRORS`."""

    gave_up: bool
    error: str
    count: int
    since: datetime
    member_ids: tuple[int | None, ...]


@dataclass(frozen=True)
class Choices:
    """Of which kinds a member may have mails, and of which they want them."""

    offered: tuple[AlertKind, ...]
    wanted: frozenset[AlertKind]


async def queue(
    to: Member, kind: AlertKind, host: str = "", *, address: str = "", code: str = ""
) -> None:
    """In the caller's transaction. Nothing where nothing is sent, or they do not want it.

    `address`: where to, if not to the member's own. `code`: what the mail tells; kept sealed.
    """
    if not config.current().sends_mail or not await is_wanted(to, kind):
        return
    now = datetime.now(UTC)
    if kind in _ONCE_A_DAY:
        same = Mail.filter(member_id=to.id, kind=kind, host=host)
        if await same.filter(created_at__gt=now - timedelta(days=1)).exists():
            return
    row = Mail(member_id=to.id, kind=kind, host=host, address=address, due_at=now)
    await _put(row, code)


async def queue_inviting(address: str, kind: AlertKind, code: str = "") -> None:
    """To somebody who is invited, in place of what still waits for them; in the caller's
    transaction. `kind`: one of `mail_kinds.INVITING`."""
    await drop_inviting(address)
    await _put(Mail(kind=kind, host="", address=address, due_at=datetime.now(UTC)), code)


async def drop_inviting(address: str) -> None:
    """What waits for somebody who was invited holds no more."""
    await Mail.filter(member_id=None, address=address, due_at__not_isnull=True).delete()


async def queue_test(to: Member) -> None:
    """One to themselves; where some wait already, those are tried now."""
    async with in_transaction():
        waiting = Mail.filter(member_id=to.id, due_at__not_isnull=True)
        if await waiting.update(due_at=datetime.now(UTC)):
            await events.publish(EVENT, to.id)
        else:
            await queue(to, AlertKind.TEST)


async def wake() -> None:
    """A worker starts, perhaps with better settings: nothing waits for its time."""
    now = datetime.now(UTC)
    await Mail.filter(due_at__gt=now).update(due_at=now)


async def is_wanted(to: Member | None, kind: AlertKind) -> bool:
    """Whether they still look after it, and have not switched its mails off."""
    if to is None or kind in mail_kinds.ALWAYS:
        return True
    if kind is AlertKind.WEEKLY:
        return await WeeklyMail.filter(member_id=to.id).exists()
    if not duties.may(to, mail_kinds.duty_of(kind)):
        return False
    return not await MutedMail.filter(member_id=to.id, kind=mail_kinds.choice_of(kind)).exists()


async def choices(member: Member) -> Choices:
    held = duties.of(member)
    offered = tuple(kind for kind in mail_kinds.CHOICES if mail_kinds.duty_of(kind) in held)
    muted = {row.kind for row in await MutedMail.filter(member_id=member.id)}
    return Choices(offered, frozenset(kind for kind in offered if kind not in muted))


async def choose(member: Member, wanted: Collection[str]) -> None:
    """Have mails of these kinds from now on, and of no others."""
    muted = [kind for kind in (await choices(member)).offered if kind not in wanted]
    async with in_transaction():
        await Member.filter(id=member.id).select_for_update().first()  # twice at once
        await MutedMail.filter(member_id=member.id).delete()
        await MutedMail.bulk_create(
            [MutedMail(id=new_id(), member_id=member.id, kind=kind) for kind in muted]
        )


async def note_sent(row: Mail, now: datetime) -> None:
    done = {"sent_at": now, "due_at": None, "claimed_until": None}
    values = {**done, "last_error": "", "code": None}
    await Mail.filter(id=row.id).update(**values)


async def drop(row: Mail) -> None:
    """Who it is for does not want it any more, or has other duties."""
    await Mail.filter(id=row.id).delete()


async def note_failed(row: Mail, reason: str, now: datetime, *, is_final: bool) -> None:
    """Tried again later and later, or given up, with the reason. Both can be seen."""
    tries = row.attempts + 1
    wait = _WAITS[min(tries, len(_WAITS)) - 1]
    due_at = now + wait * (1 + _SPREAD * (2 * _random.random() - 1))
    is_over = is_final or due_at > row.created_at + GIVE_UP_AFTER
    values = {"code": None} if is_over else {}
    await Mail.filter(id=row.id).update(
        **values,
        attempts=tries,
        due_at=None if is_over else due_at,
        gave_up_at=now if is_over else None,
        claimed_until=None,
        last_error=reason,
    )


async def unsent() -> list[Unsent]:
    """What was given up, then what is tried again, by reason."""
    is_over, is_tried = Q(gave_up_at__not_isnull=True), Q(due_at__not_isnull=True, attempts__gt=0)
    found: dict[tuple[bool, str], list[Mail]] = {}
    for row in await Mail.filter(is_over | is_tried).order_by("id"):
        key = (row.gave_up_at is not None, error_key(row.last_error))
        found.setdefault(key, []).append(row)
    return [
        Unsent(
            gave_up=gave_up,
            error=error,
            count=len(rows),
            since=min(row.gave_up_at or row.created_at for row in rows),
            member_ids=tuple(dict.fromkeys(row.member_id for row in rows)),
        )
        for (gave_up, error), rows in sorted(found.items(), key=lambda item: not item[0][0])
    ]


async def send_again(by: Member) -> int:
    """Put back what was given up, as if it had been written now; returns how many."""
    duties.require(by, Duty.HOSPITALS)
    actor, now, ours = await members.speaking_as(by), datetime.now(UTC), config.current()
    fresh = {"gave_up_at": None, "attempts": 0, "last_error": "", "due_at": now, "created_at": now}
    async with in_transaction():
        given_up = Mail.filter(gave_up_at__not_isnull=True).exclude(kind__in=list(_WITH_CODE))
        count = await given_up.update(**fresh)
        if count:
            subject = ours.uri("/actor")
            about = {"actor_uri": actor.uri, "host": ours.host, "subject": subject}
            await audit.record("mail.retried", **about, count=count)
            await events.publish(EVENT, by.id)
    return count


async def last(member: Member) -> Mail | None:
    """The newest to them."""
    return await Mail.filter(member_id=member.id).order_by("-id").first()


async def stuck_since(now: datetime) -> datetime | None:
    """Since when mails wait that were tried and did not get out, or were given up."""
    old = {"attempts__gt": 0, "created_at__lt": now - STUCK_AFTER}
    waiting = await Mail.filter(due_at__not_isnull=True, **old).order_by("id").first()
    last = await Mail.filter(due_at=None).order_by("-id").first()
    if waiting is None and last is not None and last.attempts > len(_WAITS):
        waiting = last  # all of its days were in vain
    return waiting.created_at if waiting is not None else None


async def _put(row: Mail, code: str) -> None:
    if code:
        row.code = code.encode()
    await row.save(force_create=True)
    await events.publish(EVENT, row.id)
