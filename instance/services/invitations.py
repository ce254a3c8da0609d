"""Asking people to join (T70): one by e-mail, or everybody of the roster who has no account.

Nothing here says whether an address is somebody's (T64): who has an account is told so by mail,
and the invitation looks like any other.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from tortoise.expressions import Q
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from instance import config, events
from instance.errors import Conflict, FormRefused, NotAllowed, NotFound
from instance.models import (
    AlertKind,
    Invitation,
    InvitationRound,
    Member,
    RosterEntry,
)
from instance.services import audit, duties, mails, members
from instance.services.duties import Duty
from instance.services.throttle import hashed

EVENT, GONE_ON = "invitations", "invitations_sent"
PAGE = 50
NO_MAIL = "This server does not send mails, so nobody can be invited. Set up mail first."
AGAIN_AFTER = timedelta(minutes=5)
TOO_SOON = "This person was invited less than 5 minutes ago. Wait a little."
_CODE_BYTES = 16  # 128 bits
_AT_ONCE = 50


class State(StrEnum):
    """What has become of an invitation; the keys of `words.INVITATION_STATES`."""

    SENT = "sent"
    USED = "used"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Numbers:
    sent: int
    used: int
    expired: int
    withdrawn: int


async def invite(by: Member | None, address: str) -> Invitation:
    """Mail a link to this address, good for 7 days; a former one ends. None: from a shell.

    Raises FormRefused for what is no address, Conflict where they were just asked, NotAllowed
    where no mail is sent.
    """
    _require(by)
    email = members.read_email(address)
    if not email:
        raise FormRefused({"email": members.EMAIL_RULE})
    async with in_transaction():
        found = await _asked(by, email, datetime.now(UTC))
        if found is None:
            raise Conflict(TOO_SOON)
        await _record("invitation.sent", by, invitation=str(found.id))
    return found


async def resend(by: Member, invitation_id: int) -> Invitation:
    """Another link; the one before does not work any more. Raises NotFound, Conflict."""
    return await invite(by, (await _by_id(by, invitation_id)).email)


async def withdraw(by: Member, invitation_id: int) -> None:
    """The link does not work any more. Raises NotFound, Conflict for one that is over."""
    found, now = await _by_id(by, invitation_id), datetime.now(UTC)
    async with in_transaction():
        if not await living(now).filter(id=found.id).update(withdrawn_at=now):
            raise Conflict("This invitation is over: there is nothing to withdraw.")
        await mails.drop_inviting(found.email)
        await _record("invitation.withdrawn", by, invitation=str(found.id))


async def invite_roster(by: Member) -> InvitationRound:
    """Everybody of the roster who has no account and no invitation, by a worker, some at a time.

    Raises Conflict while that goes on already, NotAllowed where no mail is sent.
    """
    _require(by)
    total = await RosterEntry.filter(left_at=None).count()
    async with in_transaction():
        running, is_new = await InvitationRound.get_or_create(
            defaults={"by_id": by.id, "total": total}, is_open=True
        )
        if not is_new:
            raise Conflict("The roster is being invited already. Wait until that is done.")
        await _record("invitation.round", by, people=str(total))
        await events.publish(EVENT, running.id)
    return running


async def last_round() -> InvitationRound | None:
    return await InvitationRound.all().order_by("-id").first()


async def go_on(now: datetime) -> bool:
    """Some more of a round that was begun; whether there is anything left to do."""
    async with in_transaction():
        running = await InvitationRound.filter(is_open=True).select_for_update().first()
        if running is None:
            return False
        by = await Member.get_or_none(id=running.by_id)
        there = RosterEntry.filter(left_at=None, id__gt=running.after_id).order_by("id")
        entries = await there.limit(_AT_ONCE)
        for email in await _without(entries, now):
            running.invited += await _asked(by, email, now) is not None
        running.looked_at = min(running.looked_at + len(entries), running.total)
        if len(entries) < _AT_ONCE:
            running.is_open, running.ended_at = None, now
            running.looked_at = running.total
        else:
            running.after_id = entries[-1].id
        await running.save()
        await events.publish(GONE_ON, running.id)
    return running.ended_at is None


async def page(by: Member, after: int | None = None) -> tuple[list[Invitation], bool]:
    """The newest first, below the one `after`; and whether there are more."""
    duties.require(by, Duty.VERIFICATION)
    found = Invitation.all()
    last = await Invitation.get_or_none(id=after) if after is not None else None
    if last is not None:
        older = Q(sent_at__lt=last.sent_at) | Q(sent_at=last.sent_at, id__lt=last.id)
        found = found.filter(older)
    rows = await found.order_by("-sent_at", "-id").limit(PAGE + 1)
    return rows[:PAGE], len(rows) > PAGE


async def numbers(now: datetime) -> Numbers:
    unused = Invitation.filter(used_at=None)
    return Numbers(
        sent=await living(now).count(),
        used=await Invitation.filter(used_at__not_isnull=True).count(),
        expired=await unused.filter(withdrawn_at=None, expires_at__lte=now).count(),
        withdrawn=await unused.filter(withdrawn_at__not_isnull=True).count(),
    )


def state_of(row: Invitation, now: datetime) -> State:
    if row.used_at is not None:
        return State.USED
    if row.withdrawn_at is not None:
        return State.WITHDRAWN
    return State.EXPIRED if row.expires_at <= now else State.SENT


def living(now: datetime) -> QuerySet[Invitation]:
    """Those that somebody can still join by, to be awaited."""
    return Invitation.filter(used_at=None, withdrawn_at=None, expires_at__gt=now)


async def _asked(by: Member | None, email: str, now: datetime) -> Invitation | None:
    """A new link for this address, in the caller's transaction; None where one was just sent."""
    code = secrets.token_urlsafe(_CODE_BYTES)
    is_known = await Member.filter(email=email).exists()
    values = {
        # Of one that nobody was told, where it is somebody's address already.
        "code_hash": hashed(secrets.token_urlsafe(_CODE_BYTES) if is_known else code),
        "invited_by_id": by.id if by is not None else None,
        "sent_at": now,
        "expires_at": now + Invitation.LIVES,
    }
    found, is_new = await Invitation.get_or_create(defaults=values, email=email)
    if not is_new:
        fresh = {"used_at": None, "withdrawn_at": None, "browser_hash": None}
        fresh |= {"mailbox_code_hash": None, "mailbox_code_until": None}
        old = Invitation.filter(id=found.id, sent_at__lte=now - AGAIN_AFTER)
        if not await old.update(**values, **fresh):
            return None
    kind = AlertKind.KNOWN if is_known else AlertKind.INVITED
    await mails.queue_inviting(email, kind, "" if is_known else code)
    return found


async def _without(entries: Sequence[RosterEntry], now: datetime) -> list[str]:
    """Whose address is no member's, and not that of somebody who was asked."""
    wanted = list(dict.fromkeys(entry.email for entry in entries if entry.member_id is None))
    if not wanted:
        return []
    known = await Member.filter(email__in=wanted).values_list("email", flat=True)
    asked = await living(now).filter(email__in=wanted).values_list("email", flat=True)
    there = {str(email) for email in (*known, *asked)}
    return [email for email in wanted if email not in there]


async def _by_id(by: Member, invitation_id: int) -> Invitation:
    duties.require(by, Duty.VERIFICATION)
    found = await Invitation.get_or_none(id=invitation_id)
    if found is None:
        raise NotFound
    return found


def _require(by: Member | None) -> None:
    if by is not None:
        duties.require(by, Duty.VERIFICATION)
    if not config.current().sends_mail:
        raise NotAllowed(NO_MAIL)


async def _record(action: str, by: Member | None, **detail: str) -> None:
    ours = config.current()
    who = (await members.speaking_as(by)).uri if by is not None else ours.uri("/actor")
    subject = ours.uri("/actor")
    await audit.record(action, actor_uri=who, host=ours.host, subject=subject, **detail)
