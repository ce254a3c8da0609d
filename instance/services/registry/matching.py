"""Whether a number is in a register under its member's name, place and profession.

A register says that somebody of that name has the number, and not that it is this person: numbers
are public. So a match is good for Checked, and never by itself for more (domain.md 4.1).
"""

from collections.abc import Sequence
from datetime import datetime

from instance import raw_sql
from instance.models import (
    Ending,
    Member,
    MemberNumber,
    Method,
    NumberKind,
    NumberOutcome,
    RegistryImport,
    RegistryNumber,
    RegistryState,
    Stage,
)
from instance.names import is_called
from instance.outbox import standing
from instance.services import verification
from instance.taxonomy import TRAINEE

COUNTING = (RegistryState.FOLLOWING, RegistryState.DONE)
_LOOKED_UP = (NumberKind.LICENCE, NumberKind.NPI)
_AGAINST = (NumberOutcome.INACTIVE, NumberOutcome.UNSETTLED)


async def judge(member: Member, now: datetime, *, is_anew: bool = False) -> bool:
    """Whether the registers confirm what the member gave: that gives evidence or ends it. In the
    caller's transaction.

    One number has to match, and none of them be somebody else's or out of use. `is_anew`: the
    register is a newer one, not the numbers; what an officer decided where no register did lasts.
    """
    numbers = await MemberNumber.filter(member_id=member.id, kind__in=_LOOKED_UP).order_by("kind")
    specialties: list[str] = []
    for one in numbers:
        await hold(one)
        one.outcome, entry = await _looked_up(member, one)
        await MemberNumber.filter(id=one.id).update(outcome=one.outcome)
        if entry is not None:
            specialties = entry.specialties.split() or specialties
    outcomes = {one.outcome for one in numbers}
    if NumberOutcome.MATCHED not in outcomes or outcomes & set(_AGAINST):
        # That a register does not settle it is why an officer decided.
        spares = is_anew and NumberOutcome.INACTIVE not in outcomes
        about = {Method.REGISTRY}
        await verification.end(member, now, Ending.REGISTRY, methods=about, spares_decided=spares)
        return False
    if specialties and not member.specialties:
        await Member.filter(id=member.id).update(specialties=specialties)
        member.specialties = specialties
        await standing.changed(member, now)
    await verification.give(member, Method.REGISTRY, now)
    return True


async def hold(number: MemberNumber) -> None:
    """It is this member's, if nobody gave it before; in the caller's transaction."""
    await raw_sql.lock("numbers of members")
    place = "" if number.kind is NumberKind.NPI else number.jurisdiction
    name = f"{number.kind.value} {place} {number.key}"
    if number.held is None and not await MemberNumber.filter(held=name).exists():
        number.held = name
        await MemberNumber.filter(id=number.id).update(held=name)


async def _looked_up(
    member: Member, number: MemberNumber
) -> tuple[NumberOutcome, RegistryNumber | None]:
    if number.held is None:
        return NumberOutcome.UNSETTLED, None
    is_npi = number.kind is NumberKind.NPI
    registers, places = await RegistryImport.filter(state__in=COUNTING), _places(number)
    concerned = [one.id for one in registers if places & set(one.jurisdictions)]
    if not concerned:
        return NumberOutcome.NO_REGISTER, None
    rows = await _rows(concerned, number.key, places)
    replaced = next((row.replaced_by for row in rows if row.replaced_by), "")
    if is_npi and replaced and not any(row.is_active for row in rows):
        rows = await _rows(concerned, replaced, places) or rows
    if not rows:
        return NumberOutcome.UNKNOWN, None
    active = [row for row in rows if row.is_active]
    if not active:
        return NumberOutcome.INACTIVE, None
    fitting = [row for row in active if _fits(member, row, number)]
    return (NumberOutcome.MATCHED, fitting[0]) if fitting else (NumberOutcome.UNSETTLED, None)


def _places(number: MemberNumber) -> set[str]:
    """Where it may stand. In the United States each state licenses for itself; elsewhere a country
    has one register or several."""
    country = number.jurisdiction.partition("-")[0]
    if number.kind is NumberKind.NPI:
        return {"US"}
    return {number.jurisdiction} if country == "US" else {number.jurisdiction, country}


async def _rows(import_ids: Sequence[int], number: str, places: set[str]) -> list[RegistryNumber]:
    found = RegistryNumber.filter(number=number, import_id__in=import_ids)
    return await found.filter(jurisdiction__in=sorted(places)).order_by("-import_id", "id")


def _fits(member: Member, row: RegistryNumber, number: MemberNumber) -> bool:
    professions = row.professions.split()
    in_training = member.stage in (Stage.STUDENT, Stage.TRAINEE) and TRAINEE in professions
    return (
        is_called(member.legal_name, row.given, row.families.split("|"))
        and (number.kind is NumberKind.LICENCE or number.jurisdiction in row.places.split())
        and (member.profession.value in professions or in_training)
    )
