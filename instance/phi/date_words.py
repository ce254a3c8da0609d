"""Dates with a month in words, in the languages of the list, and feast days."""

import re
from collections.abc import Callable, Iterator
from functools import cache

from instance.phi.clinical import UNIT
from instance.phi.findings import Severity
from instance.phi.shifting import Dated, Moment
from instance.phi.words import Text, Word, fold, lines

BEFORE = re.compile(
    r"(?<![\w.,/])(?:(\d{1,2})\s?(?:-|–|/|to|and|&)\s?)?(\d{1,2})(?:st|nd|rd|th|er|re|º|ª|\.)?"
    r"(?:\s?(?:of|de|di|do|d['’])\s?|[\s./\-–_]{0,3})$",
    re.IGNORECASE,
)
AFTER = re.compile(
    r"[\s.,/\-–'’_]{0,3}(?:(?:the|de|del)\s)?(\d{1,2})(?:st|nd|rd|th|º|\.)?"
    r"(?:\s?(?:-|–|to|and|&)\s?\d{1,2}(?:st|nd|rd|th)?)?(?![\w%]|[.,:]\d)",
    re.IGNORECASE,
)
YEAR = re.compile(
    r"[\s.,/\-–_]{0,3}(?:(?:of|de|del|do)\s)?((?:19|20)\d\d)(?!\d|\s?(?:mg|ml|units))"
)
SHORT_YEAR = re.compile(r"(?:[\s.]?['’]|[\s.,/\-–]{1,2})(\d\d)(?![\w%/]|[.:]\d)")
GLUED_YEAR = re.compile(r"((?:19|20)?\d\d)(?!\w)")
PROSE = re.compile(
    r"(?<!\w)(?:in|since|last|until|till|early|late|mid|from|by|this|next|of|to|between|before"
    r"|after|around|and|through)[\s\-](?:early|late|mid|last|this|next)?[\s\-]?$",
    re.IGNORECASE,
)
PART = re.compile(r"(?<!\w)(?:early|mid|late)[\s\-]$", re.IGNORECASE)
ENGLISH = frozenset(
    "january february march april may june july august september october november december jan feb"
    " apr jun jul aug sept oct nov dec".split()
)
MONTH_FIRST = ENGLISH | {"mar", "sep"}
WORDY = frozenset("may march mar dec sep jan mai mei mars maj ago des avr out set marca".split())
_UNITS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()
_TEENS = (
    "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split()
)
ORDINALS = {
    **{word: day for day, word in enumerate((*_UNITS, *_TEENS), 1)},
    **{f"twenty-{word}": day for day, word in enumerate(_UNITS[:9], 21)},
    **{"thirtieth": 30, "thirty-first": 31},
}
SPOKEN_BEFORE = re.compile(r"(?<!\w)([a-z]{5,7}(?:[\s-][a-z]{5,7})?)\s(?:of\s)?$", re.IGNORECASE)
SPOKEN_AFTER = re.compile(r"\s(?:the\s)?([a-z]{5,7}(?:[\s-][a-z]{5,7})?)(?!\w)", re.IGNORECASE)
FEASTS = re.compile(
    r"(?<!\w)(christmas(?:\s(?:eve|day))?|xmas(?:\s(?:eve|day))?|boxing\sday|new\syear['’]?s?"
    r"(?:\s(?:eve|day))|thanksgiving|easter(?:\s(?:sunday|monday))?|good\sfriday|halloween|diwali"
    r"|valentine['’]?s?\sday|(?:fourth|4th)\sof\sjuly|(?:independence|labou?r|memorial|canada"
    r"|australia|anzac|bastille|mother['’]?s|father['’]?s|st\.?\spatrick['’]?s|republic)\sday"
    r"|bonfire\snight|hanukkah|(?:chinese|lunar)\snew\syear|eid(?:\sal-\w{4,5})?)(?!\w)"
    r"(?!\s(?:tree|disease|factor|bush))",
    re.IGNORECASE,
)


@cache
def months() -> dict[str, int]:
    rows = (line.split() for line in lines("months"))
    return {fold(name): int(row[0]) for row in rows for name in row[1:]}


def named(text: Text, is_birth: Callable[[Text, int], bool]) -> Iterator[Dated]:
    for word in text.words:
        first = word.folded.partition("-")[0]
        month = months().get(word.folded) or (months().get(first) if "-" in word.folded else None)
        found = _around(text, word, month) if month else None
        if found is None:
            continue
        start, end, moment = found
        birth = is_birth(text, start)
        severity = Severity.BLOCK if moment.day or birth else Severity.WARN
        yield Dated(start, end, moment, severity, birth)
    for feast in FEASTS.finditer(text.raw):
        yield Dated(feast.start(), feast.end(), Moment(0, 0, 0), Severity.WARN, False)


def _around(text: Text, word: Word, month: int) -> tuple[int, int, Moment] | None:
    before = BEFORE.search(text.before(word.start, 24))
    if before and 1 <= int(before[2]) <= 31:
        start = word.start - (len(before.string) - before.start())
        end, year = _year(text, word.end)
        if word.folded in WORDY and not year and word.raw.islower() and _is_a_number(before):
            return None
        return start, end, Moment(int(before[1] or before[2]), month, year)
    after = AFTER.match(text.raw, word.end) if word.folded in MONTH_FIRST else None
    if after and 1 <= int(after[1]) <= 31 and not UNIT.match(text.raw, after.end()):
        end, year = _year(text, after.end())
        if year or not (word.folded in WORDY and word.raw.islower()):
            return word.start, end, Moment(int(after[1]), month, year)
    return _spoken(text, word, month) or _without_a_day(text, word, month)


def _is_a_number(before: re.Match[str]) -> bool:
    """ "5 may" and "2 des": a number before a word that is only sometimes a month."""
    return not re.search(r"(?:st|nd|rd|th|of|de|[./\-])\s?$", before[0], re.IGNORECASE)


def _year(text: Text, end: int) -> tuple[int, int]:
    for expression in (YEAR, SHORT_YEAR, GLUED_YEAR):
        found = expression.match(text.raw, end)
        if found and not (expression is SHORT_YEAR and UNIT.match(text.raw, found.end())):
            year = int(found[1])
            if expression is SHORT_YEAR and found[0][0] in " ," and year > 39:
                continue
            return found.end(), year if year > 99 else year + (2000 if year < 40 else 1900)
    return end, 0


def _spoken(text: Text, word: Word, month: int) -> tuple[int, int, Moment] | None:
    before = SPOKEN_BEFORE.search(text.before(word.start, 24))
    if before:
        for spoken in (before[1], before[1].split()[-1]):
            day = ORDINALS.get(spoken.lower().replace(" ", "-"))
            if day:
                begins = word.start - (len(before.string) - before.end(1)) - len(spoken)
                end, year = _year(text, word.end)
                return begins, end, Moment(day, month, year)
    after = SPOKEN_AFTER.match(text.raw, word.end)
    if after and word.raw[0].isupper():
        for spoken in (after[1], after[1].split()[0]):
            day = ORDINALS.get(spoken.lower().replace(" ", "-"))
            if day:
                end, year = _year(text, after.start(1) + len(spoken))
                return word.start, end, Moment(day, month, year)
    return None


def _without_a_day(text: Text, word: Word, month: int) -> tuple[int, int, Moment] | None:
    end, year = _year(text, word.end)
    if year and not (word.folded in WORDY and word.raw.islower()):
        if word.folded not in ("ago", "mayo") or year > 1900:
            return word.start, end, Moment(0, month, year)
    if (
        word.folded in ENGLISH
        and word.raw[0].isupper()
        and PROSE.search(text.before(word.start, 18))
    ):
        if word.folded != "may" or not text.raw[word.end : word.end + 2].strip().isalpha():
            part = PART.search(text.before(word.start, 8))
            start = word.start - len(part[0]) if part else word.start
            return start, word.end, Moment(0, month, 0)
    return None
