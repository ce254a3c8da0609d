"""Which column of a roster is which: guessed from its heading, chosen by people, remembered."""

from collections.abc import Mapping, Sequence
from hashlib import sha256

from instance.errors import FormRefused
from instance.models import Profession, RosterMapping
from instance.names import folded
from instance.roster_words import FIELDS, NEEDED

CHOICES = tuple(name for name in FIELDS if name != "row")
# By our field: the headings that are usual for it, as `folded` gives them.
USUAL: Mapping[str, tuple[str, ...]] = {
    "key": (
        *("staff number", "staff no", "staff id", "employee id", "employee number", "employee no"),
        *("personnel number", "person id", "hr id", "id", "emp id", "payroll number", "uid"),
        *("provider id", "personalnummer", "matricule"),
    ),
    "email": (
        *("email", "e mail", "work email", "work e mail", "email address", "e mail address"),
        *("mail", "business email", "hospital email", "institutional email", "primary email"),
        *("e mail adresse", "courriel", "correo"),
    ),
    "title": ("title", "prefix", "salutation", "courtesy title", "titel", "anrede"),
    "given_name": (
        *("given name", "first name", "firstname", "forename", "given names", "first"),
        "given",
        *("vorname", "prenom", "nombre", "provider first name", "legal first name"),
    ),
    "family_name": (
        *("family name", "last name", "lastname", "surname", "last", "legal last name"),
        "family",
        *("nachname", "nom", "apellidos", "provider last name", "provider last name legal name"),
    ),
    "name": ("name", "full name", "display name", "employee name", "provider name", "staff name"),
    "profession": (
        *("profession", "role", "staff group", "provider type", "occupation"),
        *("credential", "credentials", "degree", "beruf", "staff type"),
    ),
    "stage": ("stage", "career stage", "grade", "career level", "training level", "seniority"),
    "specialties": (
        *("specialty", "speciality", "specialties", "specialities", "primary specialty"),
        *("clinical specialty", "main specialty", "taxonomy", "taxonomy code", "fachgebiet"),
    ),
    "jurisdiction": (
        *("jurisdiction", "licence state", "license state", "state of licence", "state"),
        *("state of license", "licensing state", "country", "licence country", "license country"),
    ),
    "licence": (
        *("licence number", "license number", "licence no", "license no", "licence", "license"),
        *("medical licence number", "medical license number", "registration number"),
        *("gmc number", "gmc no", "gmc", "lanr", "rpps", "registration no"),
    ),
    "licence_until": (
        *("licence until", "licence expiry", "license expiry", "license expiration"),
        *("license expiration date", "licence expiry date", "license expires", "expiry"),
        *("licence valid until", "license valid until", "expiration date", "expiry date"),
    ),
    "npi": ("npi", "npi number", "national provider identifier", "npi no", "individual npi"),
    "department": (
        *("department", "dept", "division", "service", "unit", "ward", "section", "abteilung"),
        *("organisational unit", "organizational unit", "cost centre", "cost center"),
    ),
}
_FIELD_OF = {heading: name for name, headings in USUAL.items() for heading in headings}


def guessed(headings: Sequence[str]) -> dict[str, int]:
    """Our field -> number of the column, the first of each; no whole name beside its parts."""
    found: dict[str, int] = {}
    for number, heading in enumerate(headings):
        name = _FIELD_OF.get(folded(heading))
        if name is not None:
            found.setdefault(name, number)
    if "family_name" in found:
        found.pop("name", None)
    return found


def required(mapping: Mapping[str, int], columns: int) -> dict[str, int]:
    """The same, if it can be. Raises FormRefused."""
    problems = {}
    if "email" not in mapping:
        problems["email"] = NEEDED["email"]
    if "family_name" not in mapping and "name" not in mapping:
        problems["family_name"] = NEEDED["family_name"]
    numbers = list(mapping.values())
    for name, number in mapping.items():
        if name not in CHOICES or not 0 <= number < columns or numbers.count(number) > 1:
            problems[name] = NEEDED["twice"]
    if problems:
        raise FormRefused(problems)
    return dict(mapping)


async def remembered(headings: Sequence[str]) -> RosterMapping | None:
    return await RosterMapping.get_or_none(headings=_digest(headings))


async def remember(
    headings: Sequence[str], mapping: Mapping[str, int], profession: Profession
) -> None:
    values = {"mapping": dict(mapping), "profession": profession}
    await RosterMapping.update_or_create(defaults=values, headings=_digest(headings))


def _digest(headings: Sequence[str]) -> str:
    return sha256("\n".join(map(folded, headings)).encode()).hexdigest()
