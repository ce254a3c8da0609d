"""A member lets an application act for them, or no longer."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from instance.web.views.page import Identity, PageView


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizePage(PageView):
    """`/oauth/authorize`: asked before an application may do anything.

    `name` is what it calls itself, `place` where the answer goes; "" where the member copies it.
    `scopes`: what it asks for, keys of `words.APP_SCOPES`. `asked`: what the form brings back, by
    name. `leads_to`: where the form leads.
    """

    TEMPLATE: ClassVar[str] = "account/authorize.html"
    name: str
    website: str = ""
    place: str = ""
    scopes: tuple[str, ...]
    identities: tuple[Identity, ...]
    asked: tuple[tuple[str, str], ...] = ()
    leads_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodePage(PageView):
    """The code that a member copies into the application `name`."""

    TEMPLATE: ClassVar[str] = "account/authorized.html"
    name: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedApplication:
    """One that a member let in, as which of their names; `scopes` as above."""

    id: str
    name: str
    identities: tuple[str, ...]
    scopes: tuple[str, ...]
    since: datetime
    seen_at: datetime | None = None
