"""A row of a roster as a person: read, tidied, or refused with the column and the reason. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from difflib import get_close_matches
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Any

import orjson

from instance import credentials
from instance.models import Profession, Stage
from instance.names import folded
from instance.specialties import SPECIALTIES

# Plain letters of ASCII alone, exactly one @, no quotes, comments or tags (T71). With nothing in it
# that two mail servers could read differently.
_EMAIL = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
_EMAIL_MOST, _LOCAL_MOST = 254, 64
_DAYS = (
    (re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?"), "ymd"),
    (re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})"), "dmy"),
    (re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})"), "slash"),
)
_MOST = {"key": 100, "title": 40, "given_name": 100, "family_name": 100, "licence": 40}
_MOST |= {"department": 120}


def _words(value: str, single: str) -> frozenset[str]:
    """`single`: words by themselves, then what has several, behind a bar each."""
    alone, *several = single.split("|")
    return frozenset([value, *alone.split(), *several])


_PROFESSIONS = {
    Profession.PHYSICIAN: "physician doctor md do mbbs consultant attending surgeon resident fellow"
    " arzt arztin medecin medico|medical doctor|medical staff|attending physician",
    Profession.NURSE: "nurse rn np aprn lpn nursing midwife crna|nurse practitioner"
    "|registered nurse|staff nurse",
    Profession.PHARMACIST: "pharmacist pharmd rph pharmacy",
    Profession.ASSISTANT: "assistant pa|physician assistant|physician associate|pa c",
    Profession.OTHER: "other admin administration physiotherapist psychologist dietitian"
    " technician therapist|another profession",
}
_STAGES = {
    Stage.STUDENT: "student|medical student",
    Stage.TRAINEE: "trainee resident fellow intern registrar residency fellowship pgy sho fy1 fy2"
    "|junior doctor|house officer|in training",
    Stage.PRACTISING: "practising practicing attending consultant staff active specialist|yes",
    Stage.RETIRED: "retired emeritus|no longer practising",
}
_PROFESSION_WORDS = {value: _words(value.value, said) for value, said in _PROFESSIONS.items()}
_STAGE_WORDS = {value: _words(value.value, said) for value, said in _STAGES.items()}


@dataclass(frozen=True)
class Person:
    """What a roster says of somebody. `key`: the staff number, or the e-mail."""

    key: str
    email: str
    title: str
    given_name: str
    family_name: str
    profession: Profession
    stage: Stage
    specialties: list[str] = field(default_factory=list)
    jurisdiction: str = ""
    licence: str = ""
    licence_until: date | None = None
    npi: str = ""
    department: str = ""

    @cached_property
    def name_key(self) -> str:
        return folded(f"{self.given_name} {self.family_name}")[:200]

    @property
    def digest(self) -> str:
        """Of all of it: what is the same needs no look at each column."""
        return sha256(orjson.dumps(self._fields())).hexdigest()

    def columns(self) -> dict[str, Any]:
        """As an entry keeps it."""
        return {**self._fields(), "name_key": self.name_key, "digest": self.digest}

    def _fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _FIELDS}


_FIELDS = tuple(one.name for one in fields(Person))


@dataclass(frozen=True)
class Problem:
    """`field` and `reason`: keys of `roster_words.FIELDS` and `REASONS`."""

    field: str
    reason: str


@dataclass(frozen=True)
class Form:
    """How the rows of one file are read."""

    mapping: Mapping[str, int]
    columns: int
    profession: Profession  # of rows that do not say
    jurisdiction: str  # likewise

    def values(self, cells: Sequence[str]) -> dict[str, str]:
        """By our field, as typed."""
        return {
            name: _tidy(name, cells[number])
            for name, number in self.mapping.items()
            if number < len(cells)
        }

    def shape(self, cells: Sequence[str]) -> str:
        """A key of REASONS where cells are missing or too many; empty ones at the end are none."""
        if any(cell.strip() for cell in cells[self.columns :]):
            return "cells"
        return "few_cells" if max(self.mapping.values()) >= len(cells) else ""


def read(typed: Mapping[str, str], form: Form) -> Person | Problem:
    """`typed`: by our field. What is not mapped is not asked for."""
    try:
        return _read(typed, form)
    except _Refused as error:
        return Problem(error.field, error.reason)


def suggestion(text: str) -> str:
    """The slug of a specialty that may be meant, or nothing."""
    for part in [text, *re.split(r"[/,;&]", text)]:
        if close := get_close_matches(folded(part), _SPECIALTIES, n=1, cutoff=0.75):
            return _SPECIALTIES[close[0]]
    return ""


class _Refused(ValueError):
    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason


def _read(typed: Mapping[str, str], form: Form) -> Person:
    for name, text in typed.items():
        if not text.isprintable():
            raise _Refused(name, "control")
        if len(text) > _MOST.get(name, 250):
            raise _Refused(name, "too_long")
    email = _email(typed["email"])
    given, family, title = _names(typed)
    profession = _word(typed, "profession", _PROFESSION_WORDS, form.profession)
    stage = _word(typed, "stage", _STAGE_WORDS, Stage.PRACTISING)
    place = _jurisdiction(typed.get("jurisdiction", ""), form.jurisdiction)
    person = Person(
        key=typed.get("key") or email,
        email=email,
        title=title,
        given_name=given,
        family_name=family,
        profession=profession,
        stage=stage,
        specialties=_slugs(typed.get("specialties", "")),
        jurisdiction=place,
        licence=typed.get("licence", ""),
        licence_until=_day(typed.get("licence_until", ""), place),
        npi=typed.get("npi", "").replace(" ", "").replace("-", ""),
        department=typed.get("department", ""),
    )
    if "key" in typed and not typed["key"]:
        raise _Refused("key", "missing")
    return _with_numbers(person, typed)


def _with_numbers(person: Person, typed: Mapping[str, str]) -> Person:
    if person.npi and not credentials.is_npi(person.npi):
        is_form = len(person.npi) == 10 and person.npi.isascii() and person.npi.isdigit()
        raise _Refused("npi", "npi" if is_form and person.npi[0] in "12" else "npi_digits")
    if person.profession is not Profession.PHYSICIAN:
        return person
    if person.licence and not credentials.is_licence(person.licence, person.jurisdiction):
        raise _Refused("licence", "licence")
    is_asked = "licence" in typed or "npi" in typed
    is_student = person.stage in (Stage.STUDENT, Stage.TRAINEE)
    if is_asked and not is_student and not (person.licence or person.npi):
        raise _Refused("licence" if "licence" in typed else "npi", "number")
    return person


def _email(text: str) -> str:
    if not text:
        raise _Refused("email", "missing")
    # Not `casefold`, nor `lower` of what is not ASCII: a Kelvin sign is no k.
    if not text.isascii() or not is_email(text.lower()):
        raise _Refused("email", "email")
    return text.lower()


def is_email(text: str) -> bool:
    """Whether every mail server reads this address as the same one (T71)."""
    local = text.partition("@")[0]
    return len(text) <= _EMAIL_MOST and len(local) <= _LOCAL_MOST and bool(_EMAIL.fullmatch(text))


def _names(typed: Mapping[str, str]) -> tuple[str, str, str]:
    title = typed.get("title", "")
    if "family_name" in typed:
        if not typed["family_name"]:
            raise _Refused("family_name", "missing")
        return typed.get("given_name", ""), typed["family_name"], title
    family, comma, given = typed["name"].partition(",")
    if not comma:
        words = typed["name"].split()
        if words and folded(words[0]) in ("dr", "prof", "mr", "mrs", "ms"):
            title = title or words.pop(0)
        given, family = " ".join(words[:-1]), " ".join(words[-1:])
    if not family.strip():
        raise _Refused("name", "missing")
    if max(len(family), len(given)) > 100:
        raise _Refused("name", "too_long")
    return given.strip(), family.strip(), title


def _word(
    typed: Mapping[str, str], name: str, table: Mapping[Any, frozenset[str]], default: Any
) -> Any:
    text = typed.get(name, "")
    # "MD, PhD": what is not known beside what is says nothing. Whole words: a physician assistant
    # is no physician.
    parts = _parts(text)
    if not parts:
        return default
    found = {value for value, words in table.items() if parts & words}
    if len(found) != 1:
        raise _Refused(name, name)
    return found.pop()


@lru_cache(maxsize=1000)  # the same few words in every row
def _parts(text: str) -> frozenset[str]:
    """The whole of it, and what stands between commas."""
    return frozenset(filter(None, (folded(text), *map(folded, re.split(r"[,;/]", text)))))


def _slugs(text: str) -> list[str]:
    if not text:
        return []
    if whole := _SPECIALTIES.get(_known(text)):
        return [whole]
    found = [_SPECIALTIES.get(_known(part)) for part in re.split(r"[;|,/]", text) if part.strip()]
    if not all(found):
        raise _Refused("specialties", "specialty")
    return list(dict.fromkeys(slug for slug in found if slug))[:10]


_known = lru_cache(maxsize=1000)(folded)


def _jurisdiction(text: str, default: str) -> str:
    if not text:
        return default
    place = credentials.jurisdiction_of(text, default.partition("-")[0])
    if not place:
        raise _Refused("jurisdiction", "jurisdiction")
    return place


def _day(text: str, jurisdiction: str) -> date | None:
    if not text:
        return None
    for form, order in _DAYS:
        if (match := form.fullmatch(text)) is None:
            continue
        one, two, three = map(int, match.groups())
        if order == "slash":
            # The month comes first in the United States, and nowhere else.
            order = "mdy" if jurisdiction.startswith("US") and one <= 12 else "dmy"
            order = "mdy" if two > 12 else order
        year, month, day = {
            "ymd": (one, two, three),
            "dmy": (three, two, one),
            "mdy": (three, one, two),
        }[order]
        try:
            return date(year, month, day)
        except ValueError:
            break
    raise _Refused("licence_until", "date")


def _tidy(name: str, cell: str) -> str:
    """One form of accents, and one blank where there were several; an address stays as it is."""
    return cell.strip() if name == "email" else " ".join(unicodedata.normalize("NFC", cell).split())


def corrected(typed: Mapping[str, str], name: str, text: str) -> dict[str, str]:
    """`typed` with one value as somebody typed it anew."""
    return {**typed, name: _tidy(name, text)}


_SPECIALTIES = {folded(name): slug for slug, name in SPECIALTIES.items()}
_SPECIALTIES |= {folded(slug): slug for slug in SPECIALTIES}
_SPECIALTIES |= {
    "orthopedics": "orthopaedic_surgery",
    "orthopaedics": "orthopaedic_surgery",
    "orthopedic surgery": "orthopaedic_surgery",
    "obgyn": "obstetrics_gynecology",
    "ob gyn": "obstetrics_gynecology",
    "ent": "otolaryngology",
    "anaesthetics": "anesthesiology",
    "anaesthesia": "anesthesiology",
    "paediatrics": "pediatrics",
    "general internal medicine": "internal_medicine",
    "psychiatry": "psychiatry",
}
_SPECIALTIES = {name: slug for name, slug in _SPECIALTIES.items() if slug in SPECIALTIES}
