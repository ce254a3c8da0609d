"""Where someone lives, works or is treated. Countries and states may stay."""

import re
from collections.abc import Iterator

from instance.phi import facilities
from instance.phi.findings import Finding, Type, warn
from instance.phi.gazetteer import entry
from instance.phi.name_words import is_eponym, is_given, is_medical
from instance.phi.words import Text, Word, fold, listed

LIVES = re.compile(
    r"(?:liv(?:es?|ed|ing)(?:\salone)?\s(?:in|at|near|outside|just\soutside|on)|resid(?:es?|ed"
    r"|ing)\s(?:in|at)|residents?\s(?:of|in)"
    r"|from|comes?\sfrom|came\sfrom|native\sof|born\s(?:and\sraised\s)?in|raised\sin|grew\sup\sin"
    r"|moved\s(?:to|from)|moving\sto|based"
    r"\sin|home\sin|house\sin|farm\s(?:in|near|outside)|works?\s(?:in|at|near)|worked\s(?:in|at"
    r"|near)|working\s(?:in|at)|transferred"
    r"\s(?:to|from)|transfer\s(?:to|from)|referred\sfrom|admitted\sto|admitted\sin|seen\s(?:in"
    r"|at)|followed\s(?:in|at)|treated\s(?:in|at)"
    r"|flew\s(?:from|to|in\sfrom)|travell?ed\s(?:from|to)|trip\sto|returned\s(?:from|to)"
    r"|visit(?:ed|ing)?|holiday\sin|vacation\sin"
    r"|clinic\sin|hospital\sin|farms?\sin|school\sin|near|outside|en\sroute\sto|hails\sfrom"
    r"|dialys\w{2,4}\s(?:at|in)|goes\sto|helicoptered\sfrom|home\sis|crofter\son|address|hometown"
    r"|town\sof|city\sof|village\sof|suburb\sof"
    r"|district\sof|habite\s(?:[àa])?|vive\sen|reside\sen|wohnt\sin|wohnhaft\sin|abita\sa"
    r"|mora\sem|crash\s(?:in|near)|accident\s(?:in|near)"
    r"|evacuated\sfrom|airlifted\sfrom|flown\s(?:from|in\sfrom)|medevac(?:ed)?\sfrom"
    r"|commut\w{2,4}\s(?:to|from)|lived\sin|studies\s(?:in|at)"
    r"|studying\s(?:in|at)|imprisoned\s(?:in|at)|serving\sat|stationed\s(?:in|at)|retired\sto"
    r"|drove\sfrom|family\sin|attends)"
    r"[\s:]{1,2}(?:the\s|a\s|an\s|his\s|her\s|nearby\s|rural\s|central\s|downtown\s|north\s"
    r"|south\s|east\s|west\s|village\sof\s|town\sof"
    r"\s|city\sof\s|outskirts\sof\s|small\stown\sof\s|suburb\sof\s)?$",
    re.IGNORECASE,
)
PREPOSITION = re.compile(
    r"(?<!\w)(?:in|at|near|to|from|of|around|outside|via|toward|towards)\s$", re.IGNORECASE
)
AREA = re.compile(
    r"\s(?:area|region|district|suburb|neighbou?rhood|valley|county|borough|township|parish"
    r"|village|based|native|man|woman|resident)"
    r"(?!\w)",
    re.IGNORECASE,
)
TAIL = re.compile(r",\s?[A-Z]{2}(?!\w)|,\s[A-Z][a-z]{3,14}")
GRADED = re.compile(r"[\s\-]{1,2}(?:[IVX]{1,4}|\d(?:\.\d)?[A-Ca-c]?|[A-D])(?!\w)")
FIGURES_AFTER = re.compile(r"[\s:=]{1,2}\d")


# The first words of `LIVES`: it is asked only from where one of them stands.
_BEGINS = re.compile(
    r"(?:liv|resid|from|com|came|native|born|rais|grew|mov|based|home|house|farm|work|transfer|referred"
    r"|admitted|seen|follow|treated|flew|travel|trip|return|visit|holiday|vacation|clinic|hospital"
    r"|school|near|outside|en|hails|dialys|goes|helicopter|crofter|address|town|city|village|suburb"
    r"|district|habite|vive|wohn|abita|mora|crash|accident|evacuated|airlifted|flown|medevac|commut"
    r"|studie|studying|imprisoned|serving|stationed|retired|drove|family|attends)"
)
FARTHEST = 8  # words that a cue and what may stand in it have


def _lives(text: Text, start: int) -> re.Match[str] | None:
    """The cue that ends where a place begins, if one does."""
    index = text.index_from(start)
    for word in text.words[max(0, index - FARTHEST) : index]:
        if start - word.start < 60 and _BEGINS.match(word.folded):
            if found := LIVES.match(text.raw, word.start, start):
                return found
    return None


STATIONS = re.compile(
    r"(?<!\w)(?:HMP|HMYOI|FCI|USP|RAF|USS|HMS|HMAS|INS|FOB|RNAS|JBLM"
    r"|USCGC)\s[A-Z][\w'’\-]{2,20}(?:\s[A-Z][\w'’\-]{2,20})?"
)


# "Tralee, Co. Kerry", "Iqaluit, Nunavut": a place of which only the region is known.
IN_A_REGION = re.compile(
    r"(?<![\w,])([A-Z][\w'’\-]{2,18})(?:\s[A-Z][\w'’\-]{2,18})?(?:,|\sin)\s((?:Co\.?\s|County\s)?[A-Z][\w\-]{1,18}"
    r"(?:\s[A-Z][\w\-]{2,18}){0,2})"
)
CALLED_PLACE = re.compile(
    r"(?<!\w)(?:village|town|hamlet|suburb|island|isle|parish|townland|district|taluk|mayor|sheriff|vicar"
    r"|priest)(?:\scalled|\snamed|\sof|,)\s([A-Z][\w'’\-]{2,18})(?:\s[A-Z][\w'’\-]{2,18})?"
    r"|(?<!\w)([A-Z][\w'’\-]{2,18})\s(?:village|parish|townland|taluk|mandal|tehsil|island|hamlet)(?!\w)"
)


# Names of towns by how they are made: "Port Ellesmere", "Ashby-under-Wold".
MADE_OF_TWO = re.compile(
    r"(?<!\w)(?:in|at|from|near|to|of)\s((?:Port|Fort|Mount|Lake|Little|Great|Upper|Lower|North|South"
    r"|East|West|New|Old|San|Santa|Bad|Sankt|Nether|Castle|Cape)\s[A-Z][\w'’\-]{2,18})(?!\w)"
    r"|(?<!\w)([A-Z][a-z]{2,14}-(?:on|upon|under|in|le|la|les|sur|sous|by|next|am|an|der|super|de)"
    r"-(?:the-)?[A-Z]?[a-z]{2,14})(?!\w)"
)


def _made_of_two(text: Text) -> Iterator[Finding]:
    for found in MADE_OF_TWO.finditer(text.raw):
        start, end = found.span(found.lastindex or 0)
        last = fold(re.split(r"[\s\-]", text.raw[start:end])[-1])
        plain = found[1] and last in listed("common", "common_more")
        if plain or last in listed("eponyms") or entry(text, text.index_from(start), "regions"):
            continue
        if listed("place_nouns").isdisjoint(text.words_after(end, 2)):
            yield warn(start, end, Type.LOCATION)


def _unlisted(text: Text, start: int) -> Word | None:
    """The word that begins there, if it can be the name of a place."""
    index = text.index_from(start)
    word = text.words[index]
    if is_medical(word) or is_eponym(word) or entry(text, index, "regions"):
        return None
    return None if entry(text, index, "eponym_places") else word


def _regions(text: Text) -> Iterator[Finding]:
    for expression in (IN_A_REGION, CALLED_PLACE):
        for found in expression.finditer(text.raw):
            start = found.start(1) if found[1] else found.start(2)
            word = _unlisted(text, start)
            if word is None:
                continue
            if expression is CALLED_PLACE:
                yield warn(word.start, found.end() if found[1] else found.end(2), Type.LOCATION)
            elif (end := _region_end(found)) and not is_given(word):
                yield warn(word.start, end, Type.LOCATION)


def _region_end(found: re.Match[str]) -> int | None:
    """Where the region ends that begins in the second group, if one does."""
    words = found[2].split()
    if words[0] in ("Co", "Co.", "County") and len(words) > 1:
        return found.start(2) + len(" ".join(words[:2]))
    for length in range(len(words), 0, -1):
        name = " ".join(words[:length])
        if fold(name) in listed("regions"):
            return found.start(2) + len(name)
    return None


def find(text: Text) -> Iterator[Finding]:
    for found in STATIONS.finditer(text.raw):
        yield warn(found.start(), found.end(), Type.LOCATION)
    yield from facilities.named(text)
    yield from _regions(text)
    yield from _made_of_two(text)
    for word in text.words:
        if word.folded.endswith("-based") and word.raw[0].isupper():
            if word.folded.removesuffix("-based") in listed("places"):
                yield warn(word.start, word.end - len("-based"), Type.LOCATION)
    yield from _cued(text)


def _cued(text: Text) -> Iterator[Finding]:
    index = 0
    while index < len(text.words):
        length = _length(text, index)
        if not text.words[index].raw[0].isupper() and not length:
            index += 1
            continue
        finding = facilities.at(text, index) or (_known(text, index, length) if length else None)
        finding = finding or _after_cue(text, index)
        if finding is not None:
            yield finding
            index = max(index + 1, text.index_from(finding.end))
        else:
            index += max(1, length)


def _length(text: Text, index: int) -> int:
    if not text.words[index].raw[0].isupper():
        lower = entry(text, index, "places") or _may_be_a_town(text, index)
        return lower if lower and _lives(text, text.words[index].start) else 0
    return entry(text, index, "places")


HOME_IN = re.compile(r"(?:liv(?:es?|ed|ing)|resid(?:es?|ing)|home)(?:\salone)?\s(?:in|near)\s$")


def _may_be_a_town(text: Text, index: int) -> int:
    """ "lives in ballinasloe": a word in lower case that no list knows."""
    word = text.words[index]
    if len(word.raw) < 5 or is_medical(word) or is_given(word):
        return 0
    return 1 if HOME_IN.search(text.before(word.start, 24)) else 0


def _known(text: Text, index: int, length: int) -> Finding | None:
    """A town of the list: with a word before it that puts someone there."""
    first, last = text.words[index], text.words[index + length - 1]
    if _names_a_thing(text, index, length) or entry(text, index, "eponym_places"):
        return None
    before = text.before(first.start, 60)
    lives = _lives(text, first.start)
    end = last.end
    tail = TAIL.match(text.raw, end)
    if tail and (lives or length > 1 or tail[0].strip(", ").isupper()):
        end = tail.end()
    if lives or PREPOSITION.search(before) or end != last.end or AREA.match(text.raw, last.end):
        if entry(text, index, "regions") >= length and not lives:
            return None
        return warn(first.start, end, Type.LOCATION)
    return None


def _names_a_thing(text: Text, index: int, length: int) -> bool:
    end = text.words[index + length - 1].end
    after = text.words_after(end, 3)
    if GRADED.match(text.raw, end) or (
        FIGURES_AFTER.match(text.raw, end) and not re.match(r",?\s\d{5}", text.after(end, 8))
    ):
        return True
    return not listed("place_nouns").isdisjoint(after[:3]) and text.raw[end : end + 1] not in ",.;)"


def _after_cue(text: Text, index: int) -> Finding | None:
    """An unknown capitalised word where a home is spoken of."""
    first = text.words[index]
    if entry(text, index, "regions") or first.folded in listed(
        "common", "common_more", "abbreviations"
    ):
        return None
    if first.folded.endswith(("logy", "ics", "ical", "iatric")):
        return None  # "seen in Neuro-Oncology"
    if len(first.raw) < 3 or not (first.raw[1:].islower() or "-" in first.raw or "'" in first.raw):
        return None
    if not _is_a_home(text, first.start) or entry(text, index, "eponym_places"):
        return None
    end = first.end
    for word in text.words[index + 1 : index + 4]:
        if text.raw[end : word.start] not in (" ", "-") or not word.raw[0].isupper():
            break
        if word.folded in listed("common") and word.folded not in listed(
            "street_types", "facilities"
        ):
            break
        end = word.end
    if not listed("place_nouns").isdisjoint(text.words_after(end, 2)) or GRADED.match(
        text.raw, end
    ):
        return None
    tail = TAIL.match(text.raw, end)
    return warn(first.start, tail.end() if tail else end, Type.LOCATION)


_HOME = re.compile(
    r"(?:liv(?:es?|ed|ing)|resid(?:es?|ed|ing|ent|ents)|born|raised|grew|moved|based|home|house"
    r"|farm|native|hometown|town|city|village"
    r"|suburb|comes|came|flew|flown|transferred|transfer|travell?ed|trip|returned|holiday"
    r"|vacation|retired|drove|commut\w{2,4}|habite|vive"
    r"|wohnt|mora|abita|evacuated|airlifted|attends|school|clinic|hospital|stationed|patient|man"
    r"|woman|lady|girl|boy|farmer|teacher|student"
    r"|worker|gentleman|family|pt|originally|hails|dialys\w{2,4}|goes|builder|fisherman|nurse"
    r"|plumber|is|who['’]s|[FM]|yo|old|address)\s(?:\w{2,8}\s)?$",
    re.IGNORECASE,
)


def _is_a_home(text: Text, start: int) -> bool:
    lives = _lives(text, start)
    if lives is None:
        return False
    bare = lives[0].lower().split()[0]
    if bare in ("near", "outside", "visit", "visited", "visiting", "from"):
        return _HOME.search(text.before(lives.start(), 30)) is not None
    return True
