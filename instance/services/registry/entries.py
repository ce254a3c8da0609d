"""What a row of a register says: which numbers, and whose. Pure; columns by their headings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from instance import credentials, taxonomy
from instance.errors import FormRefused
from instance.names import folded

_LAST = "Provider Last Name (Legal Name)"
_STATE = "Provider Business Practice Location Address State Name"
_MOST = 15  # taxonomies, and licences, of one person
_NEEDED = ("NPI", "Entity Type Code", _LAST, "Provider First Name", "NPI Deactivation Date")
_PERSON = "1"  # 2: an organisation
_LIST_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "number": (
        *("number", "licence number", "license number", "registration number", "reg no"),
        *("gmc ref no", "gmc reference number", "gmc number", "registration no", "licence"),
    ),
    "name": ("name", "full name"),
    "given": ("given name", "given names", "first name", "forename", "forenames"),
    "family": ("family name", "surname", "last name"),
    "jurisdiction": ("jurisdiction", "country", "state", "country or state"),
    "status": ("status", "registration status", "licence status", "license status"),
}
_ACTIVE = frozenset(
    (
        *("active", "current", "registered", "valid", "in good standing", "yes"),
        *("registered with licence", "registered with a licence to practise"),
    )
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One number, and whose it is; names folded."""

    number: str
    jurisdiction: str
    given: str
    families: tuple[str, ...]
    professions: tuple[str, ...]
    places: tuple[str, ...]
    specialties: tuple[str, ...]
    is_active: bool
    replaced_by: str = ""


class Nppes:
    """The file of the United States. People report themselves: it proves no licence.

    Who was deactivated is a stub with nothing but the NPI and the day. Neither `Provider Sex Code`
    nor its former name is asked for: no match needs it.
    """

    def __init__(self, headings: Sequence[str]) -> None:
        self._at = {name: number for number, name in enumerate(headings)}
        missing = [name for name in _NEEDED if name not in self._at]
        if missing:
            raise FormRefused({"file": f"This is no file of NPPES: no column {missing[0]}."})
        self._taxonomies = self._columns("Healthcare Provider Taxonomy Code_{}")
        self._primary = self._columns("Healthcare Provider Primary Taxonomy Switch_{}")
        self._licences = self._columns("Provider License Number_{}")
        self._states = self._columns("Provider License Number State Code_{}")

    def of(self, row: Sequence[str]) -> Iterator[Entry]:
        """The NPI first, then the licences. Nothing of an organisation. Raises ValueError for a row
        that is none."""
        npi, left = self._cell(row, "NPI"), self._cell(row, "NPI Deactivation Date")
        kind = self._cell(row, "Entity Type Code")
        if not credentials.is_npi(npi):
            raise ValueError("no NPI")
        if kind != _PERSON and (kind or not left):
            return
        is_active = not left or _day(self._cell(row, "NPI Reactivation Date")) >= _day(left)
        families = (self._cell(row, _LAST), self._cell(row, "Provider Other Last Name"))
        licences = self._licences_of(row)
        codes = self._codes(row)
        said = {
            "given": folded(self._cell(row, "Provider First Name")),
            "families": tuple(dict.fromkeys(filter(None, map(folded, families)))),
            "professions": tuple(sorted({taxonomy.profession_of(code) for code in codes})),
            "specialties": tuple(filter(None, dict.fromkeys(map(taxonomy.specialty_of, codes)))),
            "is_active": is_active,
            "replaced_by": self._cell(row, "Replacement NPI"),
        }
        practice = credentials.jurisdiction_of(self._cell(row, _STATE), "US")
        places = tuple(sorted({place for place, _ in licences} | ({practice} - {""})))
        yield Entry(npi, "US", places=places, **said)  # type: ignore[arg-type]
        for place, number in licences:
            yield Entry(number, place, places=(place,), **said)  # type: ignore[arg-type]

    def newest(self, row: Sequence[str]) -> str:
        """The day of its last change, as ISO; "" where it has none."""
        month, _, rest = self._cell(row, "Last Update Date").partition("/")
        day, _, year = rest.partition("/")
        return f"{year}-{month}-{day}" if len(year) == 4 else ""

    def _licences_of(self, row: Sequence[str]) -> list[tuple[str, str]]:
        found = {
            (place, credentials.licence_key(number, place)): None
            for at, where in zip(self._licences, self._states, strict=False)
            if (number := row[at].strip())
            and (place := credentials.jurisdiction_of(row[where], "US"))
        }
        return [(place, key) for place, key in found if 0 < len(key) <= 20]

    def _codes(self, row: Sequence[str]) -> list[str]:
        """Of the taxonomies, the primary one first."""
        marks = {at: row[mark] for at, mark in zip(self._taxonomies, self._primary, strict=False)}
        held = [at for at in self._taxonomies if row[at]]
        return [row[at] for at in sorted(held, key=lambda at: marks.get(at) != "Y")]

    def _cell(self, row: Sequence[str], name: str) -> str:
        at = self._at.get(name)
        return row[at].strip() if at is not None else ""

    def _columns(self, name: str) -> list[int]:
        wanted = (name.format(number) for number in range(1, _MOST + 1))
        return [self._at[one] for one in wanted if one in self._at]


class Listed:
    """A list of another country: number, name, and where it has them jurisdiction and status."""

    def __init__(self, headings: Sequence[str], jurisdiction: str) -> None:
        by_name = {folded(name): number for number, name in enumerate(headings)}
        self._at = {
            field: next((by_name[name] for name in names if name in by_name), -1)
            for field, names in _LIST_COLUMNS.items()
        }
        self._jurisdiction = jurisdiction
        has_name = self._at["name"] >= 0 or min(self._at["given"], self._at["family"]) >= 0
        if self._at["number"] < 0 or not has_name:
            raise FormRefused(
                {"file": "It needs the headings number, and name or given and family name."}
            )
        if self._at["jurisdiction"] < 0 and not jurisdiction:
            raise FormRefused({"file": "It has no column jurisdiction. Say it: --jurisdiction GB."})

    def of(self, row: Sequence[str]) -> Iterator[Entry]:
        """Raises ValueError for a row without a number, a name or a place."""
        cells = {name: row[at].strip() if at >= 0 else "" for name, at in self._at.items()}
        country = self._jurisdiction.partition("-")[0]
        said = cells["jurisdiction"]
        place = credentials.jurisdiction_of(said, country) if said else self._jurisdiction
        key = credentials.licence_key(cells["number"], place)
        given, family = _parts(cells)
        if not place or not 0 < len(key) <= 20 or not given or not family:
            raise ValueError("incomplete")
        yield Entry(
            number=key,
            jurisdiction=place,
            given=given,
            families=(family,),
            professions=("physician",),
            places=(place,),
            specialties=(),
            is_active=self._at["status"] < 0 or folded(cells["status"]) in _ACTIVE,
        )

    def newest(self, row: Sequence[str]) -> str:
        return ""


def _parts(cells: Mapping[str, str]) -> tuple[str, str]:
    """Given and family name, folded; of a whole name its last word is the family name, if no comma
    says otherwise."""
    if cells["family"]:
        return folded(cells["given"]), folded(cells["family"])
    family, comma, given = cells["name"].partition(",")
    if comma:
        return folded(given), folded(family)
    *rest, last = folded(cells["name"]).split() or [""]
    return " ".join(rest), last


def _day(text: str) -> date:
    """As NPPES writes it, MM/DD/YYYY; long ago for none. Raises ValueError."""
    if not text:
        return date.min
    month, day, year = map(int, text.split("/"))
    return date(year, month, day)
