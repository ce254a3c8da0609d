"""Closing this server, for its owners."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal

from instance.web.views.page import FieldError, PageView

Stage = Literal["", "proposed", "announced", "closing", "closed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingPage(PageView):
    """`/admin/closing`. `by`: who proposed it; `mine`: that was the reader, and another owner has
    to agree. `deleted` of `total` accounts and channels; `waiting` messages are on their way."""

    TEMPLATE: ClassVar[str] = "admin/closing.html"
    state: Stage = ""
    closes_at: datetime | None = None
    by: str = ""
    mine: bool = False
    owners: int = 1
    first_day: date
    typed: str = ""
    deleted: int = 0
    total: int = 0
    waiting: int = 0
    errors: tuple[FieldError, ...] = ()  # fields: date, password
