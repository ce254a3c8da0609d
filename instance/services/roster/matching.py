"""What the roster means for members: who is on it is verified, and who is not any more loses that.

A member is matched by their exact work e-mail, once they read our code there, and is bound to that
row (T71); where the mail domains of this hospital are said, an address elsewhere verifies nobody.
Somebody who gets the address of a colleague who left confirms it anew.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from tortoise.transactions import in_transaction

from instance.models import (
    Ending,
    Mailbox,
    Member,
    Method,
    RosterEntry,
    SignOnIdentity,
    Verification,
)
from instance.services import verification
from instance.services.roster import domains, facts
from instance.services.roster.pace import Pace

# What an institution says of those who work there; what somebody states about themselves stays.
_OURS = frozenset(Method) - {Method.ATTEST}
_SOME = 20
_AWAY_MOST = verification.LASTS[Method.ROSTER]  # then the mailbox is confirmed anew


async def mailbox_confirmed(member: Member, now: datetime) -> None:
    """They read our code at their address, as it is now."""
    async with in_transaction():
        values = {"email": member.email, "confirmed_at": now}
        await Mailbox.update_or_create(defaults=values, member_id=member.id)
        for entry in await RosterEntry.filter(email=member.email, left_at=None):
            await follow(entry, now)


async def signed_on(member: Member, entry: RosterEntry, now: datetime) -> None:
    """The institution's own sign-in says that they are who stands in this row, which is nobody
    else's; in the caller's transaction."""
    await _hold(entry, member)
    await facts.take(member, entry, now)
    until = _licence_ends(entry)
    await verification.give(member, Method.SSO, now, until=until, entry=entry)


async def signed_off(member: Member, now: datetime, ending: Ending) -> None:
    """The institution's own sign-in says it no more; in the caller's transaction."""
    await verification.end(member, now, ending, methods={Method.SSO})
    if not await verification.living(member, now).filter(method=Method.ROSTER).exists():
        await RosterEntry.filter(member_id=member.id).update(member_id=None)


async def follow_due(pace: Pace) -> None:
    """Carry out for members what changed in their rows, each by itself."""
    due = RosterEntry.filter(due_at__not_isnull=True).order_by("due_at", "id")
    while entries := await due.limit(_SOME):
        for entry in entries:
            async with in_transaction():
                await follow(entry, datetime.now(UTC))
                await RosterEntry.filter(id=entry.id, due_at=entry.due_at).update(due_at=None)
            await pace.rest()


async def follow(entry: RosterEntry, now: datetime) -> None:
    """Verify who stands in this row, and end it for who does not; in the caller's transaction."""
    before = await Member.get_or_none(id=entry.member_id) if entry.member_id else None
    if entry.left_at is not None:
        if before is not None:
            await verification.end(before, now, Ending.LEFT, methods=_OURS)
        await _unlink(entry)
        return
    if entry.is_linked and before is not None:
        await _bind(entry, before, now)
        return
    await _unlink(entry)
    box = (await _mailboxes([entry.email])).get(entry.email)
    if before is not None and (box is None or box.member_id != before.id):
        if await SignOnIdentity.filter(member_id=before.id).exists():
            await _keep_signed_on(entry, before, now)
            return
        await _unbind(entry, before, now)
    if box is not None and await _may_bind(entry, box, now):
        await _bind(entry, box.member, now)


async def concerned(entries: Sequence[RosterEntry]) -> list[RosterEntry]:
    """Those that mean something for a member."""
    boxes = await _mailboxes([entry.email for entry in entries if entry.left_at is None])
    return [one for one in entries if one.member_id is not None or one.email in boxes]


async def renewed(entries: Sequence[RosterEntry], now: datetime) -> list[RosterEntry]:
    """Who is still there as before is verified for another while, at once; the others."""
    boxes = await _mailboxes([entry.email for entry in entries])
    ids = [entry.id for entry in entries if entry.licence_until is None]
    given = Verification.filter(method=Method.ROSTER, ended_at=None)
    valid = given.filter(entry_id__in=ids, valid_until__gt=now)
    by_entry = {row.entry_id: row for row in await valid} if ids else {}
    last = now + verification.LASTS[Method.ROSTER]
    kept = [
        entry.id
        for entry in entries
        if (box := boxes.get(entry.email)) is not None
        and box.member_id == entry.member_id
        and entry.id in by_entry
    ]
    if kept:
        await given.filter(entry_id__in=kept).update(valid_until=last, reminded_at=None)
    return [entry for entry in entries if entry.id not in set(kept)]


async def entry_of(email: str) -> RosterEntry | None:
    """Whose row this address is, where it can verify somebody who is nobody's yet (T71)."""
    there = RosterEntry.filter(email=email, left_at=None, member_id=None)
    return await there.first() if domains.holds(email, await domains.ours()) else None


async def link(entry: RosterEntry, member: Member, now: datetime, by: Member) -> None:
    """Two officers say that this row is theirs, though they have not read our code at its address;
    in the caller's transaction. It holds as long as the row does, and their own address."""
    await RosterEntry.filter(id=entry.id).update(is_linked=True)
    entry.is_linked = True
    await _bind(entry, member, now, by)


async def _unlink(entry: RosterEntry) -> None:
    """Who comes back reads our code first."""
    if entry.is_linked:
        await RosterEntry.filter(id=entry.id).update(is_linked=False)
        entry.is_linked = False


async def _bind(
    entry: RosterEntry, member: Member, now: datetime, by: Member | None = None
) -> None:
    await _hold(entry, member)
    await facts.take(member, entry, now)
    await _restore(member, entry, now)
    until = _licence_ends(entry)
    await verification.give(member, Method.ROSTER, now, until=until, entry=entry, by=by)


async def _hold(entry: RosterEntry, member: Member) -> None:
    """This row is theirs, and no other one."""
    if entry.member_id != member.id:
        await RosterEntry.filter(member_id=member.id).update(member_id=None, is_linked=False)
        await RosterEntry.filter(id=entry.id).update(member_id=member.id, stage_taken=None)
        entry.update_from_dict({"member_id": member.id, "stage_taken": None})


def _licence_ends(entry: RosterEntry) -> datetime | None:
    if entry.licence_until is None:
        return None
    return datetime.combine(entry.licence_until + timedelta(days=1), time(), UTC)


async def _keep_signed_on(entry: RosterEntry, member: Member, now: datetime) -> None:
    """Known by the institution's own sign-in, the row stays theirs, whatever its address: what
    rested on the mailbox alone ends."""
    await facts.take(member, entry, now)
    await verification.end(member, now, Ending.MAILBOX, methods={Method.ROSTER})


async def _unbind(entry: RosterEntry, member: Member, now: datetime) -> None:
    """The roster has another address for them than the one that they confirmed."""
    await RosterEntry.filter(id=entry.id).update(member_id=None)
    entry.member_id = None
    await verification.end(member, now, Ending.MAILBOX, methods={Method.ROSTER})


async def _may_bind(entry: RosterEntry, box: Mailbox, now: datetime) -> bool:
    """Not who was confirmed at this address when it was somebody else's, nor who was away long."""
    own = Verification.filter(member_id=box.member_id, entry_id=entry.id)
    last = await own.order_by("-given_at", "-id").first()
    if last is not None and last.ending is Ending.LEFT and last.ended_at is not None:
        is_same = entry.email_at < last.ended_at and now - last.ended_at < _AWAY_MOST
        return is_same or box.confirmed_at > last.ended_at
    other = RosterEntry.filter(member_id=box.member_id).exclude(id=entry.id)
    was_other = Verification.filter(member_id=box.member_id, entry_id__not_isnull=True)
    if await other.exists() or await was_other.exclude(entry_id=entry.id).exists():
        return box.confirmed_at >= entry.email_at
    return True


async def _restore(member: Member, entry: RosterEntry, now: datetime) -> None:
    """What ended when this row went, and would still count, counts again."""
    gone = await Verification.filter(member_id=member.id, ending=Ending.LEFT).order_by("-ended_at")
    left_at = next((row.ended_at for row in gone if row.entry_id == entry.id), None)
    if left_at is None or await verification.living(member, now).filter(entry_id=entry.id):
        return
    for row in gone:
        lasts = row.valid_until is None or row.valid_until > now
        # What rested on the row is given anew, by the mailbox or the next sign-in.
        if row.ended_at == left_at and lasts and row.entry_id is None:
            await verification.restore(member, row, now)


async def _mailboxes(emails: list[str]) -> dict[str, Mailbox]:
    """By address; one that its member changed since is none, nor one outside of our domains."""
    rows = await Mailbox.filter(email__in=emails).select_related("member") if emails else []
    ours = await domains.ours() if rows else ()
    return {
        row.email: row
        for row in rows
        if row.member.email == row.email and domains.holds(row.email, ours)
    }
