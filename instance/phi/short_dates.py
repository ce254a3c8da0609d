"""A day and a month in figures without a year: a date only beside something that says when."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator

from instance.phi.clinical import Clinical, has_unit, of_an_examination
from instance.phi.findings import Severity
from instance.phi.shifting import Dated, Moment
from instance.phi.words import Text

SHORT = re.compile(r"(?<![\w./:+=<>≥≤,])(\d{1,2})([/.\-])(\d{1,2})(?![\w%/+]|[.:]\d|-\d(?!\d?/\d))")
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
    " exam letter post discharge readmitted readmission operated scanned day date: period check"
    " today yesterday tonight tomorrow rtc tx start started stopped seit".split()
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
OPENING = re.compile(r"[ \t\-*•(|\[]+|(?<!\w)\d{1,2}\)\s")
NOTED = re.compile(r"\s[^\W\d_]")
WHOLES = frozenset((15, 16, 18, 20, 24, 25, 27, 28, 30))
DIAGNOSED = frozenset("since diagnosed dx relapse relapsed until dated op from".split())
_ON = frozenset((word,) for word in "on of vom am dated commencing seit since date".split())
HEADS = re.compile(r"\s?(?::|-\s|–|—|\)|\||\t)")
SLASHED = re.compile(
    r"(?<!\w)(?:(?:d/c(?:['’]?e?d)?|f/u|w/c|r/v|s/p|p/w|o/a|a/w)\s?(?:on\s|:\s?|-\s?)?"
    r"|s/p\s[\w\-]{2,12}\s(?:[\w\-]{2,12}\s)?)$",
    re.IGNORECASE,
)


def has_cue(text: Text, start: int) -> bool:
    if SLASHED.search(text.before(start, 36)):
        return True
    near = text.words_before(start, 2)
    if not near:
        return False
    nearest = near[-1]
    if text.raw[text.words[text.index_from(start) - 1].end : start].strip(" :(-–,=@~/|.\t"):
        return False
    if nearest in ("the", "approx", "around", "about", "was", "is", "date", "d") and len(near) > 1:
        return near[0] in CUES or near[0].endswith("ed")
    return nearest in CUES or (nearest.endswith(("ed", "'d")) and nearest not in NOT_DATED)


def find(
    text: Text, clinical: Clinical, known: list[Dated], is_birth: Callable[[Text, int], bool]
) -> Iterator[Dated]:
    taken = {position for date in known for position in range(date.start, date.end)}
    last_end = -1
    dates_end = sorted(date.end for date in known)
    for found in SHORT.finditer(text.raw):
        start, end = found.span()
        first, second = int(found[1]), int(found[3])
        fits = 1 <= first <= 31 and 1 <= second <= 31 and min(first, second) <= 12
        if start in taken or not fits or clinical.covers(start):
            continue
        before = dates_end[bisect_right(dates_end, start) - 1] if dates_end else -1
        severity = _weight(text, found, max(last_end, before if before <= start else -1))
        if severity is None:
            continue
        last_end = end
        moment = Moment(first, second, 0, numeric=True)
        yield Dated(start, end, moment, severity, is_birth(text, start))


def _weight(text: Text, found: re.Match[str], last_end: int) -> Severity | None:
    start, end = found.span()
    if has_unit(text, end) or of_an_examination(text, start, end):
        return None
    if found[2] != "/":
        return _of_points(text, found)
    follows = last_end >= 0 and JOINED.fullmatch(text.raw, last_end, start) is not None
    if _is_a_span(text, found) and not follows:
        return None
    if _is_no_day(text, found) or _is_a_step_of_scores(text, found):
        return None
    opens_line = _opens_line(text, start)
    if (
        follows
        or has_cue(text, start)
        or _begins_a_range(text, found)
        or (opens_line and bool(HEADS.match(text.raw, end)))
    ):
        return Severity.BLOCK
    listed = last_end >= 0 and text.raw[:start].rstrip(" (")[-1:] in (",", ";", ".", ")", "\n")
    if listed and HEADS.match(text.raw, end):
        return Severity.BLOCK
    if found[1][0] == "0" or found[3][0] == "0":
        return Severity.WARN  # nobody pads a score
    if _is_a_day_beyond_doubt(found) and (listed or opens_line) and NOTED.match(text.raw, end):
        return Severity.WARN
    bracketed = text.raw[start - 1 : start] in ("(", "[") and text.raw[end : end + 1] in (")", "]")
    cued = not CUES.isdisjoint(text.words_before(start, 3))
    return Severity.WARN if bracketed and (cued or int(found[1]) > 12) else None


def _opens_line(text: Text, start: int) -> bool:
    line = text.raw[max(0, start - 60) : start].rpartition("\n")[2]
    return not OPENING.sub("", line)


def _is_a_span(text: Text, found: re.Match[str]) -> bool:
    """ "5/7", "2/52", "3/12": so many days, weeks, months."""
    if found[3] not in ("7", "12", "52"):
        return False
    near = text.words_before(found.start(), 1)
    return bool(SPANS.intersection(near)) or SPAN_AFTER.match(text.raw, found.end()) is not None


def _is_no_day(text: Text, found: re.Match[str]) -> bool:
    near = text.words_before(found.start(), 1)
    if found[3] == "24":  # hours of a day, unless it is the month of a diagnosis
        return DIAGNOSED.isdisjoint(near)
    if found[3] == "8" and near in (("er",), ("pr",)):
        return True  # an Allred score
    return found[1] == found[3] == "7"


def _of_points(text: Text, found: re.Match[str]) -> Severity | None:
    """ "14.3." and "14-03", which are decimals and ranges more often."""
    start, end = found.span()
    nearest = text.words_before(start, 1)[-1:]
    points = found[2] == "." and text.raw[end : end + 1] == "."
    if points and has_cue(text, start):
        return Severity.BLOCK
    if nearest in (("on",), ("dated",), ("lmp",)) and (found[2] == "-" or len(found[3]) == 2):
        return Severity.BLOCK if found[2] == "-" else Severity.WARN
    if len(found[1]) == len(found[3]) == 2 and nearest in _ON and has_cue(text, start):
        return Severity.WARN
    opens = points and _opens_line(text, start) and NOTED.match(text.raw, end + 1)
    return Severity.WARN if opens and int(found[3]) <= 12 else None


def _is_a_day_beyond_doubt(found: re.Match[str]) -> bool:
    """One part is no month, and no score has the other as its whole."""
    first, second = int(found[1]), int(found[3])
    return (first > 12 >= second) or (first <= 12 < second and second not in WHOLES)


_RANGE = re.compile(r"\s?[-–]\s?(\d{1,2})/(\d{1,2})(?![\d/])")


def _begins_a_range(text: Text, found: re.Match[str]) -> bool:
    """ "3/4-3/9": two that rise, and no whole that a score would have."""
    ends = _RANGE.match(text.raw, found.end())
    if ends is None or (found[3] == ends[2] and int(ends[1]) <= int(ends[2])):
        return False
    first, last = (int(found[1]), int(found[3])), (int(ends[1]), int(ends[2]))
    return max(last) <= 31 and min(last) <= 12 and (first < last or first[::-1] < last[::-1])


_STEP = re.compile(r"\s?(?:to|->|→|-|and|then|&)\s?(\d{1,2})/(\d{1,2})(?!\d)")
_STEPPED = re.compile(r"(\d{1,2})/(\d{1,2})\s?(?:to|->|→|-|and|then|&)\s?$")


def _is_a_step_of_scores(text: Text, found: re.Match[str]) -> bool:
    """ "From 5/5 to 3/5": the same whole twice, a whole that scores have, and not above it."""
    if found[3] not in ("4", "5", "10"):
        return False
    other = _STEP.match(text.raw, found.end()) or _STEPPED.search(text.before(found.start(), 14))
    if other is None or other[2] != found[3]:
        return False
    return max(int(found[1]), int(other[1])) <= int(found[3])
