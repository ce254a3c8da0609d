"""Numbers with a word before them that says whose they are: a record, a plan, an account."""

import re
from collections.abc import Iterator
from functools import cache

from instance.phi.clinical import Clinical, has_unit
from instance.phi.findings import Finding, Severity, Type
from instance.phi.words import Text, lines

# Between a cue and its code: marks and a few small words.
FILLER = re.compile(
    r"[\s:=#.\-–(\[*_/'’\"“|~]{0,6}"
    r"(?:(?:no|nos|nr|num|number|numbers|numero|número|id|ids|is|was|are|of|for|the|n[°ºo]|nº|№"
    r"|ref|code"
    r"|reading|shows|pt|patient|ending|ends|in|with|on|last|four|digits|begins|starting|his|her"
    r"|under|he"
    r"|she|gave|given|as|card|file|listed|marked|now)(?!\w)[\s:=#.)(\-–\[\]*_'’\"“|]{0,5}){0,5}",
    re.IGNORECASE,
)
CODE = re.compile(
    r"(?:[A-Za-z]{0,7}[\-/.]?|[A-Z]{1,4} )\d[\dA-Za-z]{0,24}(?:[\-/.–_:][\dA-Za-z]{1,16}){0,6}"
    r"(?: \d[\dA-Za-z]{1,9}(?:[\-/]\d{1,8})?(?![\w%]|[.,/]\d)){0,4}(?: [A-Z]{1,3}(?![\w'’]))?"
    r"|[A-Za-z]{1,8}[\-/][A-Za-z]{1,6}[\-/ ]?\d[\dA-Za-z]{0,12}(?:[\-/.][\dA-Za-z]{1,12}){0,4}"
    r"|[A-Z]{2,5}[\- ]\d[\dA-Z]{1,7}|[A-Z]{4}\d[A-Z0-9]{4,12}|[*xX•]{3,5}[\-*xX• ]{0,7}\d{4}"
)
PLATE = re.compile(
    r"[A-Z]{1,3}[\- ·]?[A-Z]{0,2}[\- ]?\d{1,4}(?:[\- ]?[A-Z\d]{1,4}){0,2}(?![\w])"
    r"|\d{1,4}[\- ]?[A-Z]{1,3}(?:[\- ]?\d{1,4})?(?!\w)|[A-Z]{2}\d{2}[\- ]?[A-Z]{3}(?!\w)",
)
HASHED = re.compile(r"(?<![\w&])#\s?([A-Z]{0,4}-?\d{4,}(?:-\d+)?)(?!\w)")
BEFORE_CUE = re.compile(
    r"(?<![\w.])([A-Za-z]{0,4}-?\d[\dA-Z]{3,14}(?:-\d{1,8})?)\s?[(\[,=–-]{1,2}\s?$"
)
PATHOLOGY = re.compile(r"(?<![\w\-/])[A-Z]{1,4}[\-]?(?:20)?\d\d[\-/:]\d{4,7}(?![\w\-])")
LONG = re.compile(r"(?<![\w.,/\-+:])\d{8,}(?![\w%]|[.,:/\-]\d)")
MIXED = re.compile(r"(?<![\w.,/\-])[A-Z]{1,4}-?\d{6,12}(?![\w\-])")


# Cues that medicine or the street uses for other things: with a bare space they need a long code.
TERSE = frozenset(
    "cf cc rg run sin nam pan ic ni cns nie cip nss pa ins fin nip hc rm acc bank social "
    "group member label sticker slide slides cad nib tin ss soc file epic chart visa card "
    "receipt esi tpa har rfc eid nic scheme discovery claim auth reg badge cert crm mmc nmc "
    "imc gems hcc dps gms ur uid mpi lot batch serial mac asset hull visa lic permit kaiser "
    "anthem sort swift conta konto".split()
)


@cache
def cues() -> dict[str, list[tuple[tuple[str, ...], Type, bool]]]:
    """The cues by their first word, the longest first."""
    by_first: dict[str, list[tuple[tuple[str, ...], Type, bool]]] = {}
    for line in lines("cues"):
        kind, sure, *words = line.split()
        by_first.setdefault(words[0], []).append((tuple(words), Type(kind), sure == "strong"))
    for choices in by_first.values():
        choices.sort(key=lambda choice: -len(choice[0]))
    return by_first


def find(text: Text, clinical: Clinical, own: re.Pattern[str] | None) -> Iterator[Finding]:
    if own is not None:
        for found in own.finditer(text.raw):
            if found.end() > found.start():
                yield Finding(found.start(), found.end(), Type.MRN, Severity.BLOCK, "")
    past = 0  # the words of a cue that found its code are no cue themselves
    for index, word in enumerate(text.words):
        for words, kind, strong in cues().get(word.folded, ()):
            if index >= past and _stands_at(text, index, words):
                found_code = _after_cue(text, clinical, index + len(words) - 1, kind, strong, words)
                if found_code is not None:
                    yield found_code
                    past = index + len(words)
                    break
    for found in HASHED.finditer(text.raw):
        if not clinical.covers(found.start(1)) and not has_unit(text, found.end()):
            yield Finding(found.start(1), found.end(1), Type.MRN, Severity.BLOCK, "")
    yield from _without_cue(text, clinical)


def _stands_at(text: Text, index: int, words: tuple[str, ...]) -> bool:
    if index + len(words) > len(text.words):
        return False
    for offset, wanted in enumerate(words):
        if text.words[index + offset].folded != wanted:
            return False
        if offset and len(wanted) == 1 == len(words[0]) and text.gap(index + offset - 1) == " ":
            return False  # "a C5" is no "a/c"
        if offset and text.gap(index + offset - 1) not in (
            " ",
            ".",
            "/",
            "-",
            ". ",
            "_",
            "&",
            "'s ",
        ):
            return False
    return True


def _after_cue(
    text: Text, clinical: Clinical, last: int, kind: Type, strong: bool, words: tuple[str, ...]
) -> Finding | None:
    begin = text.words[last].end
    filler = FILLER.match(text.raw, begin)
    start = filler.end() if filler else begin
    code = (PLATE if kind is Type.VEHICLE and words != ("vin",) else CODE).match(text.raw, start)
    code = code or CODE.match(text.raw, start)
    if code is None or (
        "\n" in text.raw[begin:start].strip(" ") and not _is_below(text.raw[begin:start], code[0])
    ):
        return _before_cue(text, clinical, last, kind, strong)
    end = code.start() + len(code[0].rstrip(".-/:– "))
    body = "".join(mark for mark in text.raw[start:end] if mark.isalnum())
    figures = sum(mark.isdigit() for mark in body)
    if _is_medicine(text, clinical, start, end, figures) or _is_a_date(text.raw[start:end]):
        return None
    plated = kind is Type.VEHICLE and figures and len(body) >= 4 and body.isupper()
    if not plated and not _is_long_enough(figures, len(body), strong, single=len(words) == 1):
        return None
    bare = not plated and not any(mark.isalnum() or mark in ":#=" for mark in text.raw[begin:start])
    mixed = figures >= 4 and text.raw[start:end].isalnum() and not body.isdigit()
    if bare and len(words) == 1 and words[0] in TERSE and figures < 5 and not mixed:
        return None
    severity = Severity.WARN if kind in (Type.DEVICE, Type.OTHER) else Severity.BLOCK
    return Finding(start, end, kind, severity, "")


def _is_below(between: str, code: str) -> bool:
    """As cells of a table are pasted: the code on the line after its cue, and nothing else."""
    alone = not between.strip(" :\n\t") and between.count("\n") == 1
    return alone and sum(mark.isdigit() for mark in code) >= 5


def _is_long_enough(figures: int, length: int, strong: bool, *, single: bool) -> bool:
    """How much of a code a cue of one common word, of several words, or a vague one asks for."""
    if not strong:
        return figures >= 5 and length <= 14
    if single:
        return figures >= 4 or (figures >= 3 and length >= 5)
    return figures >= 2 and length >= 3


def _before_cue(
    text: Text, clinical: Clinical, last: int, kind: Type, strong: bool
) -> Finding | None:
    """ "4480213 (MRN)": the code stands before its cue."""
    if not strong:
        return None
    found = BEFORE_CUE.search(text.before(text.words[last].start, 30))
    if found is None:
        return None
    offset = text.words[last].start - len(found.string)
    start, end = offset + found.start(1), offset + found.end(1)
    if _is_a_date(found[1]) or clinical.covers(start) or kind in (Type.DEVICE, Type.OTHER):
        return None
    return Finding(start, end, kind, Severity.BLOCK, "")


def _is_medicine(text: Text, clinical: Clinical, start: int, end: int, figures: int) -> bool:
    if clinical.covers(start) and figures < 6:
        return True
    return figures < 7 and has_unit(text, end)


_DATE = re.compile(
    r"(\d{1,2})[/.\-](\d{1,2})[/.\-](?:\d\d|\d{4})|(\d{1,2})/(\d{1,2})|(?:19|20)\d\d"
)


def _is_a_date(code: str) -> bool:
    found = _DATE.fullmatch(code) or re.fullmatch(r"(?:19|20)\d\d[/.\-](\d\d)[/.\-](\d\d)", code)
    return found is not None and all(1 <= int(part) <= 31 for part in found.groups() if part)


# Plates by their form: Ireland, India, France; the British one only beside a car.
PLATES = re.compile(
    r"(?<![\w.,/\-])(?:\d{2,3}-[A-Z]{1,2}-\d{3,6}|[A-Z]{2}-\d{2}-[A-Z]{1,2}-\d{4}|[A-Z]{2}-\d{3}-[A-Z]{2})"
    r"(?![\w\-])"
)
BESIDE_A_CAR = re.compile(
    r"(?<!\w)(?:car|van|taxi|truck|lorry|vehicle|motorbike|toyota|ford|astra|vauxhall|honda|audi|bmw|vw"
    r"|golf|fiesta|corsa|mercedes|nissan|skoda|tesla|driving|drives)(?!\w)[^\n.;\d]{0,24}?\W"
    r"([A-Z]{2}\d\d\s?[A-Z]{3})(?!\w)",
    re.IGNORECASE,
)


def _without_cue(text: Text, clinical: Clinical) -> Iterator[Finding]:
    """Forms of codes that medicine has little other use for: a person looks."""
    for expression in (PLATES, BESIDE_A_CAR):
        for found in expression.finditer(text.raw):
            start, end = found.span(found.lastindex or 0)
            if text.raw[start:end].upper() == text.raw[start:end]:
                yield Finding(start, end, Type.VEHICLE, Severity.WARN, "")
    for expression, kind in ((PATHOLOGY, Type.OTHER), (MIXED, Type.MRN), (LONG, Type.MRN)):
        for found in expression.finditer(text.raw):
            if clinical.covers(found.start()) or has_unit(text, found.end()):
                continue
            if expression is LONG and len(found[0]) < 9 and found[0].endswith("000"):
                continue
            yield Finding(found.start(), found.end(), kind, Severity.WARN, "")
