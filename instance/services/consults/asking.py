"""Asking members of ours to answer a consult: whom, how many, and what they may say to it.

Who was asked is known to nobody but them: not to the asker, not to colleagues, not to those who
run the server (domain.md 3.4). So a request is read by its own member alone, and whatever somebody
does with it looks to all others as if nothing had been.
"""

import secrets
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

from tortoise.expressions import Q, RawSQL, Subquery
from tortoise.functions import Count, Max
from tortoise.transactions import in_transaction

from instance import config, raw_sql
from instance.errors import Conflict, FormRefused, NotFound
from instance.models import (
    Actor,
    AnswerRequest,
    Consult,
    Contribution,
    Level,
    Member,
    Notification,
    NotificationKind,
    Profession,
    Routing,
    Stage,
    Status,
    Why,
)
from instance.outbox import standing
from instance.services import availability, members, occasions, reaching, second_factors
from instance.services.consults import reading
from instance.specialties import SPECIALTIES

WEEK = timedelta(days=7)
_NEVER = datetime.min.replace(tzinfo=UTC)
_random = secrets.SystemRandom()
PAUSED = "The clock of this consult is stopped. Pass it on when it goes on, or decline."
NOBODY = "Nobody in this specialty takes requests now. Choose another one, or decline."
NO_COLLEAGUE = "This is no colleague here who takes requests now. Choose somebody else, or decline."


async def of(member: Member, consult_id: int) -> AnswerRequest | None:
    """Their own, while it is open: nobody else's is ever read."""
    wanted = "consult_id = ?1 AND member_id = ?2 AND declined_at IS NULL"
    found = await raw_sql.where(AnswerRequest, wanted, [consult_id, member.id])
    return found[0] if found else None


async def open_ids(member_id: int | None, consult_ids: Collection[int]) -> set[int]:
    """Of these consults, those that the member was asked in and did not decline."""
    own = AnswerRequest.filter(member_id=member_id, declined_at=None)
    found = own.filter(consult_id__in=list(consult_ids))
    return {row.consult_id for row in await found}


async def ask_next(
    consult: Consult, slugs: Sequence[str], count: int, now: datetime, why: Why = Why.ROUTED
) -> int:
    """The next of ours in these specialties, as many as there are. In the caller's transaction,
    which holds the consult; returns how many."""
    chosen = (await _ranked(consult, slugs, now))[:count] if count else []
    for member in chosen:
        own = await members.identities(member)
        await ask(consult, own[0], why, now)
    return len(chosen)


async def ask(consult: Consult, identity: Actor, why: Why, now: datetime) -> bool:
    """One member under one of their names; False where they were asked before, under whatever.

    In the caller's transaction. Who is away, or was asked often enough this week, finds it in the
    app alone.
    """
    member = await Member.get(id=identity.member_id)
    takes_requests = bool(await _take_requests([member], now))
    _, is_new = await AnswerRequest.get_or_create(
        consult_id=consult.id,
        member_id=member.id,
        defaults={"identity_id": identity.id, "why": why, "asked_at": now},
    )
    if is_new:
        occasion = occasions.of_request(consult.urgency)
        await reaching.tell(identity, occasion, consult.group_id, now, only_here=not takes_requests)
    return is_new


async def decline(member: Member, consult_id: int) -> None:
    """Not them: the next one is asked at once. A second time changes nothing. Raises NotFound for
    who was not asked, as for who may not read it."""
    await reading.readable(member, consult_id)
    now = datetime.now(UTC)
    async with in_transaction():
        consult = await locked(consult_id)
        row = await _own(member, consult_id)
        if await _close(row, consult, now):
            await _replace(consult, now)


async def redirect(
    member: Member, consult_id: int, *, specialty: str = "", colleague: str = ""
) -> None:
    """Not theirs: a colleague here, or another specialty here, is asked in their place.

    Raises NotFound as `decline`, Conflict while the clock is stopped, FormRefused where nobody
    can be asked: then it stays theirs.
    """
    await reading.readable(member, consult_id)
    now = datetime.now(UTC)
    async with in_transaction():
        consult = await locked(consult_id)
        row = await _own(member, consult_id)
        if row.declined_at is not None:
            return
        if not is_running(consult):
            raise Conflict(PAUSED)
        if colleague:
            await _pass_to_colleague(consult, member, colleague, now)
        elif specialty not in SPECIALTIES:
            raise FormRefused({"specialty": "Choose a specialty, or write a colleague's name."})
        elif not await ask_next(consult, [specialty], 1, now, Why.REDIRECTED):
            raise FormRefused({"specialty": NOBODY})
        await _close(row, consult, now)


def is_running(consult: Consult) -> bool:
    """Whether somebody may be asked now: not while information is asked for, nor once it was
    answered or is over."""
    is_kept = consult.purged_at is None and consult.frozen_at is None and not consult.is_locked
    return is_kept and consult.status is Status.OPEN and consult.due_at is not None


async def locked(consult_id: int) -> Consult:
    """Of two workers, or a worker and a member, one waits for the other."""
    consult = await Consult.filter(id=consult_id).select_for_update().first()
    if consult is None:
        raise NotFound
    return consult


async def _own(member: Member, consult_id: int) -> AnswerRequest:
    row = await AnswerRequest.get_or_none(consult_id=consult_id, member_id=member.id)
    if row is None:
        raise NotFound
    return row


async def _close(row: AnswerRequest, consult: Consult, now: datetime) -> bool:
    told = Notification.filter(member_id=row.member_id, kind=NotificationKind.ASKED)
    await told.filter(by_id=consult.group_id, read_at=None).update(read_at=now, mail_at=None)
    still_open = AnswerRequest.filter(id=row.id, declined_at=None)
    return bool(await still_open.update(declined_at=now))


async def _replace(consult: Consult, now: datetime) -> None:
    """At once, or when the clock goes on."""
    routing, _ = await Routing.get_or_create(consult_id=consult.id)
    if is_running(consult):
        await ask_next(consult, consult.specialties, 1, now)
    elif consult.status is Status.NEEDS_INFO:
        await Routing.filter(id=routing.id).update(owed=routing.owed + 1)


async def _pass_to_colleague(consult: Consult, member: Member, typed: str, now: datetime) -> None:
    """Who was asked before is not asked again, and that is not told: it would say who was. Then
    somebody else is, as after a refusal."""
    actor = await _colleague(typed)
    other = await Member.get_or_none(id=actor.member_id) if actor.member_id else None
    if other is None or other.id == member.id or not answers(other):
        raise FormRefused({"colleague": NO_COLLEAGUE})
    if await AnswerRequest.filter(consult_id=consult.id, member_id=other.id).exists():
        await ask_next(consult, consult.specialties, 1, now)
        return
    asker = await Actor.get(id=consult.asker_id)
    if other.id == asker.member_id or not await _take_requests([other], now):
        raise FormRefused({"colleague": NO_COLLEAGUE})
    await ask(consult, actor, Why.REDIRECTED, now)


async def _colleague(typed: str) -> Actor:
    """Here: only the asker asks people of other hospitals by name."""
    name, _, host = typed.strip().removeprefix("@").partition("@")
    try:
        if host.lower() not in ("", config.current().host):
            raise NotFound
        return await members.by_handle(name)
    except NotFound:
        raise FormRefused({"colleague": NO_COLLEAGUE}) from None


async def _ranked(consult: Consult, slugs: Sequence[str], now: datetime) -> list[Member]:
    """Fewest requests in a week first, then whose last one is longest ago; else by lot."""
    if not slugs:
        return []  # of a consult that is gone
    asked = Subquery(AnswerRequest.filter(consult_id=consult.id).values("member_id"))
    spoke = Contribution.filter(consult_id=consult.id, author__member_id__not_isnull=True)
    inside = set(await spoke.values_list("author__member_id", flat=True))
    asker = await Actor.get(id=consult.asker_id)
    fitting = [Q(slugs__contains=f'"{slug}"') for slug in slugs]
    found = (
        Member.filter(level__gte=Level.VERIFIED, profession=Profession.PHYSICIAN)
        .filter(stage__in=(Stage.PRACTISING, Stage.RETIRED), suspended_at=None)
        .exclude(id__in=asked)
        .annotate(slugs=RawSQL('"member"."specialties"'))
        .filter(Q(*fitting, join_type=Q.OR))
    )
    out = {*inside, asker.member_id}
    free = [one for one in await found if one.id not in out and answers(one)]
    if not free:
        return []
    able = await _take_requests(free, now)
    counts, last = await _history([member.id for member in able], now)
    _random.shuffle(able)
    return sorted(able, key=lambda one: (counts.get(one.id, 0), last.get(one.id, _NEVER)))


def answers(member: Member) -> bool:
    """Whether they may answer consults, and can open them."""
    claims = standing.claims_of(member)
    return (
        claims.may_answer and member.suspended_at is None and not second_factors.is_missing(member)
    )


async def _take_requests(found: Sequence[Member], now: datetime) -> list[Member]:
    """Those who are not away and were not asked as often as they want this week."""
    ids = [member.id for member in found]
    reach, (counts, _) = await availability.of_all(ids), await _history(ids, now)
    return [
        member
        for member in found
        if not availability.is_away(reach[member.id], now)
        and counts.get(member.id, 0) < reach[member.id].weekly_cap
    ]


async def _history(
    ids: Collection[int], now: datetime
) -> tuple[dict[int, int], dict[int, datetime]]:
    """By member, how often they were asked in a week, and when last."""
    rows = AnswerRequest.filter(member_id__in=list(ids))
    recent = rows.filter(asked_at__gt=now - WEEK).annotate(number=Count("id"))
    counts = await recent.group_by("member_id").values_list("member_id", "number")
    latest = rows.annotate(at=Max("asked_at")).group_by("member_id")
    last = await latest.values_list("member_id", "at")
    return (
        {int(one): int(number) for one, number in counts},
        {int(one): _time(at) for one, at in last},
    )


def _time(at: datetime | str) -> datetime:
    found = datetime.fromisoformat(at) if isinstance(at, str) else at
    return found if found.tzinfo else found.replace(tzinfo=UTC)
