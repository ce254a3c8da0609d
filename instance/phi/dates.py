"""Dates in figures and in words, and what each becomes: a day counted from the first of them."""

import re
from collections.abc import Iterator

from instance.phi import short_dates
from instance.phi.clinical import LABS, Clinical, has_unit
from instance.phi.date_words import named
from instance.phi.findings import Finding, Severity, Type
from instance.phi.shifting import Dated, Moment, shifted
from instance.phi.short_dates import has_cue
from instance.phi.words import WORD, Text, fold

EDGE = r"(?<![\w./:+\-=<>≥≤])"
# Behind the first date of a range too, and glued to what it is of: "MRI_12-11-2025", "DOB=4-2-50".
INNER = r"(?:(?<![\w./:+\-<>≥≤])|(?<=[/.]\d\d[\-–])|(?<=[/.]\d{4}[\-–])|(?<=[A-Za-z]{2})|(?<=_))"
FULL = re.compile(
    INNER + r"(\d{1,4})\s?([/.\-–])\s?(\d{1,2}|[IVX]{1,4})\s?\2\s?(\d{4}|\d{1,2}|['’]\d\d)"
    r"(?![\w/]|[.:]\d|[\-–]\d(?!\d?[/.]\d))"
)
SPACED = re.compile(r"(?<![\w./,])(\d\d?)([ |])(\d\d?)\2((?:19|20)\d\d)(?!\w)")
STAMPED = re.compile(EDGE + r"((?:19|20)\d\d)-(\d\d)-(\d\d)(?=T\d)")
MONTH_YEAR = re.compile(EDGE + r"(0?[1-9]|1[0-2])([/.\-])((?:19|20)\d\d)(?![\w/]|[.\-:]\d)")
YEAR_MONTH = re.compile(EDGE + r"((?:19|20)\d\d)[/\-](0[1-9]|1[0-2])(?![\w/]|[.\-:]\d)")
COMPACT = re.compile(
    r"(?:(?<!\w)|(?<=_)|(?<=[A-Z][A-Z]))((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?![^\W_]|-)"
)
ASIAN = re.compile(r"(\d{2,4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(?:(\d{1,2})\s?[日일])?")
BIRTH_RUN = re.compile(r"(?<!\w)(\d{6}|\d{8})(?!\w)")
ORDINAL_DAY = re.compile(
    r"(?<!\w)(?:on|since|until|till|by|from|admitted|discharged|died|arrived|seen)\s(?:on\s)?(the"
    r"\s\d{1,2}(?:st|nd|rd|th)(?:\sof\s(?:this|last|the|next)(?:\smonth)?)?)(?=\s*(?:[.,;:)!?\n]|$"
    r"|and\s|with\s|at\s\d|but\s|then\s))"
    r"|(?<!\w)((?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?,?\s(?:the\s)?"
    r"\d{1,2}(?:st|nd|rd|th))(?!\w)",
    re.IGNORECASE,
)
WEEKDAY = re.compile(
    r"(?<!\w)(?:mon|tues?|wed(?:nes)?|thu(?:r|rs)?|fri|sat(?:ur)?|sun)(?:day)?[\s,.]{1,2}(?:the\s)?$",
    re.IGNORECASE,
)
CLAUSE = re.compile(r"[\d;\n|]|\.\s(?=[A-Z])")
BIRTH = frozenset(
    "dob d.o.b born birth birthdate birthday bday b'day nee ne nata nato geboren geb nacida nacido"
    " nascimento nacimiento naissance geboortedatum fodd fodt bd".split()
)


def find(text: Text, clinical: Clinical) -> Iterator[Finding]:
    seen: list[Dated] = []
    taken: set[int] = set()
    for date in (*_in_figures(text, clinical), *named(text, _is_birth)):
        if taken.isdisjoint(range(date.start, date.end)):
            seen.append(date)
            taken.update(range(date.start, date.end))
    seen.extend(short_dates.find(text, clinical, seen, _is_birth))
    seen.sort(key=lambda date: date.start)
    days = shifted([(date.moment, date.birth) for date in seen], day_first(text))
    for date, fix in zip(seen, days, strict=True):
        weekday = WEEKDAY.search(text.before(date.start, 14))
        start = date.start - (len(weekday[0]) if weekday else 0)
        yield Finding(start, date.end, Type.DATE, date.severity, fix)
    for found in ORDINAL_DAY.finditer(text.raw):
        if taken.isdisjoint(range(*found.span(found.lastindex or 0))):
            yield Finding(*found.span(found.lastindex or 0), Type.DATE, Severity.WARN, None)


def day_first(text: Text) -> bool:
    """Whether this text writes the day before the month, as far as its own dates tell."""
    if re.search(r"(?<!\d)\d{1,2}\.\d{1,2}\.(?:19|20)?\d\d(?!\d)", text.raw):
        return True
    tells = re.search(r"(?<![\d/.\-])(?:1[3-9]|2\d|3[01])[/\-]\d{1,2}[/\-]\d{2,4}", text.raw)
    return tells is not None


def _is_birth(text: Text, start: int) -> bool:
    clause = CLAUSE.split(text.before(start, 32))[-1]
    near = [fold(word) for word in WORD.findall(clause)][-3:]
    return bool(BIRTH.intersection(near)) or near == ["d", "o", "b"]


def _in_figures(text: Text, clinical: Clinical) -> Iterator[Dated]:
    for found in STAMPED.finditer(text.raw):
        moment = Moment(int(found[3]), int(found[2]), int(found[1]))
        yield Dated(
            found.start(), found.end(), moment, Severity.BLOCK, _is_birth(text, found.start())
        )
    for found in FULL.finditer(text.raw):
        written = _full(found[1], found[3], found[4].lstrip("'’"))
        if written is None or clinical.covers(found.start()):
            continue
        if len(found[4]) != 4 and text.before(found.start(), 1).isalpha():
            continue
        birth = _is_birth(text, found.start())
        if not birth and _is_a_run_of_results(text, found):
            continue
        yield Dated(found.start(), found.end(), written, Severity.BLOCK, birth)
    for found in SPACED.finditer(text.raw):
        moment_or_none = _full(found[1], found[3], found[4])
        if moment_or_none and (_is_birth(text, found.start()) or has_cue(text, found.start())):
            birth = _is_birth(text, found.start())
            yield Dated(found.start(), found.end(), moment_or_none, Severity.BLOCK, birth)
    for found in ASIAN.finditer(text.raw):
        moment = Moment(int(found[3] or 0), int(found[2]), _year(found[1]))
        birth = "生" in text.after(found.end(), 3)
        yield Dated(found.start(), found.end(), moment, Severity.BLOCK, birth)
    yield from _without_a_day(text, clinical)
    yield from _unbroken(text, clinical)


def _without_a_day(text: Text, clinical: Clinical) -> Iterator[Dated]:
    for expression, month, year in ((MONTH_YEAR, 1, 3), (YEAR_MONTH, 2, 1)):
        for found in expression.finditer(text.raw):
            near = text.words_before(found.start(), 3)
            if clinical.covers(found.start()) or not {"titre", "titer", "dilution"}.isdisjoint(
                near
            ):
                continue
            if (
                found[month] == "1"
                and text.after(found.end(), 3).strip()[:1].isalpha()
                and not near
            ):
                continue
            moment = Moment(0, int(found[month]), int(found[year]))
            birth = _is_birth(text, found.start())
            severity = Severity.BLOCK if birth else Severity.WARN
            yield Dated(found.start(), found.end(), moment, severity, birth)


def _unbroken(text: Text, clinical: Clinical) -> Iterator[Dated]:
    for found in COMPACT.finditer(text.raw):
        if not clinical.covers(found.start()) and not has_unit(text, found.end()):
            moment = Moment(int(found[3]), int(found[2]), int(found[1]))
            birth = _is_birth(text, found.start())
            severity = Severity.BLOCK if birth or has_cue(text, found.start()) else Severity.WARN
            yield Dated(found.start(), found.end(), moment, severity, birth)
    for found in BIRTH_RUN.finditer(text.raw):
        if _is_birth(text, found.start()):
            yield Dated(found.start(), found.end(), Moment(0, 0, 0), Severity.BLOCK, True)


def _full(first: str, middle: str, last: str) -> Moment | None:
    month = _roman(middle) if not middle.isdigit() else int(middle)
    if len(first) == 4 or (len(first) == 3 or len(last) == 1):
        year, day = int(first), int(last)
        fits = len(first) == 4 and 1900 <= year <= 2099 and 1 <= month <= 12 and 1 <= day <= 31
        return Moment(day, month, year) if fits else None
    day, year = int(first), _year(last)
    if len(last) == 4 and not 1850 <= year <= 2099:
        return None
    if not (1 <= day <= 31 and 1 <= month <= 31 and min(day, month) <= 12):
        return None
    return Moment(day, month, year, numeric=True)


def _roman(middle: str) -> int:
    order = "I II III IV V VI VII VIII IX X XI XII".split()
    return order.index(middle) + 1 if middle in order else 99


def _year(digits: str) -> int:
    year = int(digits)
    return year if year > 99 else year + (2000 if year < 40 else 1900)


def _is_a_run_of_results(text: Text, found: re.Match[str]) -> bool:
    """Three small numbers in a row are as often results as a date, when a test stands before."""
    if len(found[4]) == 4 or len(found[1]) == 4:
        return False
    near = text.words_before(found.start(), 2)
    if has_unit(text, found.end()):
        return True
    return found[2] in "-–." and (
        not LABS.isdisjoint(near) or (" " in found[0] and not has_cue(text, found.start()))
    )
