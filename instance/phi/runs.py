"""Names without a cue: two capitals in a row that no list of medicine knows. A person looks."""

import re
from collections.abc import Iterator

from instance.phi.findings import Finding, Severity, Type
from instance.phi.gazetteer import entry
from instance.phi.name_cues import CALLED, CLINICIANS, CREDENTIALS, KIN, TITLES
from instance.phi.name_words import (
    is_capitalised,
    is_eponym,
    is_given,
    is_medical,
    is_particle,
    is_shouted,
    is_surname,
    is_with_age,
    is_with_age_and_sex,
    is_word_name,
    known_words,
    reach,
)
from instance.phi.words import Text, Word, listed

LAST_FIRST = re.compile(r",\s?(?=[A-Z])")
DOSED = re.compile(
    r"[\s\-]?\d+(?:\.\d+)?\s?(?:mg|mcg|units?|u\b|ml|g\b|%|iu|/(?!\d))", re.IGNORECASE
)
BEHIND_KIN = re.compile(
    r"\s?[,(\-–]\s?(?:(?:his|her|their|the|pt['’]?s|patient['’]?s|my)\s)?([a-z\-]{3,14})(?!\w)",
    re.IGNORECASE,
)
EMPLOYED = re.compile(
    r"(?:(?:works?|worked|working|employed|job|shifts?|hired|interns?)\s(?:\w{1,12}\s){0,3}(?:for"
    r"|at|by|with)|employer(?:\sis|:)?|employee\sof|employed\sby"
    r"|manager\s(?:at|of|for)|driver\s(?:at|for)|teacher\sat|teaches\sat|nurse\sat"
    r"|engineer\s(?:at|for|with)|cashier\sat|owner\sof|owns|runs|ceo\sof"
    r"|director\s(?:of|at)|retired\sfrom|clerk\sat|guard\sat|chef\sat|waiter\sat|waitress\sat"
    r"|accountant\s(?:at|for|with)|lawyer\s(?:at|with)|partner\sat"
    r"|foreman\sat|welder\sat|pilot\s(?:for|with)|miner\sat|mechanic\sat|student\sat|pupil\sat"
    r"|professor\sat|lecturer\sat|plays\sfor|signed\sto)\s(?:the\s)?$",
    re.IGNORECASE,
)


_EMPLOYED_ENDS = frozenset(
    (word,) for word in "for at by with is of employer owns runs from the to".split()
)


def find(text: Text) -> Iterator[Finding]:
    index = 0
    while index < len(text.words):
        word = text.words[index]
        step = 1
        if (word.raw[0].isupper() and len(word.raw) > 1) or is_given(word):
            found = _last_first(text, index) or _employer(text, index) or _run(text, index)
            found = found or _last_initial(text, index) or _alone(text, index)
            found = found or _lower(text, index)
            if found is not None:
                yield found
                step = max(1, text.index_from(found.end) - index)
        index += step


INITIALLED = re.compile(r",?\s(?:[A-Z]\.\s?){1,3}(?=[\s,(]?\s?\d{1,3}\s?(?:[FMfm/]|y))")


def _last_initial(text: Text, index: int) -> Finding | None:
    """ "Vogt, A. 34F"."""
    word = text.words[index]
    found = INITIALLED.match(text.raw, word.end)
    if found is None or is_medical(word) or not (is_capitalised(word) or is_shouted(word)):
        return None
    end = word.end + len(found[0].rstrip())
    return Finding(word.start, end, Type.NAME, Severity.WARN, "")


def _last_first(text: Text, index: int) -> Finding | None:
    """ "DELACROIX, JEAN-MARC", "Smith, John A."""
    word = text.words[index]
    comma = LAST_FIRST.match(text.raw, word.end)
    if comma is None or index + 1 >= len(text.words):
        return None
    first = text.words[index + 1]
    if is_medical(word) or is_medical(first) or word.folded in TITLES | CLINICIANS | KIN:
        return None
    capital = (is_shouted(word) or is_capitalised(word)) and (
        is_shouted(first) or is_capitalised(first)
    )
    named = is_given(first) or (is_shouted(word) and is_with_age(text, first.end))
    if not capital or not (
        named or (len(first.raw) > 2 and is_surname(word) and is_with_age(text, first.end))
    ):
        return None
    if (
        (is_given(word) and not is_surname(word))
        or entry(text, index, "places")
        or (is_eponym(word) and not is_surname(word))
    ):
        return None  # a list of first names, a town
    alone = text.raw[: word.start].rstrip(" \t")[-1:] in ("", "\n", ":", "|", ".", ";", "(")
    count = reach(text, index + 1, most=3)
    end = text.words[index + max(1, count)].end
    severity = Severity.BLOCK if alone and (is_surname(word) or is_shouted(word)) else Severity.WARN
    return Finding(word.start, end, Type.NAME, severity, "")


def _employer(text: Text, index: int) -> Finding | None:
    first = text.words[index]
    nearest = text.words_before(first.start, 1)
    if not first.raw[0].isupper() or nearest[-1:] not in _EMPLOYED_ENDS:
        return None
    if not EMPLOYED.search(text.before(first.start, 60)):
        return None
    if (
        entry(text, index, "regions")
        or first.folded in listed("abbreviations", "common_more")
        or (first.folded in listed("common") and not _capital_follows(text, index))
    ):
        return None
    end = first.end
    for offset in range(index + 1, min(index + 5, len(text.words))):
        word = text.words[offset]
        if text.raw[end : word.start] not in (" ", " & ", "-", "'s ") or not (
            word.raw[0].isupper() or word.folded in ("and", "of")
        ):
            break
        if word.raw[0].isupper():
            end = word.end
    return Finding(first.start, end, Type.NAME, Severity.WARN, "")


def _capital_follows(text: Text, index: int) -> bool:
    return (
        index + 1 < len(text.words)
        and text.gap(index) == " "
        and is_capitalised(text.words[index + 1])
    )


def _run(text: Text, index: int) -> Finding | None:
    word = text.words[index]
    if word.folded in TITLES | CLINICIANS or not (is_capitalised(word) or is_shouted(word)):
        return None
    if is_medical(word) and not (is_word_name(word) or is_given(word)):
        return None
    count = reach(text, index, any_word=is_word_name(word))
    if count == 0:
        return None
    words = text.words[index : index + count]
    end = words[-1].end
    if CREDENTIALS.match(text.raw, end) and (count > 1 or is_given(word)):
        return Finding(word.start, end, Type.CLINICIAN, Severity.WARN, "")
    if count == 1:
        return None
    aged = is_with_age(text, end)
    called = CALLED.search(text.before(word.start, 24))
    if not _reads_as_a_name(text, index, count, aged=aged, called=called is not None):
        return None
    severity = (
        Severity.BLOCK if aged and (is_given(word) or is_surname(words[-1])) else Severity.WARN
    )
    return Finding(word.start, end, Type.NAME, severity, "")


def _reads_as_a_name(text: Text, index: int, count: int, *, aged: bool, called: bool) -> bool:
    words = text.words[index : index + count]
    whole = [word for word in words if len(word.raw) > 1 and not is_particle(word)]
    if not whole or DOSED.match(text.raw, words[-1].end):
        return False
    given = any(is_given(word) for word in whole)
    family = any(is_surname(word) for word in whole[1:])
    if all(is_eponym(word) for word in whole):
        # Whole eponyms, such as Austin Flint, are left out by the caller.
        return aged or (given and family and is_given(whole[0]))
    named_thing = not listed("place_nouns").isdisjoint(text.words_after(words[-1].end, 2))
    if named_thing or any(entry(text, index + at, "eponym_places") for at in range(count)):
        return given and family and aged
    if entry(text, index, "places") >= count or entry(text, index, "regions") >= count:
        return aged and given
    if any(word.folded in listed("products") for word in whole):
        return given and aged
    if given and len(whole) > 1:
        return True
    if is_word_name(whole[0]) and (family or aged):
        return True
    if len(whole) == 1:
        return len(words) > 1 and (given or is_surname(whole[0])) and len(words[0].raw) == 1
    if family or aged or called:
        return True
    shouted = is_shouted(whole[0])
    return (
        not shouted
        and not any(is_eponym(word) for word in whole)
        and all(word.folded not in listed("places") and len(word.raw) > 2 for word in whole)
    )


def _alone(text: Text, index: int) -> Finding | None:
    """One name that is hardly anything else: "Priya is 34", "Hollins, 61F", "tell Margaret"."""
    word = text.words[index]
    if not is_capitalised(word) or text.raw[word.end : word.end + 1] == "-":
        return None
    following = text.words_after(word.end, 1)
    if following and following[0] in listed("place_nouns"):
        return None
    behind = BEHIND_KIN.match(text.raw, word.end)
    if behind and behind[1].lower() in KIN and not is_medical(word) and not is_eponym(word):
        return Finding(word.start, word.end, Type.NAME, Severity.BLOCK, "")
    aged = is_with_age(text, word.end)
    if "-" in word.raw and not listed("eponyms").isdisjoint(word.folded.split("-")):
        return None  # Jackson-Pratt, Ivor-Lewis
    if is_given(word) and not is_eponym(word) and word.folded not in known_words():
        if entry(text, index, "places") or entry(text, index, "regions"):
            return None
        severity = Severity.BLOCK if aged else Severity.WARN
        return Finding(word.start, word.end, Type.NAME, severity, "")
    called = CALLED.search(text.before(word.start, 24))
    if called and PREFERRED.match(called[0]):
        return Finding(word.start, word.end, Type.NAME, Severity.BLOCK, "")
    if is_medical(word):
        return None
    if (
        aged
        and (is_surname(word) or is_given(word))
        and word.folded not in known_words()
        and not is_medical(word)
    ):
        if not is_eponym(word) or called:
            return Finding(word.start, word.end, Type.NAME, Severity.WARN, "")
    if _is_unknown(word) and is_with_age_and_sex(text, word.end):
        return Finding(word.start, word.end, Type.NAME, Severity.WARN, "")
    if called is None or is_medical(word) or is_eponym(word):
        return None
    if called[0].strip(" ,:\"“'‘(").lower() in _NAMING:
        return Finding(word.start, word.end, Type.NAME, Severity.BLOCK, "")
    asked = ASKED.match(called[0]) and is_surname(word) and word.folded not in known_words()
    return Finding(word.start, word.end, Type.NAME, Severity.WARN, "") if asked else None


def _is_unknown(word: Word) -> bool:
    """A word that no list has: with an age and a sex behind it, a family name more than not."""
    return (
        len(word.raw) > 3
        and not is_medical(word)
        and not is_eponym(word)
        and word.folded not in listed("places", "hospitals")
    )


# What stands before a patient's family name alone, and before the name somebody likes to hear.
ASKED = re.compile(
    r"thoughts|opinion|advice|update|news|question|discuss|regarding|concerning", re.I
)
PREFERRED = re.compile(r"prefers|goes\sby|nicknamed|a\.?k\.?a|known\sas\s[\"“'‘]", re.IGNORECASE)
_NAMING = frozenset(
    "named|known as|goes by|goes by the name|aka|a.k.a.|nicknamed|prefers to be called|prefers"
    " the name|name is|b/o|d/o|s/o|w/o|baby of|baby boy"
    "|baby girl|dear|hi|hello|twin a|twin"
    " b|alias|née|nee|llamada|llamado|appelée|appelé|genannt".split("|")
)


def _lower(text: Text, index: int) -> Finding | None:
    """ "john smith 45m": in lower case only a first name and a family name with an age behind."""
    word = text.words[index]
    if not word.raw.islower() or not is_given(word) or word.folded in known_words():
        return None
    count = reach(text, index, most=3, lower=True)
    if not count:
        return None
    end = text.words[index + count - 1].end
    called = CALLED.search(text.before(word.start, 24)) is not None
    opens = text.raw[: word.start].rstrip(" \t")[-1:] in (
        "",
        "\n",
        ".",
        ":",
        ",",
        "(",
        "?",
        "!",
        ";",
    )
    if count == 1 and called and not is_with_age(text, end):
        return Finding(word.start, end, Type.NAME, Severity.WARN, "")
    if is_with_age(text, end) and (count > 1 or called or opens):
        return Finding(word.start, end, Type.NAME, Severity.BLOCK, "")
    if (
        count > 1
        and (called or opens)
        and any(is_surname(part) for part in text.words[index + 1 : index + count])
    ):
        return Finding(word.start, end, Type.NAME, Severity.WARN, "")
    return None
