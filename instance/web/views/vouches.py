"""Colleagues who vouch for each other, and what officers see of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from instance.web.views.page import FieldError, PageView


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What one member said for another, or is asked to. `how` is "" while nothing is said."""

    id: str
    name: str
    url: str
    at: datetime
    how: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ColleaguesPage(PageView):
    """`/account/verification/colleagues`. `asked` and `given`: of this member, by colleagues;
    `asks` and `own`: of colleagues, by this member. `refused`: the id of the question whose answer
    was not taken, with what was typed. `lost`: why they may vouch no more."""

    TEMPLATE: ClassVar[str] = "account/colleagues.html"
    needed: int
    open_most: int
    may_ask: bool
    may_vouch: bool
    until: datetime | None = None
    asked: tuple[Word, ...] = ()
    given: tuple[Word, ...] = ()
    asks: tuple[Word, ...] = ()
    own: tuple[Word, ...] = ()
    lost: str = ""
    handle: str = ""
    refused: str = ""
    how: str = ""
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VouchRow:
    """`state`: given, revoked or abused."""

    id: str
    voucher: str
    voucher_url: str
    name: str
    url: str
    how: str
    state: str
    at: datetime
    reason: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VouchesPage(PageView):
    """`/admin/vouches`, for verification officers. `refused` and `typed`: as above."""

    TEMPLATE: ClassVar[str] = "admin/vouches.html"
    rows: tuple[VouchRow, ...] = ()
    older_url: str = ""
    refused: str = ""
    typed: str = ""
    errors: tuple[FieldError, ...] = ()
