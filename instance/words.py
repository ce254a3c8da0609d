"""Text as words to compare: one folding for what is typed, for what is written, and for indexes."""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")
# Of ASCII: its letters in lower case, and a space for what is neither letter nor digit.
_APART = bytes(ord(chr(c).lower() if chr(c).isalnum() else " ") for c in range(128)).ljust(256)
_HASHTAG = re.compile(r"\w*[^\W\d_]\w*")
_HASHTAG_MOST = 100
_BEFORE_NO_PLURAL = "sui"  # pus, mass, iritis


def words(text: str) -> list[str]:
    return list(map(fold, _cut(text)))


def distinct(text: str) -> set[str]:
    """The words of a text, each once."""
    if not text.isascii():
        return set(map(fold, set(_cut(text))))
    apart = _apart(text)
    found = set(apart.split(" "))
    ends = f"{apart} ".split("s ")[:-1]  # few, where to look at each word takes as long as to cut
    in_s = {end[end.rfind(" ") + 1 :] + "s" for end in ends}
    found.difference_update(in_s, ("",))  # between two that stand in a row
    found.update(map(fold, in_s))  # and of the others nothing is left to fold
    return found


def places(text: str) -> list[re.Match[str]]:
    """Where each word stands; with hyphens and units they are several: `5-FU`, `10 mg/l`."""
    return list(_WORD.finditer(text))


def _cut(text: str) -> list[str]:
    if text.isascii():  # as the pattern does, and ten times as fast
        return _apart(text).split()
    return _WORD.findall(unicodedata.normalize("NFC", text))


def _apart(text: str) -> str:
    """Of ASCII: its words in lower case, between spaces."""
    return text.encode().translate(_APART).decode()


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
    before = word[-4:-1]
    is_plain = len(before) == 3 and before.isascii() and before.isalpha() and before.islower()
    return word[:-1] if is_plain and before[-1] not in _BEFORE_NO_PLURAL else word


def hashtag(text: str) -> str:
    """The name of a hashtag as it is compared, with or without its sign; "" for what is none."""
    name = unicodedata.normalize("NFKC", text.removeprefix("#")).casefold()
    return name if len(name) <= _HASHTAG_MOST and _HASHTAG.fullmatch(name) else ""
