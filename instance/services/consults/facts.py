"""The fields of a consult (domain.md 3.2): one set of limits for the form and for the wire.

Of a private one nothing clinical is asked: its first message stands as `question`.
"""

from collections.abc import Mapping
from typing import Any

from federation.errors import Malformed
from instance.outbox.consults import ROOT_MEMBERS
from instance.specialties import SPECIALTIES

QUESTION_TYPES = ("diagnosis", "management", "drug", "procedure", "interpretation", "logistics")
TARGET_HOURS = {"routine": 72, "soon": 24, "today": 4}
AGE_BANDS = (
    *("<1m", "1-11m", "1-4", "5-12", "13-17", "18-29", "30-39", "40-49"),
    *("50-59", "60-69", "70-79", "80-89", "90+"),
)
SEXES = ("female", "male", "other", "not_stated")
PREGNANT = ("yes", "no", "na")
TICK_VERSION = "1"
_TEXT_MAX = {
    "title": 120,
    "question": 500,
    "history": 4000,
    "meds": 2000,
    "allergies": 500,
    "exam": 2000,
    "tried": 2000,
    "region": 6,
}
MESSAGE_MAX = 4000  # of what is written privately
_NOT_ASKED: dict[str, Any] = {
    "title": "",
    "question_type": "",
    "urgency": "",
    "target_hours": 0,
    "specialties": [],
}
# What is written freely, but for the table of results.
FREE = ("title", "question", "history", "meds", "allergies", "exam", "tried")
_REQUIRED = ("title", "question", "history", "tried")
_ENUMS = {
    "question_type": (QUESTION_TYPES, "Choose what kind of question it is."),
    "urgency": (tuple(TARGET_HOURS), "Choose how soon you need an answer."),
    "age_band": (AGE_BANDS, "Choose an age band."),
    "sex": (SEXES, "Choose female, male, other or not stated."),
    "pregnant": (PREGNANT, "Choose yes, no or not applicable."),
}
_LAB_FIELDS = ("name", "value", "unit", "range", "day")
_LAB_ROWS_MAX = 40
_LAB_TEXT_MAX = 120


def problems(facts: Mapping[str, Any]) -> dict[str, str]:
    """Field name -> sentence that says what to do; empty when the facts can be sent."""
    found = {}
    for name, limit in _TEXT_MAX.items():
        value = facts.get(name) or ""
        if not isinstance(value, str):
            found[name] = "Write text."
        elif name in _REQUIRED and not value.strip():
            found[name] = _REQUIRED_TEXT[name]
        elif len(value) > limit:
            found[name] = f"Shorten this to {limit} characters. It has {len(value)}."
    for name, (allowed, sentence) in _ENUMS.items():
        if facts.get(name) not in allowed:
            found[name] = sentence
    found.update(_specialty_problems(facts.get("specialties")))
    found.update(_lab_problems(facts.get("labs") or []))
    hours = facts.get("target_hours")
    if not isinstance(hours, int) or isinstance(hours, bool) or not 1 <= hours <= 168:
        found["target_hours"] = "Choose between 1 and 168 hours."
    return found


_REQUIRED_TEXT = {
    "title": "Write a title of a few words.",
    "question": "Ask one focused question.",
    "history": "Write the history, without identifiers.",
    "tried": "Say what was tried, or write: nothing yet.",
}


def texts(facts: Mapping[str, Any]) -> dict[str, str]:
    """What is written freely, by the name of its field in the form; for the identifier check."""
    found = {name: facts[name] for name in FREE if facts.get(name)}
    for number, row in enumerate(facts.get("labs") or []):
        found |= {f"labs-{number}-{part}": row[part] for part in _LAB_FIELDS if row.get(part)}
    return found


def of_message(text: str) -> dict[str, Any]:
    """Of a private one; what a consult is asked besides is empty there."""
    return {**_NOT_ASKED, "question": text}


def message_problems(facts: Mapping[str, Any]) -> dict[str, str]:
    """As `problems`, of a private one."""
    text = facts.get("question")
    if not isinstance(text, str) or not text.strip():
        return {"question": "Write something to send."}
    if len(text) > MESSAGE_MAX:
        return {"question": f"Shorten the text to {MESSAGE_MAX} characters. It has {len(text)}."}
    return {}


def is_private(root: Mapping[str, Any]) -> bool:
    """Of which type a root, or a `K/members`, says that it is. Raises Malformed."""
    kind = root.get("cs:type", "consult")
    if kind not in ("consult", "private"):
        raise Malformed("unknown type of consult")
    return bool(kind == "private")


def from_wire(root: Mapping[str, Any]) -> dict[str, Any]:
    """The facts in a peer's root Article. Raises Malformed; unknown enum values too (6.3)."""
    if is_private(root):
        facts = of_message(root.get("content") or "")
        if message_problems(facts):
            raise Malformed("a private consult without words, or with too many")
        return facts
    facts = {name: root[wire] for name, wire in ROOT_MEMBERS.items() if wire in root}
    facts["title"] = root.get("name")
    facts["question"] = root.get("content")
    wrong = problems(facts)
    if wrong:
        raise Malformed(f"consult fields: {', '.join(sorted(wrong))}")
    return facts


def _specialty_problems(value: Any) -> dict[str, str]:
    if not isinstance(value, list) or not 1 <= len(value) <= 3:
        return {"specialties": "Choose 1 to 3 specialties."}
    if any(slug not in SPECIALTIES for slug in value):
        return {"specialties": "Choose specialties from the list."}
    return {}


def _lab_problems(rows: Any) -> dict[str, str]:
    if not isinstance(rows, list) or len(rows) > _LAB_ROWS_MAX:
        return {"labs": f"Give at most {_LAB_ROWS_MAX} results."}
    for row in rows:
        if not isinstance(row, Mapping) or set(row) - set(_LAB_FIELDS):
            return {"labs": "Give each result a test, a value and a day."}
        if any(not isinstance(v, str) or len(v) > _LAB_TEXT_MAX for v in row.values()):
            return {"labs": f"Shorten each entry to {_LAB_TEXT_MAX} characters."}
        if not row.get("name", "").strip() or not row.get("value", "").strip():
            return {"labs": "Give each result a test and a value."}
    return {}
