"""Whether a word may be part of a person's name, and how far a name reaches."""

import re
from functools import cache, lru_cache

from instance.phi.words import Text, Word, listed

MEDICAL_END = re.compile(
    r"(?:itis|oses|osis|a?emia|oma|omas|omata|ectomy|ostomy|otomy|plasty|scopy|graphy|gram|pathy"
    r"|algia|uria|mab|nib|pril|sartan|olol|statin"
    r"|azole|mycin|cillin|cycline|floxacin|virus|viral|vir|gliptin|gliflozin|glutide|parin|xaban"
    r"|prazole|setron|triptan|azepam|barbital|caine"
    r"|dipine|idine|amine|azine|oxine|olone|asone|onide|sone|stim|grel|trexate|platin|rubicin"
    r"|taxel|zumab|ximab|tinib|ciclib|parib|lukast|terol"
    r"|tropium|fibrate|formin|glitazone|dronate|semide|thiazide|lactone|toin|apine|peridol|idone"
    r"|oxetine|pram|triptyline|zepam|zolam|done"
    r"|tion|sion|ment|ness|ings?|ically|ously|ively|ously|istic|ogenic|iatric|lytic|genous|trophy"
    r"|trophic|plasia|plasm|phagia|phasia|plegia"
    r"|paresis|kinesia|pnoea|pnea|rrhoea|rrhea|rrhage|stasis|lysis|centesis|pexy|desis|cele|oid"
    r"|aemic|emic|aceae|coccus|cocci|bacter|myces"
    r"|monas|ella|ase|ose|gen|globin|globulin|kine|cyte|cytes|blast|phage|some|philia|philic"
    r"|penia|cytosis|megaly|malacia|sclerosis|stenosis"
    r"|ular|ulous|eous|ious|ible|able|ical|ory|ium|icum|icus|atic|otic|etic|ism|isms|ology"
    r"|ologist|iatry|iatrist|ics|therapy|metry|meter"
    r"|scope|tomy|ectasis|ectasia|iasis|ation|ated|ative|ents|ance|ence|ency|ancy|edly|ified"
    r"|ising|izing|ised|ized|ally|ity|ities|pox)$"
)
SHAPE = re.compile(r"[A-ZÀ-ÖØ-ÞŚŠŽŁĆČÇĐĞİŞŐŰА-ЯЁΑ-Ω](?:[^\W\d_]|['’\-])*")
AGE_SEX = re.compile(
    r"[\s,;:(\-–/\[|]{0,4}(?:(?:aged?|age|is|an?|was|our|my|who|now|the|dob)[\s:]{1,2}){0,3}"
    r"(?:\d{1,3}\s?-?\s?(?:y\s?/?\s?o\b|y\.o|yo[mf]\b|yrs?\b|years?\b|year-|y\b|[FMfm]\b|♀|♂"
    r"|/\s?[FMfm]\b|mo\b|months?\b|mth|wk|weeks?\b"
    r"|ans\b|a[ñn]os|anni\b|jahre|jaar|day|days\b)|[MF]\s?/?\s?\d{1,3}\b|(?:born|dob|d\.o\.b"
    r"|née?\sle)\b"
    r"|\d{1,2}[/.\-]\d{1,2}[/.\-](?:19|20)?\d\d(?!\d))",
    re.IGNORECASE,
)
SEXED = re.compile(
    r"[\s,;:(\-–/]{0,4}(?:\d{1,3}\s?-?\s?(?:y\s?/?\s?o\b|y\.o|yo[mf]\b|years?[\s-]old|year-|[FMfm]\b|/\s?[FMfm]\b)"
    r"|[MF]\s?/?\s?\d{1,3}\b|(?:is|was)\s\d{1,3}(?=[\s,.;]))"
)


@cache
def known_words() -> frozenset[str]:
    return listed("common", "common_more", "place_nouns", "facilities", "months", "regions")


def is_given(word: Word) -> bool:
    return _is_given(word.folded)


@lru_cache(maxsize=20_000)
def _is_given(folded: str) -> bool:
    if folded in listed("given"):
        return True
    first, _, second = folded.partition("-")
    return bool(second) and first in listed("given") and not _is_medical(second)


def is_word_name(word: Word) -> bool:
    return word.folded in listed("given_words")


def is_surname(word: Word) -> bool:
    folded = word.folded
    if folded in listed("surnames"):
        return True
    first, _, second = folded.partition("-")
    if second and (first in listed("surnames") or second in listed("surnames")):
        return True
    return (
        folded.startswith(("mc", "mac", "o'", "fitz"))
        and len(folded) > 5
        and (word.raw[0].isupper() and not is_medical(word))
    )


def is_eponym(word: Word) -> bool:
    return _is_eponym(word.folded)


@lru_cache(maxsize=20_000)
def _is_eponym(folded: str) -> bool:
    return all(part in listed("eponyms") for part in folded.split("-"))


def is_medical(word: Word) -> bool:
    """A word of the language or of medicine, and no name that is listed."""
    return _is_medical(word.folded)


@lru_cache(maxsize=20_000)
def _is_medical(folded: str) -> bool:
    if folded in listed("abbreviations", "products") or folded in known_words():
        return True
    if folded in listed("given", "surnames"):
        return False
    if "-" in folded:
        return any(part in known_words() or MEDICAL_END.search(part) for part in folded.split("-"))
    return MEDICAL_END.search(folded) is not None


def is_capitalised(word: Word) -> bool:
    raw = word.raw
    return raw[0].isupper() and len(raw) > 1 and (raw[1:].islower() or _is_inner(raw))


def _is_inner(raw: str) -> bool:
    """McDonald, O'Brien, Jean-Marc, Al-Sayed, DeSouza."""
    if "-" in raw or "'" in raw or "’" in raw:
        return any(mark.islower() for mark in raw)
    return raw[-1].islower() and sum(mark.isupper() for mark in raw) == 2 and len(raw) > 4


def is_shouted(word: Word) -> bool:
    return len(word.raw) > 2 and word.raw.isupper()


def is_particle(word: Word) -> bool:
    return word.folded in listed("particles")


def reach(
    text: Text, index: int, *, most: int = 5, lower: bool = False, any_word: bool = False
) -> int:
    """How many words from `index` on are one name. `any_word`: after a title, "Mrs Day" is one."""
    count = 0
    shouted = is_shouted(text.words[index])
    for offset in range(min(most, len(text.words) - index)):
        if offset and not _joins(text, index + offset - 1):
            break
        if not _belongs(
            text, index + offset, offset, lower=lower, any_word=any_word, shouted=shouted
        ):
            break
        count = offset + 1
    while (
        count
        and is_particle(text.words[index + count - 1])
        and text.words[index + count - 1].raw.islower()
    ):
        count -= 1
    return count


def _belongs(
    text: Text, index: int, offset: int, *, lower: bool, any_word: bool, shouted: bool
) -> bool:
    word = text.words[index]
    first = offset or any_word  # "Dhr. van der Meulen"
    if is_particle(word) and ((word.raw.islower() and first) or is_capitalised(word)):
        following = text.words[index + 1] if index + 1 < len(text.words) else None
        return (
            following is not None
            and (following.raw[0].isupper() or lower or is_particle(following))
            and _joins(text, index)
        )
    if len(word.raw) == 1 and word.raw.isupper():
        return True
    if shouted and is_shouted(word):
        if word.folded in listed("abbreviations"):
            return False
        known = bool(offset) and (is_surname(word) or is_given(word))
        return known or not is_medical(word) or (not offset and any_word)
    if is_capitalised(word):
        known = is_given(word) or is_surname(word)
        return known or not is_medical(word) or (any_word and not offset)
    if not lower or not word.raw.islower() or len(word.raw) < 2:
        return False
    if offset == 0:
        return is_given(word) or is_surname(word) or (any_word and word.folded not in known_words())
    if is_medical(word):
        return is_surname(word) and is_with_age(text, word.end) and is_given(text.words[index - 1])
    return is_given(word) or is_surname(word) or _ends_there(text, index, offset)


def _ends_there(text: Text, index: int, offset: int) -> bool:
    """An unknown word in lower case behind a first name, with a comma, an age or the end after."""
    if not is_given(text.words[index - 1]) or len(text.words[index].raw) < 3 or offset > 2:
        return False
    end = text.words[index].end
    return text.raw[end : end + 1] in ",;(/:." or end == len(text.raw) or is_with_age(text, end)


def _joins(text: Text, index: int) -> bool:
    gap = text.gap(index)
    word = text.words[index]
    return gap in (" ", "-", "'", "’", "  ", "_") or (
        gap in (". ", ".") and (len(word.raw) == 1 or word.folded in ("st", "md", "mohd"))
    )


def is_with_age_and_sex(text: Text, end: int) -> bool:
    """As `is_with_age`, but never a while or a weight: "INH 9 months"."""
    return SEXED.match(text.raw, end) is not None


def is_with_age(text: Text, end: int) -> bool:
    return AGE_SEX.match(text.raw, end) is not None
