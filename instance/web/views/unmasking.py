"""Asking which member a pseudonym is, deciding it, and seeing it."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from instance.web.views.page import FieldError, PageView


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmaskingRow:
    """A request, as the list it stands in needs it. `ground` is a key of `member_words.GROUNDS`;
    `at`: when it was asked, or until when it is open or silent. `own`: the reader asked."""

    id: str
    pseudonym: str
    ground: str
    reason: str
    at: datetime
    name: str = ""
    own: bool = False
    silent_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmaskingPage(PageView):
    """`/admin/unmasking`. `typed_…` of a form that was not taken."""

    TEMPLATE: ClassVar[str] = "admin/unmasking.html"
    minutes: int = 60
    waiting: tuple[UnmaskingRow, ...] = ()
    open_now: tuple[UnmaskingRow, ...] = ()
    silent: tuple[UnmaskingRow, ...] = ()
    typed_handle: str = ""
    typed_ground: str = ""
    typed_reason: str = ""
    typed_until: str = ""
    refusal: str = ""
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmaskedPage(PageView):
    """Whom a pseudonym stands for, until `until`."""

    TEMPLATE: ClassVar[str] = "admin/unmasked.html"
    pseudonym: str
    name: str
    legal_name: str
    handle: str
    email: str
    ground: str
    reason: str
    until: datetime
