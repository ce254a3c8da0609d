"""Which passwords are taken: long ones that nobody guesses first. What is in them is free.

One function for the command line, for joining and for changing (`problem`).
"""

import re
import string
from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from pathlib import Path

SHORTEST, LONGEST = 12, 200
_LIST = Path(__file__).parent.parent / "common_passwords.txt"
_LOOKALIKES = str.maketrans("013457@$!", "oieastasi")
_FILLERS = string.digits + string.punctuation + string.whitespace
# Beside a common word or one's own name, so many other characters make a password again.
_ENOUGH_MORE = 8
_OWN_WORD = 3  # letters; shorter ones stand in every text


def problem(password: str, own: Iterable[str] = ()) -> str:
    """What is wrong with it, as a sentence; "" where nothing is.

    `own`: what is known of the person: address, handle, name, hospital.
    """
    if len(password) < SHORTEST:
        return f"Use {SHORTEST} characters or more."
    if len(password) > LONGEST:
        return f"Use {LONGEST} characters or fewer."
    if _is_common(password.casefold()):
        return "Many people use a password like this. Use several words that do not go together."
    if _is_own(password.casefold(), own):
        return "Do not make it of your name, your address or your hospital."
    return ""


def _is_common(text: str) -> bool:
    if len(set(text)) < 5 or _is_sequence(text):
        return True
    return any(_has_common_core(form) for form in {text, text.translate(_LOOKALIKES)})


def _has_common_core(text: str) -> bool:
    """The whole of it, what is between digits and signs, or one part of it again and again."""
    core = text.strip(_FILLERS)
    unit = _unit(core)
    is_known = any(part in _common() for part in (text, core, unit)) or len(unit) < 5
    return text in _common() or (is_known and len(text) - len(core) <= _ENOUGH_MORE)


def _unit(text: str) -> str:
    """`abcabc` is `abc` twice: the shortest text that gives this one when it is repeated."""
    return text[: (text + text).find(text, 1)] if text else ""


def _is_sequence(text: str) -> bool:
    """All but three characters follow the one before: up, down or the same."""
    steps = [abs(ord(b) - ord(a)) for a, b in pairwise(text)]
    return sum(step > 1 for step in steps) <= 3


def _is_own(text: str, own: Iterable[str]) -> bool:
    words = {word for known in own for word in re.findall(r"\w+", known.casefold())}
    rest = text
    for word in sorted(words, key=len, reverse=True):
        if len(word) >= _OWN_WORD:
            rest = rest.replace(word, "")
    return rest != text and len(rest) < _ENOUGH_MORE


@cache
def _common() -> frozenset[str]:
    lines = _LIST.read_text().splitlines()
    return frozenset(line for line in lines if not line.startswith("# ") and line != "#")
