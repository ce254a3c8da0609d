"""Names beside a word that says a person follows: a title, a relative, a field, a patient."""

import re
from collections.abc import Iterator

from instance.phi.findings import Finding, Severity, Type
from instance.phi.name_cues import (
    CLINICIANS,
    DOUBTFUL,
    FIELDS,
    KIN,
    LINK,
    PEOPLE,
    TITLES,
)
from instance.phi.name_words import (
    is_capitalised,
    is_eponym,
    is_given,
    is_medical,
    is_particle,
    is_shouted,
    is_surname,
    is_with_age,
    is_word_name,
    known_words,
    reach,
)
from instance.phi.words import Text, listed

AND_ANOTHER = re.compile(r"(?:,?\s(?:and|&)\s|,\s|\s?/\s?)(?=[A-Z])")  # "Tom, Jerry and Ann"


def find(text: Text) -> Iterator[Finding]:
    until = 0  # the words of a name behind a title are no titles
    for index, word in enumerate(text.words):
        folded = word.folded
        if folded in CLINICIANS:
            yield from _after_clinician(text, index)
        if folded in TITLES and word.start >= until:
            for found in _after_title(text, index):
                until = found.end
                yield found
        if folded in KIN:
            yield from _after_kin(text, index)
        if folded in PEOPLE:
            yield from _after_person(text, index)
    yield from _in_fields(text)


def _named(
    text: Text, index: int, count: int, severity: Severity, kind: Type = Type.NAME
) -> Finding:
    return Finding(text.words[index].start, text.words[index + count - 1].end, kind, severity, "")


def _after_title(text: Text, index: int) -> Iterator[Finding]:
    title = text.words[index]
    gap = text.gap(index)
    if (
        index + 1 >= len(text.words)
        or gap not in (" ", ". ", ".", "  ", ": ")
        or len(title.raw) < 2
    ):
        return
    following = text.words[index + 1]
    if following.folded in TITLES and title.folded != following.folded:
        return  # "Rev Mr": the second title is asked on its own
    if following.folded in CLINICIANS and len(following.raw) > 1:
        return
    named = is_surname(following) or is_given(following)
    if title.raw == "ms" and named and not is_medical(following):
        pass  # as one types who leaves capitals out
    elif title.folded in ("mw", "hr") and following.raw[0].isupper() and gap == ". ":
        pass
    elif title.folded in DOUBTFUL or (title.raw.isupper() and len(title.raw) < 4):
        if not title.raw[0].isupper() or (title.raw.isupper() and not is_shouted(following)):
            return
        sure = title.raw in ("Ms", "Miss", "Mx") and (
            is_surname(following) or is_word_name(following)
        )
        if (is_medical(following) and not sure) or (
            is_eponym(following) and title.folded not in ("ms", "miss")
        ):
            return
        if title.folded in (
            "sr",
            "don",
            "tan",
            "km",
            "ben",
            "pan",
            "bay",
            "hr",
            "mw",
            "col",
            "pc",
            "major",
            "maj",
        ) and not (is_given(following) or is_surname(following)):
            return
    if title.raw.islower() and following.raw.islower() and following.folded in _SMALL:
        return
    count = reach(text, index + 1, lower=title.raw.islower(), any_word=True)
    if count == 1 and following.raw in ("X", "Y", "Z"):
        return  # how a patient is written who shall have no name
    if count:
        yield _named(text, index + 1, count, Severity.BLOCK)


_SMALL = listed("abbreviations") | frozenset(
    "and or the a an is was with has had in on of to for at by who his her severe mild moderate"
    " brain spine scan showed shows imaging".split()
)


def _after_clinician(text: Text, index: int) -> Iterator[Finding]:
    word = text.words[index]
    gap = text.gap(index)
    if index + 1 >= len(text.words) or gap.strip(" .:,(") or len(gap) > 3:
        return
    following = text.words[index + 1]
    sure = word.folded in ("dr", "drs", "doctor", "prof", "professor", "dra", "dott", "docteur")
    if (
        word.folded in ("dr", "pa", "np", "rn", "sr")
        and word.raw.isupper()
        and not following.raw[0].isupper()
    ):
        return
    lower = sure and word.raw.islower()
    if not sure and not (is_given(following) or is_surname(following)):
        return
    if is_medical(following) and not (is_surname(following) and sure):
        return
    count = reach(text, index + 1, lower=lower, any_word=lower)
    if count and following.folded not in _SMALL:
        end = text.words[index + count].end
        if is_with_age(text, end):
            yield _named(text, index + 1, count, Severity.BLOCK)
        else:
            yield Finding(
                word.start if sure else following.start, end, Type.CLINICIAN, Severity.WARN, ""
            )


def _after_kin(text: Text, index: int) -> Iterator[Finding]:
    begin = text.words[index].end
    link = LINK.match(text.raw, begin)
    if link is None or "\n" in link[0]:
        return
    first = text.index_from(link.end())
    if first >= len(text.words) or text.words[first].start != link.end():
        return
    word = text.words[first]
    named = "named" in link[0] or "called" in link[0] or "name" in link[0]
    if not _may_be_a_name(text, first, sure=named or "(" in link[0]):
        return
    count = reach(
        text, first, lower=True, any_word=(is_capitalised(word) and is_word_name(word)) or named
    )
    while count:
        yield _named(text, first, count, Severity.BLOCK)
        following = AND_ANOTHER.match(text.raw, text.words[first + count - 1].end)
        first = text.index_from(following.end()) if following else len(text.words)
        count = 0
        if first < len(text.words) and is_capitalised(text.words[first]):
            known = is_given(text.words[first]) or is_word_name(text.words[first])
            count = reach(text, first, any_word=True) if known else 0


def _may_be_a_name(text: Text, index: int, *, sure: bool) -> bool:
    """What stands after a cue that other words follow as well."""
    word = text.words[index]
    if is_given(word):
        return word.raw[0].isupper() or word.folded not in known_words()
    if not word.raw[0].isupper() or len(word.raw) < 2:
        return False
    if is_word_name(word):
        return is_capitalised(word)
    if word.raw.isupper():
        return is_shouted(word) and (is_surname(word) and not is_medical(word))
    if is_eponym(word) and not is_surname(word):
        return sure
    if is_eponym(word) and not listed("place_nouns").isdisjoint(text.words_after(word.end, 2)):
        return False
    return sure or not is_medical(word)


def _after_person(text: Text, index: int) -> Iterator[Finding]:
    """ "patient Amélie Rousseau", "pt john smith", "baby Okafor"."""
    gap = text.gap(index)
    if index + 1 >= len(text.words) or gap.strip(" :,-–(") or "\n" in gap or len(gap) > 3:
        return
    following = text.words[index + 1]
    if is_particle(following) and following.raw.islower():
        return
    known = is_given(following) or (is_surname(following) and not is_medical(following))
    if not known and not (
        is_capitalised(following) and not is_medical(following) and not is_eponym(following)
    ):
        if not (is_word_name(following) and is_capitalised(following)):
            return
    if following.raw.islower() and following.folded in known_words():
        return
    if following.raw.isupper() and (not is_shouted(following) or is_medical(following)):
        return
    count = reach(text, index + 1, lower=True, any_word=is_word_name(following))
    if count:
        plain = known or is_word_name(following)
        yield _named(
            text, index + 1, count, Severity.BLOCK if plain or count > 1 else Severity.WARN
        )


def _in_fields(text: Text) -> Iterator[Finding]:
    for found in FIELDS.finditer(text.raw):
        first = text.index_from(found.end())
        if first >= len(text.words) or text.raw[found.end() : text.words[first].start].strip(
            " \"'*_[("
        ):
            continue
        if "\n" in text.raw[found.end() : text.words[first].start]:
            continue
        strict = (
            "nam" in found[0].lower() or "nom" in found[0].lower() or "navn" in found[0].lower()
        )
        strict = strict or found[0].lower().startswith(
            ("sur", "fore", "pré", "pre", "ap", "cog", "vor", "nach", "alias")
        )
        count = _field_reach(text, first, strict=strict)
        if count:
            yield _named(text, first, count, Severity.BLOCK)


def _field_reach(text: Text, first: int, *, strict: bool) -> int:
    """The words of a field, up to five, over a comma between family and given name."""
    word = text.words[first]
    if word.folded in (
        "unknown",
        "withheld",
        "redacted",
        "anonymous",
        "not",
        "none",
        "removed",
        "of",
        "n",
    ):
        return 0
    if word.folded in TITLES | CLINICIANS:
        return 0
    if not strict:
        if (
            is_medical(word)
            and not is_given(word)
            and not (is_surname(word) and is_with_age(text, word.end))
        ):
            return 0
        if not (word.raw[0].isupper() or is_given(word)):
            return 0
        if is_eponym(word) and not is_given(word) and not _a_given_name_follows(text, first):
            return 0
        if not (is_given(word) or is_surname(word) or reach(text, first) > 1):
            return 0
    count = 1
    for index in range(first, min(first + 5, len(text.words) - 1)):
        gap, following = text.gap(index), text.words[index + 1]
        if gap not in (" ", "-", "'", "’", ". ", ", ", ",") or following.folded in _ENDS:
            break
        if "," in gap and (index > first + 1 or not following.raw[0].isupper()):
            break
        if following.raw[0].isupper() != word.raw[0].isupper() and not is_particle(following):
            break
        if is_medical(following) and not is_given(following) and not is_surname(following):
            break
        count = index + 2 - first
    return count


def _a_given_name_follows(text: Text, index: int) -> bool:
    if index + 1 >= len(text.words) or text.gap(index) not in (" ", ", ", ","):
        return False
    return is_given(text.words[index + 1]) and text.words[index + 1].raw[0].isupper()


_ENDS = frozenset(
    "age sex dob mrn gender address phone tel nhs male female m f date id hosp hospital yo years"
    " year y".split()
)
