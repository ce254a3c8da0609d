"""Where someone lives, works or is treated. Countries and states may stay."""

import re
from collections.abc import Iterator
from functools import cache

from instance.phi.findings import Finding, Type, warn
from instance.phi.words import Text, Word, listed

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
    r"|clinic\sin|hospital\sin|farms?\sin|school\sin|near|outside|en\sroute\sto|address|hometown"
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


_ENDS = frozenset(
    "in at near outside on from of to visit visited visiting address hometown a à en attends the"
    " an his her nearby rural central downtown north"
    " south east west town".split()
)


def _lives(before: str) -> re.Match[str] | None:
    """`LIVES`, asked only where its last word stands: it is the dearest of these questions."""
    last = before.rpartition("\n")[2].split()[-1:]
    return LIVES.search(before) if last and last[0].lower().rstrip(":") in _ENDS else None


@cache
def _pairs(name: str) -> frozenset[str]:
    return frozenset(entry.partition(" ")[0] for entry in listed(name) if " " in entry)


STATIONS = re.compile(
    r"(?<!\w)(?:HMP|HMYOI|FCI|USP|RAF|USS|HMS|HMAS|INS|FOB|RNAS|JBLM"
    r"|USCGC)\s[A-Z][\w'’\-]{2,20}(?:\s[A-Z][\w'’\-]{2,20})?"
)


def find(text: Text) -> Iterator[Finding]:
    for found in STATIONS.finditer(text.raw):
        yield warn(found.start(), found.end(), Type.LOCATION)
    index = 0
    while index < len(text.words):
        length = _length(text, index)
        if not text.words[index].raw[0].isupper() and not length:
            index += 1
            continue
        finding = _facility(text, index) or (_known(text, index, length) if length else None)
        finding = finding or _after_cue(text, index)
        if finding is not None:
            yield finding
            index = max(index + 1, text.index_from(finding.end))
        else:
            index += max(1, length)


def entry(text: Text, index: int, name: str) -> int:
    """How many words from here on are one entry of the list; 0 when none."""
    if text.words[index].folded in _pairs(name):
        for length in (4, 3, 2):
            words = text.words[index : index + length]
            if " ".join(word.folded for word in words) in listed(name) and (
                len(words) == length and _close(text, words)
            ):
                return length
    return 1 if text.words[index].folded in listed(name) else 0


def _close(text: Text, words: tuple[Word, ...]) -> bool:
    return words[-1].end - words[0].start < 40 and not text.breaks(words[0].start, words[-1].end)


def _length(text: Text, index: int) -> int:
    if not text.words[index].raw[0].isupper():
        lower = entry(text, index, "places")
        return lower if lower and _lives(text.before(text.words[index].start, 44)) else 0
    return entry(text, index, "places")


def _known(text: Text, index: int, length: int) -> Finding | None:
    """A town of the list: with a word before it that puts someone there."""
    first, last = text.words[index], text.words[index + length - 1]
    if _names_a_thing(text, index, length) or entry(text, index, "eponym_places"):
        return None
    before = text.before(first.start, 60)
    lives = _lives(before)
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


def _facility(text: Text, index: int) -> Finding | None:
    """ "Harrogate clinic", "St Mary's Hospital", "Oak Tree Nursing Home", "University of Leeds"."""
    first = text.words[index]
    if first.folded in (
        "university",
        "college",
        "hospital",
        "hopital",
        "universidad",
        "bishop",
    ) and (text.words_after(first.end, 1)[:1] in (("of",), ("de",), ("d",), ("general",))):
        return _named_after(text, index)
    last = index
    names = 0
    while last - index < 6 and last + 1 < len(text.words):
        word = text.words[last]
        if not (word.raw[0].isupper() or word.folded in ("of", "the", "de", "and", "la")):
            return None
        if entry(text, last, "eponym_places"):
            return None
        following = text.words[last + 1]
        names += word.folded not in listed(
            "common", "common_more", "place_nouns", "abbreviations"
        ) and (len(word.raw) > 2 or word.folded == "st")
        gap = text.raw[word.end : following.start]
        if gap not in (" ", ". ", "-", " & ", "/"):
            return None
        size = entry(text, last + 1, "facilities")
        if size and names:
            return _as_facility(text, index, last, size)
        last += 1
    return None


def _as_facility(text: Text, index: int, last: int, size: int) -> Finding | None:
    final = text.words[last + size]
    begin = index
    while begin < last and text.words[begin].folded in listed("common", "common_more"):
        begin += 1
    noun = text.words[last + 1]
    kept_noun = noun.raw[0].isupper()
    words = text.words[begin : last + 1]
    if (
        all(word.folded in listed("eponyms", "regions", "common") for word in words)
        and not kept_noun
    ):
        return None
    if not kept_noun and noun.folded not in (
        "clinic",
        "hospital",
        "hospice",
        "surgery",
        "school",
        "prison",
        "university",
        "airport",
        "infirmary",
    ):
        return None
    if not listed("place_nouns").isdisjoint(text.words_after(final.end, 1)):
        return None
    end = final.end if kept_noun else text.words[last].end
    return warn(text.words[begin].start, end, Type.LOCATION)


def _named_after(text: Text, index: int) -> Finding | None:
    end = text.words[index].end
    capitals = 0
    for word in text.words[index + 1 : index + 6]:
        if text.raw[end : word.start] not in (" ", ", ", "-", "'", "’"):
            break
        if not word.raw[0].isupper() and word.folded not in (
            "of",
            "de",
            "la",
            "the",
            "at",
            "del",
            "d",
        ):
            break
        capitals += word.raw[0].isupper()
        end = word.end
    return warn(text.words[index].start, end, Type.LOCATION) if capitals else None


def _after_cue(text: Text, index: int) -> Finding | None:
    """An unknown capitalised word where a home is spoken of."""
    first = text.words[index]
    if entry(text, index, "regions") or first.folded in listed(
        "common", "common_more", "abbreviations"
    ):
        return None
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
    r"|worker|gentleman|family|is|who['’]s|[FM]|yo|old|address)\s(?:\w{2,8}\s)?$",
    re.IGNORECASE,
)


def _is_a_home(text: Text, start: int) -> bool:
    before = text.before(start, 60)
    lives = _lives(before)
    if lives is None:
        return False
    bare = lives[0].lower().split()[0]
    if bare in ("near", "outside", "visit", "visited", "visiting", "from"):
        return _HOME.search(before[: lives.start()]) is not None
    return True
