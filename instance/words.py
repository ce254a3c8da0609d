"""Text as words to compare: one folding for what is typed, for what is written, and for indexes."""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")
# Of ASCII: its letters in lower case, and a space for what is neither letter nor digit.
_APART = bytes(ord(chr(c).lower() if chr(c).isalnum() else " ") for c in range(128)).ljust(256)
_HASHTAG = re.compile(r"\w*[^\W\d_]\w*")
_HASHTAG_MOST = 100
_PLURALS = re.compile(r"(?<=[a-z]{3})(?<![sui])s$")


def words(text: str) -> list[str]:
    return list(map(fold, _cut(text)))


def distinct(text: str) -> set[str]:
    """The words of a text, each once."""
    found = set(_cut(text))
    if not text.isascii():
        return set(map(fold, found))
    plurals = [word for word in found if word[-1] == "s"]  # and nothing of it has a case any more
    found.difference_update(plurals)
    found.update(map(fold, plurals))
    return found


def places(text: str) -> list[re.Match[str]]:
    """Where each word stands; with hyphens and units they are several: `5-FU`, `10 mg/l`."""
    return list(_WORD.finditer(text))


def _cut(text: str) -> list[str]:
    if text.isascii():  # as the pattern does, and ten times as fast
        return text.encode().translate(_APART).decode().split()
    return _WORD.findall(unicodedata.normalize("NFC", text))


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
