"""One consult, with everything said in it."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import ClassVar, Literal

from instance.web.views.consult_lists import Clock
from instance.web.views.drawn import Look
from instance.web.views.identifiers import CheckedField
from instance.web.views.page import Audience, Author, FieldError, Identity, PageView, Standing
from instance.web.views.pictures import Picture
from instance.web.views.pieces import KeptAt
from instance.web.views.routing import Hops


@dataclass(frozen=True, slots=True, kw_only=True)
class Lab:
    """One result as typed; `day` "D0" or "D+2", relative to admission, never a date."""

    name: str = ""
    value: str = ""
    unit: str = ""
    range: str = ""
    day: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was asked. Texts are plain, line breaks kept; empty ones are left out of the page.

    `left_out`, here and of what was answered: an image came with it that is not shown, as it is
    not_agreed, or not_shown by this version.
    """

    author: Author
    at: datetime
    text: str
    age_band: str
    sex: str
    urgency: str
    target_hours: int
    history: str
    tried: str
    pregnant: str = "na"
    meds: str = ""
    allergies: str = ""
    exam: str = ""
    region: str = ""
    labs: tuple[Lab, ...] = ()
    pictures: tuple[Picture, ...] = ()
    left_out: str = ""
    id: str = ""
    recalled: str = ""  # why, a key of words.RECALLED: of it nothing else is here
    edited_at: datetime | None = None
    change_url: str = ""  # for its asker
    version: str = ""  # comes back with an answer, in the field `question_as_of`


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The facts behind the row of steps. None: has not happened (or is not known here).

    `paused` is the whole time the clock stood still, `answered_in` excludes it.
    """

    asked_at: datetime
    paused: timedelta | None = None
    first_answer_at: datetime | None = None
    answered_in: timedelta | None = None
    accepted_at: datetime | None = None
    outcome_due_at: datetime | None = None
    ended_at: datetime | None = None  # closed, escalated, expired, withdrawn
    outcome: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A reference under an answer: what its author calls it, its `number` (DOI or PMID) and where
    that leads; `url` "" when it is plain text."""

    text: str
    url: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`confidence` low, med or high. `pending`: sent from here, not yet back from its home. `key`,
    here and below: under which it is kept when it was drawn (`drawn`); none: it is not."""

    ITEM: ClassVar[str] = "answer"
    id: str
    author: Author
    at: datetime
    recommendation: str
    rationale: str = ""
    would_change: str = ""
    confidence: str = ""
    see_in_person: bool = False
    citations: tuple[Citation, ...] = ()
    accepted_at: datetime | None = None
    acceptable: bool = False  # the reader may accept it now ("Also accept" once one is)
    pending: bool = False
    left_out: str = ""
    edited_at: datetime | None = None
    change_url: str = ""  # for its author
    older: bool = False  # it was written before the question was changed
    key: Hashable = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment of somebody taking part; plain text, line breaks kept."""

    ITEM: ClassVar[str] = "comment"
    id: str
    author: Author
    at: datetime
    text: str
    pending: bool = False
    left_out: str = ""
    pictures: tuple[Picture, ...] = ()  # of the first of a private conversation
    edited_at: datetime | None = None
    change_url: str = ""  # for its author
    key: Hashable = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A change between the posts, one line. Nothing here says who stayed silent.

    `kind`: ask_info, provide_info, accept, not_solved, outcome, escalate, reopen, withdraw, close
    and opened_again (of what is private),
    expired, closed, held, recalled, deleted, joined, left, consent (to publish: proposed),
    consent_over, consent_public. `name` is who did it or the hospital
    that joined or left, `text` what they wrote, `code` the outcome, or why it was escalated or
    recalled.
    """

    ITEM: ClassVar[str] = "event"
    kind: str
    at: datetime
    name: str = ""
    text: str = ""
    code: str = ""
    pending: bool = False
    left_out: str = ""
    key: Hashable = None


TimelineItem = Answer | Comment | Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """Who takes part, by what they did; readers who wrote nothing are not listed by name."""

    author: Author
    part: Literal["asker", "responder", "inquirer", "commenter", "observer"]
    answers: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the consult is. `took` for has_it (None: not measured); `since` when it is not there:
    waiting (None: not tried yet), paused by an administrator, or given_up. `some`: it has what was
    said before."""

    name: str
    status: Literal["home", "has_it", "waiting", "paused", "given_up"]
    some: bool = False
    took: timedelta | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What a hospital that was asked to delete still has. `status`: deleted (`at`), asked, late
    (after 15 minutes), overdue (since `due_at`), remaining (so many texts), refused (in its own
    words), blocked (no word is taken). `backups_until`: as far as it says how long it keeps them.
    """

    name: str
    status: str
    asked_at: datetime
    at: datetime
    due_at: datetime
    remaining: int = 0
    backups_until: datetime | None = None
    contact: str = ""
    refusal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class May:
    """What this reader may do now: by standing, part and state together. False is not shown.

    `standing_needed`: the reader could answer but for this standing (word 15 is shown).
    """

    answer: bool = False
    comment: bool = False
    ask_info: bool = False
    provide_info: bool = False
    accept: bool = False
    not_solved: bool = False
    close: bool = False  # what is private
    outcome: bool = False
    escalate: bool = False
    reopen: bool = False
    withdraw: bool = False
    recall: bool = False  # or ask its hospital to
    see_recall: bool = False  # and its receipts
    see_deletions: bool = False  # the receipts of what who reads it deleted
    ask_again: bool = False
    publish: Literal["", "propose", "see", "asked"] = ""  # as a teaching case
    standing_needed: Standing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A form of the thread that was refused: what was typed, and why. `form` as in its URL."""

    form: Literal[
        "answer",
        "comment",
        "ask-info",
        "provide-info",
        "not-solved",
        "reopen",
        "close",
        "escalate",
        "outcome",
        "redirect",
        "invite",
    ]
    values: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[FieldError, ...] = ()
    checked: Mapping[str, CheckedField] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidPage(PageView):
    """`/k/<id>/said/<id>`: an answer or a comment, for its author to change or delete."""

    TEMPLATE: ClassVar[str] = "consults/said.html"
    url: str  # "/k/123/said/456"
    back_url: str
    form: Literal["answer", "comment"]
    values: Mapping[str, str]
    audience: Audience
    errors: tuple[FieldError, ...] = ()
    checked: Mapping[str, CheckedField] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """To whom it was opened who takes no part in it, by whose consent, why and until when."""

    name: str
    by: str
    reason: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultPage(PageView):
    """`/k/<id>`. The same view is drawn whole, and as `consults/_thread.html` for the stream.

    `timeline` in reading order: accepted answers first, the rest by time; `said_as` is another
    value where anything in it is, for readers of one `drawn`. `stream_url` carries
    the number of the last event this page knows, so that nothing falls between page and stream.
    `hops`: for its asker, whom it has got to, never by name; `asked`: the reader was asked to
    answer, and has not declined. `identities` are those of the reader that may speak in it.
    """

    TEMPLATE: ClassVar[str] = "consults/thread.html"
    url: str  # "/k/123"
    title: str
    state: str
    question_type: str
    specialties: tuple[str, ...]
    question: Question
    audience: Audience
    progress: Progress
    mine: bool = False
    clock: Clock | None = None
    timeline: tuple[TimelineItem, ...] = ()
    said_as: Hashable = None
    drawn: Look = field(default_factory=Look)
    participants: tuple[Participant, ...] = ()
    places: tuple[Place, ...] = ()
    copies: tuple[Copy, ...] = ()
    may: May = field(default_factory=May)
    identities: tuple[Identity, ...] = ()
    kept: Kept | None = None
    hops: Hops | None = None
    asked: bool = False
    stream_url: str = ""
    opened: tuple[Opened, ...] = ()
    read_only_until: datetime | None = None  # the reader takes no part, and may only read

    answers: tuple[Answer, ...] = field(init=False)

    def __post_init__(self) -> None:
        answers = tuple(item for item in self.timeline if isinstance(item, Answer))
        object.__setattr__(self, "answers", answers)

    @property
    def answering_institutions(self) -> int:
        return len({answer.author.institution for answer in self.answers})

    @property
    def kept_at(self) -> KeptAt | None:
        """Not of one that has what was typed, or says how much time is left to the second."""
        if self.said_as is None or self.kept is not None or self.clock is not None:
            return None
        page = replace(self.page, now=self.page.minute, csrf_token="")
        return KeptAt(self.drawn, (page, _SHOWN(self)))


# All of it but the timeline, which `said_as` stands for; so a field that is added is among it.
_APART = ("page", "timeline", "answers", "drawn", "kept")
_SHOWN = attrgetter(*(each.name for each in fields(ConsultPage) if each.name not in _APART))
