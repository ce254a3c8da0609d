"""What somebody looks for, as words to compare: one folding for what is typed and what is written.

Nothing typed is an operator (T74).
"""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from instance.services import synonyms
from instance.services.synonyms import LONGEST_PHRASE, STOP, Phrase, Table
from instance.words import fold, places, words

TEXT_MAX, WORDS_MAX = 200, 8


@dataclass(frozen=True)
class Query:
    """Each of `terms` must be there, as one of its phrases. `also` are synonyms that nobody typed.
    `is_cut`: more was typed than is looked for."""

    text: str
    terms: tuple[tuple[Phrase, ...], ...] = ()
    also: tuple[str, ...] = ()
    is_cut: bool = False

    @property
    def phrases(self) -> list[Phrase]:
        return [phrase for term in self.terms for phrase in term]


def read(typed: str, added: str = "") -> Query:
    """No terms where nothing typed can be looked for. `added`: synonyms of this hospital's own
    (`synonyms.added`)."""
    known = synonyms.table(added)
    text = " ".join(typed.split())
    said = words(text[:TEXT_MAX])
    terms: list[tuple[Phrase, ...]] = []
    also: list[str] = []
    position = 0
    while position < len(said) and len(terms) < WORDS_MAX:
        phrase = _known_at(known, said, position)
        position += len(phrase)
        others = known.get(phrase, {})
        if others or _says_something(phrase[0]):
            terms.append((phrase, *others))
            also += [name for name in others.values() if name not in also]
    is_cut = len(text) > TEXT_MAX or position < len(said)
    return Query(text[:TEXT_MAX], tuple(terms), tuple(also), is_cut)


def fits(query: Query, there: Callable[[Phrase], bool]) -> bool:
    return all(any(there(phrase) for phrase in term) for term in query.terms)


def marked(text: str, query: Query, around: int) -> list[tuple[str, bool]]:
    """A piece of `text` of about `around` characters to each side of the first place that fits,
    and which parts of it do; empty where none does."""
    text = unicodedata.normalize("NFC", text)
    hits = list(_places(text, query))
    if not hits:
        return []
    start, end = _piece(text, hits[0], around)
    parts: list[tuple[str, bool]] = [("… ", False)] if start else []
    at = start
    for first, last in hits:
        if first >= at and last <= end:
            parts += [(text[at:first], False), (text[first:last], True)]
            at = last
    parts += [(text[at:end] + (" …" if end < len(text) else ""), False)]
    return [part for part in parts if part[0]]


def _piece(text: str, hit: tuple[int, int], around: int) -> tuple[int, int]:
    """Ends between words."""
    start, end = max(0, hit[0] - around), min(len(text), hit[1] + around)
    if start:
        start = text.rfind(" ", 0, start) + 1 or start
    if end < len(text):
        end = max(text.rfind(" ", 0, end), hit[1])
    return start, end


def _places(text: str, query: Query) -> Iterator[tuple[int, int]]:
    found = places(text)
    folded = [fold(one.group()) for one in found]
    phrases = sorted(query.phrases, key=len, reverse=True)
    position = 0
    while position < len(found):
        fitting = (p for p in phrases if tuple(folded[position : position + len(p)]) == p)
        length = len(next(fitting, ()))
        if length:
            yield found[position].start(), found[position + length - 1].end()
        position += length or 1


def _known_at(known: Table, said: list[str], position: int) -> Phrase:
    """The longest term of the list that stands here, else one word."""
    for length in range(LONGEST_PHRASE, 1, -1):
        phrase = tuple(said[position : position + length])
        if len(phrase) == length and phrase in known:
            return phrase
    return (said[position],)


def _says_something(word: str) -> bool:
    return len(word) > 1 and word not in STOP
