"""Dates in figures and in words, and what each becomes: a day counted from the first of them."""

import re
from collections.abc import Iterator

from instance.phi.clinical import LABS, Clinical, has_unit, of_an_examination
from instance.phi.date_words import named
from instance.phi.findings import Finding, Severity, Type
from instance.phi.shifting import Dated, Moment, shifted
from instance.phi.words import WORD, Text, fold

EDGE = r"(?<![\w./:+\-=<>≥≤])"
FULL = re.compile(
    EDGE + r"(\d{1,4})\s?([/.\-–])\s?(\d{1,2}|[IVX]{1,4})\s?\2\s?(\d{4}|\d{1,2}|['’]\d\d)"
    r"(?![\w/]|[.\-–:]\d)"
)
STAMPED = re.compile(EDGE + r"((?:19|20)\d\d)-(\d\d)-(\d\d)(?=T\d)")
SHORT = re.compile(r"(?<![\w./:+=<>≥≤,])(\d{1,2})([/.\-])(\d{1,2})(?![\w%/+]|[.:]\d|-\d(?!\d?/\d))")
MONTH_YEAR = re.compile(EDGE + r"(0?[1-9]|1[0-2])([/.\-])((?:19|20)\d\d)(?![\w/]|[.\-:]\d)")
YEAR_MONTH = re.compile(EDGE + r"((?:19|20)\d\d)[/\-](0[1-9]|1[0-2])(?![\w/]|[.\-:]\d)")
COMPACT = re.compile(r"(?<!\w)((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?![\w-])")
ASIAN = re.compile(r"(\d{2,4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(?:(\d{1,2})\s?[日일])?")
BIRTH_RUN = re.compile(r"(?<!\w)(\d{6}|\d{8})(?!\w)")
ORDINAL_DAY = re.compile(
    r"(?<!\w)(?:on|since|until|till|by|from|admitted|discharged|died|arrived|seen)\s(?:on\s)?the"
    r"\s(\d{1,2}(?:st|nd|rd|th))(?=\s*(?:[.,;:)!?\n]|$|and\s|with\s|at\s\d|but\s|then\s|of\sthis|of"
    r"\slast|of\sthe\smonth))",
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
CUES = frozenset(
    "on since from until till til by dated date dates doa dod adm admit admission admitted dc disch"
    " discharge discharged lmp edd edc eddy op surgery procedure ot last next appt appointment"
    " clinic"
    " followup f/u fu review due before after between as of wc commencing starting ending starts"
    " ends"
    " around circa approx ct mri mra echo tte toe tee cxr xr xray us uss usg pet ecg ekg eeg labs"
    " bloods"
    " biopsy scope colonoscopy ogd egd cath angio angiogram scan imaging bronch lp given took began"
    " seen was done underwent again back home ed er visit visited presentation presented onset dose"
    " dx diagnosis diagnosed relapse relapsed booked scheduled sent taken drawn collected reported"
    " received transfused transferred arrived died delivered delivery born dob expected"
    " through thru through am vom seit bis den le du el desde hasta del il dal em desde wef w.e.f"
    " culture cultures bcx ucx swab pcr swabbed vaccinated vaccine jab jabbed booster note progress"
    " mon tue tues wed thu thur thurs fri sat sun monday tuesday wednesday thursday friday"
    " saturday sunday ultrasound report"
    " exam letter post discharge readmitted readmission operated scanned day date: period".split()
)
NOT_DATED = frozenset(
    "scored rated graded improved increased decreased reduced titrated weaned escalated changed"
    " need"
    " needed speed indeed fed bed red shed bleed seed feed med meds advised ed".split()
)
SPANS = frozenset("for x over every past in within after about another approx took lasted".split())
SPAN_AFTER = re.compile(
    r"\s?(?:ago|hx|history|h/o|later|post|old|of\b|review|course|duration|gestation|pregnan|follow"
    r"|f/u|prior|back|apart|daily|after|rx|abx|antib|steroid|prog|worsen|increas)",
    re.IGNORECASE,
)
JOINED = re.compile(r"\s?(?:-|–|—|to|and|&|,|then|until|through|thru|/|\+)\s?")
HEADS = re.compile(r"\s?(?::|-\s|–|—|\)|\||\t)")


def find(text: Text, clinical: Clinical) -> Iterator[Finding]:
    seen: list[Dated] = []
    for date in (*_in_figures(text, clinical), *named(text, _is_birth)):
        if not any(date.start < other.end and other.start < date.end for other in seen):
            seen.append(date)
    seen.extend(_short_ones(text, clinical, seen))
    seen.sort(key=lambda date: date.start)
    days = shifted([(date.moment, date.birth) for date in seen], day_first(text))
    for date, fix in zip(seen, days, strict=True):
        weekday = WEEKDAY.search(text.before(date.start, 14))
        start = date.start - (len(weekday[0]) if weekday else 0)
        yield Finding(start, date.end, Type.DATE, date.severity, fix)
    for found in ORDINAL_DAY.finditer(text.raw):
        yield Finding(found.start(1), found.end(1), Type.DATE, Severity.WARN, None)


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
        birth = _is_birth(text, found.start())
        if not birth and _is_a_run_of_results(text, found):
            continue
        yield Dated(found.start(), found.end(), written, Severity.BLOCK, birth)
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
            severity = Severity.BLOCK if birth or _has_cue(text, found.start()) else Severity.WARN
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
        not LABS.isdisjoint(near) or (" " in found[0] and not _has_cue(text, found.start()))
    )


SLASHED = re.compile(
    r"(?<!\w)(?:d/c(?:['’]?e?d)?|f/u|w/c|r/v|s/p|p/w|o/a|a/w)\s?(?:on\s|:\s?|-\s?)?$", re.IGNORECASE
)


def _has_cue(text: Text, start: int) -> bool:
    if SLASHED.search(text.before(start, 12)):
        return True
    near = text.words_before(start, 2)
    if not near:
        return False
    nearest = near[-1]
    if text.raw[text.words[text.index_from(start) - 1].end : start].strip(" :(-–,=@~/|.\t"):
        return False
    if nearest in ("the", "approx", "around", "about", "was", "is", "date", "d") and len(near) > 1:
        return near[0] in CUES or near[0].endswith("ed")
    return nearest in CUES or (nearest.endswith("ed") and nearest not in NOT_DATED)


def _short_ones(text: Text, clinical: Clinical, known: list[Dated]) -> Iterator[Dated]:
    """A day and a month without a year: only beside something that says when."""
    taken = {position for date in known for position in range(date.start, date.end)}
    last_end = -1
    dates_end = sorted(date.end for date in known)
    for found in SHORT.finditer(text.raw):
        start, end = found.span()
        first, second = int(found[1]), int(found[3])
        fits = 1 <= first <= 31 and 1 <= second <= 31 and min(first, second) <= 12
        if start in taken or not fits or clinical.covers(start) or found[0][0] == "0" == found[2]:
            continue
        if not _says_when(text, found, max([last_end, *(e for e in dates_end if e <= start)])):
            continue
        last_end = end
        moment = Moment(first, second, 0, numeric=True)
        yield Dated(start, end, moment, Severity.BLOCK, _is_birth(text, start))


def _says_when(text: Text, found: re.Match[str], last_end: int) -> bool:
    start, end = found.span()
    if has_unit(text, end) or of_an_examination(text, start, end):
        return False
    follows = last_end >= 0 and JOINED.fullmatch(text.raw, last_end, start) is not None
    if found[2] == "/" and found[3] in ("7", "12", "52") and not follows:
        near = text.words_before(start, 1)
        if SPANS.intersection(near) or SPAN_AFTER.match(text.raw, end):
            return False
    if (found[2] == "/" and found[3] == "24") or (found[2] == "/" and found[1] == found[3] == "7"):
        return False
    if _is_a_step_of_scores(text, found):
        return False
    if found[2] != "/":
        ends = text.raw[end : end + 1]
        return _has_cue(text, start) and (
            (found[2] == "." and ends == ".")
            or (
                found[2] == "-"
                and text.words_before(start, 1)[-1:] in (("on",), ("dated",), ("lmp",))
            )
        )
    opens_line = not text.raw[max(0, start - 60) : start].rpartition("\n")[2].strip(" \t-*•(|[")
    return (
        follows
        or _has_cue(text, start)
        or _begins_a_range(text, found)
        or (opens_line and bool(HEADS.match(text.raw, end)))
    )


_RANGE = re.compile(r"\s?[-–]\s?(\d{1,2})/(\d{1,2})(?![\d/])")


def _begins_a_range(text: Text, found: re.Match[str]) -> bool:
    """ "3/4-3/9": two that rise, and no whole that a score would have."""
    ends = _RANGE.match(text.raw, found.end())
    if ends is None or found[3] == ends[2]:
        return False
    first, last = (int(found[1]), int(found[3])), (int(ends[1]), int(ends[2]))
    return max(last) <= 31 and min(last) <= 12 and (first < last or first[::-1] < last[::-1])


_STEP = re.compile(r"\s?(?:to|->|→|-|and|then|&)\s?\d{1,2}/(\d{1,2})(?!\d)")
_STEPPED = re.compile(r"\d{1,2}/(\d{1,2})\s?(?:to|->|→|-|and|then|&)\s?$")


def _is_a_step_of_scores(text: Text, found: re.Match[str]) -> bool:
    """ "From 5/5 to 3/5": the same whole twice, and a whole that scores have."""
    if found[3] not in ("3", "4", "5", "6", "10"):
        return False
    behind = _STEP.match(text.raw, found.end())
    ahead = _STEPPED.search(text.before(found.start(), 14))
    other = behind or ahead
    return other is not None and other[1] == found[3] and found[3] in ("5", "10", "4")
