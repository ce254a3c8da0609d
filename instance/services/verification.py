"""What a member's standing rests on: evidence given and ended, and the level that follows from it.

The level is that of the strongest evidence that lives (domain.md 4.5). What does not bind the
person, a number in a registry or the word of colleagues, never makes somebody verified by itself.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime, timedelta

from tortoise.expressions import Q
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from instance import config
from instance.models import (
    Actor,
    CaseKind,
    Ending,
    Level,
    Mailbox,
    Member,
    Method,
    RosterEntry,
    Stage,
    Verification,
)
from instance.outbox import standing
from instance.services import audit, cases

LEVELS: Mapping[Method, Level] = {
    Method.SSO: Level.INSTITUTIONAL,
    Method.ROSTER: Level.VERIFIED,
    Method.DOCUMENT: Level.VERIFIED,
    Method.REGISTRY: Level.CHECKED,
    Method.VOUCH: Level.CHECKED,
    Method.ATTEST: Level.ATTESTED,
}
LASTS: Mapping[Method, timedelta] = {  # domain.md 4.1, re-verify
    Method.SSO: timedelta(days=7),
    Method.ROSTER: timedelta(days=90),
    Method.DOCUMENT: timedelta(days=365),
    Method.REGISTRY: timedelta(days=35),
    Method.VOUCH: timedelta(days=365),
    Method.ATTEST: timedelta(days=365),
}
# Of somebody who is added with a level: the method that a level of that height stands for.
METHOD_OF: Mapping[Level, Method] = {
    Level.INSTITUTIONAL: Method.SSO,
    Level.VERIFIED: Method.ROSTER,
    Level.CHECKED: Method.REGISTRY,
    Level.ATTESTED: Method.ATTEST,
}
_SOME = 100
_SHOWN_AGAIN_WITHIN = timedelta(days=14)


async def give(
    member: Member,
    method: Method,
    now: datetime,
    *,
    until: datetime | None = None,
    entry: RosterEntry | None = None,
    by: Member | None = None,
) -> None:
    """Evidence of a method, instead of any former of it, in the caller's transaction.

    `until`: where it ends before its time (the licence does). What is over already is not given.
    """
    last = min(until or now + LASTS[method], now + LASTS[method])
    same = await living(member, now).filter(method=method, entry_id=entry.id if entry else None)
    if last <= now:
        await end(member, now, Ending.EXPIRED, methods={method})
    elif same:
        if by is None and same[0].decided_by_id is not None:
            last = max(last, same[0].valid_until or last)  # an officer knew more
        is_renewed = same[0].valid_until != last
        anew = {"reminded_at": None} if is_renewed else {}
        await Verification.filter(id=same[0].id).update(valid_until=last, **anew)
        await settle(member, now)
    else:
        replaced = {"ended_at": now, "ending": Ending.REPLACED}
        await living(member, now).filter(method=method).update(**replaced)
        await Verification.create(
            member=member,
            method=method,
            level=LEVELS[method],
            given_at=now,
            valid_until=last,
            entry=entry,
            decided_by=by,
        )
        await _record("verification.given", member, by, method=method.value)
        await settle(member, now)


async def end(
    member: Member,
    now: datetime,
    ending: Ending,
    *,
    methods: Collection[Method],
    by: Member | None = None,
    spares_decided: bool = False,
) -> None:
    """Evidence of these methods counts no more, in the caller's transaction.

    `spares_decided`: but for what an officer decided, who knew more than what ends it here.
    """
    found = living(member, now).filter(method__in=list(methods))
    rows = await (found.filter(decided_by_id=None) if spares_decided else found)
    if rows:
        ended = {"ended_at": now, "ending": ending}
        await Verification.filter(id__in=[row.id for row in rows]).update(**ended)
        said = ", ".join(sorted({row.method.value for row in rows}))
        await _record("verification.ended", member, by, method=said, why=ending.value)
    await settle(member, now)


async def restore(member: Member, row: Verification, now: datetime) -> None:
    """What ended counts again as long as it would have, in the caller's transaction."""
    await Verification.create(
        member=member,
        method=row.method,
        level=row.level,
        given_at=now,
        valid_until=row.valid_until,
        decided_by_id=row.decided_by_id,
    )
    await _record("verification.given", member, None, method=row.method.value)
    await settle(member, now)


async def enter(member: Member, stage: Stage, now: datetime) -> None:
    """Another stage of a career, in the caller's transaction: the level may hang on it."""
    await Member.filter(id=member.id).update(stage=stage)
    member.stage = stage
    await standing.changed(member, now)
    await settle(member, now)


async def settle(member: Member, now: datetime) -> bool:
    """The level of the strongest evidence that lives; who has none is a guest here. Whether it is
    lower than it was.

    Who retired is verified as long as a licence is shown, and only checked without one.
    """
    rows = await living(member, now).select_related("entry")
    level = max((row.level for row in rows), default=Level.GUEST)
    stored = await Member.filter(id=member.id).select_for_update().get()
    if stored.stage is Stage.RETIRED and not any(_names_licence(row, now) for row in rows):
        level = min(level, Level.CHECKED)
    member.level = level
    if level >= Level.VERIFIED:
        await cases.close(member, CaseKind.JOINED, now)
    if stored.level is level:
        return False
    await Member.filter(id=member.id).update(level=level)
    await standing.changed(member, now)
    return level < stored.level


def living(member: Member, now: datetime) -> QuerySet[Verification]:
    """What counts at this moment, to be awaited."""
    is_valid = Q(valid_until=None) | Q(valid_until__gt=now)
    return Verification.filter(is_valid, member_id=member.id, ended_at=None)


def _names_licence(row: Verification, now: datetime) -> bool:
    """Documents are a licence and a photo ID, and end with it; a roster may name one."""
    if row.method is Method.DOCUMENT:
        return True
    until = row.entry.licence_until if row.entry is not None else None
    return until is not None and until >= now.date()


async def recheck(member: Member, now: datetime) -> datetime:
    """What somebody showed counts for a while more, and has to be shown again. Returns until when;
    in the caller's transaction. What they state themselves is not asked for."""
    until = now + _SHOWN_AGAIN_WITHIN
    later = Q(valid_until=None) | Q(valid_until__gt=until)
    rows = living(member, now).filter(later).exclude(method=Method.ATTEST)
    await rows.update(valid_until=until)
    return until


async def expire(now: datetime, lowered: Callable[[Member], Awaitable[None]] | None = None) -> None:
    """End what has had its time; `lowered` in the transaction that lowered somebody."""
    over = Verification.filter(ended_at=None, valid_until__lte=now).order_by("id")
    while rows := await over.limit(_SOME).select_related("member"):
        async with in_transaction():
            for row in rows:
                values = {"ended_at": now, "ending": Ending.EXPIRED}
                if await Verification.filter(id=row.id, ended_at=None).update(**values):
                    what = {"method": row.method.value, "why": Ending.EXPIRED.value}
                    await _record("verification.ended", row.member, None, **what)
                    if await settle(row.member, now) and lowered is not None:
                        await lowered(row.member)


async def email_changed(member: Member, now: datetime) -> None:
    """Their address is another one now: what rested on the former ends, in the caller's
    transaction (T71). What they told us themselves stays."""
    await Mailbox.filter(member_id=member.id).delete()
    own = RosterEntry.filter(member_id=member.id)
    await own.update(member_id=None, is_linked=False)
    if not await living(member, now).filter(method=Method.ATTEST).exists():
        await give(member, Method.ATTEST, now)
    await end(member, now, Ending.MAILBOX, methods={Method.ROSTER, Method.SSO})


async def joined(member: Member, now: datetime, *, has_mailbox: bool) -> None:
    """What somebody is added with, by who runs this server: it lasts until somebody ends it."""
    method = METHOD_OF.get(member.level)
    if method is not None:
        await Verification.create(member=member, method=method, level=member.level, given_at=now)
    if has_mailbox:
        await Mailbox.create(member=member, email=member.email, confirmed_at=now)


async def _record(action: str, member: Member, by: Member | None, **detail: str) -> None:
    ours = config.current()
    who = await _uri(by) if by is not None else ours.uri("/actor")
    subject = await _uri(member)
    await audit.record(action, actor_uri=who, host=ours.host, subject=subject, **detail)


async def _uri(member: Member) -> str:
    """Of the identity named after the person: which others they have stays unsaid."""
    own = Actor.filter(member_id=member.id, is_pseudonym=False)
    found = await own.order_by("created_at", "id").first()
    return found.uri if found is not None else config.current().uri("/actor")
