"""Asking to read a consult one takes no part in, and deciding it. No word of any consult."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from instance.web.views.page import FieldError, PageView


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRow:
    """Somebody asks. `own`: the reader, who cannot decide it."""

    id: str
    name: str
    reason: str
    at: datetime
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRow:
    """What the reader may read now."""

    url: str
    by: str
    reason: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakGlassPage(PageView):
    """`minutes`: how long a consult stays open. `typed_…` of a form that was not taken."""

    TEMPLATE: ClassVar[str] = "admin/consults.html"
    minutes: int = 60
    waiting: tuple[WaitingRow, ...] = ()
    open_now: tuple[OpenRow, ...] = ()
    typed_address: str = ""
    typed_reason: str = ""
    refusal: str = ""
    errors: tuple[FieldError, ...] = ()
