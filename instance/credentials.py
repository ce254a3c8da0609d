"""Numbers that physicians are registered under, and how they are written (domain.md 4.2, 4.3).

Pure. A number of the right form proves nothing: it is a check for slips of the pen.
"""

import re

_NPI = re.compile(r"[12][0-9]{9}")
_NPI_PREFIX = "80840"
# By jurisdiction: what a licence looks like once it is upper case, without blanks, dots and dashes.
# Boards changed their forms over time; where we are not sure, anything short enough passes.
LICENCES = {
    "US-CA": r"[ACG][0-9]{4,6}|20A[0-9]{4,6}",
    "US-TX": r"[A-Z][0-9]{4}|BP[0-9]{8,}",
    "US-NY": r"[0-9]{6}",
    "US-FL": r"ME[0-9]{4,7}|OS[0-9]+|TRN[0-9]+",
    "US-PA": r"MD[0-9]{6}[A-Z]?|OS[0-9]{6}",
    "US-IL": r"(036|125)[0-9]{6}",
    "US-OH": r"3[45][0-9]{6}",
    "US-MI": r"(4301|5101)[0-9]{6}",
    "US-NJ": r"25M[AB][0-9]{8}",
    "US-VA": r"(0101|0102)[0-9]{6}",
    "US-WA": r"(MD|OP)[0-9]{8}",
    "US-IN": r"0[12][0-9]{6}A",
    "US-WI": r"[0-9]+2[01]",
    "US-MD": r"[DH][0-9]{7}",
    "US-CO": r"DR[0-9]{7}",
    "US": r"[A-Z0-9]{3,15}",
    "GB": r"C?[0-9]{7}",
    "IE": r"[0-9]{6}",
    "AU": r"[A-Z]{3}[0-9]{10}",
    "NZ": r"[0-9]{5,6}",
    "CA": r"[0-9]{5,6}|CAMD[0-9]{8}",
    "DE": r"[0-9]{9}",
    "FR": r"[0-9]{11}",
    "CH": r"7601[0-9]{9}",
    "NL": r"[0-9]{11}",
}
_ANY = r"[A-Z0-9/]{3,20}"
_SEPARATORS = re.compile(r"[\s.\-‐-―]+")  # noqa: RUF001


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


def is_licence(text: str, jurisdiction: str) -> bool:
    """Whether it can be a physician's there. `jurisdiction`: ISO 3166, a country or a state."""
    country = jurisdiction.partition("-")[0]
    form = LICENCES.get(jurisdiction) or LICENCES.get(country) or _ANY
    number = tidy_licence(text)
    if re.fullmatch(form, number) is None:
        return False
    check = _CHECKS.get(country)
    return check is None or check(number)


def _lanr(number: str) -> bool:
    """Six digits times 4 and 9 in turn; the seventh fills up to ten."""
    total = sum(int(digit) * (4, 9)[place % 2] for place, digit in enumerate(number[:6]))
    return (10 - total % 10) % 10 == int(number[6])


def _ean(number: str) -> bool:
    total = sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(number))
    return total % 10 == 0


_CHECKS = {"DE": _lanr, "FR": lambda number: luhn(number) % 10 == 0, "CH": _ean}
