"""Whether words of a text are an entry of a list, also one of several words."""

from functools import cache

from instance.phi.words import Text, Word, listed


@cache
def _pairs(name: str) -> frozenset[str]:
    return frozenset(entry.partition(" ")[0] for entry in listed(name) if " " in entry)


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
