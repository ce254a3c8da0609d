"""A text taken apart into words once, and the word lists that the rules ask.

Every expression in this package is written so that it cannot be made to backtrack: repeats are
bounded or their pieces begin with what the piece before cannot hold.
"""

import re
import unicodedata
from bisect import bisect_left
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

LISTS = Path(__file__).parent / "lists"
WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")


def fold(word: str) -> str:
    """Lower case without accents, so that Muñoz and munoz are one; no possessive."""
    folded = word.lower()
    if not folded.isascii():
        folded = folded.replace("’", "'").replace("ß", "ss").replace("ø", "o").replace("ł", "l")
        apart = unicodedata.normalize("NFKD", folded)
        folded = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return folded.removesuffix("'s")


@cache
def lines(name: str) -> tuple[str, ...]:
    """The lines of a list, without remarks."""
    text = (LISTS / f"{name}.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))


@cache
def listed(*names: str) -> frozenset[str]:
    """The words of these lists; "_" in a list joins the words of one entry."""
    return frozenset(
        word.replace("_", " ") for name in names for line in lines(name) for word in line.split()
    )


class Word(NamedTuple):
    start: int
    end: int
    raw: str
    folded: str


class Text:
    """The text, its words, and what stands around a place in it."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.words = tuple(
            Word(found.start(), found.end(), found.group(), fold(found.group()))
            for found in WORD.finditer(raw)
        )

    @cached_property
    def starts(self) -> tuple[int, ...]:
        return tuple(word.start for word in self.words)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        return frozenset(word.folded for word in self.words)

    def index_from(self, position: int) -> int:
        """The number of the first word that begins at the position or after it."""
        return bisect_left(self.starts, position)

    def before(self, position: int, length: int = 40) -> str:
        return self.raw[max(0, position - length) : position]

    def after(self, position: int, length: int = 40) -> str:
        return self.raw[position : position + length]

    def words_before(self, position: int, count: int) -> tuple[str, ...]:
        """The nearest words that end before the position on its line, the nearest last."""
        end = self.index_from(position)
        chosen = self.words[max(0, end - count) : end]
        return tuple(word.folded for word in chosen if not self.breaks(word.end, position))

    def words_after(self, position: int, count: int) -> tuple[str, ...]:
        begin = self.index_from(position)
        chosen = self.words[begin : begin + count]
        return tuple(word.folded for word in chosen if not self.breaks(position, word.start))

    def breaks(self, start: int, end: int) -> bool:
        return end - start > 120 or "\n" in self.raw[start:end]

    def gap(self, index: int) -> str:
        """What stands between this word and the next."""
        if index + 1 >= len(self.words):
            return self.raw[self.words[index].end :][:8]
        return self.raw[self.words[index].end : self.words[index + 1].start]
