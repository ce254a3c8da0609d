"""Names by the form in which they are written: in files, mails, lists of a ward, other scripts."""

import re
from collections.abc import Iterator

from instance.phi.findings import Finding, Severity, Type, block, warn
from instance.phi.name_cues import CLINICIANS, CREDENTIALS, INITIALS, INITIALS_CUE, SCRIPTED
from instance.phi.name_words import (
    is_capitalised,
    is_eponym,
    is_given,
    is_medical,
    is_surname,
    is_with_age,
    is_with_age_and_sex,
    known_words,
)
from instance.phi.words import Text, Word, listed

# As a DICOM header has it (PS3.5, value representation PN), and its file names.
CARETS = re.compile(
    r"(?<![\w^])[^\W\d_][\w'’\-]{1,30}\^[^\W\d_][\w'’\-]{0,30}(?:\^[\w.]{0,20}){0,3}"
)
# The display name of an address (RFC 5322, 3.4), and who signed or wrote.
MAILED = re.compile(
    r"(?<!\w)(?:from|to|cc|bcc|reply-to|sender):[ \t]?[\"']?([A-Z][^<>@\n\"']{2,40}?)[\"']?[ \t]?"
    r"<(?=[\w.])",
    re.IGNORECASE,
)
_OTHERS = (
    r"(?![男女患病])[\u4e00-\u9fff]{2,4}|[\u0600-\u06ff]{2,14}(?:\s[\u0600-\u06ff]{2,14}){0,3}|[\uac00-\ud7a3]{2,4}"
    r"|[\u0590-\u05ff]{2,14}(?:\s[\u0590-\u05ff]{2,14}){0,2}"
    r"|[\u0900-\u0dff]{2,20}(?:\s[\u0900-\u0dff]{2,20}){0,2}|[\u0e00-\u0e7f]{3,20}(?:\s[\u0e00-\u0e7f]{3,20})?"
    r"|[А-ЯЁ][а-яё]{1,15}(?:\s[А-ЯЁ][а-яё.]{0,15}){0,2}|[Α-ΩΆ-Ώ][α-ωά-ώ]{2,15}(?:\s[Α-ΩΆ-Ώ][α-ωά-ώ]{1,20})?"
)
# In English text another script is nearly always a name.
OTHER_SCRIPT = re.compile(
    rf"(?<!\w)(?:patient|pt|name|mr|mrs|ms|miss|son|daughter|wife|husband|mother|father|brother|sister"
    rf"|called|named|lady|gentleman|man|woman)[\s.:,(\-]{{1,3}}({_OTHERS})",
    re.IGNORECASE,
)
AGED = re.compile(rf"(?<!\w)({_OTHERS})[,\s(]{{1,3}}\d{{1,3}}\s?(?:[FMfm](?!\w)|y)")
# One line of a handover: "- Macrae: AKI", "2. Okonkwo - sepsis", "Bed 4 Macrae, AKI".
HANDED_OVER = re.compile(
    r"(?:^|(?<=\n))[ \t]*(?:[\-*•][ \t]|\d{1,2}[.)][ \t])?(?:(?:bed|room|rm|cubicle|bay|side\sroom"
    r"|sr)\s?\w{1,3}[ :,\-–]{1,3})?(?=[A-Z])",
    re.IGNORECASE,
)
AFTER_NAME = re.compile(r"\s?[:–,]|\s-\s|\s(?:bed|room|bay)\s\d", re.IGNORECASE)
IN_BED = re.compile(r"[,\s(:\-–]{1,3}(?:bed|room|rm|cubicle|bay|ward)\s?\d", re.IGNORECASE)
OWNED = re.compile(
    r"['’]s\s(?:\w{1,12}\s)?(?:ct|mri|scan|echo|x-?ray|cxr|bloods?|labs?|results?|wife|husband|mother"
    r"|father|daughter|son|sister|brother|gp|family|notes?|biopsy|creatinine|potassium|sodium|inr|ecg"
    r"|surgery|op|operation|discharge|referral|appointment|case|pain|wound|meds|medication|mum|mom|carer)"
    r"(?!\w)",
    re.IGNORECASE,
)
INITIAL_FIRST = re.compile(r"(?<![\w.])(?:[A-Z]\.\s?){1,3}(?=[A-Z][a-z])")
MONSIEUR = re.compile(r"(?<![\w.])M\.\s(?=[A-ZÀ-Ý][a-zà-ÿ])")


def find(text: Text) -> Iterator[Finding]:
    scripts = () if text.raw.isascii() else (SCRIPTED, OTHER_SCRIPT, AGED)
    for expression in (CARETS, MAILED, *scripts):
        for found in expression.finditer(text.raw):
            group = found.lastindex or 0
            yield block(found.start(group), found.end(group), Type.NAME)
    yield from _initials(text)
    for expression in (HANDED_OVER, MONSIEUR):
        for found in expression.finditer(text.raw):
            word = _word_at(text, found.end())
            if word is not None and IN_BED.match(text.raw, word.end) and is_surname(word):
                yield warn(word.start, word.end, Type.NAME)
                continue
            if word is None or not _is_a_family_name(word, sure=expression is MONSIEUR):
                continue
            monsieur = expression is MONSIEUR and not CREDENTIALS.match(text.raw, word.end)
            if monsieur or (expression is HANDED_OVER and AFTER_NAME.match(text.raw, word.end)):
                yield warn(word.start, word.end, Type.NAME)
    for found in INITIAL_FIRST.finditer(text.raw):
        word = _word_at(text, found.end())
        if word and is_surname(word) and word.folded not in listed("place_nouns"):
            if not text.after(word.end, 7).startswith((" et al", ", et al")):
                yield from _initialled(text, found.start(), word.end)
    for found in OWNED.finditer(text.raw):
        word = text.words[max(0, text.index_from(found.start()) - 1)]
        if word.end - 2 == found.start() and _is_a_family_name(word, sure=False):
            yield warn(word.start, found.start(), Type.NAME)


def _initialled(text: Text, start: int, end: int) -> Iterator[Finding]:
    """ "J. Marchetti", who is a colleague as "Dr J. Marchetti" and "J. Marchetti, RN"."""
    title = text.words_before(start, 1)[-1:]
    if title and title[0] in CLINICIANS:
        yield warn(text.words[text.index_from(start) - 1].start, end, Type.CLINICIAN)
    elif CREDENTIALS.match(text.raw, end):
        yield warn(start, end, Type.CLINICIAN)
    else:
        yield warn(start, end, Type.NAME)


def _word_at(text: Text, start: int) -> Word | None:
    index = text.index_from(start)
    found = text.words[index] if index < len(text.words) else None
    return found if found is not None and found.start == start else None


def _is_a_family_name(word: Word, *, sure: bool) -> bool:
    """`sure`: what stands before it is a title."""
    if not is_capitalised(word) or is_medical(word) or is_eponym(word):
        return False
    return sure or ((is_surname(word) or is_given(word)) and word.folded not in known_words())


def _initials(text: Text) -> Iterator[Finding]:
    for found in INITIALS.finditer(text.raw):
        dotted = "." in found[0]
        end = found.start() + len(found[0].rstrip())
        letters = "".join(mark for mark in found[0].lower() if mark.isalpha())
        cue = INITIALS_CUE.search(text.before(found.start(), 16))
        aged = is_with_age_and_sex(text, end) if not dotted else is_with_age(text, end)
        shorthand = letters in _LATIN or (not dotted and letters in listed("abbreviations"))
        told = cue is not None and "initial" in cue[0].lower()
        if shorthand and not told and not (aged and cue):
            continue
        if not cue and not aged:
            continue
        if not dotted and letters in known_words():
            continue
        sure = dotted or (cue and aged and not shorthand)
        severity = Severity.BLOCK if sure else Severity.WARN
        yield Finding(found.start(), end, Type.NAME, severity, "")


_LATIN = frozenset(
    "eg ie am pm us uk iv im po pr pv sc sl ad nb ps bc ce etc usa nhs who mf fm yo".split()
)
