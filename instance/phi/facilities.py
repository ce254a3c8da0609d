"""Hospitals, homes, schools, prisons: a name before or after the word for such a place."""

import re
from collections.abc import Iterator
from functools import cache

from instance.phi.findings import Finding, Type, warn
from instance.phi.gazetteer import entry
from instance.phi.name_words import is_capitalised, is_eponym, is_medical
from instance.phi.words import Text, fold, listed

# The word stands first in the languages of Europe: "CHU de Nantes", "Klinikum Fulda".
FIRST = frozenset(
    "hopital clinique chu chru chuv klinikum uniklinik uniklinikum universitatsklinikum krankenhaus"
    " universitatsspital kantonsspital clinica ospedale policlinico ziekenhuis umc sykehus sjukhus"
    " sygehus university college hospital universidad bishop spital".split()
)
OF = frozenset((word,) for word in "of de d del general clinic".split())
PLAIN_NOUNS = frozenset(
    "clinic hospital hospice surgery school prison university airport infirmary care nursing rest"
    " residential assisted retirement".split()
)
_AT = r"(?:at|to|from|in|under|attends|attended|near)\s(?:the\s)?"
# What stands for the whole: "at Leeds General", "at Royal Melbourne", "goes to Lincoln High".
SHORTENED = re.compile(
    rf"(?<!\w){_AT}((?:[A-Z][\w'’\-]{{2,18}}\s){{1,3}}(?:General|Royal|Memorial|Regional|Presbyterian"
    r"|Methodist|Baptist|Mercy|Primary|Elementary|High|Western|Northern|Southern|Eastern|Central"
    r"|Infirmary|Community|County|District)|(?:Royal|Mercy|Sacred|Mount|Queen|King|Princess|Prince)"
    r"\s[A-Z][\w'’\-]{2,18}(?:\s[A-Z][\w'’\-]{2,18})?)(?!\w)"
)
SAINT = re.compile(
    rf"(?<!\w){_AT}((?:St\.?|Saint|Ste\.?|Santa)\s[A-Z][\w'’\-]{{2,18}}(?:,\s[A-Z][\w\-]{{2,18}})?)"
)
POSSESSED = re.compile(
    rf"(?<!\w){_AT}([A-Z][\w\-]{{2,18}}['’]s)(?=\s?(?:[.,;:)?!\n]|$)|\s(?:and|with|for|on|ED|ICU|ITU"
    r"|yesterday|today|last|this|in|by|who)(?!\w))"
)
OUR_LADY = re.compile(
    r"(?<!\w)Our\sLady(?:['’]s)?(?:\s(?:of\s)?[A-Z][\w'’\-]{2,18}){0,3}(?:,\s[A-Z][\w\-]{2,18})?"
)


ROYAL = frozenset("royal mount queen king princess prince".split())
TOWN_AFTER = re.compile(r",?\s([A-Z][\w\-]{2,18})")


def named(text: Text) -> Iterator[Finding]:
    """Those that stand without the word for such a place."""
    for expression in (SHORTENED, SAINT, POSSESSED, OUR_LADY):
        for found in expression.finditer(text.raw):
            start, end = found.span(found.lastindex or 0)
            index = text.index_from(start)
            words = text.words[index : text.index_from(end)]
            if entry(text, index, "eponym_phrases") > 1 or entry(text, index, "eponym_places"):
                continue
            if not listed("place_nouns").isdisjoint(text.words_after(end, 1)):
                continue
            plain = is_eponym(words[0]) or is_medical(words[0])
            if plain and expression in (SHORTENED, POSSESSED) and words[0].folded not in ROYAL:
                continue
            yield warn(start, end, Type.LOCATION)
    yield from _known_alone(text)


def _known_alone(text: Text) -> Iterator[Finding]:
    """ "Rigshospitalet", "AIIMS Delhi"."""
    for index, word in enumerate(text.words):
        length = entry(text, index, "hospitals") if word.raw[0].isupper() else 0
        if not length:
            continue
        last = text.words[index + length - 1]
        if listed("place_nouns").isdisjoint(text.words_after(last.end, 2)):
            town = TOWN_AFTER.match(text.raw, last.end)
            end = town.end() if town and fold(town[1]) in listed("places") else last.end
            yield warn(word.start, end, Type.LOCATION)


@cache
def _nouns() -> frozenset[str]:
    return frozenset(noun.partition(" ")[0] for noun in listed("facilities"))


def at(text: Text, index: int) -> Finding | None:
    """ "Harrogate clinic", "St Mary's Hospital", "Oak Tree Nursing Home", "University of Leeds"."""
    first = text.words[index]
    if first.folded in FIRST and first.raw[0].isupper():
        following = text.words[index + 1] if index + 1 < len(text.words) else None
        plain = first.folded in ("university", "college", "hospital", "bishop")
        of = text.words_after(first.end, 1)[:1] in OF
        capital = following is not None and is_capitalised(following)
        if of or (capital and not plain and following and not is_medical(following)):
            return _named_after(text, index)
    if _nouns().isdisjoint(word.folded for word in text.words[index + 1 : index + 7]):
        return None
    last = index
    names = 0
    while last - index < 6 and last + 1 < len(text.words):
        word = text.words[last]
        if not (word.raw[0].isupper() or word.folded in ("of", "the", "de", "and", "la")):
            return None
        if entry(text, last, "eponym_places"):
            return None
        following = text.words[last + 1]
        plain = word.folded in listed("common", "common_more", "place_nouns", "abbreviations")
        names += word.folded in listed("places") or (
            not plain and (len(word.raw) > 2 or word.folded == "st")
        )
        gap = text.raw[word.end : following.start]
        if gap not in (" ", ". ", "-", " & ", "/"):
            return None
        size = entry(text, last + 1, "facilities")
        if size and names:
            return _as_facility(text, index, last, _whole(text, last + 1, size))
        last += 1
    return None


def _whole(text: Text, index: int, size: int) -> int:
    """ "University Hospital": both words of it."""
    following = index + size
    if following < len(text.words) and text.gap(following - 1) == " ":
        if text.words[following].raw[0].isupper():
            return size + entry(text, following, "facilities")
    return size


def _as_facility(text: Text, index: int, last: int, size: int) -> Finding | None:
    final = text.words[last + size]
    begin = index
    while begin < last and text.words[begin].folded in listed("common", "common_more"):
        begin += 1
    town = text.words[begin].folded in listed("places")
    noun = text.words[last + 1]
    kept_noun = noun.raw[0].isupper()
    words = text.words[begin : last + 1]
    if (
        all(word.folded in listed("eponyms", "regions", "common") for word in words)
        and not kept_noun
    ):
        return None
    if not town and all(
        is_medical(word) or word.folded.endswith(("ic", "al", "ar", "logy")) for word in words
    ):
        return None  # "Bariatric Surgery", "Neuro-Oncology Clinic"
    if not kept_noun and noun.folded not in PLAIN_NOUNS:
        return None
    if noun.folded in ("nh", "snf", "alf", "ltac", "rehab") and not noun.raw.isupper():
        return None
    if not listed("place_nouns").isdisjoint(text.words_after(final.end, 1)):
        return None
    end = final.end if kept_noun or size > 1 else text.words[last].end
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
