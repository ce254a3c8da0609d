"""What becomes of a member's account: suspended and restored, moved on, corrected, checked again.

Whoever decides says why; the member reads it, and is told. Nobody decides about themselves, and
about an owner only another owner does (T72). No step raises a level: evidence does.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from tortoise.transactions import in_transaction

from instance import config
from instance.errors import FormRefused, NotAllowed, NotFound
from instance.member_words import EVIDENCE
from instance.models import (
    ActKind,
    AlertKind,
    CaseKind,
    Level,
    Member,
    MemberAct,
    Profession,
    Role,
    Stage,
    VerificationCase,
)
from instance.outbox import standing
from instance.services import (
    account_news,
    audit,
    case_answers,
    cases,
    duties,
    members,
    renewals,
    signing_in,
    verification,
)
from instance.services.duties import Duty
from instance.specialties import SPECIALTIES

REASON_LEAST, REASON_MOST = 10, 300
OWN = "Nobody decides about their own account. Another officer does."
OF_OWNERS = "Only an owner decides about an owner."
_SPECIALTIES_MOST = 3
# Who retired has all of it behind them.
_ORDER = (Stage.STUDENT, Stage.TRAINEE, Stage.PRACTISING)


@dataclass(frozen=True)
class Facts:
    """What a standing says of somebody beside its level."""

    profession: Profession
    specialties: Sequence[str]
    jurisdiction: str


def is_step_up(before: Stage, after: Stage) -> bool:
    """Whether somebody could do more in the stage after. Retirement gives nothing, and who comes
    back from it steps up."""
    if after is Stage.RETIRED:
        return False
    return before is Stage.RETIRED or _ORDER.index(after) > _ORDER.index(before)


async def suspend(by: Member, handle: str, reason: str, now: datetime) -> None:
    """They are signed out everywhere and stay out; partners see it within 15 minutes (T67).

    Raises NotAllowed, NotFound; FormRefused without a reason.
    """
    async with _deciding(by, handle, reason) as (member, why):
        if member.suspended_at is not None:
            return
        await _suspend(member, now)
        await _note(by, member, ActKind.SUSPENDED, now, reason=why)
        await _record("member.suspended", by, member)
        await account_news.tell(member, AlertKind.SUSPENDED)


async def restore(by: Member, handle: str, reason: str, now: datetime) -> None:
    """They sign in again, with the standing that their evidence gives them today."""
    async with _deciding(by, handle, reason) as (member, why):
        if member.suspended_at is None:
            return
        await Member.filter(id=member.id).update(suspended_at=None)
        await standing.changed(member, now)
        await _note(by, member, ActKind.RESTORED, now, reason=why)
        await _record("member.restored", by, member)
        await account_news.tell(member, AlertKind.RESTORED)


async def move_on(
    by: Member, handle: str, stage: Stage, evidence: str, reason: str, now: datetime
) -> None:
    """Into another stage of a career. `evidence`, a key of EVIDENCE, is asked for on the way up;
    who is not verified then is asked to become so."""
    async with _deciding(by, handle, reason) as (member, why):
        if member.stage is stage:
            raise FormRefused({"stage": "This is their stage now. Choose another one."})
        goes_up = is_step_up(member.stage, stage)
        if goes_up and evidence not in EVIDENCE:
            raise FormRefused({"evidence": "Say what you have seen."})
        before = await _set_stage(member, stage, now)
        seen = evidence if goes_up else ""
        await _note(by, member, ActKind.STAGE, now, before, stage.value, reason=why, evidence=seen)
        detail = {"what": ActKind.STAGE.value, "before": before, "now": stage.value}
        await _record("member.changed", by, member, **detail)
        await account_news.tell(member, AlertKind.CHANGED)
        if goes_up and member.level < Level.VERIFIED:
            await cases.open_case(member, CaseKind.STAGE, now)


async def correct(by: Member, handle: str, facts: Facts, reason: str, now: datetime) -> None:
    """What was wrong from the start. FormRefused names what cannot be."""
    problems = _problems(facts)
    if problems:
        raise FormRefused(problems)
    async with _deciding(by, handle, reason) as (member, why):
        wanted = (
            (ActKind.PROFESSION, member.profession.value, facts.profession.value),
            (ActKind.SPECIALTIES, ",".join(member.specialties), ",".join(facts.specialties)),
            (ActKind.JURISDICTION, member.jurisdiction, facts.jurisdiction),
        )
        changed = [(kind, before, after) for kind, before, after in wanted if before != after]
        if not changed:
            raise FormRefused({"profession": "Nothing is different. Change what is wrong."})
        await Member.filter(id=member.id).update(
            profession=facts.profession,
            specialties=list(facts.specialties),
            jurisdiction=facts.jurisdiction,
        )
        await standing.changed(member, now)
        for kind, before, after in changed:
            await _note(by, member, kind, now, before, after, reason=why)
            detail = {"what": kind.value, "before": before, "now": after}
            await _record("member.changed", by, member, **detail)
        await account_news.tell(member, AlertKind.CHANGED)


async def check_again(by: Member, handle: str, reason: str, now: datetime) -> None:
    """What they were checked by ends in two weeks, unless it is shown anew."""
    async with _deciding(by, handle, reason) as (member, why):
        until = await verification.recheck(member, now)
        await renewals.open_renewal(member, now)
        day = f"{until:%Y-%m-%d}"
        await _note(by, member, ActKind.RECHECK, now, after=day, reason=why)
        await _record("member.rechecked", by, member, until=day)
        await account_news.tell(member, AlertKind.RECHECK)


async def say_stage(member: Member, stage: Stage, now: datetime) -> bool:
    """A member says that they moved on or retired. Down it holds at once; for the way up an officer
    asks for evidence: then False."""
    async with in_transaction():
        stored = await Member.filter(id=member.id).select_for_update().get()
        if stored.stage is stage:
            raise FormRefused({"stage": "This is your stage now. Choose another one."})
        if is_step_up(stored.stage, stage):
            await case_answers.claim(stored, stage, now)
            return False
        before = await _set_stage(stored, stage, now)
        await _note(stored, stored, ActKind.STAGE, now, before, stage.value)
        detail = {"what": ActKind.STAGE.value, "before": before, "now": stage.value}
        await _record("member.changed", stored, stored, **detail)
        return True


async def asked_stage(member: Member) -> Stage | None:
    """What they said that they are, and no officer has decided."""
    open_ones = VerificationCase.filter(member_id=member.id, kind=CaseKind.STAGE)
    case = await open_ones.filter(key__not_isnull=True).first()
    return case.stage if case is not None else None


async def acts_on(member: Member) -> list[MemberAct]:
    """What was decided about them, the latest first."""
    return await MemberAct.filter(member_id=member.id).order_by("-id").limit(50)


def refusal(by: Member, member: Member) -> str:
    """Why this officer decides nothing about this member; "" where they may."""
    if by.id == member.id:
        return OWN
    return OF_OWNERS if member.role is Role.OWNER and by.role is not Role.OWNER else ""


@asynccontextmanager
async def _deciding(by: Member, handle: str, reason: str) -> AsyncIterator[tuple[Member, str]]:
    """One transaction about one member, with both locked in one order: of two officers who suspend
    each other, one is too late."""
    duties.require(by, Duty.VERIFICATION)
    found = await members.by_login(handle.strip().lower().removeprefix("@"))
    if found is None:
        raise NotFound
    why = " ".join(reason.split())
    if not REASON_LEAST <= len(why) <= REASON_MOST:
        raise FormRefused(
            {"reason": f"Say why in {REASON_LEAST} to {REASON_MOST} characters: they read it."}
        )
    async with in_transaction():
        rows = await Member.filter(id__in=[by.id, found.id]).order_by("id").select_for_update()
        now = {row.id: row for row in rows}
        duties.require(now[by.id], Duty.VERIFICATION)
        member = now[found.id]
        if refused := refusal(now[by.id], member):
            raise NotAllowed(refused)
        yield member, why


async def _suspend(member: Member, now: datetime) -> None:
    await Member.filter(id=member.id).update(suspended_at=now)
    await signing_in.end_all(member)
    await standing.changed(member, now)


async def _set_stage(member: Member, stage: Stage, now: datetime) -> str:
    """Returns the one before."""
    before = member.stage.value
    if await asked_stage(member) is not None:
        await cases.close(member, CaseKind.STAGE, now)
    await verification.enter(member, stage, now)
    return before


def _problems(facts: Facts) -> dict[str, str]:
    problems = {}
    unknown = [slug for slug in facts.specialties if slug not in SPECIALTIES]
    if unknown or len(facts.specialties) > _SPECIALTIES_MOST:
        problems["specialties"] = f"Choose up to {_SPECIALTIES_MOST} of the list."
    if not _is_place(facts.jurisdiction):
        problems["jurisdiction"] = "Write a country or state such as GB or US-MN."
    return problems


def _is_place(text: str) -> bool:
    """ISO 3166: a country, or a part of one."""
    country, dash, part = text.partition("-")
    is_country = len(country) == 2 and country.isascii() and country.isalpha() and country.isupper()
    is_part = 1 <= len(part) <= 3 and part.isascii() and part.isalnum() and part.upper() == part
    return is_country and (is_part if dash else True)


async def _note(
    by: Member,
    member: Member,
    kind: ActKind,
    now: datetime,
    before: str = "",
    after: str = "",
    *,
    reason: str = "",
    evidence: str = "",
) -> None:
    await MemberAct.create(
        member_id=member.id,
        by_id=by.id,
        kind=kind,
        before=before,
        after=after,
        evidence=evidence,
        reason=reason,
        at=now,
    )


async def _record(action: str, by: Member, member: Member, **detail: str) -> None:
    """Of the identities named after the people: which others they have stays unsaid."""
    who, about = await members.speaking_as(by), await members.speaking_as(member)
    host = config.current().host
    await audit.record(action, actor_uri=who.uri, host=host, subject=about.uri, **detail)
