"""What people say in the demonstration: public threads and consults, read from `threads/*.json`.

A `public_*.json` is a list of threads of one channel, a `consults_*.json` a list of consults asked
at one institution. People are handles of `people`. There are no times: a thread is sent when the
demonstration starts, in `order` (unique over all files), its replies or steps as listed.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from importlib.resources import files
from typing import Any, Literal

import orjson

NoteKind = Literal["comment", "ask_info", "provide_info"]
QuestionType = Literal[
    "diagnosis", "management", "drug", "procedure", "interpretation", "logistics"
]
Urgency = Literal["routine", "soon", "today"]
Confidence = Literal["low", "med", "high"]


@dataclass(frozen=True)
class Reply:
    """`to` is 0 for the first post, n for the n-th reply. `text` is markdown."""

    author: str
    text: str
    to: int = 0


@dataclass(frozen=True)
class PublicThread:
    """A thread in a public channel; `text` is markdown."""

    order: int
    channel: str
    author: str
    title: str
    text: str
    replies: tuple[Reply, ...]


@dataclass(frozen=True)
class Lab:
    """One row of results; `day` is relative to the day of asking or admission, as "D+2"."""

    name: str
    value: str
    unit: str
    range: str
    day: str


@dataclass(frozen=True)
class Citation:
    title: str
    doi: str


@dataclass(frozen=True)
class Answer:
    author: str
    recommendation: str
    rationale: str
    confidence: Confidence
    would_change: str
    see_in_person: bool = False
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True)
class Note:
    """A comment, a question back to the asker, or the asker's reply to it. Plain text."""

    author: str
    kind: NoteKind
    text: str


@dataclass(frozen=True)
class Accept:
    """By the asker: the answers taken, counted from 1 in the order they were given."""

    answers: tuple[int, ...]


@dataclass(frozen=True)
class Outcome:
    """By the asker, afterwards: a code of domain.md 3.4 and a line on what happened."""

    code: str
    note: str


@dataclass(frozen=True)
class Propose:
    """By the asker, of what is closed: as a teaching case, in a channel at home."""

    channel: str


@dataclass(frozen=True)
class Recall:
    """By the asker: what was said last is taken back; `reason` a code of federation.md 6.4."""

    reason: str


@dataclass(frozen=True)
class Escalate:
    """By the asker: it goes on as a formal consult, for a reason of domain.md 3.3."""

    reason: str
    text: str


@dataclass(frozen=True)
class Withdraw:
    """By the asker, before anybody answered."""


@dataclass(frozen=True)
class Lapse:
    """Nobody did anything for so long that time ended it."""


Step = Answer | Note | Accept | Outcome | Escalate | Withdraw | Lapse | Propose | Recall


@dataclass(frozen=True)
class ConsultThread:
    """The fields of domain.md 3.2 and what followed. `audience`: keys of institutions.

    `strip`: what the rhythm strip that goes with it shows, "" where none does.
    """

    order: int
    asker: str
    audience: tuple[str, ...]
    title: str
    question: str
    question_type: QuestionType
    urgency: Urgency
    target_hours: int
    specialties: tuple[str, ...]
    age_band: str
    sex: str
    pregnant: str
    history: str
    tried: str
    meds: str = ""
    allergies: str = ""
    exam: str = ""
    region: str | None = None
    labs: tuple[Lab, ...] = ()
    strip: str = ""
    steps: tuple[Step, ...] = ()

    @property
    def facts(self) -> dict[str, Any]:
        """The fields of the form, under the names that the consult service takes."""
        texts = {name: getattr(self, name) for name in _FACTS}
        rows = [asdict(row) for row in self.labs]
        return {**texts, "specialties": list(self.specialties), "labs": rows}

    @property
    def answers(self) -> tuple[Answer, ...]:
        return tuple(step for step in self.steps if isinstance(step, Answer))


Thread = PublicThread | ConsultThread

_FACTS = (
    *("title", "question", "question_type", "urgency", "target_hours", "age_band", "sex"),
    *("pregnant", "region", "history", "meds", "allergies", "exam", "tried"),
)


# Begun and not sent: fields of the form. The last one is held.
DRAFTS: tuple[dict[str, Any], ...] = (
    {
        "identity": "lee",
        "title": "Thiazide or not after a second stone with low bone density",
        "question": "Would you start a thiazide on bone density and stones together?",
        "specialties": ["nephrology"],
        "question_type": "management",
        "history": "Second calcium oxalate stone. Low bone density at the hip.",
    },
    {
        "identity": "lee",
        "title": "Positional vertigo that does not answer to the manoeuvre",
        "specialties": ["neurology"],
        "history": "Three attempts on the right. The day and the place are still to be taken out.",
    },
)


def load() -> tuple[Thread, ...]:
    """Every thread, in the order they are sent.

    Raises TypeError on a member that is missing or unknown, KeyError on an unknown step, and
    orjson.JSONDecodeError: the files are ours, so each is a mistake of ours.
    """
    threads: list[Thread] = []
    for file in files("instance.demo").joinpath("threads").iterdir():
        read = _consult if file.name.startswith("consults_") else _public
        if file.name.endswith(".json"):
            threads += [read(row) for row in orjson.loads(file.read_bytes())]
    return tuple(sorted(threads, key=lambda thread: thread.order))


def _public(row: Mapping[str, Any]) -> Thread:
    replies = tuple(Reply(**reply) for reply in row["replies"])
    return PublicThread(**{**row, "replies": replies})


def _consult(row: Mapping[str, Any]) -> Thread:
    lists = {
        "audience": tuple(row["audience"]),
        "specialties": tuple(row["specialties"]),
        "labs": tuple(Lab(*values) for values in row.get("labs", ())),
        "steps": tuple(_step(step) for step in row.get("steps", ())),
    }
    return ConsultThread(**{**row, **lists})


def _step(row: Mapping[str, Any]) -> Step:
    """A step is `{"<its name>": {...}}`."""
    ((name, members),) = row.items()
    return _STEPS[name](members)


def _answer(row: Mapping[str, Any]) -> Answer:
    citations = tuple(Citation(**citation) for citation in row.get("citations", ()))
    return Answer(**{**row, "citations": citations})


_STEPS: dict[str, Callable[[Mapping[str, Any]], Step]] = {
    "answer": _answer,
    "comment": lambda row: Note(kind="comment", **row),
    "ask_info": lambda row: Note(kind="ask_info", **row),
    "provide_info": lambda row: Note(kind="provide_info", **row),
    "accept": lambda row: Accept(tuple(row["answers"])),
    "outcome": lambda row: Outcome(**row),
    "propose": lambda row: Propose(**row),
    "recall": lambda row: Recall(**row),
    "escalate": lambda row: Escalate(**row),
    "withdraw": lambda row: Withdraw(),
    "lapse": lambda row: Lapse(),
}
