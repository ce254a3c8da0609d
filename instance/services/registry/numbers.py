"""The numbers that a member says are theirs. For themselves and for verification officers alone.

One number belongs to one member: who gives it second waits for an officer, and neither learns of
the other.
"""

from dataclasses import dataclass, field
from datetime import datetime

from tortoise.transactions import in_transaction

from instance import credentials
from instance.errors import FormRefused
from instance.models import CaseKind, Level, Member, MemberNumber, Method, NumberKind
from instance.services import cases, verification
from instance.services.registry import matching

_MOST = 40
_NPI_SAID = "An NPI has 10 digits and begins with 1 or 2."


@dataclass(frozen=True)
class Typed:
    """What a member wrote into the form."""

    jurisdiction: str = ""
    licence: str = ""
    npi: str = ""
    orcid: str = ""


@dataclass
class _Draft:
    numbers: list[MemberNumber] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)


async def of(member: Member) -> list[MemberNumber]:
    return await MemberNumber.filter(member_id=member.id).order_by("kind")


async def give(member: Member, typed: Typed, now: datetime) -> bool:
    """Instead of what they gave before. Whether a register confirms it; else an officer looks.

    Raises FormRefused, with what each number has to look like.
    """
    draft = _read(member, typed, now)
    if draft.errors:
        raise FormRefused(draft.errors)
    async with in_transaction():
        await MemberNumber.filter(member_id=member.id).delete()
        for number in draft.numbers:
            await number.save()
            await matching.hold(number)
        stored = await Member.get(id=member.id)
        if stored.level < Level.ATTESTED:
            await verification.give(stored, Method.ATTEST, now)
        is_matched = await matching.judge(stored, now)
        settle = cases.close if is_matched else cases.open_case
        await settle(stored, CaseKind.NUMBER, now)
    return is_matched


def _read(member: Member, typed: Typed, now: datetime) -> _Draft:
    draft = _Draft()
    place, problem = _place(typed.jurisdiction, member.jurisdiction.partition("-")[0])
    if problem:
        draft.errors["jurisdiction"] = problem
    licence, npi, orcid = typed.licence.strip(), typed.npi.strip(), typed.orcid.strip()
    if not licence and not npi:
        draft.errors["licence"] = "Give a licence number or an NPI."
    if licence and place:
        if len(licence) <= _MOST and credentials.is_licence(licence, place):
            key = credentials.licence_key(licence, place)
            _add(draft, member, NumberKind.LICENCE, place, licence, key, now)
        else:
            form = credentials.form_of(place).said
            draft.errors["licence"] = f"A licence number of {place} has {form}. Compare yours."
    if npi:
        key = credentials.tidy_licence(npi)
        if problem := _npi_problem(key, place):
            draft.errors["npi"] = problem
        else:
            _add(draft, member, NumberKind.NPI, place, npi[:_MOST], key, now)
    if orcid:
        if credentials.is_orcid(orcid):
            key = credentials.tidy_licence(orcid)
            _add(draft, member, NumberKind.ORCID, "", orcid[:_MOST], key, now)
        else:
            draft.errors["orcid"] = "An ORCID has 16 digits, such as 0000-0002-1825-0097."
    return draft


def _place(text: str, country: str) -> tuple[str, str]:
    """Where, or what to write instead. Two letters may be a state of the United States, where the
    member is of there, and a country as well."""
    place, bare = credentials.jurisdiction_of(text, country), text.strip().upper()
    if place == f"US-{bare}" and bare in credentials.LICENCES:
        return "", f"{bare} is a state and a country. Write US-{bare}, or {bare} with its region."
    if not place or place == "US":
        return "", "Write a country or a state by its code: GB, IE, US-MN."
    return place, ""


def _npi_problem(key: str, place: str) -> str:
    if place and not place.startswith("US"):
        return "An NPI is of the United States. Leave it out, or choose a state there."
    if len(key) != 10 or not (key.isascii() and key.isdigit()) or key[0] not in "12":
        return _NPI_SAID
    if not credentials.is_npi(key):
        return "The last digit does not fit the others. Often two digits are swapped."
    return ""


def _add(
    draft: _Draft,
    member: Member,
    kind: NumberKind,
    place: str,
    typed: str,
    key: str,
    now: datetime,
) -> None:
    draft.numbers.append(
        MemberNumber(
            member=member, kind=kind, jurisdiction=place, typed=typed, key=key, given_at=now
        )
    )
