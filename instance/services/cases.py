"""Who waits for a verification officer: opened by whatever brings a case about, read in order.

What becomes of a case is in `case_decisions`, its files in `case_documents`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from instance.errors import NotFound
from instance.models import (
    CaseAct,
    CaseDocument,
    CaseKind,
    CaseState,
    CaseStep,
    Mailbox,
    Member,
    Method,
    RosterEntry,
    Verification,
    VerificationCase,
)
from instance.names import folded
from instance.services import duties
from instance.services.duties import Duty

OPEN = (CaseState.WAITING, CaseState.SECOND, CaseState.ASKED)
BOXES: Mapping[str, tuple[CaseState, ...]] = {
    "waiting": (CaseState.WAITING,),
    "second": (CaseState.SECOND,),
    "asked": (CaseState.ASKED,),
    "decided": (CaseState.GRANTED, CaseState.REFUSED, CaseState.CLOSED),
}
SHOWN_MOST = 100
_MEDIAN_OF, _MEDIAN_MOST = timedelta(days=30), 1_000
_NEAREST_MOST = 5
_TURN = (CaseState.WAITING, CaseState.SECOND)  # an officer's
_PROMISED, _SATURDAY = timedelta(days=1), 5


@dataclass(frozen=True)
class Waiting:
    """One case with what speaks for its member: keys of `case_words.EVIDENCE`."""

    case: VerificationCase
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Near:
    """A row of the roster that may be the member's, and in what the two agree."""

    entry: RosterEntry
    same_email: bool
    same_name: bool


async def open_case(member: Member, kind: CaseKind, now: datetime) -> VerificationCase:
    """In the caller's transaction. Where one of this kind is open, that one."""
    values = {"member_id": member.id, "kind": kind, "opened_at": now, "waits_since": now}
    key = f"{member.id} {kind}"
    case, is_new = await VerificationCase.get_or_create(defaults=values, key=key)
    if is_new:
        await CaseStep.create(case=case, act=CaseAct.OPENED, at=now)
    return case


async def close(member: Member, kind: CaseKind, now: datetime) -> None:
    """What was asked is settled otherwise; in the caller's transaction."""
    case = await VerificationCase.get_or_none(key=f"{member.id} {kind}")
    if case is not None:
        await end(case, CaseState.CLOSED, now)
        await CaseStep.create(case=case, act=CaseAct.CLOSED, at=now)


async def end(case: VerificationCase, state: CaseState, now: datetime) -> None:
    """Nothing more is done, and no file of it is kept; in the caller's transaction."""
    case.state, case.key, case.decided_at = state, None, now
    await case.save(update_fields=["state", "key", "decided_at"])
    await erase(CaseDocument.filter(case_id=case.id))


async def erase(which: QuerySet[CaseDocument]) -> None:
    """In the caller's transaction."""
    await which.delete()


def drop_proposal(case: VerificationCase) -> None:
    """Of somebody who saw less than there is now; not saved."""
    nothing = dict.fromkeys(("proposed_by_id", "method", "until", "entry_id"))
    case.update_from_dict(nothing)


async def queue(by: Member, box: str) -> list[Waiting]:
    """The first of a box of `BOXES`: who waits longest, of decided ones the last."""
    duties.require(by, Duty.VERIFICATION)
    order = ("-decided_at", "-id") if box == "decided" else ("waits_since", "id")
    rows = VerificationCase.filter(state__in=BOXES[box]).order_by(*order).limit(SHOWN_MOST)
    found = await rows.select_related("member")
    evidence = await _evidence(found)
    return [Waiting(case, evidence[case.id]) for case in found]


async def counts() -> dict[str, int]:
    """How many are in each box but the last."""
    return {
        box: await VerificationCase.filter(state__in=states).count()
        for box, states in BOXES.items()
        if box != "decided"
    }


async def by_id(by: Member, case_id: int) -> Waiting:
    """Raises NotFound."""
    duties.require(by, Duty.VERIFICATION)
    found = VerificationCase.filter(id=case_id).select_related("member", "entry")
    case = await found.first()
    if case is None:
        raise NotFound
    return Waiting(case, (await _evidence([case]))[case.id])


async def next_after(by: Member, case: VerificationCase) -> VerificationCase | None:
    """Who waits longest, of those that this officer may decide."""
    waits = await to_decide(by).exclude(id=case.id).order_by("waits_since", "id").first()
    return waits


async def count_waiting() -> int:
    """Whose turn is an officer's."""
    return await VerificationCase.filter(state__in=_TURN).count()


def to_decide(by: Member) -> QuerySet[VerificationCase]:
    mine = Q(proposed_by_id=by.id) & Q(state=CaseState.SECOND)
    rows = VerificationCase.filter(state__in=_TURN)
    return rows.exclude(member_id=by.id).exclude(mine)


async def late(now: datetime) -> list[VerificationCase]:
    """The first of those who wait for an officer for longer than a working day."""
    rows = VerificationCase.filter(state__in=_TURN, waits_since__lt=now - _PROMISED)
    found = await rows.order_by("waits_since", "id").limit(SHOWN_MOST)
    return [row for row in found if due_at(row) < now]


async def steps(case: VerificationCase) -> list[CaseStep]:
    return await CaseStep.filter(case_id=case.id).order_by("id")


async def last_step(case: VerificationCase) -> int:
    """What somebody has to know who decides: the last that was said or done, not who looked."""
    said = CaseStep.filter(case_id=case.id).exclude(act=CaseAct.SEEN)
    step = await said.order_by("-id").first()
    return int(step.id) if step is not None else 0


async def documents(case: VerificationCase) -> list[CaseDocument]:
    """Without their content."""
    columns = ("id", "case_id", "media_type", "size", "sent_at")
    return await CaseDocument.filter(case_id=case.id).order_by("id").only(*columns)


async def nearest(member: Member) -> list[Near]:
    """Rows of the roster with their address, or with their family name."""
    name = folded(member.legal_name)
    last = name.rpartition(" ")[2]
    found = RosterEntry.filter(Q(email=member.email) | Q(name_key__contains=last or "\0"))
    rows = await found.filter(left_at=None).order_by("name_key", "id").limit(SHOWN_MOST)
    near = [
        Near(row, row.email == member.email, set(row.name_key.split()) <= set(name.split()))
        for row in rows
    ]
    return sorted(near, key=lambda one: (not one.same_email, not one.same_name))[:_NEAREST_MOST]


async def of_member(member: Member) -> list[VerificationCase]:
    """Their own, the newest first."""
    return await VerificationCase.filter(member_id=member.id).order_by("-id").limit(SHOWN_MOST)


async def median_wait(now: datetime) -> timedelta | None:
    """From opened to decided, of those decided within a month; None where there are none."""
    decided = VerificationCase.filter(
        decided_at__gt=now - _MEDIAN_OF, state__in=(CaseState.GRANTED, CaseState.REFUSED)
    )
    rows = await decided.order_by("-id").limit(_MEDIAN_MOST)
    waits = [row.decided_at - row.opened_at for row in rows if row.decided_at is not None]
    return timedelta(seconds=median(wait.total_seconds() for wait in waits)) if waits else None


def due_at(case: VerificationCase) -> datetime:
    """One working day after it became the turn of an officer."""
    due = case.waits_since + _PROMISED
    while due.weekday() >= _SATURDAY:
        due += timedelta(days=1)
    return due


async def _evidence(rows: Iterable[VerificationCase]) -> dict[int, tuple[str, ...]]:
    """By case: what lives, that the mailbox is confirmed, that there are documents."""
    people = {row.member_id: row.member for row in rows}
    held: dict[int, set[Method]] = {one: set() for one in people}
    for one in await Verification.filter(member_id__in=list(people), ended_at=None):
        held[one.member_id].add(one.method)
    boxes = {box.member_id: box.email for box in await Mailbox.filter(member_id__in=list(people))}
    ids = [row.id for row in rows]
    sent = set(await CaseDocument.filter(case_id__in=ids).values_list("case_id", flat=True))
    found = {}
    for row in rows:
        said = [method.value for method in Method if method in held[row.member_id]]
        said += ["mailbox"] if boxes.get(row.member_id) == row.member.email else []
        found[row.id] = (*said, *(["documents"] if row.id in sent else []))
    return found
