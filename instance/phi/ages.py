"""Ages over 89, in figures and in words."""

import re
from collections.abc import Iterator

from instance.phi.clinical import LABS, has_unit
from instance.phi.findings import Finding, Type, block, warn
from instance.phi.words import Text

FIGURES = re.compile(r"(?<![\w.,/%+\-–>≥<≤~±])0?(?:9\d|1[01]\d)(?![\d%]|[.,]\d)")
YEARS = (
    r"(?:years?|yrs?|yr|ans|anos|a[ñn]os|anni|jahre|jahrige[rns]?|j[äa]hrige[rns]?|jaar|jarige"
    r"|årig|år|vuotias|lat|let|roku|let[áa]|ετών|лет)"
)
SUFFIX = re.compile(
    r"[\s\-‐‑–]{0,2}(?:" + YEARS + r"[\s\-‐‑–]{0,2}(?:olds?|young|of\sage)(?!\w)"
    r"|y\s?/\s?o(?:ld)?(?!\w)|y\.\s?o\.?(?!\w)|yo(?:[mf])?(?!\w)|yoa(?!\w)|y\s?old(?!\w)"
    r"|" + YEARS + r"(?!\w)|y(?!\w)|歳|岁|세)"
    r"(?:[\s/]?[mf](?![\w'’]))?",
    re.IGNORECASE,
)
SEX = re.compile(
    r"(?:\s?/\s?|\s|-)?(?:[MF](?![\w'’./°+\-])|[mf](?=[\s,.;:)]|$)|[WBAH]\s?/?[MF](?!\w)|♀|♂)"
    r"|[\s\-](?:male|female|man|woman|lady|gentleman|gent|gentlemen|grandmother|grandfather"
    r"|nursing\shome\sresident)(?!\w)",
)
CUED = re.compile(
    r"(?<!\w)(?:aged?|[âa]g[ée]e?\s(?:de)?|edad|alter|idade|età|leeftijd|turned|turning|turns"
    r"|is\snow"
    r"|age\sof)\s?(?:\s|:|=|is|was)?\s?$",
    re.IGNORECASE,
)
SEX_BEFORE = re.compile(
    r"(?<![\w/])(?:[WBAH]?[MF]\s?/\s?|[WBAH]?[MF]\s|(?i:male|female)[\s,]{1,2})$"
)
# "A lady of 94", "she's 96,", "Mum (93)", "at 96 she", "died at 96": no unit names the number, so
# what stands around it has to.
_WHO = (
    r"(?:lady|woman|man|gentleman|gent|patient|pt|farmer|widow(?:er)?|resident|male|female|wife"
    r"|husband|mother|father|mum|mom|dad|nan|gran|granny|grandm\w{2,6}|grandf\w{2,6}|grandpa|aunt"
    r"|uncle|sister|brother|person)"
)
OF_A_PERSON = re.compile(
    rf"(?<!\w)(?:{_WHO}\s(?:of|aged)\s|(?:{_WHO}|she|he|they)(?:['’]s|\s(?:is|was|will\sbe|is\snow)"
    rf"|['’]ll\sbe|\sbeing)\s(?:now\s|only\s|already\s|nearly\s)?|{_WHO}(?:,\s|\s\()"
    r"|[/.\-](?:19|20)?\d\d\s?\(|(?:died|dies|dying|passed(?:\saway)?|lived|survived|reached"
    r"|widowed)\s(?:at|to|till|until)\s(?:age\s|the\sage\sof\s)?)$",
    re.IGNORECASE,
)
AS_A_PERSON = re.compile(
    r"\s?(?:[,.;:)!?\n]|$)|\s(?:and|but|with|who|so|now|fit|frail|lives|living|in|of|from|this|next|last"
    r"|today|years|at|not)(?!\w)",
    re.IGNORECASE,
)
AT_AN_AGE = re.compile(r"\s(?:she|he|they|we|is|with|I)(?!\w)")
SEX_GLUED = re.compile(
    r"(?:^|(?<=\n)|(?<=[,;:(]\s)|(?<=[.?!]\s)|(?<=pt\s)|(?<=patient\s)|(?<=elderly\s)|(?<=frail\s))"
    r"([MF])(?:9\d|1[01]\d)(?![\w%/]|[.]\d)",
    re.IGNORECASE,
)
OPEN_ENDED = re.compile(r"\s?(?:\+|(?:and|or|&)\s(?:over|above|older|more|under|below|younger))")
BOUND = re.compile(
    r"(?:[><≥≤]=?\s?|\b(?:over|under|above|below|than|least|exceeding|to|between|-)\s)$",
    re.IGNORECASE,
)
WARM = re.compile(
    r"(?:temp\w{0,8}|tmax|fever\w{0,3}|febrile|pyrexi\w{0,3}|\bt\b|rigors?|°)", re.IGNORECASE
)
_ONES = "one|two|three|four|five|six|seven|eight|nine"
_TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
SPOKEN = (
    rf"(?:ninety(?:[\s\-](?:{_ONES}))?|(?:one|a)[\s\-]hundred(?:[\s\-]and)?"
    rf"(?:[\s\-](?:{_ONES}|{_TEENS}))?)"
)
IN_WORDS = re.compile(
    rf"(?<!\w)(?:{SPOKEN}[\s\-](?:years?[\s\-](?:olds?|young|of\sage)|yrs?(?:[\s\-]old)?|y/?o|year"
    r"[\s\-]old)(?!\w)|(?:super)?centenarian|nonagenarian|"
    rf"(?<=aged\s){SPOKEN}(?!\w)|(?<=age\s){SPOKEN}(?!\w)|(?<=turned\s){SPOKEN}(?!\w)"
    r"|(?:his|her|their|the\spatient['’]s)\s(?:early|mid|late|very\slate)?[\s\-]?(?:nineties"
    r"|['’]?90['’]?"
    r"s|hundreds|100s)|(?:early|mid|late)[\s\-](?:nineties|90s)\s(?:man|woman|lady|gentleman|male"
    r"|female)|in\s(?:early|mid|late)[\s\-]90s"
    r"|(?:90|ninety)[\s\-](?:something|odd)"
    r"|(?:9\d|1[01]\d)(?:st|nd|rd|th)\sbirthday|hundredth\sbirthday"
    r"|quatre[\s\-]vingt[\s\-](?:dix(?:[\s\-]\w{4,5})?|onze|douze|treize|quatorze|quinze"
    r"|seize)\sans"
    r"|noventa(?:\sy\s\w{3,6})?\sa[ñn]os|(?:\w{3,6}und)?neunzig(?:[\s\-]?j[äa]hrige[rn]?|\sjahre)"
    r"|novant[\w']{1,8}\sanni)(?!\w)",
    re.IGNORECASE,
)
BORN_LONG_AGO = re.compile(
    r"(?<!\w)(?:born|dob|d\.o\.b\.?|b\.|yob)[\s:]{1,2}(?:in\s)?(1[89][0-2]\d)(?![\d/\-.])", re.I
)


SEX_SLASHED = re.compile(r"(?<![\w/])([MF])\s?/\s?(?:9\d|1[01]\d)(?![\w/%]|[.]\d)")


def find(text: Text) -> Iterator[Finding]:
    for found in SEX_SLASHED.finditer(text.raw):
        yield block(found.start(), found.end(), Type.AGE90, f"90+ {found[1]}")
    for found in SEX_GLUED.finditer(text.raw):
        yield block(found.start(), found.end(), Type.AGE90, f"90+ {found[1]}")
    for found in FIGURES.finditer(text.raw):
        age = _age(text, found)
        if age is not None:
            yield age
    for found in IN_WORDS.finditer(text.raw):
        yield block(found.start(), found.end(), Type.AGE90, "90+")
    for found in BORN_LONG_AGO.finditer(text.raw):
        yield warn(found.start(1), found.end(1), Type.AGE90, None)


def _age(text: Text, found: re.Match[str]) -> Finding | None:
    start, end = found.span()
    if OPEN_ENDED.match(text.raw, end):
        return None
    if BOUND.search(text.before(start, 12)) and not OF_A_PERSON.search(text.before(start, 36)):
        return None
    suffix = SUFFIX.match(text.raw, end)
    if suffix:
        if OPEN_ENDED.match(text.raw, suffix.end()) or _is_a_span(text, suffix):
            return None
        return block(start, suffix.end(), Type.AGE90, "90+")
    return _with_a_sex(text, start, end) or _with_a_cue(text, start, end)


def _with_a_sex(text: Text, start: int, end: int) -> Finding | None:
    """ "94F", "94 M", "94 lady"."""
    sex = SEX.match(text.raw, end)
    if sex is None or (
        sex[0].strip(" /-") in ("F", "f") and WARM.search(text.before(start, 28)) is not None
    ):
        return None
    word = sex[0].strip(" /-")
    glued = sex[0] == "M"
    if word in ("m", "f", "M") and not glued and not _stands_for_a_person(text, start, sex.end()):
        return None
    if len(word) == 1 and not LABS.isdisjoint(text.words_before(start, 1)):
        return None
    return block(start, sex.end(), Type.AGE90, f"90+ {word}")


def _with_a_cue(text: Text, start: int, end: int) -> Finding | None:
    """ "Age: 94", "F 94,", "she is 94 and"."""
    if CUED.search(text.before(start, 16)):
        return block(start, end, Type.AGE90, "90+")
    if text.before(start, 1) == "=":
        return None
    before = SEX_BEFORE.search(text.before(start, 9))
    if before and re.match(r"\s?(?:[,.;:)\n]|$|with\b|w/|c/o|from|who)", text.after(end, 8)):
        return block(start, end, Type.AGE90, "90+")
    if has_unit(text, end):
        return None
    if before and len(before[0]) > 3 and text.after(end, 2).strip().isalpha():
        return warn(start, end, Type.AGE90, "90+")
    if OF_A_PERSON.search(text.before(start, 36)) and AS_A_PERSON.match(text.raw, end):
        return warn(start, end, Type.AGE90, "90+")
    if text.before(start, 3).lower() == "at " and AT_AN_AGE.match(text.raw, end):
        return warn(start, end, Type.AGE90, "90+")
    return None


def _is_a_span(text: Text, suffix: re.Match[str]) -> bool:
    """ "95 year survival", "over the past 100 years": no one's age."""
    after = text.after(suffix.end(), 16).lstrip()
    return after.startswith(("surviv", "follow", "ago", "pack", "of smok")) or (
        re.search(r"(?:past|last|for|next)\s$", text.before(suffix.start() - 2, 8)) is not None
    )


def _stands_for_a_person(text: Text, start: int, end: int) -> bool:
    """A lower-case "97 m" is a distance, unless it opens the text or follows a comma or a cue."""
    before = text.before(start, 14).rstrip(" \t(")
    return (
        not before
        or before[-1] in ",.;:|\n-–?!"
        or before.split()[-1].lower()
        in (
            *(
                "pt",
                "patient",
                "a",
                "an",
                "is",
                "re",
                "for",
                "this",
                "case",
                "elderly",
                "frail",
                "our",
            ),
            *(
                "my",
                "of",
                "on",
                "hi",
                "old",
                "fit",
                "admitted",
                "about",
                "have",
                "got",
                "with",
                "dear",
            ),
        )
    )
