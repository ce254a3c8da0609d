"""The Notes of a consult: answers, comments and events, checked alike from form and wire."""

import re
from collections.abc import Mapping
from html import escape
from typing import Any

from federation import vocabulary
from federation.errors import Malformed
from instance.services.consults.states import OUTCOMES, REASONS, Event

CONFIDENCES = ("low", "med", "high")
_ANSWER_TEXTS = {
    "recommendation": ("cs:recommendation", 4000),
    "rationale": ("cs:rationale", 4000),
    "would_change": ("cs:wouldChange", 2000),
}
_COMMENT_MAX = 4000
_DOI = re.compile(
    r"(?:(?:https?://)?(?:dx\.)?doi\.org/|doi:\s*)?(?P<doi>10\.\d{4,9}/[^\s\"<>]+)", re.IGNORECASE
)
_PMID = re.compile(
    r"(?:(?:https?://)?pubmed\.ncbi\.nlm\.nih\.gov/|pmid:?\s*)?(?P<pmid>[1-9]\d{0,8})/?",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"https://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d+)?(?:[/?#][^\s\"<>]*)?", re.IGNORECASE
)
_CITATIONS_MAX = 10
NOTE_EVENTS = frozenset(
    {
        *(Event.ANSWER, Event.COMMENT, Event.ASK_INFO, Event.PROVIDE_INFO, Event.NOT_SOLVED),
        *(Event.RECORD_OUTCOME, Event.ESCALATE, Event.REOPEN, Event.CONSENT, Event.CLOSE),
    }
)


def problems(
    event: Event, fields: Mapping[str, Any], *, is_private: bool = False
) -> dict[str, str]:
    """Field name -> sentence; `fields` as the form names them. To close and reopen what is private
    takes no words."""
    if event is Event.ANSWER:
        return _answer_problems(fields)
    found = {}
    text = fields.get("text") or ""
    if event is Event.RECORD_OUTCOME:
        if fields.get("outcome") not in OUTCOMES:
            found["outcome"] = "Choose what you did."
    elif event is Event.ESCALATE:
        if fields.get("reason") not in REASONS:
            found["reason"] = "Choose why this ends here."
    elif not text.strip() and not (is_private and event in (Event.CLOSE, Event.REOPEN)):
        found["text"] = "Write something to send."
    if len(text) > _COMMENT_MAX:
        found["text"] = f"Shorten the text to {_COMMENT_MAX} characters."
    return found


def texts(fields: Mapping[str, Any]) -> dict[str, str]:
    """What is written freely, by the name of its field; for the identifier check."""
    names = (*_ANSWER_TEXTS, "citation", "citation_title", "text")
    return {name: str(fields[name]) for name in names if fields.get(name)}


def to_wire(event: Event, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The `cs:` members and HTML content of a Note; `fields` without problems."""
    if event is Event.ANSWER:
        return _answer_to_wire(fields)
    note: dict[str, Any] = {"cs:kind": event.value, "content": _html(fields.get("text") or "")}
    if event is Event.RECORD_OUTCOME:
        note["cs:outcome"] = fields["outcome"]
    if event is Event.ESCALATE:
        note["cs:reason"] = fields["reason"]
    return note


def is_known(note: Mapping[str, Any]) -> bool:
    """Whether this version knows what the Note stands for."""
    return note.get("cs:kind") in {event.value for event in NOTE_EVENTS}


def event_of(note: Mapping[str, Any]) -> Event:
    """The event a received Note stands for, its fields checked. Raises Malformed."""
    if note.get("type") != "Note" or not is_known(note):
        raise Malformed("unknown kind of contribution")
    event = Event(note["cs:kind"])
    content = note.get("content")
    if not isinstance(content, str) or len(content) > 4 * _COMMENT_MAX:
        raise Malformed("contribution without content")
    vocabulary.time_of("published", note.get("published"))
    if event is Event.ANSWER and _wire_answer_is_wrong(note):
        raise Malformed("an answer's fields are wrong")
    if event is Event.RECORD_OUTCOME and note.get("cs:outcome") not in OUTCOMES:
        raise Malformed("unknown outcome")
    if event is Event.ESCALATE and note.get("cs:reason") not in REASONS:
        raise Malformed("unknown reason")
    if event is Event.CONSENT and not isinstance(note.get("cs:consent"), bool):
        raise Malformed("cs:consent is no boolean")
    return event


def _answer_problems(fields: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for name, (_, limit) in _ANSWER_TEXTS.items():
        if len(fields.get(name) or "") > limit:
            found[name] = f"Shorten this to {limit} characters."
    if not (fields.get("recommendation") or "").strip():
        found["recommendation"] = "Write what you recommend."
    if not (fields.get("rationale") or "").strip():
        found["rationale"] = "Write why, in a sentence."
    if fields.get("confidence") not in CONFIDENCES:
        found["confidence"] = "Choose how sure you are."
    typed = (fields.get("citation") or "").strip()
    if typed and (len(typed) > 500 or citation(typed) is None):
        found["citation"] = (
            "Write a DOI such as 10.1000/182, a PMID such as 31475795, or a link that begins with"
            " https://."
        )
    if len(fields.get("citation_title") or "") > 300:
        found["citation_title"] = "Shorten the title to 300 characters."
    return found


def _answer_to_wire(fields: Mapping[str, Any]) -> dict[str, Any]:
    note: dict[str, Any] = {"cs:kind": Event.ANSWER.value}
    for name, (wire, _) in _ANSWER_TEXTS.items():
        if (fields.get(name) or "").strip():
            note[wire] = fields[name].strip()
    note["cs:confidence"] = fields["confidence"]
    note["cs:seeInPerson"] = bool(fields.get("see_in_person"))
    named = citation((fields.get("citation") or "").strip()) or {}
    title = (fields.get("citation_title") or "").strip()
    if named or title:
        note["cs:citations"] = [named | ({"title": title} if title else {})]
    note["content"] = "".join(
        f"<h3>{title}</h3>{_html(str(note[wire]))}"
        for title, wire in (
            ("Recommendation", "cs:recommendation"),
            ("Why", "cs:rationale"),
            ("What would change my mind", "cs:wouldChange"),
        )
        if wire in note
    )
    return note


def citation(text: str) -> dict[str, str] | None:
    """A DOI, a PMID or a web address, however it was pasted; None for anything else."""
    if found := _DOI.fullmatch(text):
        return {"doi": found["doi"]}
    if found := _PMID.fullmatch(text):
        return {"pmid": found["pmid"]}
    return {"url": text} if _LINK.fullmatch(text) else None


def _wire_answer_is_wrong(note: Mapping[str, Any]) -> bool:
    texts_fit = all(
        isinstance(note.get(wire, ""), str) and len(note.get(wire, "")) <= limit
        for wire, limit in _ANSWER_TEXTS.values()
    )
    citations = note.get("cs:citations", [])
    citations_fit = isinstance(citations, list) and len(citations) <= _CITATIONS_MAX
    return (
        not texts_fit
        or not str(note.get("cs:recommendation", "")).strip()
        or note.get("cs:confidence") not in CONFIDENCES
        or not isinstance(note.get("cs:seeInPerson", False), bool)
        or not citations_fit
        or not all(_is_citation(entry) for entry in citations)
    )


def _is_citation(entry: Any) -> bool:
    return isinstance(entry, Mapping) and all(
        key in ("doi", "pmid", "url", "title") and isinstance(value, str) and len(value) <= 1000
        for key, value in entry.items()
    )


def _html(text: str) -> str:
    """Plain text as paragraphs; clinical texts carry no markup of their own (6.3)."""
    blocks = [block for block in text.strip().replace("\r\n", "\n").split("\n\n") if block.strip()]
    return "".join(f"<p>{escape(block).replace(chr(10), '<br>')}</p>" for block in blocks)
