"""What the institution says of somebody in its roster, and when it counts: not against what they or
officers said since, file after file (domain.md 4.5)."""

from collections.abc import Sequence
from datetime import datetime

from instance.models import (
    ActKind,
    CaseKind,
    CaseState,
    Member,
    MemberAct,
    RosterEntry,
    Stage,
    VerificationCase,
)
from instance.outbox import standing
from instance.services import verification

_CORRECTED = {
    "profession": ActKind.PROFESSION,
    "specialties": ActKind.SPECIALTIES,
    "jurisdiction": ActKind.JURISDICTION,
}


async def take(member: Member, entry: RosterEntry, now: datetime) -> None:
    """What this row says of its member holds: stage and profession are part of standing."""
    facts = {"stage": await _stage_of(member, entry), "legal_name": entry.name}
    for name, kind in _CORRECTED.items():
        said = getattr(entry, name)
        if said and said != getattr(member, name) and not await _is_wrong(member, kind, said):
            facts[name] = said
    if all(getattr(member, name) == value for name, value in facts.items()):
        return
    await Member.filter(id=member.id).update(**facts)
    member.update_from_dict(facts)
    await standing.changed(member, now)
    await verification.settle(member, now)  # the stage has a say in it


async def _is_wrong(member: Member, kind: ActKind, said: str | Sequence[str]) -> bool:
    """Whether officers corrected just this, and what they said holds still. Another word of the
    roster ends that: who keeps it knows more by then."""
    acts = await MemberAct.filter(member_id=member.id, kind=kind).order_by("-id")
    holds = _as_noted(getattr(member, kind.value))
    for act in acts:
        if act.after != holds:
            return False
        holds = act.before
        if holds == _as_noted(said):
            return True
    return False


def _as_noted(value: str | Sequence[str]) -> str:
    """As `lifecycle.correct` writes it down."""
    return value if isinstance(value, str) else ",".join(value)


async def _stage_of(member: Member, entry: RosterEntry) -> Stage:
    """What the roster says of a stage counts once, when it is new. The same word, file after file,
    does not undo what they or officers said since; nor does a new one bring back who retired,
    where it was not the roster that said so."""
    was_taken = entry.stage_taken
    if was_taken is not entry.stage:
        await RosterEntry.filter(id=entry.id).update(stage_taken=entry.stage)
        entry.stage_taken = entry.stage
    if was_taken is entry.stage or (was_taken is None and await _was_decided(member)):
        return member.stage
    is_back = member.stage is Stage.RETIRED and was_taken is not Stage.RETIRED
    return member.stage if is_back else entry.stage


async def _was_decided(member: Member) -> bool:
    """Whether they or officers ever said in which stage they are."""
    theirs = VerificationCase.filter(member_id=member.id, kind=CaseKind.STAGE)
    return (
        await MemberAct.filter(member_id=member.id, kind=ActKind.STAGE).exists()
        or await theirs.filter(state=CaseState.GRANTED).exists()
    )
