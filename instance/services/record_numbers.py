"""How this hospital writes its own record numbers, as owners say it: a template, never a pattern
of their own, so that nobody can write one that takes for ever.

9 stands for a figure, A for a letter, X for either; everything else for itself.
"""

import re

from instance.models import Setting

SETTING = "record_number"
MOST = 24
_ALLOWED = re.compile(r"[9AX\-/. ]{4,24}")
_MEANS = {"9": r"\d", "A": "[A-Za-z]", "X": "[A-Za-z0-9]"}
_LEAST_CODED = 4  # fewer would find half of all numbers in a note


async def pattern() -> re.Pattern[str] | None:
    row = await Setting.get_or_none(name=SETTING)
    return compiled(row.value) if row is not None and row.value else None


def compiled(template: str) -> re.Pattern[str] | None:
    """None for what is no template."""
    coded = sum(mark in _MEANS for mark in template)
    if _ALLOWED.fullmatch(template) is None or coded < _LEAST_CODED:
        return None
    if template.strip() != template or not any(mark in "9X" for mark in template):
        return None
    body = "".join(_MEANS.get(mark) or re.escape(mark) for mark in template)
    return re.compile(rf"(?<!\w){body}(?!\w)")
