"""What other hospitals see of a member."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from instance.web.views.page import PageView, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingReader:
    """A partner hospital. `ceiling` is a key of `words.CEILINGS`; `fetched_at` is None where it has
    not asked for this name."""

    name: str
    ceiling: str
    fetched_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownName:
    """One name of a member with its standing statement, as it is served. `method` is a key of
    `words.METHODS`, `statement` the document itself. `changing`: others see an older standing,
    for some minutes."""

    name: str
    address: str
    standing: Standing
    method: str
    since: datetime
    until: datetime
    statement: str
    pseudonym: bool = False
    changing: bool = False
    suspended: bool = False
    specialties: tuple[str, ...] = ()
    jurisdiction: str = ""
    readers: tuple[StandingReader, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingPage(PageView):
    """`/account/standing`: all that other hospitals can learn of this member from ours."""

    TEMPLATE: ClassVar[str] = "account/standing.html"
    names: tuple[ShownName, ...] = ()
