"""The number under which a member is registered."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from instance.web.views.page import FieldError, PageView


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenNumber:
    """For its member alone. `kind` and `outcome` are keys of `words.NUMBERS` and
    `words.NUMBER_OUTCOMES`; `jurisdiction` "" of an ORCID."""

    kind: str
    typed: str
    outcome: str
    jurisdiction: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    name: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberPage(PageView):
    """`/account/verification/number`. `until`: how long the register's word counts, if it does;
    `jurisdiction` to `orcid`: as they were typed."""

    TEMPLATE: ClassVar[str] = "account/number.html"
    level: int
    numbers: tuple[GivenNumber, ...] = ()
    until: datetime | None = None
    registers: tuple[Register, ...] = ()
    jurisdiction: str = ""
    licence: str = ""
    npi: str = ""
    orcid: str = ""
    errors: tuple[FieldError, ...] = ()
