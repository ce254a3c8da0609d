"""Names as people recognise them, however they are written."""

import re
import unicodedata

_NO_LETTERS = re.compile(r"[^a-z0-9]+")
_NO_MARKS = str.maketrans("", "", "'`\"")


def folded(text: str) -> str:
    """As names and headings are compared: no case, no accents, a hyphen is a blank."""
    if text.isascii():  # most of them, and four times as fast
        return " ".join(_NO_LETTERS.sub(" ", text.lower().translate(_NO_MARKS)).split())
    bare = (c for c in unicodedata.normalize("NFKD", text.casefold()) if not _is_accent(c))
    return " ".join("".join(c if c.isalnum() else " " for c in bare).split())


def begin_with(text: str, *said: str) -> bool:
    """Whether each word of `text` begins one of theirs, however it is accented."""
    theirs = [word for one in said for word in folded(one).split()]
    return all(any(word.startswith(asked) for word in theirs) for asked in folded(text).split())


def _is_accent(character: str) -> bool:
    return unicodedata.category(character) == "Mn" or character in "'’`"  # noqa: RUF001
