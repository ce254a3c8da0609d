"""Names as people recognise them, however they are written."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import accumulate

_NO_LETTERS = re.compile(r"[^a-z0-9]+")
_TITLES = frozenset("dr prof professor mr mrs ms miss sir dame".split())
_BEHIND = frozenset(
    "jr sr ii iii iv md do mbbs mbchb bm bs phd dphil mph msc facc facp facs frcp frcs mrcp mrcs "
    "mrcgp rn np pa pharmd".split()
)
_NO_MARKS = str.maketrans("", "", "'`\"")


def folded(text: str) -> str:
    """As names and headings are compared: no case, no accents, a hyphen is a blank."""
    if text.isascii():  # most of them, and four times as fast
        return " ".join(_NO_LETTERS.sub(" ", text.lower().translate(_NO_MARKS)).split())
    bare = (c for c in unicodedata.normalize("NFKD", text.casefold()) if not _is_accent(c))
    return " ".join("".join(c if c.isalnum() else " " for c in bare).split())


def is_called(whole: str, given: str, families: Iterable[str]) -> bool:
    """Whether somebody who writes their name as `whole` can have this given name and one of these
    family names, all but `whole` folded. Middle names may be missing; initials say too little."""
    own = list(_readings(_in_order(whole)))
    return any(
        words[-len(parts) :] == parts and _is_given(words[: -len(parts)], given.split())
        for family in families
        for parts in _readings(family.split())
        for words in own
    )


def _is_given(words: list[str], given: list[str]) -> bool:
    """The same first name; "Mary-Jane" is "Maryjane"."""
    both = set(accumulate(words)) & set(accumulate(given))
    return any(len(name) > 1 for name in both)


def _in_order(whole: str) -> list[str]:
    """Without titles; "Lee, Jo" is "Jo Lee"."""
    family, _, rest = whole.partition(",")
    if set(folded(rest).split()) - _BEHIND:
        whole = f"{rest} {family}"
    words = folded(whole).split()
    while words and words[0] in _TITLES:
        del words[0]
    return words


def _readings(words: list[str]) -> Iterator[list[str]]:
    """As they stand, and without each of the degrees at the end: "Do" may be either."""
    while words:
        yield words
        if words[-1] not in _BEHIND:
            return
        words = words[:-1]


def begin_with(text: str, *said: str) -> bool:
    """Whether each word of `text` begins one of theirs, however it is accented."""
    theirs = [word for one in said for word in folded(one).split()]
    return all(any(word.startswith(asked) for word in theirs) for asked in folded(text).split())


def _is_accent(character: str) -> bool:
    return unicodedata.category(character) == "Mn" or character in "'’`"  # noqa: RUF001
