"""A note with headings, pasted whole: its parts, by the field of the form they belong in.

Nothing is dropped: what no field is for stays in the history, results that cannot be read as a row
too. Pure.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

# Heading as people write it -> field. Those of `_KEPT` go on standing in the text: a field may
# hold several of them.
_FIELDS = {
    "title": ("title", "subject"),
    "question": ("question", "my question", "clinical question", "reason for consult"),
    "history": (
        *("history", "hx", "hpi", "history of present illness", "presenting complaint"),
        *("case", "presentation", "background", "subjective", "chief complaint", "cc"),
        *("past medical history", "pmh", "pmhx", "social history", "family history", "problems"),
        *("hospital course", "course", "assessment", "impression", "diagnosis", "diagnoses"),
    ),
    "meds": ("meds", "medications", "medication", "medicines", "current medications", "drugs"),
    "allergies": ("allergies", "allergy", "drug allergies"),
    "exam": (
        *("exam", "examination", "physical exam", "physical examination", "on examination"),
        *("o/e", "pe", "objective", "vitals", "vital signs", "imaging"),
    ),
    "labs": ("labs", "lab results", "laboratory", "bloods", "results", "investigations"),
    "tried": ("tried", "already tried", "tried so far", "treatment so far", "treatment"),
}
_FIELD_OF = {heading: name for name, headings in _FIELDS.items() for heading in headings}
_PLAIN = frozenset(headings[0] for headings in _FIELDS.values()) | {
    *("medications", "medication", "medicines", "examination", "hx", "hpi"),
    *("history of present illness", "allergy", "already tried", "lab results", "laboratory"),
}
_HEADING = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t]*)?(?:\*\*)?"
    rf"(?P<name>{'|'.join(sorted(map(re.escape, _FIELD_OF), key=len, reverse=True))})"
    r"(?:\*\*)?[ \t]*(?::(?:\*\*)?[ \t]*|$)",
    re.IGNORECASE | re.MULTILINE,
)
_ROW = re.compile(
    r"(?P<name>[^\W\d][\w .()/+-]{0,60}?)[ \t]*[:=]?[ \t]+"
    r"(?P<value>[<>≤≥]?[ \t]?\d+(?:[.,]\d+)?)[ \t]*"
    r"(?P<unit>[^\s\d()\[\],;][^\s()\[\],;]{0,20})?[ \t]*"
    r"(?:[(\[](?P<range>[^)\]]{1,40})[)\]])?[ \t]*(?P<day>D[+-]?\d{1,3})?"
)


@dataclass(frozen=True)
class Parts:
    """`texts`: what each field of the form gets. `labs`: rows of name, value, unit, range, day."""

    texts: Mapping[str, str]
    labs: tuple[Mapping[str, str], ...]


def split(note: str) -> Parts | None:
    """None where there are not two headings to tell parts by."""
    text = note.replace("\r\n", "\n")
    found = list(_HEADING.finditer(text))
    if len(found) < 2:
        return None
    parts: dict[str, list[str]] = {}
    _add(parts, "history", text[: found[0].start()])
    for here, after in zip(found, [*found[1:], None], strict=True):
        heading = here["name"]
        said = text[here.end() : after.start() if after else None].strip()
        field = _FIELD_OF[heading.lower()]
        is_plain = field == "labs" or heading.lower() in _PLAIN
        _add(parts, field, said, "" if is_plain else f"{heading[0].upper()}{heading[1:]}: ")
    labs, unread = _rows("\n".join(parts.pop("labs", [])))
    _add(parts, "history", unread, "Results: ")
    return Parts({name: "\n".join(texts) for name, texts in parts.items()}, labs)


def _add(parts: dict[str, list[str]], field: str, text: str, label: str = "") -> None:
    if text.strip():
        parts.setdefault(field, []).append(label + text.strip())


def _rows(text: str) -> tuple[tuple[Mapping[str, str], ...], str]:
    """The rows that can be read, and the rest as it was."""
    rows: list[Mapping[str, str]] = []
    unread: list[str] = []
    for line in re.split(r"\n|;|,(?=\s)", text):
        found = _ROW.fullmatch(line.strip(" \t-*•."))
        if found is not None:
            rows.append({name: (value or "").strip() for name, value in found.groupdict().items()})
        elif line.strip():
            unread.append(line.strip())
    return tuple(rows), "\n".join(unread)
