"""The audit record as administrators read it: what was done, by whom, about what. No content."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from instance.web.views.page import PageView


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """`action` is a key of `audit_words.ACTIONS`. `who` and `about` are names where they are known.

    `exact`: what the entry holds, as name and value, for who compares it with a log or an export.
    `seal` is its number in the chain; 0 within the first moments.
    """

    at: datetime
    action: str
    who: str
    about: str = ""
    why: str = ""
    seal: int = 0
    exact: tuple[tuple[str, str], ...] = ()
    damaged: bool = False  # what it holds besides cannot be read


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownKeyRow:
    """A key that signed so many days, and is not on file here any more."""

    key: str
    first: date
    last: date
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditCheckView:
    """A reading of the whole record: `done` of `total` so far, or `problems` in sentences."""

    at: datetime
    done: int = 0
    total: int = 0
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage(PageView):
    """`since`: when the first seal was made. `under_way` and `last`: of verifying it."""

    TEMPLATE: ClassVar[str] = "admin/audit.html"
    rows: tuple[AuditRow, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()  # as in an address, and the action
    action: str = ""
    who: str = ""
    since: datetime | None = None
    sealed: int = 0
    under_way: AuditCheckView | None = None
    last: AuditCheckView | None = None
    unknown_keys: tuple[UnknownKeyRow, ...] = ()
    older_url: str = ""
