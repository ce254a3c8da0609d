"""What verification officers see of the roster, and of files that they bring."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from instance.web.views.page import FieldError, PageView


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterPerson:
    """`look` is a key of `roster_words.LOOKS`, `stage` and `profession` codes, `specialty` a slug.
    `seen_at`: when their newest session was last used."""

    name: str
    email: str
    key: str = ""
    department: str = ""
    profession: str = "physician"
    stage: str = "practising"
    specialty: str = ""
    look: str = "no_account"
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterFile:
    """A file that was brought. `state` is a key of `roster_words.STATES`."""

    url: str
    name: str
    state: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterPage(PageView):
    """`source`: the file that the roster is from. `waiting`: those that somebody has to look at."""

    TEMPLATE: ClassVar[str] = "admin/roster.html"
    people: tuple[RosterPerson, ...] = ()
    wanted: str = ""
    shows_left: bool = False
    more_url: str = ""
    present: int = 0
    left: int = 0
    verified: int = 0
    source: RosterFile | None = None
    waiting: tuple[RosterFile, ...] = ()
    before: tuple[RosterFile, ...] = ()
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterColumn:
    """A column of a file: what is it for us, a key of `roster_words.FIELDS`, or nothing."""

    number: int
    heading: str
    samples: tuple[str, ...] = ()
    field: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterErrorRow:
    """`reason` is a key of `roster_words.REASONS`. `hint`: the slug of what may be meant."""

    line: int
    name: str
    field: str
    value: str
    reason: str
    other_line: int | None = None
    hint: str = ""
    may_correct: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterChange:
    """`verdict`: new, changed or left. `was`: what stood there that is another now; each a key of
    `roster_words.FIELDS`, and the value."""

    line: int
    name: str
    verdict: str
    specialty: str = ""
    was: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterImportPage(PageView):
    """One file: what it would change, how far it is, what was done.

    `state` is a key of `roster_words.STATES`, `problem` of PROBLEMS. `rows`, `changes` and
    `leavers` are the first of theirs.
    """

    TEMPLATE: ClassVar[str] = "admin/roster_import.html"
    url: str
    file: str
    state: str
    at: datetime
    kilobytes: int = 0
    problem: str = ""
    total: int = 0
    checked: int = 0
    to_apply: int = 0
    applied: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    error_count: int = 0
    left: int = 0
    columns: tuple[RosterColumn, ...] = ()
    profession: str = "physician"
    rows: tuple[RosterErrorRow, ...] = ()
    changes: tuple[RosterChange, ...] = ()
    leavers: tuple[RosterChange, ...] = ()
    needs_second: bool = False
    confirmed_by: str = ""
    mine: bool = False  # this person confirmed it: another one has to
    by: str = ""
    may_undo: bool = False
    ended_at: datetime | None = None
    refusal: str = ""
    stream_url: str = ""
    errors: tuple[FieldError, ...] = ()
