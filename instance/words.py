"""Text as words to compare: one folding for what is typed, for what is written, and for indexes."""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")
_HASHTAG = re.compile(r"\w*[^\W\d_]\w*")
_HASHTAG_MOST = 100
_PLURALS = re.compile(r"(?<=[a-z]{3})(?<![sui])s$")


def words(text: str) -> list[str]:
    return [fold(found.group()) for found in places(unicodedata.normalize("NFC", text))]


def places(text: str) -> list[re.Match[str]]:
    """Where each word stands; with hyphens and units they are several: `5-FU`, `10 mg/l`."""
    return list(_WORD.finditer(text))


def fold(word: str) -> str:
    """No case, no accents, no plural of the common kind."""
    if word.isascii():
        word = word.lower()
    else:
        parts = unicodedata.normalize("NFKD", word.casefold())
        word = "".join(part for part in parts if unicodedata.category(part) != "Mn")
    if not word.endswith("s"):  # most of them
        return word
    if word.endswith("ies") and len(word) > 5:
        return word[:-3] + "y"
    return _PLURALS.sub("", word)


def hashtag(text: str) -> str:
    """The name of a hashtag as it is compared, with or without its sign; "" for what is none."""
    name = unicodedata.normalize("NFKC", text.removeprefix("#")).casefold()
    return name if len(name) <= _HASHTAG_MOST and _HASHTAG.fullmatch(name) else ""
