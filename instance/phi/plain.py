"""A text as the rules read it: no invisible signs, no look-alikes, no HTML entities.

A letter pasted from a web page, a PDF or a phone has spaces and hyphens that do not
break, digits of full width, accents as signs of their own. Rules are for what a person sees, so
they see that; `Plain` leads back to what was typed.
"""

import re
import unicodedata
from html import unescape

INVISIBLE = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff"
SPACES = "\u00a0\u2000-\u200a\u202f\u205f\u3000"
HYPHENS = "\u2010-\u2012\u2212\ufe58\ufe63"
DIGITS = "\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef"
ODD = re.compile(
    rf"&(?:nbsp|amp|quot|apos|commat|period|sol|hyphen|ndash|shy|[lg]t|#\d{{2,5}}|#x[\da-f]{{2,5}});"
    rf"|[{INVISIBLE}]+|[{SPACES}]|[{HYPHENS}]|[{DIGITS}]|[\uff01-\uff5e]"
    r"|[^\W\d_][\u0300-\u036f]{1,4}|(?<=\d)-[ \t]?\n[ \t]?(?=\d)",
    re.IGNORECASE,
)


class Plain:
    """`text` is what the rules read; `typed(start, end)` the place of it in what was typed."""

    def __init__(self, raw: str) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self.text = raw if _has_nothing_odd(raw) else self._rewritten(raw)

    def _rewritten(self, raw: str) -> str:
        pieces: list[str] = []
        last = 0
        for found in ODD.finditer(raw):
            self._keep(last, found.start())
            seen = _seen(found[0])
            self._starts.extend([found.start()] * len(seen))
            self._ends.extend([found.end()] * len(seen))
            pieces += (raw[last : found.start()], seen)
            last = found.end()
        self._keep(last, len(raw))
        return "".join((*pieces, raw[last:]))

    def _keep(self, start: int, end: int) -> None:
        self._starts.extend(range(start, end))
        self._ends.extend(range(start + 1, end + 1))

    def typed(self, start: int, end: int) -> tuple[int, int]:
        return (self._starts[start], self._ends[end - 1]) if self._starts else (start, end)


def _has_nothing_odd(raw: str) -> bool:
    """Most texts: asked without a search, as this is asked of each."""
    return raw.isascii() and "&" not in raw and "-\n" not in raw and "- \n" not in raw


def _seen(odd: str) -> str:
    if odd[0] == "&":
        return _seen(shown) if ODD.fullmatch(shown := unescape(odd)) else shown
    if "\n" in odd or odd in "\u2010\u2011\u2012\u2212\ufe58\ufe63":
        return "-"
    if re.fullmatch(f"[{INVISIBLE}]+", odd):
        return ""
    if odd.isspace():
        return " "
    return str(unicodedata.decimal(odd)) if odd.isdecimal() else unicodedata.normalize("NFKC", odd)
