"""Numbers that physicians are registered under, and how they are written (domain.md 4.2, 4.3).

Pure. A number of the right form proves nothing: it is a check for slips of the pen.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from instance.marking import N_

_NPI = re.compile(r"[12][0-9]{9}")
_NPI_PREFIX = "80840"
STATES = frozenset(
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ "
    "NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY PR".split()
)
_JURISDICTION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_SEPARATORS = re.compile(r"[\s.\-‐-―]+")  # noqa: RUF001


@dataclass(frozen=True)
class Form:
    """`pattern`: of a number that is upper case, without blanks, dots and dashes. `said`: what a
    person has to type, after "A licence number there has"."""

    pattern: str
    said: str


# Boards changed their forms over time; where we are not sure, anything short enough passes.
LICENCES = {
    "US-CA": Form(
        r"[ACG][0-9]{4,6}|20A[0-9]{4,6}",
        N_("A, C or G and 4 to 6 digits, or 20A and 4 to 6 digits"),
    ),
    "US-TX": Form(
        r"[A-Z][0-9]{4}|BP[0-9]{8,}", N_("a letter and 4 digits, or BP and 8 or more digits")
    ),
    "US-NY": Form(r"[0-9]{6}", N_("6 digits")),
    "US-FL": Form(
        r"ME[0-9]{4,7}|OS[0-9]+|TRN[0-9]+", N_("ME and 4 to 7 digits, or OS or TRN and digits")
    ),
    "US-PA": Form(r"MD[0-9]{6}[A-Z]?|OS[0-9]{6}", N_("MD or OS and 6 digits")),
    "US-IL": Form(r"(036|125)[0-9]{6}", N_("9 digits, the first 036 or 125")),
    "US-OH": Form(r"3[45][0-9]{6}", N_("8 digits, the first 34 or 35")),
    "US-MI": Form(r"(4301|5101)[0-9]{6}", N_("10 digits, the first 4301 or 5101")),
    "US-NJ": Form(r"25M[AB][0-9]{8}", N_("25MA or 25MB and 8 digits")),
    "US-VA": Form(r"(0101|0102)[0-9]{6}", N_("10 digits, the first 0101 or 0102")),
    "US-WA": Form(r"(MD|OP)[0-9]{8}", N_("MD or OP and 8 digits")),
    "US-IN": Form(r"0[12][0-9]{6}A", N_("01 or 02, 6 digits and A")),
    "US-WI": Form(r"[0-9]+2[01]", N_("digits that end in 20 or 21")),
    "US-MD": Form(r"[DH][0-9]{7}", N_("D or H and 7 digits")),
    "US-CO": Form(r"DR[0-9]{7}", N_("DR and 7 digits")),
    "US": Form(r"[A-Z0-9]{3,15}", N_("3 to 15 letters and digits")),
    "GB": Form(r"C?[0-9]{7}", N_("7 digits")),
    "IE": Form(r"[0-9]{6}", N_("6 digits")),
    "AU": Form(r"[A-Z]{3}[0-9]{10}", N_("MED and 10 digits")),
    "NZ": Form(r"[0-9]{5,6}", N_("5 or 6 digits")),
    "CA": Form(r"[0-9]{5,6}|CAMD[0-9]{8}", N_("5 or 6 digits, or CAMD and 8 digits")),
    "DE": Form(r"[0-9]{9}", N_("9 digits, of which the 7th fits the others")),
    "FR": Form(r"[0-9]{11}", N_("11 digits, of which the last fits the others")),
    "CH": Form(r"7601[0-9]{9}", N_("13 digits, the first 7601, of which the last fits the others")),
    "NL": Form(r"[0-9]{11}", N_("11 digits")),
    "ES": Form(r"[0-9]{9}", N_("9 digits")),
    "ZA": Form(r"MP[0-9]{7}", N_("MP and 7 digits")),
    "BR": Form(r"(CRM)?[A-Z]{2}[0-9]{4,6}", N_("CRM, 2 letters of the state and 4 to 6 digits")),
}
_ANY = Form(r"[A-Z0-9/]{3,20}", N_("3 to 20 letters and digits"))


def is_npi(text: str) -> bool:
    """Ten digits, the first 1 or 2; the last makes Luhn's sum over 80840 and all of them 0."""
    return _NPI.fullmatch(text) is not None and luhn(_NPI_PREFIX + text) % 10 == 0


def luhn(digits: str) -> int:
    """The sum of Luhn, of which 10 must be a divisor; the last digit counts once."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total


def tidy_licence(text: str) -> str:
    """As it is compared; it is stored as typed."""
    return _SEPARATORS.sub("", text).upper()


def form_of(jurisdiction: str) -> Form:
    """`jurisdiction`: ISO 3166, a country or a state."""
    country = jurisdiction.partition("-")[0]
    return LICENCES.get(jurisdiction) or LICENCES.get(country) or _ANY


def is_licence(text: str, jurisdiction: str) -> bool:
    """Whether it can be a physician's there. `jurisdiction`: ISO 3166, a country or a state."""
    number = tidy_licence(text)
    if re.fullmatch(form_of(jurisdiction).pattern, number) is None:
        return False
    check = _CHECKS.get(jurisdiction.partition("-")[0])
    return check is None or check(number)


def licence_key(text: str, jurisdiction: str) -> str:
    """As two spellings of one number are compared: some write a letter before the digits."""
    number = tidy_licence(text)
    prefix = _PREFIXES.get(jurisdiction.partition("-")[0], "")
    return number.removeprefix(prefix) if prefix else number


def is_orcid(text: str) -> bool:
    """16 digits, the last perhaps an X, ISO 7064 mod 11-2. It supports, and proves no licence."""
    number = tidy_licence(text)
    if re.fullmatch(r"[0-9]{15}[0-9X]", number) is None:
        return False
    total = 0
    for digit in number[:15]:
        total = (total + int(digit)) * 2
    return (12 - total % 11) % 11 == (10 if number[15] == "X" else int(number[15]))


@lru_cache(maxsize=1000)  # a register has the same few in every row
def jurisdiction_of(text: str, country: str) -> str:
    """A country or a state by its code: "GB", "US-MN", or the state alone where `country` is the
    United States. "" for what is none."""
    place = text.strip().upper()
    if place in STATES and country == "US":
        return f"US-{place}"
    place = "GB" if place == "UK" else place
    return place if _JURISDICTION.fullmatch(place) else ""


def _lanr(number: str) -> bool:
    """Six digits times 4 and 9 in turn; the seventh fills up to ten."""
    total = sum(int(digit) * (4, 9)[place % 2] for place, digit in enumerate(number[:6]))
    return (10 - total % 10) % 10 == int(number[6])


def _ean(number: str) -> bool:
    total = sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(number))
    return total % 10 == 0


_PREFIXES = {"GB": "C", "BR": "CRM"}
_CHECKS = {"DE": _lanr, "FR": lambda number: luhn(number) % 10 == 0, "CH": _ean}
